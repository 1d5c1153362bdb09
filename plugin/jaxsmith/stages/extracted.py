"""All that was read from one compiled function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jax

from jaxsmith.stages import compat
from jaxsmith.stages.errors import guard
from jaxsmith.stages.leaves import on_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from jax.stages import Compiled, Lowered

    from jaxsmith.stages.alignment import Alignment
    from jaxsmith.stages.statics import StaticArguments
    from jaxsmith.vocabulary.aval import Aval


@dataclass(frozen=True, slots=True)
class Extracted:
    """The texts, counts and costs of one function, and the executable that they describe.

    Drop it to free the executable.

    Attributes:
        texts: the text of each stage asked for, by the stage's name; the same in every process.
        missing: why there is no text, by the name of a stage asked for; only a stage that is
            ``nullable`` can be here.
        alignment: which lines of the source the lines of the texts came from, as ``align`` gives
            it; None where nobody said where the source is.
        primitives: equations of the jaxpr by primitive, inner jaxprs included, sorted.
        stablehlo_ops: operations of the StableHLO module by full name, sorted.
        flops: XLA's estimate for one call; None where it gives none.
        bytes_accessed: XLA's estimate for one call; None where it gives none.
        memory: bytes of ``arguments``, ``outputs``, ``aliased``, ``temporaries`` and at the
            ``peak``; empty where XLA does not say.
        inputs: types of the leaves of the arguments that are not static, keywords sorted.
        kept_inputs: the positions of those that the modules take, which is all that are read.
        outputs: types of the leaves of the result.
        structure: the result with ``"*"`` for a leaf, in tuples, lists, dicts and None; a node of
            another type is JAX's text for it.
        versions: ``jax``, ``jaxlib``, ``platform``, ``device_kind``, ``instruction_set``.
        config: ``x64``, ``devices``, ``xla_threads`` and what else of the configuration changes
            a text.
        static: which arguments are static.
    """

    texts: Mapping[str, str] = field(repr=False)
    missing: Mapping[str, str]
    alignment: Alignment | None = field(repr=False)
    primitives: Mapping[str, int]
    stablehlo_ops: Mapping[str, int]
    flops: float | None
    bytes_accessed: float | None
    memory: Mapping[str, int]
    inputs: tuple[Aval, ...]
    kept_inputs: tuple[int, ...]
    outputs: tuple[Aval, ...]
    structure: object
    versions: Mapping[str, str]
    config: Mapping[str, bool | int | str | None]
    static: StaticArguments = field(repr=False)
    _lowered: Lowered = field(repr=False)
    _compiled: Compiled = field(repr=False)

    @property
    def stablehlo(self) -> str:
        """The StableHLO module that was compiled, whether or not its text was asked for."""
        return self.texts.get("stablehlo") or self._lowered.as_text("stablehlo")

    @property
    def kept(self) -> tuple[int, ...]:
        """Which of ``inputs`` the module takes: those that are read."""
        return compat.kept_inputs(self._compiled)

    def run(self, *args: object, **kwargs: object) -> list[np.ndarray[Any, Any]]:
        """Call the executable, without compiling again.

        Args:
            *args: arguments as the function takes them, of the types it was compiled for. Static
                ones may be given, and are not looked at.
            **kwargs: keyword arguments, likewise.

        Returns:
            The leaves of the result on the host, read-only; a key array as its ``uint32`` data.

        Raises:
            StageError: stage ``"run"``, when the arguments don't fit or the call fails.
        """
        dynamic, named = self.static.drop(args, kwargs)
        with guard("run"), compat.enable_x64(bool(self.config["x64"])):
            return [on_host(leaf) for leaf in jax.tree.leaves(self._compiled(*dynamic, **named))]
