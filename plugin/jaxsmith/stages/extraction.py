"""From a function and its arguments to everything that JAX and XLA say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax

from jaxsmith.stages import compat, supported
from jaxsmith.stages.alignment import align
from jaxsmith.stages.compilation import Compilation, as_jitted, compile_once
from jaxsmith.stages.costs import Costs
from jaxsmith.stages.counts import primitives
from jaxsmith.stages.errors import NoTextError, guard
from jaxsmith.stages.extracted import Extracted
from jaxsmith.stages.leaves import avals, structure
from jaxsmith.stages.memory import forget
from jaxsmith.stages.names import DEFAULT_STAGES, lowerings, select
from jaxsmith.stages.normal import normalise
from jaxsmith.stages.setting import configuration, settled, versions, x64_enabled
from jaxsmith.stages.statics import StaticArguments
from jaxsmith.stages.table import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jaxsmith.stages.alignment import Alignment
    from jaxsmith.stages.compat import DumpOptions


def extract(
    fn: Callable[..., object],
    /,
    *args: object,
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
    stages: Iterable[str] = DEFAULT_STAGES,
    platforms: Iterable[str] = (),
    x64: bool | None = None,
    source_file: str | None = None,
    **kwargs: object,
) -> Extracted:
    """Trace, lower and compile a function once, and read all there is to read.

    Args:
        fn: any function that JAX can trace; one already jitted keeps its own settings. A parameter
            called as one of the keywords below can only be bound beforehand.
        *args: its arguments: pytrees of arrays, numbers or ``jax.ShapeDtypeStruct``.
        static_argnums: positions of arguments that are values, not arrays, as for ``jax.jit``.
        static_argnames: their names, as for ``jax.jit``.
        stages: names of the stages whose texts to keep.
        platforms: platforms to lower the function for as well (``"cuda"``, ``"rocm"``, ``"tpu"``),
            which need not be there; ``"cuda"`` adds the stage ``"stablehlo_cuda"``.
        x64: whether 64-bit types exist while the function is compiled and run; None leaves it to
            JAX's configuration as it is now.
        source_file: the name of the file that holds the function's source, as tracebacks have it;
            texts are then aligned with its lines. ``file_of`` gives that of a function that was
            loaded from text.
        **kwargs: its keyword arguments.

    Returns:
        The texts, counts and costs, with the executable ready to run.

    Raises:
        UnsupportedJaxError: the JAX that is installed is too old.
        StageError: the function can't be traced, lowered or compiled; the error says which.
        InvalidRequestError: a stage or a platform that does not exist, or a stage that needs a
            tool that isn't there.
    """
    supported.check(jax.__version__)
    names = select((*select(stages), *lowerings(platforms)))
    forget()
    jitted = as_jitted(fn, static_argnums, static_argnames)
    with settled(x64=x64_enabled() if x64 is None else x64):
        compilation = compile_once(jitted, args, kwargs, _dump(names), source_file)
        return _read(compilation, names, StaticArguments.of(jitted), source_file)


def _dump(names: Iterable[str]) -> DumpOptions | None:
    asked = [dump for name in names if (dump := STAGES[name].dump) is not None]
    return {option: value for dump in asked for option, value in dump.items()} if asked else None


def _read(
    compilation: Compilation,
    names: Sequence[str],
    static: StaticArguments,
    source_file: str | None,
) -> Extracted:
    traced = compilation.traced
    costs = Costs.of(compilation.compiled)
    texts, missing = _texts(compilation, names)
    return Extracted(
        texts=texts,
        missing=missing,
        alignment=None if source_file is None else _alignment(compilation, names, source_file),
        primitives=primitives(traced.jaxpr),
        stablehlo_ops=compilation.operations,
        flops=costs.flops,
        bytes_accessed=costs.bytes_accessed,
        memory=costs.memory,
        inputs=avals(traced.in_avals),
        kept_inputs=compat.kept_inputs(compilation.compiled),
        outputs=avals(traced.out_info),
        structure=structure(jax.tree.structure(traced.out_info)),
        versions=versions(),
        config={**configuration(), "devices": compat.device_count(compilation.compiled)},
        static=static,
        _lowered=compilation.lowered,
        _compiled=compilation.compiled,
    )


def _texts(compilation: Compilation, names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    texts: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name in names:
        try:
            with guard(name):
                texts[name] = normalise(STAGES[name].text(compilation))
        except NoTextError as error:
            missing[name] = str(error)
    return texts, missing


def _alignment(compilation: Compilation, names: Iterable[str], source_file: str) -> Alignment:
    with guard("alignment"):
        return align(
            {
                name: lines(compilation, source_file)
                for name in names
                if (lines := STAGES[name].lines) is not None
            }
        )
