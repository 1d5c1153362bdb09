"""One function on its way through JAX, with every form of it kept."""

from __future__ import annotations

import linecache
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import jax

from jaxsmith.stages import afresh, caching, compat, symbolic
from jaxsmith.stages.counts import stablehlo_ops
from jaxsmith.stages.errors import NoTextError, guard, one_line
from jaxsmith.stages.setting import keeps_executables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from jax.stages import Compiled, Lowered, Traced, Wrapped

    from jaxsmith.stages.compat import DumpOptions, PrintedJaxpr

# jax.stages.Wrapped would also match a jitted method bound to its object, whose `trace` is that of
# the function and knows nothing of the object.
_JITTED = type(jax.jit(lambda: None))


@dataclass(frozen=True)
class Compilation:
    """A function traced, lowered and compiled, each once, for one set of arguments.

    ``dump`` is what XLA was asked to write meanwhile, ``written`` are these files, by name.
    """

    jitted: Wrapped
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    traced: Traced
    lowered: Lowered
    compiled: Compiled
    dump: DumpOptions | None
    written: Mapping[str, bytes]

    @cached_property
    def printed_jaxpr(self) -> PrintedJaxpr:
        """The text of the jaxpr in parts, each with the tracebacks of the equations in it."""
        return compat.printed_jaxpr(self.traced.jaxpr)

    @cached_property
    def operations(self) -> dict[str, int]:
        """The operations of the StableHLO, with how many there are of each."""
        return stablehlo_ops(self.lowered)

    def hlo(self, *, located: bool = False) -> str:
        """The HLO that XLA starts from; located, each instruction tells where it came from."""
        return compat.hlo_text(self._hlo, metadata=located)

    @cached_property
    def _hlo(self) -> Any:
        # To convert the StableHLO takes ten times as long as to print.
        return compat.hlo_module(self.lowered)

    def optimized_hlo(self, *, located: bool = False) -> str:
        """What XLA made of it; where that depends on what the process has done, of a fresh one."""
        text = compat.optimized_hlo(self.compiled, metadata=located)
        if self._afresh is None:
            return text
        afresh_text = self._afresh.located if located else self._afresh.optimized
        # The first line tells of options that JAX sets for a function, and not for a module.
        return text.partition("\n")[0] + "\n" + afresh_text.partition("\n")[2]

    @cached_property
    def _afresh(self) -> afresh.Compiled | None:
        if "stablehlo.rng" not in self.operations:
            return None
        return afresh.compiled(self.lowered.as_text("stablehlo", debug_info=True), self.dump)

    @property
    def dumped(self) -> Mapping[str, bytes]:
        """The files that XLA wrote, if it was asked to, by name: as a fresh process has them."""
        return self.written if self._afresh is None else self._afresh.dumped

    def stablehlo_for(self, platform: str) -> str:
        """What JAX lowers for a platform that need not be there, from the same jaxpr.

        Raises:
            NoTextError: JAX could not lower the function for it.
        """
        try:
            lowered: Lowered = self.traced.lower(lowering_platforms=(platform,))
        except Exception as error:
            # Whatever the type: the function was lowered for the platform that is there.
            raise NoTextError(one_line(error)) from error
        return lowered.as_text("stablehlo")

    def symbolic_stablehlo(self) -> str:
        """What JAX lowers where sizes of axes are symbols.

        Raises:
            NoTextError: JAX can lower the function for the sizes of its arguments alone.
        """
        return symbolic.lowered(self.jitted, self.args, self.kwargs)


def as_jitted(
    fn: Callable[..., object],
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
) -> Wrapped:
    """The function under ``jax.jit``; one already jitted is taken as it is.

    Static arguments asked for a jitted function add a jit around it.

    Raises:
        StageError: stage ``"trace"``, when ``jax.jit`` refuses the function or the arguments.
    """
    asked = {"static_argnums": static_argnums, "static_argnames": static_argnames}
    # JAX infers one from the other only where the other is left out.
    static: dict[str, Any] = {name: value for name, value in asked.items() if value != ()}
    if isinstance(fn, _JITTED) and not static:
        return fn
    with guard("trace"):
        return jax.jit(fn, **static)


def compile_once(
    jitted: Wrapped,
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    dump: DumpOptions | None = None,
    source_file: str | None = None,
) -> Compilation:
    """Trace, lower and compile.

    Args:
        jitted: the function.
        args: its arguments.
        kwargs: its keyword arguments.
        dump: what XLA shall write while it compiles; None writes nothing.
        source_file: the name of the file that holds the function's source, if it was loaded.

    Raises:
        StageError: the function failed in the stage that the error names.
    """
    with guard("trace"):
        traced = jitted.trace(*args, **kwargs)
    with guard("lower"):
        lowered = traced.lower()
    with guard("compile"), _counted(source_file):
        compiled, dumped = (
            (lowered.compile(), {}) if dump is None else compat.compile_dumping(lowered, dump)
        )
    return Compilation(jitted, args, kwargs, traced, lowered, compiled, dump, dumped)


def _counted(source_file: str | None) -> AbstractContextManager[None]:
    """Counts a function as found or compiled, where there is a cache to find it in."""
    if not keeps_executables():
        return nullcontext()
    _listen()
    return caching.compiling("".join(linecache.getlines(source_file)) if source_file else "")


@cache
def _listen() -> None:
    jax.monitoring.register_event_listener(caching.listen)
    compat.add_to_cache_keys(caching.source)
