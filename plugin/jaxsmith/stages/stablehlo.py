"""A program from its StableHLO text alone: compiled as JAX would compile it, and run.

No Python of a text is run. A module may call code by name: only what XLA and jaxlib bring along is
called.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.extend.mlir import ir

from jaxsmith.stages import compat
from jaxsmith.stages.counts import operations
from jaxsmith.stages.errors import StageError, guard
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.stages.compat import Executable

# Custom calls that XLA expands or takes out while it compiles.
_OF_XLA = frozenset(
    {"ApproxTopK", "TopK", "Sharding", "SPMDFullToShardShape", "SPMDShardToFullShape"}
)
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
class Module:
    """A StableHLO module that was read from its text.

    Attributes:
        inputs: types of the parameters of ``@main``. JAX leaves out arguments that are not used.
        outputs: types of its results, the leaves of what the Python function returns.
        operations: its operations by full name, as ``Extracted.stablehlo_ops`` counts them.
        devices: how many it is spread over.
        foreign: what it calls that neither XLA nor this jaxlib brings along, sorted.
    """

    inputs: tuple[Aval, ...]
    outputs: tuple[Aval, ...]
    operations: Mapping[str, int]
    devices: int
    foreign: tuple[str, ...]
    _module: ir.Module = field(repr=False)


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

    @property
    def optimized_hlo(self) -> str:
        """What XLA made of the module, in full and without metadata."""
        return compat.hlo_of(self._executable.loaded)

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
    return compile_module(read_stablehlo(text))


def read_stablehlo(text: str) -> Module:
    """Read the text of a StableHLO module.

    Raises:
        StageError: stage ``"parse"``, when the text is no valid module.
    """
    with guard("parse", lines=2):
        module = compat.parsed_module(text)
        inputs, outputs = compat.main_types(module)
        return Module(
            inputs=_avals(inputs),
            outputs=_avals(outputs),
            operations=operations(module),
            devices=math.prod(compat.device_counts(module)),
            foreign=tuple(sorted(_called(module) - _brought_along())),
            _module=module,
        )


def compile_module(module: Module, platform: str | None = None) -> Program:
    """Compile a module that was read.

    Args:
        module: what to compile.
        platform: for which platform; None for JAX's default.

    Raises:
        StageError: stage ``"compile"``, when XLA can't compile it, there are too few devices, or
            it calls what is not here.
    """
    for name in module.foreign:
        # Python is named by an address in the process that traced it.
        what = "runs Python, which is not in the text" if "_callback" in name else "is not here"
        raise StageError("compile", f"custom_call @{name} {what}")
    with guard("compile"):
        executable = compat.compile_module(module._module, platform)
    return Program(module.inputs, module.outputs, executable)


def devices_of(platform: str) -> int:
    """How many devices of a platform there are here."""
    try:
        return len(jax.devices(platform))
    except RuntimeError:
        return 0


def knows_dtype(dtype: str) -> bool:
    """Whether this JAX has arrays of a dtype; younger ones have more formats of floats."""
    return hasattr(jax.numpy, dtype)


def _called(module: ir.Module) -> set[str]:
    """The targets of the module's custom calls."""
    found: set[str] = set()

    def visit(operation: ir.Operation) -> ir.WalkResult:
        if operation.name.endswith(".custom_call"):  # of whatever dialect
            attributes: Any = operation.attributes
            found.add(attributes["call_target_name"].value)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    return found


@cache
def _brought_along() -> frozenset[str]:
    return _OF_XLA | compat.kernels()


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
