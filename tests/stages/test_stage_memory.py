"""A process compiles any number of functions in the memory of a few."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxsmith.stages import extract, load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

VECTOR = np.ones(16, np.float32)
SMALL = "def f(x):\n    return x * {}, x.sum()\n"
# Several kernels, so several memory maps.
LARGER = "import jax.numpy as jnp\ndef f(x):\n    return jnp.cumsum(x * {}), jnp.flip(x), x.max()\n"


def maps() -> int:
    return len(Path("/proc/self/maps").read_text().splitlines())


def resident_mebibytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def test_hundreds_of_functions_leave_nothing_behind() -> None:
    before = maps()
    resident = 0.0
    for index in range(160):
        extract(load(SMALL.format(index), "f"), VECTOR).run(VECTOR)
        if index == 60:
            resident = resident_mebibytes()
    assert maps() - before < 500
    assert resident_mebibytes() - resident < 40


def test_functions_that_stay_alive_do_not_keep_their_executables() -> None:
    alive: list[Any] = []
    counts = []
    for index in range(80):
        alive.append(
            load("import jax\n" + LARGER.format(index).replace("def", "@jax.jit\ndef"), "f")
        )
        extract(alive[-1], VECTOR)
        counts.append(maps())
    assert counts[-1] - counts[19] < 150
