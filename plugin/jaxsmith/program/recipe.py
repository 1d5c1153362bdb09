"""A recipe: the plainest kind of category, a mix of families."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxsmith.errors import RejectedError
from jaxsmith.program.builder import Builder
from jaxsmith.program.effort import MOST, effort
from jaxsmith.program.grow import grow, palette, pick_size, results
from jaxsmith.program.style import pick_style
from jaxsmith.program.write import case_stream, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxsmith.program.corpus import Corpus
    from jaxsmith.program.function import Case, Function
    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.value import Var

# Of so many functions one is a single operation; they go through the vocabulary in order, so that
# every operation is met alone and no two of them are alike before all have been.
SINGLES = 25
ATTEMPTS = 24
# The family of what brings values into a dtype of 8 or 4 bits, and out of it.
KEEPING = "stored"


@dataclass(frozen=True)
class Recipe:
    """Functions of the category's own family in company of others.

    Attributes:
        name: the category and its marker.
        summary: one line for ``pytest --markers``.
        families: how much of each family the functions hold.
        core: the families of which every function holds at least one operation; by default that of
            the category's own name.
        bases: categories to draw from in turn. A function with a base holds its operations instead
            of ``families``, and carries its marker.
        singles: whether the category also has functions of one operation alone.
        parameters: how many parameters a function may have, where that is more than usual.
        adapt: makes the style of a function that of the category.
    """

    name: str
    summary: str
    families: Mapping[str, float] = field(default_factory=dict)
    core: tuple[str, ...] = ()
    bases: frozenset[str] = frozenset()
    singles: bool = True
    parameters: int = 0
    adapt: Callable[[Style, Stream], Style] | None = None

    def markers(self, case: Case, corpus: Corpus) -> frozenset[str]:
        """The category, and the one that the function is drawn from."""
        base = self._base(case, corpus)
        return frozenset({self.name} if base is None else {self.name, base.name})

    def write(self, case: Case, corpus: Corpus, draft: int = 0) -> Function:
        """The function of that seed and index; see ``Category.write``."""
        for attempt in range(ATTEMPTS):
            rng = case_stream(case).child(f"draft{draft}.{attempt}")
            function = self._attempt(case, corpus, rng)
            if function is not None:
                return function
        raise RejectedError("unwritable", "nothing at hand suited the operations chosen")

    def _attempt(self, case: Case, corpus: Corpus, rng: Stream) -> Function | None:
        style = pick_style(rng)
        if self.parameters:
            style = style.but(max_parameters=self.parameters)
        if self.adapt is not None:
            style = self.adapt(style, rng)
        builder = Builder(rng, style, corpus.vocabulary)
        base = self._base(case, corpus)
        families = base.families if base is not None else self.families
        if style.stored and corpus.vocabulary.families(KEEPING):
            families = {**families, KEEPING: sum(families.values()) / 3}
        rows = corpus.vocabulary.families(*(self.core or (self.name,)))
        builder.palette = palette(rng, corpus.vocabulary, families, rng.integer(8, 24))
        if self.singles and not case.is_derived and case.place % SINGLES == 0:
            builder.apply(rows[case.place // SINGLES % len(rows)])
            ends = list(builder.eqns[-1].outputs) if builder.eqns else []
        else:
            core = rng.weighted(rows, [op.weight for op in rows])
            if not self.bases:
                core = rows[case.place % len(rows)]
            grow(builder, builder.palette, pick_size(rng), core)
            ends = results(builder, rng.weighted((1, 2, 3), (76, 17, 7)))
        if not ends:
            return None
        graph, structure = finish(builder, ends, rng)
        wanted = {op.name for op in rows}
        if not any(eqn.op.name in wanted for eqn in graph.walk()):
            return None
        if _wastes(graph) or effort(graph) > MOST:
            return None
        return write(
            case,
            graph,
            builder.entries,
            corpus.helpers,
            x64=builder.x64,
            structure=structure,
            extra_tags=frozenset() if base is None else frozenset({base.name}),
        )

    def _base(self, case: Case, corpus: Corpus) -> Recipe | None:
        if not self.bases:
            return None
        names = sorted(self.bases & set(corpus.categories))
        base = corpus.categories[names[case.place % len(names)]]
        assert isinstance(base, Recipe)
        return base


def finish(builder: Builder, ends: list[Var], rng: Stream) -> tuple[Graph, object]:
    """The finished graph and the tree of its result: a value, a tuple, now and then a dict."""
    names = _keys(ends)
    if len(ends) > 1 and len(set(names)) == len(names) and rng.chance(0.2):
        # Trees order the entries of a dict by key, so the leaves come in that order too.
        order = sorted(range(len(names)), key=lambda i: names[i])
        ends = [ends[i] for i in order]
        rank = {i: position for position, i in enumerate(order)}
        returns = "{{" + ", ".join(f'"{key}": {{{rank[i]}}}' for i, key in enumerate(names)) + "}}"
        return builder.graph(ends, returns=returns), dict.fromkeys(sorted(names), "*")
    return builder.graph(ends), None


def _wastes(graph: Graph) -> bool:
    """Whether a scan stacks something of every step that nobody reads."""
    uses = graph.uses()
    scans = (eqn for eqn in graph.walk() if eqn.op.control == "scan")
    return any(not uses[stacked] for scan in scans for stacked in _stacked(scan))


def _stacked(scan: Eqn) -> tuple[Var, ...]:
    carries = scan.attributes["carries"]
    assert isinstance(carries, int)
    return scan.outputs[carries:]


def _keys(ends: list[Var]) -> list[str]:
    return [var.hints[0] if var.hints else f"out{i}" for i, var in enumerate(ends)]
