"""Texts that are compared line by line: LLVM IR, machine code, and stages nobody has met yet."""

from __future__ import annotations

import re

from jaxsmith.dataset.diff.items import Dialect, Item, Line

# Numbered values, labels and metadata of LLVM; addresses of disassembled code.
_NUMBERED = re.compile(r"(?<=[%!#])\d+|^ *[0-9a-f]+:|(?<=[%@])[\w.]+\.\d+")
_COMMENT = re.compile(
    r"^\s*;.*$|^source_filename.*$|^target (?:datalayout|triple).*$", re.MULTILINE
)
_WORD = re.compile(r"(?:%\S* = )?(?:tail |notail )?([\w.]+)")


def lines(text: str) -> list[Line]:
    """The lines that are not empty, without numbers that only count."""
    bare = _COMMENT.sub("", text)
    stripped = (raw.strip() for raw in bare.splitlines())
    return [Line(_NUMBERED.sub("_", each), text=each) for each in stripped if each]


def item(key: str) -> Item:
    """The first word of a line, which in LLVM IR and in machine code is the operation."""
    match = _WORD.match(key)
    return Item(match[1] if match else key, {"": key})


PLAIN = Dialect(lines, item)
"""Any text."""
