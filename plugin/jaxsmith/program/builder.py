"""The builder: a graph under construction, and the values an operation can be given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.live import eqn_reads, prune
from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.unsigned import as_narrow_as_jax
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jaxsmith.program.grow import Palette
    from jaxsmith.program.style import Style
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.draw import Draw
    from jaxsmith.vocabulary.op import Op, Proposal
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.table import Vocabulary
    from jaxsmith.vocabulary.value import Atom


@dataclass(slots=True)
class Entry:
    """A parameter of the function and how its values are drawn."""

    var: Var
    draw: Draw


class Builder:
    """Writes one graph, equation by equation. Implements ``jaxsmith.vocabulary.op.Scope``.

    A region is written by a builder whose ``outer`` is the builder of the graph around it;
    ``palette`` is what regions are grown from.
    """

    def __init__(
        self,
        rng: Stream,
        style: Style,
        vocabulary: Vocabulary,
        outer: Builder | None = None,
        palette: Palette | None = None,
    ) -> None:
        self.rng = rng
        self.style = style
        self.vocabulary = vocabulary
        self.outer = outer
        self.palette = palette
        self.entries: list[Entry] = []
        self.fixed: list[Var] = []
        self.eqns: list[Eqn] = []
        self.values: list[Var] = []
        self.unread: dict[Var, None] = {}
        self.focus: list[Var] = []
        self.size = 0
        self.deciding: list[Var] = []

    @property
    def depth(self) -> int:
        """How many functions are around this graph."""
        return 0 if self.outer is None else self.outer.depth + 1

    @property
    def decided(self) -> list[Var]:
        """What the branches around this graph were chosen by: known here, so no choice any more."""
        return self.deciding + (self.outer.decided if self.outer is not None else [])

    @property
    def x64(self) -> bool:
        """Whether the program uses 64-bit dtypes, and with them JAX's x64 mode."""
        return self.style.x64

    # What a signature may ask for.

    def dtype(self, kind: str) -> str:
        """The dtype this program uses for a kind, or for positions (``"p"``)."""
        return self.style.dtype(kind)

    def shape(self, ranks: tuple[int, int] = (0, 6)) -> Shape:
        """A shape for a new parameter, made of dimensions that this program uses."""
        return self.style.shape(self.rng, ranks)

    def literal(self, kind: str, domain: Interval | None = None) -> Literal:
        """A short number of kind ``"f"`` or ``"i"`` inside the domain."""
        dtype = self.dtype(kind)
        value = self.style.number(self.rng, kind, _common(domain, dtype))
        return Literal(value, Aval((), dtype))

    def value(
        self,
        kinds: str = "f",
        *,
        ranks: tuple[int, int] = (0, 6),
        where: Callable[[Aval], bool] | None = None,
        shape: Shape | None = None,
        dtype: str | None = None,
        fresh: Callable[[], Shape] | None = None,
        domain: Interval | None = None,
        hints: tuple[str, ...] = (),
        avoid: Sequence[Atom] = (),
    ) -> Var | None:
        """A value of one of these kinds; see ``Scope.value``."""
        low, high = ranks

        def fits(aval: Aval) -> bool:
            # What has no elements has no largest one: only code that is about that may read it.
            return (
                0 not in aval.shape
                and low <= len(aval.shape) <= high
                and _is_of(aval.dtype, kinds)
                and (shape is None or aval.shape == shape)
                and (dtype is None or aval.dtype == dtype)
                and (where is None or where(aval))
            )

        if self.focus:
            var = self.focus[0]
            if not fits(var.aval) or var in avoid:
                return None
            return self.within(self.focus.pop(0), domain)
        found = self._pick([v for v in self.visible() if fits(v.aval) and v not in avoid], domain)
        if found is None or self.rng.chance(self.style.new_parameter):
            made = self._fresh(kinds, ranks, shape, dtype, fresh, domain, hints)
            if made is not None and (where is None or where(made.aval)):
                return made
        return None if found is None else self.within(found, domain)

    def parameter(self, aval: Aval, draw: Draw, hints: tuple[str, ...] = ()) -> Var | None:
        """A new parameter drawn this way, or None where the function has enough of them."""
        if self.outer is not None:
            return self.outer.parameter(aval, draw, hints)
        if len(self.entries) >= self.style.max_parameters or aval.size > self.style.max_elements:
            return None
        var = Var(aval, draw.interval, hints)
        self.entries.append(Entry(var, draw))
        self._add(var)
        return var

    def within(self, var: Var, domain: Interval | None) -> Var | None:
        """The value itself if its range lies in the domain, else brought inside by a guard."""
        if domain is None or var.interval in domain:
            return var
        domain = _common(domain, var.aval.dtype)
        guards = [op for op in self.vocabulary.guards if self.allows(op)]
        for op in self.rng.shuffled(guards):
            proposal = op.guard(self, var, domain) if op.guard else None
            if proposal is not None:
                (result,) = self._made(op, proposal) or self.emit(op, proposal)
                if result.interval in domain:
                    return result
        return None

    # How the graph grows.

    def allows(self, op: Op) -> bool:
        """Whether the operation is smooth enough for what the graph is for.

        Code that was written by hand counts on 24 bits of precision, LAPACK has no fewer, and a
        derivative in 8 or 11 bits has no bound that says anything.
        """
        wide = op.accuracy.rule in ("noise", "stable") or op.control == "gradient"
        if wide and dtypes.is_half(self.dtype("f")):
            return False
        return op.smooth in self.style.smoothness

    def visible(self) -> list[Var]:
        """Values that an operation here may read: this graph's, and those around it."""
        return self.values if self.outer is None else [*self.outer.visible(), *self.values]

    def apply(self, op: Op, *focus: Var) -> tuple[Var, ...] | None:
        """Add the operation to the graph, or None if nothing at hand suits it.

        With ``focus``, it is applied to just these values, in this order.
        """
        if not self.allows(op):
            return None
        self.focus = list(focus)
        proposal = op.signature(self, op)
        missed, self.focus = bool(self.focus), []
        if proposal is None or missed or self._repeats(op, proposal):
            return None
        if self._made(op, proposal) is not None:
            return None
        if not self._is_typed_alike(op, proposal) or self._loses_slopes(op, proposal):
            return None
        spans = self._sane_spans(op, proposal)
        return None if spans is None else self.emit(op, proposal, spans)

    def _repeats(self, op: Op, proposal: Proposal) -> bool:
        """Whether this undoes or repeats the very equation that made its only operand."""
        if len(proposal.operands) != 1:
            return False
        makers = (eqn for eqn in reversed(self.eqns) if proposal.operands[0] in eqn.outputs)
        maker = next(makers, None)
        return maker is not None and maker.op is op

    def _made(self, op: Op, proposal: Proposal) -> tuple[Var, ...] | None:
        """What an equation of this graph that says the same has made, if there is one."""
        if proposal.regions:
            return None
        attributes = as_narrow_as_jax(op, proposal)
        for eqn in self.eqns:
            if eqn.op is op and eqn.operands == proposal.operands and eqn.attributes == attributes:
                return eqn.outputs
        return None

    def _is_typed_alike(self, op: Op, proposal: Proposal) -> bool:
        """Whether NumPy computes what JAX does, and the result's dtype is what it is taken for."""
        if not all(_fits(atom) for atom in proposal.operands if isinstance(atom, Literal)):
            return False
        reads = [atom for atom in proposal.operands if isinstance(atom, Var)]
        # Without x64, JAX makes 32 bits of what would be promoted to 64; of uint64 and a signed
        # integer, a float.
        widest = max((dtypes.bits(aval.dtype) for aval in proposal.outputs), default=0)
        mixed = {"uint64"} < {v.aval.dtype for v in reads if dtypes.is_integer(v.aval.dtype)}
        if mixed or (widest == 64 and not self.x64) or _gives_way(reads):
            return False
        floats = [aval for aval in proposal.outputs if dtypes.is_inexact(aval.dtype)]
        if not floats or any(dtypes.is_inexact(var.aval.dtype) for var in reads):
            return True
        if any(dtypes.is_narrow(var.aval.dtype) for var in reads):
            return op.verb == "cast"
        # With a number of Python, integers give a float that gives way to any other float.
        return len(reads) == len(proposal.operands) or not dtypes.is_half(self.dtype("f"))

    def _loses_slopes(self, op: Op, proposal: Proposal) -> bool:
        """Whether the program keeps to what has derivatives, and this makes floats without one."""
        if not self.style.keeps_slopes or op.smooth != "none":
            return False
        ends = (proposal.outputs, [atom.aval for atom in proposal.operands])
        return all(any(dtypes.is_inexact(aval.dtype) for aval in avals) for avals in ends)

    def emit(self, op: Op, proposal: Proposal, spans: tuple[Interval, ...] = ()) -> tuple[Var, ...]:
        """Add an equation for a proposal that is known to fit."""
        spans = spans or self._spans(op, proposal)
        names = proposal.names or (op.names,) * len(proposal.outputs)
        outputs = tuple(
            Var(aval, span, hints, _is_weak(aval, proposal.operands))
            for aval, span, hints in zip(proposal.outputs, spans, names, strict=True)
        )
        attributes = as_narrow_as_jax(op, proposal)
        eqn = Eqn(op, proposal.operands, outputs, attributes, proposal.regions)
        for atom in eqn_reads(eqn):
            self.mark_read(atom)
        self.eqns.append(eqn)
        self.size += 1 + sum(1 for region in eqn.regions for _ in region.walk())
        for var in outputs:
            self._add(var)
        return outputs

    def mark_read(self, var: Var) -> None:
        """Note that something reads the value, here or in a graph around this one."""
        if var in self.unread:
            del self.unread[var]
        elif self.outer is not None:
            self.outer.mark_read(var)

    def child(self, name: str, params: Iterable[Var], style: Style | None = None) -> Builder:
        """A builder for a region with these parameters."""
        style = style or self.style
        child = Builder(self.rng.child(name), style, self.vocabulary, self, self.palette)
        for var in params:
            child.fixed.append(var)
            child._add(var)
        return child

    def graph(
        self,
        results: Sequence[Atom],
        *,
        name: str = "",
        groups: tuple[int, ...] = (),
        returns: str = "",
    ) -> Graph:
        """The finished graph, without the equations that no result needs."""
        params = tuple(self.fixed) or tuple(entry.var for entry in self.entries)
        return prune(Graph(params, tuple(self.eqns), tuple(results), name, groups, returns))

    def _add(self, var: Var) -> None:
        self.values.append(var)
        self.unread[var] = None

    def _spans(self, op: Op, proposal: Proposal) -> tuple[Interval, ...]:
        if proposal.intervals:
            return proposal.intervals
        intervals = [atom.interval for atom in proposal.operands]
        avals = [atom.aval for atom in proposal.operands]
        return (op.span(intervals, avals, proposal.attributes),) * len(proposal.outputs)

    def _sane_spans(self, op: Op, proposal: Proposal) -> tuple[Interval, ...] | None:
        """The ranges of the outputs, or None if one is too wide or an output too large."""
        try:
            spans = self._spans(op, proposal)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None  # the range rule is undefined there: outside of the operation's domain
        for span, aval in zip(spans, proposal.outputs, strict=True):
            # A NaN, from a range rule at infinity, is in no range.
            if op.code is None and span not in Interval(*dtypes.usual_range(aval.dtype)):
                return None
            if aval.size > self.style.max_elements:
                return None
        return spans

    def _pick(self, candidates: list[Var], domain: Interval | None) -> Var | None:
        if not candidates:
            return None
        newest = len(self.values)
        weights = [
            (8.0 if var in self.unread else 1.0)
            * (2.0 if domain is None or var.interval in domain else 1.0)
            * (1.0 + position / newest if newest else 1.0)
            for position, var in enumerate(candidates)
        ]
        return self.rng.weighted(candidates, weights)

    def _fresh(
        self,
        kinds: str,
        ranks: tuple[int, int],
        shape: Shape | None,
        dtype: str | None,
        fresh: Callable[[], Shape] | None,
        domain: Interval | None,
        hints: tuple[str, ...],
    ) -> Var | None:
        kinds = "".join(filter(self.style.has, kinds))
        if dtype is None and not kinds:
            return None
        kind = self.rng.choice(kinds) if dtype is None else dtypes.kind(dtype)
        if shape is None:
            shape = fresh() if fresh else self.shape(ranks)
        if not ranks[0] <= len(shape) <= ranks[1]:
            return None
        dtype = dtype or self.dtype(kind)
        draw = self.style.draw(self.rng, kind, _common(domain, dtype))
        return self.parameter(Aval(shape, dtype), draw, hints)


def _is_of(dtype: str, kinds: str) -> bool:
    """Whether a dtype is of one of these kinds; unsigned integers are integers."""
    kind = dtypes.kind(dtype)
    return kind in kinds or (kind == "u" and "i" in kinds)


def _fits(literal: Literal) -> bool:
    """Whether the number is one of its dtype's."""
    dtype = literal.aval.dtype
    if not dtypes.is_integer(dtype):
        return True
    low, high = dtypes.integer_range(dtype)
    return low <= literal.value <= high


def _is_weak(aval: Aval, operands: Sequence[Atom]) -> bool:
    """Whether JAX may hold a result of these operands for weakly typed."""
    reads = [atom for atom in operands if isinstance(atom, Var)]
    if any(var.weak and var.aval.dtype == aval.dtype for var in reads):
        return True
    numbers = any(isinstance(atom, Literal) and atom.aval.dtype == aval.dtype for atom in operands)
    return numbers and not any(_are_one_kind(var.aval.dtype, aval.dtype) for var in reads)


def _gives_way(reads: Sequence[Var]) -> bool:
    """Whether the dtype of a value that may be weakly typed gives way to that of another."""
    return any(
        one.weak
        and not other.weak
        and one.aval.dtype != other.aval.dtype
        and _are_one_kind(one.aval.dtype, other.aval.dtype)
        for one in reads
        for other in reads
    )


def _are_one_kind(one: str, other: str) -> bool:
    """Whether both are floats of any kind, or integers of any kind."""
    if dtypes.is_inexact(one):
        return dtypes.is_inexact(other)
    return dtypes.is_integer(one) and dtypes.is_integer(other)


def _common(domain: Interval | None, dtype: str) -> Interval:
    """The part of a domain, if any, that the usual numbers of a dtype lie in."""
    low, high = dtypes.usual_range(dtype)
    if domain is None:
        return Interval(low, high)
    return Interval(min(max(domain.low, low), high), max(min(domain.high, high), low))
