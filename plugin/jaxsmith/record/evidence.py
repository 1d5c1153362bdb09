"""What a record is made from: the function, what JAX made of it, and how it was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.stages import Extracted
    from jaxsmith.verdict.compare import Comparison
    from jaxsmith.verdict.expectation import Expectation
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.draw import Draw


@dataclass(frozen=True, slots=True)
class Subject:
    """The function that a record is about, written by the generator or by a project.

    Attributes:
        id: the record's id; one in a corpus.
        category: the family that it is counted under.
        name: the name under which ``source_code`` defines it.
        tags: what a reader can filter by.
        source_code: JAX source that gives the function in an empty namespace.
        reference_source: NumPy source of the same; None where there is no reference.
        input_names: a name for each leaf of the arguments.
        inputs: the type of each leaf of the arguments.
        draws: how the values of each leaf are drawn; None for values that were given.
        outputs: the type of each leaf of the result.
        structure: the result with ``"*"`` for a leaf, in tuples, lists, dicts and None.
        transform: what was applied to the base, outermost first; empty where there is none.
        base_id: the id of the function that it was made from.
        op_count: the number of operations that it was written with; None where nobody counted.
        seed: the seed that makes it again; None where none was used.
        license: the SPDX name of its licence; None where the project does not say.
        rejected_drafts: why functions tried in its place were no use, in order.
    """

    id: str
    category: str
    name: str
    tags: Collection[str]
    source_code: str
    reference_source: str | None
    input_names: tuple[str, ...]
    inputs: tuple[Aval, ...]
    draws: tuple[Draw | None, ...]
    outputs: tuple[Aval, ...]
    structure: object
    op_count: int | None
    seed: int | None
    license: str | None = "Apache-2.0"
    rejected_drafts: tuple[str, ...] = ()
    transform: tuple[str, ...] = ()
    base_id: str | None = None

    @classmethod
    def of(cls, function: Function, rejected_drafts: tuple[str, ...] = ()) -> Subject:
        """The subject that a generated function is."""
        return cls(
            id=function.case.id,
            category=function.case.category,
            name=function.name,
            tags=function.tags,
            source_code=function.source_code,
            reference_source=function.reference_source,
            input_names=tuple(param.name for param in function.params),
            inputs=tuple(param.aval for param in function.params),
            draws=tuple(param.draw for param in function.params),
            outputs=function.outputs,
            structure=function.structure,
            op_count=function.op_count,
            seed=function.case.seed,
            rejected_drafts=rejected_drafts,
            transform=function.transform,
            base_id=None if function.base is None else function.base.case.id,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One input set of a function: what was expected of it, and how what came compares."""

    input_set: InputSet
    expectation: Expectation
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a function that was compiled and checked.

    Attributes:
        subject: the function.
        extracted: its texts (those of the stages asked for, in order), counts, costs and versions.
        checks: one for each input set.
        rule: how the bounds of the expectations were found, in a few words.
        oracles: the independent opinions that agreed with it, such as ``("numpy",)``.
        no_opinion: why others that were asked have none, by name.
    """

    subject: Subject
    extracted: Extracted
    checks: tuple[Check, ...]
    rule: str
    oracles: tuple[str, ...] = ("numpy",)
    no_opinion: Mapping[str, str] = field(default_factory=dict)
