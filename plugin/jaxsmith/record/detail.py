"""What was seen, as one line that is the same on every machine."""

from __future__ import annotations

import re

_LONGEST = 500

# A path says where a project lies on somebody's disk; its last part is enough to find a file.
_PATH = re.compile(r"(?<![\w./-])(?:[A-Za-z]:\\|/|~/)(?:[^\s\"'<>|:/\\]+[/\\])+")
# The address of an object is another in every process.
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


def one_line(text: str) -> str:
    """The text without line breaks, folders and addresses, cut where it is very long."""
    flat = " ".join(text.split())
    plain = _ADDRESS.sub("0x…", _PATH.sub("", flat))
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
