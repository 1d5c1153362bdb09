"""What of a catalog a corpus has met, and in how many functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.element_types import OPERATION, element_types
from jaxsmith.dataset.measures import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# An operation in fewer functions has hardly been met.
ENOUGH = 20

# The transformations that make a derivative of a function.
DERIVATIVES = frozenset(
    {"grad", "value_and_grad", "jacfwd", "jacrev", "jvp", "linearize", "vjp", "hvp"}
)

_FIELDS = {"primitives": "primitives", "stablehlo": "stablehlo_ops", "chlo": "stablehlo_ops"}

# The fields of StableHLO that was lowered for something else than what ran.
_ELSEWHERE = "stablehlo_"

# What of ``measures`` is counted here too.
_SPREAD = tuple(row for row in COUNTS if row.name in ("dtypes", "ranks", "sizes", "categories"))


@dataclass(frozen=True, slots=True)
class Met:
    """A name of the catalog, in how many functions it is, and why in none.

    Attributes:
        name: of a primitive or an operation.
        functions: how many that ran have it.
        elsewhere: how many others have it in a text that was lowered for another platform or for
            symbolic sizes alone.
        reason: why none that ran has it.
        types: of an operation, in how many functions it has tensors of an element type.
    """

    name: str
    functions: int
    elsewhere: int = 0
    reason: str = ""
    types: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was met.

    Attributes:
        functions: how many records there are.
        tables: by kind of name (``primitives``, ``stablehlo``, ``chlo``), most functions first.
        others: what records have of a kind that the catalog does not list, such as primitives that
            JAX keeps for itself.
        spread: functions by their dtypes, ranks, sizes and categories, see ``measures``.
        differentiable: how many functions that were not derived from another have derivatives.
        differentiated: of how many of those a derivative is here.
    """

    functions: int
    tables: Mapping[str, Sequence[Met]]
    others: Mapping[str, Sequence[Met]]
    spread: Mapping[str, Mapping[str, int]]
    differentiable: int
    differentiated: int


def coverage(
    records: Iterable[Mapping[str, Any]],
    catalog: Mapping[str, Sequence[str]],
    reasons: Mapping[str, str],
) -> Coverage:
    """Hold the counts of the records against a catalog.

    Args:
        records: of a corpus.
        catalog: names by kind.
        reasons: why a name is met nowhere, by name.
    """
    total = 0
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in catalog}
    elsewhere: Counter[str] = Counter()
    types: dict[str, Counter[str]] = defaultdict(Counter)
    spread: dict[str, Counter[str]] = {row.name: Counter() for row in _SPREAD}
    differentiable: set[str] = set()
    differentiated: set[str] = set()
    for record in records:
        total += 1
        for row in _SPREAD:
            spread[row.name].update(row.items(record).keys())
        for name, each in element_types(record.get("stablehlo") or "").items():
            types[name].update(each)
        transform = record.get("transform", ())
        if "differentiable" in record.get("tags", ()) and not transform:
            differentiable.add(record["id"])
        if DERIVATIVES & {*transform}:
            differentiated.add(record["base_id"])
        for kind in catalog:
            names = record.get(_FIELDS[kind], {})
            counted[kind].update(name for name in names if _is_of(kind, name))
        elsewhere.update(_lowered_elsewhere(record) - set(record.get("stablehlo_ops", ())))
    return Coverage(
        total,
        {
            kind: _met(counted[kind], elsewhere, names, reasons, types)
            for kind, names in catalog.items()
        },
        {
            kind: _met(counted[kind], {}, counted[kind].keys() - set(names), {}, types)
            for kind, names in catalog.items()
        },
        {name: dict(counts.most_common()) for name, counts in spread.items()},
        len(differentiable),
        len(differentiable & differentiated),
    )


def _is_of(kind: str, name: str) -> bool:
    return kind == "primitives" or name.startswith(f"{kind}.")


def _lowered_elsewhere(record: Mapping[str, Any]) -> set[str]:
    texts = (value for field, value in record.items() if field.startswith(_ELSEWHERE))
    return {name for text in texts if isinstance(text, str) for name in OPERATION.findall(text)}


def _met(
    counts: Mapping[str, int],
    elsewhere: Mapping[str, int],
    names: Iterable[str],
    reasons: Mapping[str, str],
    types: Mapping[str, Counter[str]],
) -> list[Met]:
    found = [
        Met(
            name,
            counts.get(name, 0),
            elsewhere.get(name, 0),
            "" if counts.get(name) else reasons.get(name, "not reached"),
            dict(types[name].most_common()) if name in types else {},
        )
        for name in names
    ]
    return sorted(found, key=lambda met: (-met.functions, -met.elsewhere, met.name))


def markdown(found: Coverage) -> str:
    """The coverage for people."""
    return "\n".join(_lines(found))


def _lines(found: Coverage) -> Iterator[str]:
    yield f"{found.functions:,} functions."
    for kind, table in found.tables.items():
        yield from _table(kind, table, found.others[kind])
    share = found.differentiated / max(found.differentiable, 1)
    yield from ("", f"## Derivatives: of {share:.0%} of what has them", "")
    yield f"{found.differentiable:,} functions that were not made from another have derivatives; "
    yield f"{found.differentiated:,} of them have one here, which was verified like any function."
    for row in _SPREAD:
        counts = found.spread[row.name]
        largest = max(counts.values(), default=0) / max(found.functions, 1)
        yield from ("", f"## {row.title}: {len(counts)}, the largest {largest:.1%}", "")
        yield from ("| what | functions | share |", "| --- | ---: | ---: |")
        for name, count in counts.items():
            yield f"| `{name}` | {count:,} | {count / found.functions:.1%} |"


def _table(kind: str, table: Sequence[Met], others: Sequence[Met]) -> Iterator[str]:
    met = [each for each in table if each.functions]
    lowered = [each for each in table if each.elsewhere and not each.functions]
    missing = [each for each in table if not each.functions and not each.elsewhere]
    often = sum(each.functions >= ENOUGH for each in met)
    yield from ("", f"## {kind}: {len(met)} of {len(table)}", "")
    yield f"{often} of them in at least {ENOUGH} functions."
    if any(each.types for each in met):
        yield from ("", "| name | functions | of them with the element type |")
        yield "| --- | ---: | --- |"
        yield from (
            f"| `{each.name}` | {each.functions:,} | {_counts(each.types)} |" for each in met
        )
    else:
        yield from ("", "| name | functions |", "| --- | ---: |")
        yield from (f"| `{each.name}` | {each.functions:,} |" for each in met)
    if others:
        yield from ("", f"And {len(others)} that the catalog does not list: ")
        yield ", ".join(f"`{each.name}` ({each.functions:,})" for each in others) + "."
    if lowered:
        yield from ("", f"{len(lowered)} more in what was lowered for other platforms or for ")
        yield from ("symbolic sizes, neither compiled nor run:", "")
        yield from ("| lowered | functions | why not run |", "| --- | ---: | --- |")
        yield from (f"| `{each.name}` | {each.elsewhere:,} | {each.reason} |" for each in lowered)
    if missing:
        yield from ("", "| missing | why |", "| --- | --- |")
        yield from (f"| `{each.name}` | {each.reason} |" for each in missing)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
