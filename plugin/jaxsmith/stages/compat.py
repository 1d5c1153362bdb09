"""Every use of an API that JAX does not promise to keep, each in a function of its own.

JAX is imported inside the functions: the table of stages, which names one of them, must be
importable without it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from jaxsmith.errors import JaxsmithError
from jaxsmith.stages.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import CodeType

    import numpy as np
    from jax.extend.core import ClosedJaxpr, Jaxpr
    from jax.extend.mlir import ir
    from jax.stages import Compiled, Lowered

    AnyJaxpr = Jaxpr | ClosedJaxpr
    PrintedJaxpr = list[tuple[str, list[Any]]]  # lines, each perhaps broken, and their tracebacks
    DumpOptions = Mapping[str, str | bool]
    MlirType = tuple[tuple[int, ...], str]

DUMP_CODE: DumpOptions = MappingProxyType({})
"""What to ask of XLA for the object files or the PTX, which every dump holds."""

DUMP_LLVM: DumpOptions = MappingProxyType({"xla_dump_emitter_re": "llvm"})
"""What to ask of XLA for the LLVM IR, which JAX 0.10 dumps unasked.

Whatever matches the emitters of MLIR too, such as ``".*"``, crashes now and then.
"""

DUMP_PASSES: DumpOptions = MappingProxyType({"xla_dump_hlo_pass_re": ".*"})
"""What to ask of XLA for the HLO after each pass."""

_DUMP_ALWAYS: DumpOptions = MappingProxyType(
    # Metadata has the file names of the caller; elsewhere constants would be `{...}`.
    {
        "xla_dump_disable_metadata": True,
        "xla_dump_large_constants": True,
        "xla_backend_optimization_level": "3",  # JAX's default
    }
)
_START = ".before_optimizations.txt"
_END = re.compile(r"(?:.+_)?after_optimizations\.txt")  # a GPU's has its capability before it
_STATE = re.compile(r"(\d+)\.(.+?)\.after_(.+?)(?:\.before_.+)?\.txt")
# JAX 0.12 numbers these passes through the life of the process.
_NUMBERED_PASS = re.compile(r"(?<=^apply-xla-transforms)-\d+$")


# Where jaxlib keeps XLA's HLO: since 0.10, and before.
_XLA = ("jaxlib._hlo", "jaxlib._jax")


class MissingApiError(JaxsmithError):
    """This version of JAX has lost something that jaxsmith reads."""

    def __init__(self, api: str) -> None:
        super().__init__(f"this JAX has no {api}, which jaxsmith needs; see jaxsmith.stages.compat")


class TooManyDecisionsError(JaxsmithError):
    """What JAX has to decide about symbolic sizes seems to have no end."""

    def __init__(self) -> None:
        super().__init__("what is to be decided about symbolic sizes seems to have no end")


def enable_x64(enabled: bool) -> AbstractContextManager[None]:
    """Whether 64-bit types exist within: ``jax.enable_x64``, which was experimental before 0.8."""
    context = _member("enable_x64", "jax", "jax.experimental")(enabled)
    return cast("AbstractContextManager[None]", context)


def add_to_cache_keys(text: Callable[[], str]) -> None:
    """Let JAX's compilation cache tell executables apart by what a function returns, too."""
    _member("custom_hook", "jax._src.cache_key")  # else it would be set in vain
    keys: Any = import_module("jax._src.cache_key")
    keys.custom_hook = text


@contextmanager
def few_decisions(most: int) -> Iterator[None]:
    """Within, JAX gives up on symbolic sizes about which it has to note more than so many facts.

    What it notes of code that halves a size until one is left has no end, and grows exponentially.

    Raises:
        TooManyDecisionsError: in the code within, from the note that is one too many.
    """
    decision = _member("_DecisionByElimination", "jax._src.export.shape_poly_decision")
    note = _present(getattr(decision, "add_to_state", None), "_DecisionByElimination.add_to_state")
    noted = 0

    def counting(*args: object, **kwargs: object) -> object:
        nonlocal noted
        noted += 1
        if noted > most:
            raise TooManyDecisionsError
        return note(*args, **kwargs)

    decision.add_to_state = counting
    try:
        yield
    finally:
        decision.add_to_state = note


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Within, what JAX lowers is verified on the thread that asks for it.

    MLIR verifies a module on several threads, while JAX waits for them and holds the interpreter:
    with JAX 0.10 that was seen never to end, for a sharded loop with symbolic sizes.
    """
    mlir: Any = import_module("jax._src.interpreters.mlir")
    make = _member("make_ir_context", "jax._src.interpreters.mlir")

    def on_one() -> Any:
        context = make()
        context.enable_multithreading(False)
        return context

    mlir.make_ir_context = on_one
    try:
        yield
    finally:
        mlir.make_ir_context = make


def hlo_module(lowered: Lowered) -> Any:
    """The HLO that a lowering is converted to."""
    computation = _present(lowered.compiler_ir("hlo"), "Lowered.compiler_ir")
    return computation.as_hlo_module()


def hlo_text(module: Any, *, metadata: bool) -> str:
    """A module as ``Lowered.as_text("hlo")`` prints it, with or without metadata."""
    options = _member("HloPrintOptions", *_XLA).short_parsable()
    options.print_metadata = metadata
    return str(module.to_string(options))


def optimized_hlo(compiled: Compiled, *, metadata: bool = False) -> str:
    """The HLO that was compiled, in full: constants of any size, no metadata, no file names.

    ``Compiled.as_text()`` prints the same, but with the source files of every instruction, and
    with ``constant({...})`` for a constant of more than ten elements.
    """
    loaded = _present(compiled.runtime_executable(), "Compiled.runtime_executable")
    return hlo_of(loaded, metadata=metadata)


def hlo_of(loaded: Any, *, metadata: bool = False) -> str:
    """The HLO of a loaded executable, as ``optimized_hlo`` has it."""
    options = _member("HloPrintOptions", *_XLA)()
    options.print_metadata = metadata
    options.print_large_constants = True
    return "\n".join(module.to_string(options) for module in loaded.hlo_modules())


def compile_dumping(lowered: Lowered, options: DumpOptions) -> tuple[Compiled, Mapping[str, bytes]]:
    """Compile, and keep what XLA writes to files while it does.

    Args:
        lowered: what to compile.
        options: what to ask of XLA, of the ``DUMP_...`` above.

    Returns:
        The executable, and the files by name, without the part of the name that says which module
        of the process it is.

    Raises:
        StageError: stage ``"compile"``, when XLA wrote nothing.
    """
    with _dumping(options) as (told, files):
        compiled = lowered.compile(told)
    return compiled, files


def compile_module_dumping(
    module: ir.Module, options: DumpOptions
) -> tuple[Executable, Mapping[str, bytes]]:
    """Compile a module like ``compile_module``, and keep what XLA writes to files while it does.

    Raises:
        StageError: see ``compile_dumping``.
    """
    with _dumping(options) as (told, files):
        executable = compile_module(module, options=told)
    return executable, files


@contextmanager
def _dumping(options: DumpOptions) -> Iterator[tuple[dict[str, str | bool], dict[str, bytes]]]:
    """What to tell XLA, and a dict that holds the files when the block has ended."""
    found: dict[str, bytes] = {}
    with TemporaryDirectory(prefix="jaxsmith-") as folder:
        yield {**_DUMP_ALWAYS, **options, "xla_dump_to": folder}, found
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    modules = [name.removesuffix(_START) for name in files if name.endswith(_START)]
    if len(modules) != 1:
        raise StageError(
            "compile",
            f"XLA dumped {len(modules)} modules, not one; if JAX's persistent compilation cache is "
            "in use, turn it off with JAX_ENABLE_COMPILATION_CACHE=0",
        )
    module = modules[0] + "."
    found.update({name.removeprefix(module): content for name, content in files.items()})


def hlo_states(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The HLO before the first pass, after each pass and at the end, each with its moment.

    XLA also writes at the start of a pipeline of passes; what changed there changed between two
    pipelines, such as the order of the instructions, which scheduling fixes.
    """
    yield "before any pass", files[_START[1:]].decode()
    passes = sorted(
        (int(found[1]), found[2], found[3], content)
        for name, content in files.items()
        if (found := _STATE.fullmatch(name))
    )
    for _, pipeline, name, content in passes:
        after = f"after {_NUMBERED_PASS.sub('', name)}, in {pipeline}"
        moment = f"at the start of {pipeline}" if name == "pipeline-start" else after
        yield moment, content.decode()
    yield from (("at the end", files[name].decode()) for name in files if _END.fullmatch(name))


def llvm_modules(files: Mapping[str, bytes]) -> dict[str, str]:
    """The LLVM IR after LLVM's own passes, by the name of the module, sorted."""
    found = _named(files, re.compile(r"(?:(.+)\.)?ir-with-opt\.ll"))
    return {name: content.decode() for name, content in found}


def ptx_modules(files: Mapping[str, bytes]) -> dict[str, str]:
    """The PTX by the name of the module, sorted."""
    found = _named(files, re.compile(r"(?:(.+)\.)?ptx"))
    return {name: content.decode() for name, content in found}


def object_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The object files by the name of the module that each was made from, sorted."""
    return dict(_named(files, re.compile(r"obj-file\.(?:(.+)\.)?o")))


def varies(module: str) -> bool:
    """Whether code of that name is not the same in every process.

    XLA compiles a call, such as a small loop becomes one, to a function that takes every buffer of
    what it calls, in the order of a hash table whose seed is an address.
    """
    return module.endswith("_computation_kernel_module")


def stablehlo_module(lowered: Lowered) -> ir.Module:
    """The StableHLO module itself, of which ``Lowered.as_text()`` is the text."""
    module = lowered.compiler_ir("stablehlo")
    return cast("ir.Module", _present(module, "Lowered.compiler_ir"))


def printed_jaxpr(jaxpr: AnyJaxpr) -> PrintedJaxpr:
    """The text of a jaxpr, and the tracebacks of the equations shown in each part of it.

    ``str`` gives the same text, but in colour where the standard output is a terminal.
    """
    regions: list[list[tuple[int, int, Any]]] = []
    text = getattr(jaxpr, "jaxpr", jaxpr).pretty_print(use_color=False, source_map=regions)
    lines = iter(text.split("\n"))
    parts = []
    for region in regions:
        # JAX takes for one line what a parameter breaks, such as an array: count its bytes.
        width = max((end for _, end, _ in region), default=0)
        part = next(lines)
        while len(part.encode()) < width:
            part += "\n" + next(lines)
        parts.append((part, [traceback for _, _, traceback in region]))
    return parts


def frames(traceback: Any) -> Iterator[tuple[CodeType, int]]:
    """Code and the place of the instruction in it, in bytes; that of the nearest call first."""
    codes, instructions = traceback.raw_frames()
    return zip(codes, instructions, strict=True)


def only_frame(traceback: Any) -> tuple[str, int] | None:
    """File and line of the user's nearest call, where that is all that JAX keeps: before 0.9.

    None for a whole traceback.
    """
    if hasattr(traceback, "raw_frames"):
        return None
    name = _present(getattr(traceback, "file_name", None), "Traceback.raw_frames")
    return name, traceback.start_line


def public_primitives() -> set[str]:
    """The names of the primitives that JAX shows."""
    module = import_module("jax.extend.core.primitives")
    return {value.name for key, value in vars(module).items() if key.endswith("_p")}


def dialect_operations(dialect: str) -> set[str]:
    """The full names of the operations that a dialect's bindings define."""
    module = import_module(f"jax.extend.mlir.dialects.{dialect}")
    names = {getattr(value, "OPERATION_NAME", None) for value in vars(module).values()}
    found = {name for name in names if isinstance(name, str)}
    if not found:
        raise MissingApiError(f"jax.extend.mlir.dialects.{dialect} with its operations")
    return found


def device_count(compiled: Compiled) -> int:
    """On how many devices the executable runs."""
    executable = _present(compiled.runtime_executable(), "Compiled.runtime_executable")
    return len(executable.local_devices())


def kept_inputs(compiled: Compiled) -> tuple[int, ...]:
    """The positions of the arguments' leaves that the module takes; JAX drops those not read."""
    executable = getattr(compiled, "_executable", None)
    kept = getattr(executable, "_kept_var_idx", None)
    return tuple(sorted(_present(kept, "Compiled._executable._kept_var_idx")))


def mlir(module: str) -> Any:
    """A module of the MLIR bindings in jaxlib, such as ``"ir"``, for a process without JAX.

    ``jax.extend.mlir`` shows some of them, and imports JAX.
    """
    try:
        return import_module(f"jaxlib.mlir.{module}")
    except ImportError as error:
        raise MissingApiError(f"jaxlib.mlir.{module}") from error


def mlir_context() -> Any:
    """A context with the dialects of which JAX makes StableHLO modules."""
    context, registry = mlir("ir").Context(), mlir("ir").DialectRegistry()
    _member("register_dialects", "jaxlib.mlir._mlir_libs._jax_mlir_ext")(registry)
    context.append_dialect_registry(registry)
    context.load_all_available_dialects()
    for dialect in ("stablehlo", "chlo", "sdy"):
        mlir(f"dialects.{dialect}").register_dialect(context)
    return context


def run_reference_interpreter(module: Any, arguments: list[Any]) -> list[Any]:
    """The results of a StableHLO module's main function, as attributes of MLIR like its arguments.

    Much of what the interpreter can't do ends the process.
    """
    run = _member("eval_module", "jaxlib.mlir.dialects.stablehlo")
    return cast("list[Any]", run(module, arguments))


def static_arguments(jitted: object) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Which arguments a jitted function is compiled for, by position and by name.

    JAX works one out from the other by the function's signature, and tells nobody; but a compiled
    function must be called without them.
    """
    info = _present(getattr(jitted, "_jit_info", None), "PjitFunction._jit_info")
    return info.static_argnums, info.static_argnames


@dataclass(frozen=True, slots=True)
class Executable:
    """What XLA made of a module, on the devices that it was made for."""

    loaded: Any
    devices: Sequence[Any]


def parsed_module(text: str) -> ir.Module:
    """The module of a text, in a context that knows the dialects that JAX lowers to."""
    context = _member("make_ir_context", "jax._src.interpreters.mlir")()
    parsed = import_module("jax.extend.mlir.ir").Module.parse(text, context)
    return cast("ir.Module", parsed)


def parsed_hlo(text: str) -> object:
    """The HLO module of a text."""
    return _member("hlo_module_from_text", *_XLA)(text)


def kernels() -> frozenset[str]:
    """The names of the custom calls that jaxlib has CPU kernels for."""
    _find_lapack()
    registered = _member("registrations", "jaxlib.lapack")()
    return frozenset(name for name, *_ in registered["cpu"])


def main_types(module: ir.Module) -> tuple[list[MlirType], list[MlirType]]:
    """The types of what ``@main`` takes and of what it returns.

    Raises:
        StageError: stage ``"parse"``, when there is no such function.
    """
    operations: Sequence[Any] = list(module.body.operations)
    for operation in operations:
        if operation.operation.name == "func.func" and operation.name.value == "main":
            return _shaped(operation.type.inputs), _shaped(operation.type.results)
    raise StageError("parse", "the module has no function @main")


def compile_module(
    module: ir.Module,
    platform: str | None = None,
    options: Mapping[str, str | bool] | None = None,
) -> Executable:
    """Compile a module with JAX's own options, for as many devices as its attributes say.

    Args:
        module: what to compile.
        platform: whose devices; None takes JAX's default.
        options: of XLA, that shall be other than its own.
    """
    import jax

    _find_lapack()
    counts = device_counts(module)
    needed = counts[0] * counts[1]
    devices = jax.devices(platform)[:needed]
    if len(devices) < needed:
        raise StageError("compile", f"the program needs {needed} devices, not {len(devices)}")
    grid = [devices[i : i + counts[1]] for i in range(0, needed, counts[1])]
    told = _member("get_compile_options", "jax._src.compiler")(*counts, grid, options)
    listed = _member("DeviceList", "jaxlib._jax")(tuple(devices))
    computation = str(module) if jax.__version_info__ < (0, 8) else module  # 0.7 takes no module
    loaded = devices[0].client.compile_and_load(computation, listed, told)
    return Executable(loaded, devices)


def _find_lapack() -> None:
    """What lowers a call of LAPACK has it found first; a call of what wasn't crashes."""
    import numpy as np

    _member("prepare_lapack_call", "jaxlib.lapack")("", np.dtype(np.float32))


def execute(
    executable: Executable,
    arrays: Sequence[np.ndarray[Any, Any]],
    shapes: Sequence[tuple[int, ...]],
) -> list[np.ndarray[Any, Any]]:
    """Run an executable on arrays of the host.

    Args:
        executable: what to run.
        arrays: what its parameters are, whole.
        shapes: those of its results, whole.

    Returns:
        Its results on the host.
    """
    import jax
    import numpy as np

    loaded = executable.loaded
    placed = [
        jax.device_put(array, sharding)
        for array, sharding in zip(
            arrays,
            _shardings(executable, loaded.get_parameter_shardings(), len(arrays)),
            strict=True,
        )
    ]
    parts = loaded.execute_sharded(placed).disassemble_into_single_device_arrays()
    shardings = _shardings(executable, loaded.get_output_shardings(), len(parts))
    return [
        np.asarray(jax.make_array_from_single_device_arrays(shape, sharding, part))
        for shape, sharding, part in zip(shapes, shardings, parts, strict=True)
    ]


def _shardings(executable: Executable, given: Sequence[Any] | None, count: int) -> list[Any]:
    """How arrays lie on the devices; for one device XLA doesn't say."""
    kind = _member("GSPMDSharding", "jaxlib._jax")
    if given is None:
        return [kind.get_replicated(executable.devices)] * count
    return [kind(executable.devices, sharding) for sharding in given]


def device_counts(module: ir.Module) -> tuple[int, int]:
    """How many replicas a module is for, and how many partitions of each."""
    attributes: Any = module.operation.attributes
    names = ("mhlo.num_replicas", "mhlo.num_partitions")
    replicas, partitions = (attributes[n].value if n in attributes else 1 for n in names)
    return replicas, partitions


def _shaped(types: Sequence[Any]) -> list[MlirType]:
    shaped = map(import_module("jax.extend.mlir.ir").RankedTensorType, types)
    return [(tuple(each.shape), str(each.element_type)) for each in shaped]


def _named(files: Mapping[str, bytes], form: re.Pattern[str]) -> list[tuple[str, bytes]]:
    # What is compiled apart from kernels, such as a comparator, has no name if in one part.
    return sorted(
        (found[1] or "part", content)
        for name, content in files.items()
        if (found := form.fullmatch(name))
    )


def _present(value: Any, api: str) -> Any:
    if value is None:
        raise MissingApiError(api)
    return value


def _member(name: str, *modules: str) -> Any:
    """Something of the first module that has it."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise MissingApiError(" or ".join(f"{module}.{name}" for module in modules))
