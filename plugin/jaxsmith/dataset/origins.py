"""What a corpus depends on that was merged from others: of each thing, what they all had.

Where they differ, the value is a list of what they had, each once, in the order of the corpora.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.manifest import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Flags that are lists themselves; lists of them are lists of lists.
_LISTS = frozenset({"oracles"})


def combined(origins: Sequence[Provenance]) -> Provenance:
    """The provenance of a corpus merged from corpora of these, all with the same stages."""
    each = [origin.as_dict() for origin in origins]
    found = {name: _each([values[name] for values in each], name) for name in each[0]}
    features = {feature for origin in origins for feature in origin.cpu_features}
    stages = origins[0].stages
    return Provenance.from_dict({**found, "cpu_features": sorted(features), "stages": stages})


def _each(values: Sequence[Any], name: str) -> Any:
    if all(isinstance(value, dict) for value in values):
        return _by_key(values)
    several = [one for value in values for one in _alternatives(value, is_list=name in _LISTS)]
    once = [value for i, value in enumerate(several) if value not in several[:i]]
    return once[0] if len(once) == 1 else once


def _by_key(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = dict.fromkeys(name for value in values for name in value)
    return {name: _each([value.get(name) for value in values], name) for name in names}


def _alternatives(value: Any, *, is_list: bool) -> Iterable[Any]:
    """What a corpus had: more than one thing if it was merged itself."""
    if not isinstance(value, list):
        return [value]
    merged = not is_list or (bool(value) and all(isinstance(each, list) for each in value))
    return value if merged else [value]
