"""What a difference between two texts of a function comes from, said so that many can share it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING

from jaxsmith.dataset.diff.align import Hunk, hunks
from jaxsmith.dataset.diff.told import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from jaxsmith.dataset.diff.items import Dialect, Line


@dataclass(frozen=True, slots=True)
class Cause:
    """What changed, so that two functions that changed for one reason have equal causes.

    Attributes:
        kind: a key of ``jaxsmith.dataset.diff.phrases.PHRASES``.
        gone: what there is less of: names of operations or attributes.
        come: what there is more of.
        name: of the attribute, the pass or the function that it is about.
    """

    kind: str
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cause as it shows in one function.

    Attributes:
        cause: what changed.
        old: lines that show it, of the old text.
        new: of the new one.
        ops: the operations that it was seen at.
        values: what was said before and after, where the cause is about something that is said.
        sure: whether the lines stand in the same place, so that one surely became the other.
    """

    cause: Cause
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()
    values: tuple[str, str] | None = None
    sure: bool = True


def name_of(line: Line, dialect: Dialect) -> str:
    """The operation of a line, with what it calls."""
    op = dialect.item(line.key).op
    return f"{op} {line.calls}" if line.calls else op


def causes(
    old: Sequence[Line], new: Sequence[Line], dialect: Dialect, own: AbstractSet[str] = frozenset()
) -> list[Evidence]:
    """The causes of a difference, each once.

    Args:
        old: the lines of one text.
        new: those of the other, which differ.
        dialect: what both are written in.
        own: names of functions that the user wrote, unlike those of a library: that something
            stands in one of these says nothing about where it comes from.
    """
    if dialect.structure and (counted := _counted(old, new, dialect)):
        return counted
    found = list(_evidence(old, new, dialect, own))
    telling = [each for each in found if not dialect.frame.issuperset(each.ops)]
    sure = [each for each in telling if each.sure]
    # An attribute may surely be the cause in other functions.
    likely = [each for each in telling if each.sure or each.cause.kind == "attribute"]
    return _merged((likely if sure else telling) or found) or _elsewhere(old, new)


def _merged(found: Iterable[Evidence]) -> list[Evidence]:
    """Each cause once, with the operations of all that show it, the sure ones first."""
    merged: dict[Cause, Evidence] = {}
    for evidence in sorted(found, key=lambda each: not each.sure):
        known = merged.setdefault(evidence.cause, evidence)
        if known is not evidence:
            ops = tuple(dict.fromkeys((*known.ops, *evidence.ops)))
            merged[evidence.cause] = replace(known, ops=ops)
    return list(merged.values())


def _counted(old: Sequence[Line], new: Sequence[Line], dialect: Dialect) -> list[Evidence]:
    """The operations that a program has more of and less of, those of its structure first.

    Where code is moved from one piece into another, line by line there is nothing to be seen.
    """
    before = Counter(name_of(line, dialect) for line in old)
    after = Counter(name_of(line, dialect) for line in new)
    for chosen in (_is_structure, _is_other):
        gone, come = (
            tuple(sorted(name for name in left if chosen(name, dialect)))
            for left in (before - after, after - before)
        )
        if gone or come:
            shown = (
                _shown(_left_over(old, new), gone, dialect),
                _shown(_left_over(new, old), come, dialect),
            )
            return [Evidence(Cause("ops", gone, come), *shown, (*gone, *come))]
    return []


def _is_structure(name: str, dialect: Dialect) -> bool:
    return name.split(" ")[0] in dialect.structure


def _left_over(lines: Sequence[Line], others: Sequence[Line]) -> Iterator[Line]:
    """The lines that others do not have as often."""
    known = Counter(line.key for line in others)
    for line in lines:
        known[line.key] -= 1
        if known[line.key] < 0:
            yield line


def _is_other(name: str, dialect: Dialect) -> bool:
    return name not in dialect.frame


def _elsewhere(old: Sequence[Line], new: Sequence[Line]) -> list[Evidence]:
    """Both texts have the same lines: they stand elsewhere, or read other values."""
    pairs = list(zip(old, new, strict=False))
    for a, b in pairs:
        if a.key != b.key:
            return [Evidence(Cause("order"), (a.text,), (b.text,))]
    for a, b in pairs:
        if a.reads != b.reads:
            return [Evidence(Cause("dataflow"), (a.text,), (b.text,))]
    return [Evidence(Cause("order"))]


def _evidence(
    old: Sequence[Line], new: Sequence[Line], dialect: Dialect, own: AbstractSet[str]
) -> Iterator[Evidence]:
    """The causes of each place where the lines differ.

    What differs in a function of a library that both texts have, differs because the library does;
    a function that only one of them has, or has more often, is named where it is called.
    """
    rewritten = _rewritten(_bodies(old, dialect), _bodies(new, dialect))
    places = []
    for hunk in hunks(old, new):
        in_place, shifted = _next_to_each_other(hunk, dialect)
        yield from _told(in_place, dialect, sure=True)
        yield from _told(shifted, dialect, sure=False)
        places += _by_function(hunk, own)
    yield from _told(_elsewhere_alike(places, dialect), dialect, sure=False)
    for function, hunk in places:
        if function in rewritten:
            shown = _shown(hunk.old, None, dialect), _shown(hunk.new, None, dialect)
            yield Evidence(Cause("function", name=function), *shown, (function,))
        elif not function:
            less, more = _ops(hunk.old, dialect), _ops(hunk.new, dialect)
            gone, come = tuple(sorted(less - more)), tuple(sorted(more - less))
            if gone or come:
                shown = _shown(hunk.old, gone, dialect), _shown(hunk.new, come, dialect)
                yield Evidence(Cause("ops", gone, come), *shown, (*gone, *come))


_Pair = tuple["Line", "Line"]


def _next_to_each_other(hunk: Hunk, dialect: Dialect) -> tuple[list[_Pair], list[_Pair]]:
    """Operations that stand in both with something else to say; they are taken out of the hunk.

    First those that stand in the same place, then the others.
    """
    old, new = ([name_of(line, dialect) for line in side] for side in hunk)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    same_length = len(old) == len(new)
    in_place: list[_Pair] = []
    shifted: list[_Pair] = []
    for a, b, size in matcher.get_matching_blocks():
        pairs = zip(hunk.old[a : a + size], hunk.new[b : b + size], strict=True)
        (in_place if same_length and a == b else shifted).extend(pairs)
    _take([*in_place, *shifted], [hunk])
    return in_place, shifted


def _elsewhere_alike(places: Sequence[tuple[str, Hunk]], dialect: Dialect) -> list[_Pair]:
    """Operations that stand in both, but elsewhere; they are taken out of the hunks."""
    waiting: dict[str, list[Line]] = {}
    for _, hunk in places:
        for line in hunk.old:
            waiting.setdefault(name_of(line, dialect), []).append(line)
    pairs = [
        (alike.pop(0), line)
        for _, hunk in places
        for line in hunk.new
        if (alike := waiting.get(name_of(line, dialect)))
    ]
    _take(pairs, [hunk for _, hunk in places])
    return pairs


def _take(pairs: Sequence[_Pair], places: Iterable[Hunk]) -> None:
    taken = {id(line) for pair in pairs for line in pair}
    for side in (side for hunk in places for side in hunk):
        side[:] = [line for line in side if id(line) not in taken]


def _told(pairs: Iterable[_Pair], dialect: Dialect, *, sure: bool) -> Iterator[Evidence]:
    for old, new in pairs:
        name = name_of(old, dialect)
        for kind, gone, come, about, values in told(dialect.item(old.key), dialect.item(new.key)):
            cause = Cause(kind, gone, come, about)
            # No operation has an attribute for a while only.
            certain = sure or kind == "attributes"
            yield Evidence(cause, (old.text,), (new.text,), (name,), values, certain)


def _by_function(hunk: Hunk, own: AbstractSet[str]) -> list[tuple[str, Hunk]]:
    """What is left of a hunk, by the function of a library that it is part of."""
    found: dict[str, Hunk] = {}
    for place, side in enumerate(hunk):
        for line in side:
            function = next((name for name in line.within if name not in own), "")
            found.setdefault(function, Hunk([], []))[place].append(line)
    return list(found.items())


def _ops(lines: Iterable[Line], dialect: Dialect) -> Counter[str]:
    names = (name_of(line, dialect) for line in lines)
    return Counter(name for name in names if name not in dialect.frame)


def _bodies(lines: Iterable[Line], dialect: Dialect) -> dict[str, set[tuple[str, ...]]]:
    """By function, the operations of each of its bodies: one for every type it is called with."""
    bodies: dict[str, set[tuple[str, ...]]] = {}
    function = ""
    body: list[str] = []
    for line in lines:
        innermost = line.within[0] if line.within else ""
        op = name_of(line, dialect)
        if innermost != function or op in dialect.heads:
            bodies.setdefault(function, set()).add(tuple(body))
            function, body = innermost, []
        body.append(op)
    bodies.setdefault(function, set()).add(tuple(body))
    return bodies


def _rewritten(
    old: Mapping[str, set[tuple[str, ...]]], new: Mapping[str, set[tuple[str, ...]]]
) -> set[str]:
    """The functions of which some bodies are gone and others have come."""
    return {
        name
        for name in old.keys() & new.keys()
        if name and old[name] - new[name] and new[name] - old[name]
    }


_SHOWN = 3


def _shown(lines: Iterable[Line], names: Iterable[str] | None, dialect: Dialect) -> tuple[str, ...]:
    """Some lines, those of the operations that are named; of any outside of the frame if None."""
    known = list(lines)
    if names is None:
        chosen = [line for line in known if dialect.item(line.key).op not in dialect.frame] or known
    else:
        wanted = set(names)
        chosen = [line for line in known if name_of(line, dialect) in wanted]
    return tuple(line.text for line in islice(chosen, _SHOWN))
