"""The reference interpreter of StableHLO, in the process that it may take along.

Imports jaxlib, and not JAX: the opinion is that of another program, and starts in half the time.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import ml_dtypes  # noqa: F401 - NumPy's dtypes of what is read from a question
import numpy as np

from jaxsmith.stages import compat
from jaxsmith.stages.serve import serve

# Types and attributes stay in a context for as long as it lives.
_QUESTIONS_TO_A_CONTEXT = 50
# What NumPy takes from an attribute as it is; the wider type that holds all of another.
_WIDER = {"i2": "i8", "i4": "i8", "ui2": "ui8", "ui4": "ui8"}


class Interpreter:
    """Runs modules, one after another."""

    def __init__(self) -> None:
        self._asked = count()
        self._context: Any = None
        compat.mlir("dialects.stablehlo").register_stablehlo_passes()

    def run(self, stablehlo: str, sets: list[list[Any]]) -> list[list[Any]]:
        """The results of a module's main function for each set of arguments.

        Args:
            stablehlo: the text of the module.
            sets: the arguments, arrays of the types that the function takes.

        Returns:
            The leaves of the results: complex numbers as such, other floats that NumPy does not
            have in float32, integers of 4 bits in 8.
        """
        if next(self._asked) % _QUESTIONS_TO_A_CONTEXT == 0:
            self._context = compat.mlir_context()
        ir = compat.mlir("ir")
        with self._context, ir.Location.unknown():
            module = ir.Module.parse(stablehlo)
            passes = "builtin.module(func.func(chlo-legalize-to-stablehlo))"
            compat.mlir("passmanager").PassManager.parse(passes).run(module.operation)
            _copy_what_is_scattered_into(module)
            main = next(filter(_is_main, module.body.operations))
            types = [kind.element_type for kind in main.type.inputs]
            complex_results = _return_plain_numbers(main)
            return [
                _joined(
                    compat.run_reference_interpreter(module, list(map(_attribute, arrays, types))),
                    complex_results,
                )
                for arrays in sets
            ]


def _copy_what_is_scattered_into(module: Any) -> None:
    """Give each scatter operands of its own: jaxlib 0.10 writes into them, whoever else reads."""
    ir, hlo = compat.mlir("ir"), compat.mlir("dialects.stablehlo")
    scatters = []

    def note(operation: Any) -> Any:
        if operation.name == "stablehlo.scatter":
            scatters.append(operation)
        return ir.WalkResult.ADVANCE

    module.operation.walk(note)
    for scatter in scatters:
        with ir.InsertionPoint(scatter):
            for i in range(len(scatter.results)):
                operand = scatter.operands[i]
                scatter.operands[i] = hlo.ReshapeOp(operand.type, operand).result


def _is_main(operation: Any) -> bool:
    return bool(operation.attributes["sym_name"].value == "main")


def _return_plain_numbers(main: Any) -> list[bool]:
    """Let a function return what NumPy can take from an attribute; tell which results were complex.

    Complex numbers become their real part followed by their imaginary one, which else would end the
    process. Nothing is rounded.
    """
    ir, hlo, func = map(compat.mlir, ("ir", "dialects.stablehlo", "dialects.func"))
    block = main.regions[0].blocks[0]
    end = block.operations[len(block.operations) - 1]
    plain: list[Any] = []
    for value in end.operands:
        kind = value.type.element_type
        with ir.InsertionPoint(end):
            if isinstance(kind, ir.ComplexType):
                plain += [hlo.RealOp(value).result, hlo.ImagOp(value).result]
            elif wider := _wider(kind):
                shape = value.type.shape
                plain.append(hlo.ConvertOp(ir.RankedTensorType.get(shape, wider), value).result)
            else:
                plain.append(value)
    was_complex = [isinstance(value.type.element_type, ir.ComplexType) for value in end.operands]
    with ir.InsertionPoint(end):
        func.ReturnOp(plain)
    end.operation.erase()
    kinds = [value.type for value in plain]
    main.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(main.type.inputs, kinds))
    if "res_attrs" in main.attributes:
        del main.attributes["res_attrs"]
    return was_complex


def _wider(kind: Any) -> Any:
    ir = compat.mlir("ir")
    if isinstance(kind, ir.FloatType):
        return ir.F32Type.get() if kind.width < 32 else None
    name = _WIDER.get(str(kind))
    return name and ir.Type.parse(name)


def _attribute(array: Any, kind: Any) -> Any:
    dense = compat.mlir("ir").DenseElementsAttr
    return dense.get(np.ascontiguousarray(array), type=kind, shape=array.shape)


def _joined(results: list[Any], was_complex: list[bool]) -> list[Any]:
    arrays = iter([np.array(result) for result in results])
    return [_complex(next(arrays), next(arrays)) if each else next(arrays) for each in was_complex]


def _complex(real: Any, imaginary: Any) -> Any:
    # Not real + 1j * imaginary, where infinity times zero would come in.
    both = np.empty(real.shape, np.complex64 if real.dtype == np.float32 else np.complex128)
    both.real, both.imag = real, imaginary
    return both


if __name__ == "__main__":
    serve(Interpreter().run)
