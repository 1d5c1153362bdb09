"""Reasons: every one that the code gives is in the table."""

from __future__ import annotations

import re
from pathlib import Path

from jaxsmith.record import REASONS

ROOT = Path(__file__).parents[2]
GIVEN = re.compile(r"\b(?:RejectedError|Unfit|Mismatch)\(\s*\"(\w+)\"|\breason=\"(\w+)\"")


def test_every_reason_that_the_code_gives_is_declared() -> None:
    texts = [
        path.read_text()
        for folder in (ROOT / "plugin", ROOT / "corpus")
        for path in folder.rglob("*.py")
    ]
    given = {one or other for text in texts for one, other in GIVEN.findall(text)}
    assert "ill_conditioned" in given
    assert given <= REASONS.keys()
