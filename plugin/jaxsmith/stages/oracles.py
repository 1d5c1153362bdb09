"""Oracles: who else can be asked what a function gives. Does not import JAX.

Each is one entry of the table below; what it says is held against the same expectation as the
compiled function's result.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import InvalidRequestError
from jaxsmith.stages.errors import StageError
from jaxsmith.stages.interpreter import NoOpinionError, ReferenceInterpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np

    from jaxsmith.stages.extracted import Extracted

    Leaves = Sequence[np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """A function and what it is to be called with.

    Attributes:
        extracted: what JAX made of it.
        fn: the function itself.
        calls: its arguments, positional and by name, of each input set.
        leaves: the leaves of these arguments.
    """

    extracted: Extracted
    fn: Callable[..., object]
    calls: Sequence[tuple[tuple[Any, ...], Mapping[str, Any]]]
    leaves: Sequence[Leaves]


@dataclass(frozen=True, slots=True)
class Oracle:
    """One who can be asked.

    Attributes:
        name: what a record and the option call it.
        summary: who it is, in one line.
        ask: gives the leaves of the result on each input set, or raises ``NoOpinionError``.
    """

    name: str
    summary: str
    ask: Callable[[Panel, Question], list[Leaves]]


def _run_eagerly(_panel: Panel, question: Question) -> list[Leaves]:
    from jaxsmith.stages.eager import run_eagerly

    devices = question.extracted.config["devices"]
    if devices != 1:
        raise NoOpinionError(f"it is spread over {devices} devices")
    try:
        return [
            run_eagerly(question.extracted, question.fn, args, kwargs).leaves
            for args, kwargs in question.calls
        ]
    except StageError as error:
        raise NoOpinionError(error.detail) from error


def _interpret(panel: Panel, question: Question) -> list[Leaves]:
    return list(panel.interpreter.run(question.extracted, question.leaves))


_TABLE = (
    Oracle("jax_eager", "JAX itself, operation by operation, nothing compiled", _run_eagerly),
    Oracle("interpreter", "StableHLO's reference interpreter", _interpret),
)

ORACLES: Mapping[str, Oracle] = MappingProxyType({oracle.name: oracle for oracle in _TABLE})
"""Every oracle by name, in the order in which they are asked."""


def select_oracles(names: Iterable[str]) -> tuple[str, ...]:
    """The same names, each once, in the order of the table.

    Raises:
        InvalidRequestError: there is no such oracle.
    """
    asked = set(names)
    for name in sorted(asked - ORACLES.keys()):
        raise InvalidRequestError(f"there is no oracle {name!r}; there are {', '.join(ORACLES)}")
    return tuple(name for name in ORACLES if name in asked)


class Panel:
    """The oracles that a session asks; close it when there are no more questions.

    Args:
        names: which, as ``select_oracles`` gives them.
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.names = names
        self.interpreter = ReferenceInterpreter()

    def ask(self, name: str, question: Question) -> list[Leaves]:
        """The leaves of the result on each input set, as one oracle has them.

        Raises:
            NoOpinionError: it has no opinion of this function.
        """
        return ORACLES[name].ask(self, question)

    def close(self) -> None:
        """End whatever processes were started for it."""
        self.interpreter.close()
