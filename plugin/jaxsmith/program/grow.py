"""Growing a graph: operations are added until it is large enough, then loose ends are joined."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.dtypes import kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.program.builder import Builder
    from jaxsmith.vocabulary.op import Op
    from jaxsmith.vocabulary.stream import Stream
    from jaxsmith.vocabulary.table import Vocabulary
    from jaxsmith.vocabulary.value import Var

# (share, least, most): how many operations a program aims at.
SIZE_CLASSES = (
    (0.08, 2, 2),
    (0.36, 3, 5),
    (0.31, 6, 10),
    (0.16, 11, 20),
    (0.06, 21, 40),
    (0.02, 41, 100),
    (0.01, 101, 320),
)
# A maximum would let the larger side hide whatever is wrong with the other.
JOINERS = ("add", "multiply", "subtract", "logical_and", "logical_xor")
REDUCERS = ("sum", "mean", "max", "count_nonzero")
LOADERS = ("load_float", "load_nibble")


@dataclass(frozen=True, slots=True)
class Palette:
    """The operations one program uses, and the running sum of their weights."""

    ops: tuple[Op, ...]
    cumulative: tuple[float, ...]

    def pick(self, rng: Stream) -> Op:
        """One of the operations."""
        position = bisect(self.cumulative, rng.unit() * self.cumulative[-1])
        return self.ops[min(position, len(self.ops) - 1)]


def palette(
    rng: Stream, vocabulary: Vocabulary, families: Mapping[str, float], richness: int
) -> Palette:
    """Some ``richness`` operations of these families, each family with its share."""
    ops: list[Op] = []
    weights: list[float] = []
    for family, share in families.items():
        rows = vocabulary.by_family[family]
        count = max(1, round(richness * share / sum(families.values())))
        # Weighted sampling without replacement: Efraimidis and Spirakis (2006), algorithm A-Res.
        keys = {op.name: rng.unit() ** (1 / op.weight) if op.weight else 0.0 for op in rows}
        chosen = sorted(rows, key=lambda op: -keys[op.name])[:count]
        total = sum(op.weight for op in chosen)
        ops += chosen
        weights += [share * op.weight / total for op in chosen]
    return Palette(tuple(ops), tuple(accumulate(weights)))


def pick_size(rng: Stream) -> int:
    """How many operations a program aims at."""
    _, low, high = rng.weighted(SIZE_CLASSES, [share for share, _, _ in SIZE_CLASSES])
    return rng.integer(low, high)


def grow(builder: Builder, ops: Palette, size: int, core: Op | None = None) -> None:
    """Add about ``size`` operations, ``core`` among them if anything suits it."""
    tries = 0
    entry = builder.rng.integer(0, size // 2)
    while builder.size < size and tries < 8 * size + 24:
        tries += 1
        if core is not None and builder.size >= entry:
            if builder.apply(core) is not None or tries % 16 == 0:
                core = None
            continue
        op = ops.pick(builder.rng)
        if builder.allows(op):
            builder.apply(op)


def loose_ends(builder: Builder) -> list[Var]:
    """Computed values that nothing reads yet, oldest first."""
    computed = {var for eqn in builder.eqns for var in eqn.outputs}
    return [var for var in builder.unread if var in computed]


def results(builder: Builder, most: int) -> list[Var]:
    """At most ``most`` values to return, made by joining the loose ends."""
    ends = loose_ends(builder)
    while len(ends) > most:
        first, second = ends[-2], ends[-1]
        join(builder, first, second)
        remaining = loose_ends(builder)
        # A pair that nothing can join: the older of the two is left out, and pruned.
        ends = remaining if len(remaining) < len(ends) else _without(builder, first)
    return ends


def _without(builder: Builder, var: Var) -> list[Var]:
    builder.unread.pop(var, None)
    return loose_ends(builder)


def _loaded(builder: Builder, var: Var) -> Var:
    """The value in a dtype that can be computed with, if it is kept in 8 or 4 bits."""
    if kind(var.aval.dtype) not in "en":
        return var
    return _apply_any(builder, LOADERS, var) or var


def join(builder: Builder, first: Var, second: Var) -> Var | None:
    """One value made of two, reducing either to a scalar where their shapes don't fit."""
    first, second = (_loaded(builder, var) for var in (first, second))
    joined = _apply_any(builder, JOINERS, first, second)
    if joined is None:
        larger = max(first, second, key=lambda var: var.aval.size)
        other = second if larger is first else first
        reduced = _apply_any(builder, REDUCERS, larger)
        joined = None if reduced is None else _apply_any(builder, JOINERS, other, reduced)
    return joined


def _apply_any(builder: Builder, names: Sequence[str], *focus: Var) -> Var | None:
    for name in builder.rng.shuffled(names):
        op = builder.vocabulary.by_name.get(name)
        if op is None or not builder.allows(op):
            continue
        outputs = builder.apply(op, *focus)
        if outputs is not None:
            return outputs[0]
    return None
