"""StableHLO's reference interpreter: what a module means, said by no compiler. Imports no JAX.

It is slow, lacks operations, and ends its process where it meets one that it lacks; so it lives in
a process of its own, and has nothing to say of some functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.errors import JaxsmithError
from jaxsmith.stages.child import Child, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from jaxsmith.stages.extracted import Extracted
    from jaxsmith.vocabulary.aval import Aval

    Leaves = Sequence[np.ndarray[Any, Any]]

MODULE = "jaxsmith.stages.interpreter_child"

# Only for what the rule below does not foresee: what there is an opinion of must not depend on how
# fast the machine is.
SECONDS = 60
# As XLA counts them, of all input sets: from two seconds of the interpreter's to ten.
MOST_FLOPS = 5e5

UNSUPPORTED = (
    "stablehlo.cholesky",
    "stablehlo.custom_call",
    "stablehlo.rng",
    "stablehlo.rng_bit_generator",
    "sdy.manual_computation",
)
"""Operations that end the interpreter's process, known so that it need not be started again."""


class NoOpinionError(JaxsmithError):
    """An oracle has nothing to say of a function; ``str`` says why, the same in every process."""


class ReferenceInterpreter:
    """Runs functions that were extracted; has a process from the first one on until it is closed.

    Args:
        seconds: how much processor time one function may take.
    """

    def __init__(self, seconds: int = SECONDS) -> None:
        self._child = Child(MODULE, seconds)

    @property
    def running(self) -> bool:
        """Whether it has a process."""
        return self._child.running

    def run(self, extracted: Extracted, sets: Sequence[Leaves]) -> list[list[np.ndarray[Any, Any]]]:
        """The leaves of a function's result for each set of the leaves of its arguments.

        Raises:
            NoOpinionError: it can't run the function.
        """
        _refuse(extracted, len(sets))
        arguments = [[leaves[i] for i in extracted.kept] for leaves in sets]
        try:
            results = self._child.ask((extracted.stablehlo, arguments))
        except NoAnswerError as error:
            raise NoOpinionError(_short(str(error))) from error
        return [list(map(_as_declared, leaves, extracted.outputs)) for leaves in results]

    def close(self) -> None:
        """End its process."""
        self._child.close()


def _refuse(extracted: Extracted, sets: int) -> None:
    for operation in UNSUPPORTED:
        if operation in extracted.stablehlo_ops:
            raise NoOpinionError(f"it lacks {operation}")
    if (extracted.flops or 0.0) * sets > MOST_FLOPS:
        raise NoOpinionError("it would take too long")


def _short(reason: str) -> str:
    """The reason without the operation's operands, which may be a whole function."""
    return reason.partition("(")[0].strip()


def _as_declared(leaf: np.ndarray[Any, Any], aval: Aval) -> np.ndarray[Any, Any]:
    """The leaf in its own dtype again, which is no more than NumPy can carry; a key stays as is."""
    return leaf if aval.dtype.startswith("key<") else leaf.astype(aval.dtype, copy=False)
