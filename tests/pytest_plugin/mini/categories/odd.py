"""Waves of which some are wrong on purpose; also carries the marker of the waves."""

from __future__ import annotations

import os
import signal
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jaxsmith.errors import RejectedError
from mini.categories import waves
from mini.faults import FAULTS as KINDS

if TYPE_CHECKING:
    from jaxsmith.program.corpus import Corpus
    from jaxsmith.program.function import Case, Function

FAULTS = os.environ.get("MINI_FAULTS", "").split()
"""What is wrong with functions 0, 1, 2 and so on of this category; all later ones are right."""

WRAPPER = """

import jax

_right = {name}


def {name}(*arguments):
    result = _right(*arguments)
    return {result}
"""

STATEMENTS = """

import jax

_right = {name}


def {name}(*arguments):
    result = _right(*arguments)
{code}
    return result
"""

RESULTS = {
    "mismatch": "jax.tree.map(lambda leaf: leaf + 1.5, result)",
    "raises": "result.no_such_thing",
    "nan": "jax.tree.map(lambda leaf: leaf * float('nan'), result)",
    "structure": "[result]",
    "dissent": "jax.tree.map(lambda leaf: leaf + (not isinstance(leaf, jax.core.Tracer)), result)",
    "crashed": f"__import__('os').kill(__import__('os').getpid(), {signal.SIGKILL.value})",
}

WRONG_SHAPE = """

_right = {name}


def _wrong(tree):
    if isinstance(tree, dict):
        return {{key: _wrong(tree[key]) for key in tree}}
    return tuple(map(_wrong, tree)) if isinstance(tree, tuple) else np.zeros((2, 7, 1))


def {name}(*arguments):
    return _wrong(_right(*arguments))
"""


@dataclass(frozen=True)
class Odd:
    """A category with faults."""

    name: str = "odd"
    summary: str = "waves with faults"
    bases: frozenset[str] = frozenset({"waves"})

    def markers(self, case: Case, corpus: Corpus) -> frozenset[str]:
        """Its own marker and that of the waves."""
        return frozenset({"odd", "waves"})

    def write(self, case: Case, corpus: Corpus, draft: int = 0) -> Function:
        """A wave, with the fault that was asked for."""
        stand_in = replace(case, category="waves", index=case.index + 513)
        wave = waves.CATEGORY.write(stand_in, corpus, draft)
        function = replace(wave, case=case, tags=wave.tags | {"waves"})
        fault = FAULTS[case.index] if case.index < len(FAULTS) else "none"
        if fault == "rejected":
            raise RejectedError("trivial", "does not depend on its inputs")
        if fault == "shape":
            reference = function.reference_source + WRONG_SHAPE.format(name=function.name)
            return replace(function, reference_source=reference)
        if fault == "none":
            return function
        if fault in KINDS:
            code = textwrap.indent(KINDS[fault].code.strip(), "    ")
            wrapper = STATEMENTS.format(name=function.name, code=code)
            return replace(function, source_code=function.source_code + wrapper)
        wrapper = WRAPPER.format(name=function.name, result=RESULTS[fault])
        return replace(function, source_code=function.source_code + wrapper)


CATEGORY = Odd()
