"""What one operation is told otherwise than another of the same name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxsmith.dataset.diff.items import Item

    Said = tuple[str, tuple[str, ...], tuple[str, ...], str, tuple[str, str] | None]

# In MLIR, a dtype follows the sizes: tensor<3x4xf32>.
_DTYPE = re.compile(
    r"(?:(?<![A-Za-z_])|(?<=[\d?]x))(?:pred|bool|bf16|i1|(?:complex<)?[usifc]+\d+(?:e\d\w+)?)\b"
)
_LAYOUT = re.compile(r"(?<=\])\{[^}]*\}")
_LITERAL = "literal"
_CONSTANTS = frozenset({"constant", "stablehlo.constant"})


def told(old: Item, new: Item) -> list[Said]:
    """Kind, what is gone, what has come, what it is about, and the values: of each change."""
    retyped = old.types != new.types
    return [*_attributes(old, new), *(_types(old.types, new.types) if retyped else ())]


def _attributes(old: Item, new: Item) -> Iterator[Said]:
    before, after = dict(old.attributes), dict(new.attributes)
    if (_LITERAL in before) != (_LITERAL in after):
        values = (before.pop(_LITERAL, "a value"), after.pop(_LITERAL, "a value"))
        yield "constant", (), (), _LITERAL, values
    gone = tuple(sorted(before.keys() - after.keys()))
    come = tuple(sorted(after.keys() - before.keys()))
    if gone or come:
        values = (_spelled(before, gone), _spelled(after, come))
        yield "attributes", gone, come, "", values
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            constant = name == _LITERAL or old.op in _CONSTANTS
            values = (before[name], after[name])
            yield "constant" if constant else "attribute", (), (), name, values


def _spelled(attributes: dict[str, str], names: tuple[str, ...]) -> str:
    return " ".join(f"{name}={attributes[name]}" for name in names)


def _types(old: str, new: str) -> Iterator[Said]:
    before, after = Counter(_DTYPE.findall(old)), Counter(_DTYPE.findall(new))
    if before != after:
        yield "dtype", tuple(sorted(before - after)), tuple(sorted(after - before)), "", None
    elif _LAYOUT.sub("", old) == _LAYOUT.sub("", new):
        yield "layout", (), (), "", None
    else:
        yield "shape", (), (), "", None
