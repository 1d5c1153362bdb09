"""What became of a mutant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["caught", "survived", "equivalent", "same", "invalid", "unfit"]

VERDICTS: dict[Verdict, str] = {
    "caught": "the check refused it: it gives something else, or fails, or never ends",
    "survived": "the check took it for the function, and it is another",
    "equivalent": "the check took it for the function, and on other inputs it gives the same",
    "same": "no other program: XLA makes the same of it, instruction by instruction",
    "invalid": "no program: it can't be traced or compiled",
    "unfit": "its function can't be checked here as it stands, or not from this text",
}
"""Every verdict, and what it says of a mutant."""


NOT_ITS_OWN = "this corpus package writes another function under that id"
"""Why a record is unfit that another version of the package wrote, or another package."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant.

    Attributes:
        verdict: one of ``VERDICTS``.
        reason: what it was caught by, or why there was nothing to catch: a typed reason of the
            comparison, the stage that failed, ``"crash"`` or ``"time"``.
        gap: of one that was not caught: the largest difference from the function's own results on
            other inputs, as a share of the largest element; infinite where they differ otherwise.
    """

    verdict: Verdict
    reason: str = ""
    gap: float = 0.0
