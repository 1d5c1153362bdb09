"""How many functions of a corpus differ, as they stand and once names and literals are gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.digest import digest
from jaxsmith.dataset.keys import keys
from jaxsmith.dataset.normal_mlir import normal_mlir
from jaxsmith.dataset.normal_python import normal_python
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NORMAL: Mapping[str, Callable[[str], str]] = {
    "source_code": normal_python,
    "stablehlo": normal_mlir,
}
"""By field, what is left of a text without names and literals."""

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that are equal once names and literals are gone."""

    size: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The figures of one field.

    Attributes:
        field: the text that was compared.
        records: how many records have it.
        exact: how many differ as they stand, but for the function's own name.
        normal: how many differ without names and literals.
        largest: the largest clusters of those that then don't.
    """

    field: str
    records: int
    exact: int
    normal: int
    largest: tuple[Cluster, ...]

    @property
    def share(self) -> float:
        """The distinct ones without names and literals, as a share of all."""
        return self.normal / self.records if self.records else 1.0


def distinct(records: Iterable[Mapping[str, Any]], clusters: int = 5) -> list[Distinct]:
    """Count the distinct functions; memory holds digests only.

    Args:
        records: records of a corpus, each looked at once.
        clusters: how many of the largest clusters to report.
    """
    fields = {name: _Tally() for name in NORMAL}
    for record in records:
        exact = keys(record)
        for name, normal in normal_keys(record).items():
            fields[name].add(record["id"], exact[name], normal)
    return [tally.figures(name, clusters) for name, tally in fields.items()]


def normal_keys(record: Mapping[str, Any]) -> dict[str, bytes]:
    """A digest by field, equal for records that differ in names and literals only.

    Raises:
        InvalidRequestError: the record's source is no Python.
    """
    try:
        return {name: digest(of(record[name])) for name, of in NORMAL.items() if record.get(name)}
    except SyntaxError as error:
        raise InvalidRequestError(f"{record['id']}: its source is no Python: {error}") from error


def render(figures: Iterable[Distinct]) -> str:
    """The figures as text for a terminal."""
    lines: list[str] = []
    for each in figures:
        lines += [
            f"{each.field}: {each.records:,} records",
            f"  distinct as they stand            {each.exact:>9,}  {_share(each.exact, each)}",
            f"  distinct without names, literals  {each.normal:>9,}  {_share(each.normal, each)}",
            *(f"  {c.size:,} alike: {', '.join(c.examples)}" for c in each.largest),
        ]
    return "\n".join(lines)


class _Tally:
    """The digests of one field."""

    def __init__(self) -> None:
        self._exact: set[bytes] = set()
        self._normal: Counter[bytes] = Counter()
        self._examples: dict[bytes, list[str]] = {}

    def add(self, id: str, exact: bytes, normal: bytes) -> None:  # noqa: A002 - the field's name
        self._exact.add(exact)
        self._normal[normal] += 1
        examples = self._examples.setdefault(normal, [])
        if len(examples) < _EXAMPLES:
            examples.append(id)

    def figures(self, field: str, clusters: int) -> Distinct:
        largest = (
            Cluster(size, tuple(self._examples[key]))
            for key, size in self._normal.most_common(clusters)
            if size > 1
        )
        records = self._normal.total()
        return Distinct(field, records, len(self._exact), len(self._normal), tuple(largest))


def _share(count: int, of: Distinct) -> str:
    return f"{count / of.records:7.2%}" if of.records else "      -"
