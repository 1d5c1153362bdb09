"""The HLO on its way through XLA's passes, as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def followed(states: Iterable[tuple[str, str]]) -> str:
    """The states that differ from the one before, each under a line that says its moment.

    What stands under a pass is what it made, and what the next pass in the text was given.

    Args:
        states: moments and the HLO at each, in order.
    """
    blocks: list[str] = []
    known = ""
    for moment, hlo in states:
        if hlo != known:
            blocks.append(f"// ---- {moment}\n\n{hlo.strip()}\n")
            known = hlo
    return "\n".join(blocks)
