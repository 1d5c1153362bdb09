"""A program from its StableHLO text alone: compiled as JAX would compile it, and run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.stages import compat
from jaxsmith.stages.errors import StageError, guard
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.stages.compat import Executable

# Python that is called while the program runs is named by an address in the process that traced it.
_CALLBACK = re.compile(r"@(\w+_callback)\b")
_PARAMETER = re.compile(r"^ *(?:ROOT )?%?([\w.-]+)\.\d+ = .* parameter\(\d+\)", re.MULTILINE)
_FLOAT8 = re.compile(r"f8E(\w+)")
_DTYPES = {
    "i1": "bool",
    "bf16": "bfloat16",
    "complex<f32>": "complex64",
    "complex<f64>": "complex128",
}
_PREFIXES = {"i": "int", "ui": "uint", "f": "float"}


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled module: call it with arrays, get arrays. Drop it to free the executable.

    Attributes:
        inputs: types of the parameters of ``@main``. JAX leaves out arguments that are not used.
        outputs: types of its results, the leaves of what the Python function returns.
    """

    inputs: tuple[Aval, ...]
    outputs: tuple[Aval, ...]
    _executable: Executable = field(repr=False)

    def __call__(self, *arrays: Any) -> list[np.ndarray[Any, Any]]:
        """Run the program.

        Args:
            *arrays: one for each of ``inputs``, of its shape and dtype.

        Returns:
            The results on the host.

        Raises:
            StageError: stage ``"run"``, when the arrays don't fit or the program fails.
        """
        given = [np.asarray(array) for array in arrays]
        found = [Aval(array.shape, str(array.dtype)) for array in given]
        if found != list(self.inputs):
            raise StageError("run", f"given {_types(found)}; @main takes {_types(self.inputs)}")
        with guard("run"), compat.enable_x64(True):  # else JAX would narrow what it is given
            return compat.execute(self._executable, given, [aval.shape for aval in self.outputs])


def compile_stablehlo(text: str) -> Program:
    """Compile the text of a StableHLO module, such as a record's ``stablehlo``.

    Args:
        text: a module whose ``@main`` takes and returns arrays; for as many devices as it says.

    Raises:
        StageError: stage ``"parse"``, when the text is no valid module; ``"compile"``, when XLA
            can't compile it, there are not as many devices, or it calls back into Python.
    """
    called = _CALLBACK.search(text)
    if called:
        detail = f"custom_call @{called[1]} runs Python, which is not in the text"
        raise StageError("compile", detail)
    with guard("parse"):
        module = compat.parsed_module(text)
        inputs, outputs = compat.main_types(module)
    with guard("compile"):
        executable = compat.compile_module(module)
    return Program(_avals(inputs), _avals(outputs), executable)


def kept_inputs(names: Sequence[str], hlo: str) -> list[int]:
    """Which arguments of a function are parameters of its program: JAX drops those it doesn't use.

    Args:
        names: the names of all arguments, a record's ``input_names``.
        hlo: the HLO, which names its parameters after them; a record's ``hlo``.

    Returns:
        Their positions, in order.
    """
    entry = hlo.rpartition("\nENTRY ")[2].partition("\n}")[0]
    kept = set(_PARAMETER.findall(entry))
    return [position for position, name in enumerate(names) if name in kept]


def _avals(types: Sequence[tuple[tuple[int, ...], str]]) -> tuple[Aval, ...]:
    return tuple(Aval(shape, _dtype(element)) for shape, element in types)


def _dtype(element: str) -> str:
    """NumPy's name of an element type of MLIR: ``"uint8"`` of ``"ui8"``."""
    if element in _DTYPES:
        return _DTYPES[element]
    short = _FLOAT8.fullmatch(element)
    if short:
        return f"float8_e{short[1].lower()}"
    prefix = element.rstrip("0123456789")
    return _PREFIXES.get(prefix, prefix) + element[len(prefix) :]


def _types(avals: Sequence[Aval]) -> str:
    return ", ".join(map(str, avals)) or "nothing"
