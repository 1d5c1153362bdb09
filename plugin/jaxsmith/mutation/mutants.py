"""The mutants of a record: every way that the tables know to get one of its programs wrong."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.mutation.hlo import Module
from jaxsmith.mutation.hlo_kinds import HLO_KINDS
from jaxsmith.mutation.source import Source, nodes
from jaxsmith.mutation.source_kinds import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jaxsmith.mutation.edit import Edit


@dataclass(frozen=True, slots=True)
class Mutant:
    """One program with one change.

    Attributes:
        level: the field of the record whose text it changes, of ``LEVELS``.
        kind: the row of the table that it comes from.
        edit: the change.
    """

    level: str
    kind: str
    edit: Edit


def _source_mutants(record: Mapping[str, Any]) -> Iterator[Mutant]:
    dtypes = tuple(record["output_dtypes"])
    source = Source(record["source_code"], record["function_name"], dtypes)
    for node in nodes(source):
        for kind in SOURCE_KINDS:
            if isinstance(node, kind.node):
                for old, new in kind.change(node, source):
                    if _said(old) == _said(new):
                        continue  # letters of a product that are the same when exchanged
                    yield Mutant("source_code", kind.name, source.edit(old, new))


def _said(expression: ast.expr | str) -> str:
    """An expression, however it is written."""
    text = expression if isinstance(expression, str) else ast.unparse(expression)
    return ast.unparse(ast.parse(f"_[{text}]"))  # it may be a slice


def _hlo_mutants(record: Mapping[str, Any]) -> Iterator[Mutant]:
    module = Module(record["stablehlo"])
    for operation in module.operations:
        for kind in HLO_KINDS:
            if not kind.operations or operation.short in kind.operations:
                for edit in kind.change(operation, module):
                    yield Mutant("stablehlo", kind.name, edit)


LEVELS: dict[str, Callable[[Mapping[str, Any]], Iterator[Mutant]]] = {
    "source_code": _source_mutants,
    "stablehlo": _hlo_mutants,
}
"""The texts of a record that can be changed, with what finds the changes."""


def mutants_of(record: Mapping[str, Any], level: str) -> list[Mutant]:
    """Every mutant of one text of a record, in order of its lines; none is the text itself.

    Args:
        record: a record of a corpus.
        level: which of ``LEVELS``.
    """
    text = record.get(level)
    if not isinstance(text, str):
        return []  # a corpus may be without a stage
    found = dict.fromkeys(LEVELS[level](record))
    return [mutant for mutant in found if mutant.edit.applied(text) != text]
