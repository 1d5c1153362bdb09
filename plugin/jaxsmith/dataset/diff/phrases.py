"""Causes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.dataset.diff.causes import Cause
    from jaxsmith.dataset.diff.groups import Seen

_NAMES = 4
_LONGEST = 48


def phrase(cause: Cause, seen: Seen | None = None) -> str:
    """What changed, in one line.

    Args:
        cause: what changed.
        seen: where it was seen; without, what differs from function to function is left out.
    """
    return PHRASES[cause.kind](cause, seen)


def _ops(cause: Cause, _: Seen | None) -> str:
    if not cause.gone:
        return f"{_listed(cause.come)} added"
    if not cause.come:
        return f"{_listed(cause.gone)} removed"
    return f"{_listed(cause.gone)} became {_listed(cause.come)}"


def _function(cause: Cause, _: Seen | None) -> str:
    return f"`{cause.name}` is made of other operations"


def _attributes(cause: Cause, seen: Seen | None) -> str:
    at = _at(seen)
    if not cause.gone:
        return f"attribute {_listed(cause.come)} added{at}{_values(seen, 1)}"
    if not cause.come:
        return f"attribute {_listed(cause.gone)} removed{at}{_values(seen, 0)}"
    return f"attributes {_listed(cause.gone)} became {_listed(cause.come)}{at}"


def _attribute(cause: Cause, seen: Seen | None) -> str:
    name = f"attribute `{cause.name}`{_at(seen)}" if cause.name else f"a word{_at(seen)}"
    return f"{name} changed{_values(seen)}"


def _constant(_: Cause, seen: Seen | None) -> str:
    return f"a constant changed{_at(seen, 'at')}{_values(seen)}"


def _dtype(cause: Cause, seen: Seen | None) -> str:
    gone, come = (_listed(names) if names else "nothing" for names in (cause.gone, cause.come))
    return f"type {gone} became {come}{_at(seen)}"


def _simple(text: str) -> Callable[[Cause, Seen | None], str]:
    return lambda cause, seen: f"{text}{_at(seen)}"


def _text(cause: Cause, _: Seen | None) -> str:
    return "there is such a text now" if cause.come else "there is no such text any more"


def _pass(cause: Cause, _: Seen | None) -> str:
    if cause.name:
        return f"first seen {cause.name}"
    return f"first change is {_listed(cause.come)}, not {_listed(cause.gone)}"


PHRASES: Mapping[str, Callable[[Cause, Seen | None], str]] = {
    "ops": _ops,
    "function": _function,
    "attributes": _attributes,
    "attribute": _attribute,
    "constant": _constant,
    "dtype": _dtype,
    "layout": _simple("another layout"),
    "shape": _simple("another shape"),
    "order": lambda *_: "the same operations in another order",
    "dataflow": lambda *_: "the same operations on other values",
    "text": _text,
    "pass": _pass,
}
"""By kind of cause, what is said of it."""


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:_NAMES]]
    if len(names) > _NAMES:
        return f"{', '.join(shown)} and {len(names) - _NAMES} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _at(seen: Seen | None, word: str = "of") -> str:
    if seen is None or not seen.ops:
        return ""
    return f" {word} {_listed([name for name, _ in seen.ops.most_common()])}"


def _values(seen: Seen | None, side: int | None = None) -> str:
    """What was said before and after, most often or as an example."""
    if seen is None or not seen.values:
        return ""
    (pair, _), *others = seen.values.most_common()
    shown = " → ".join(map(_short, pair)) if side is None else _short(pair[side])
    more = "1 other" if len(others) == 1 else f"{len(others)} others"
    return f": {shown}, and {more}" if others else f": {shown}"


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
