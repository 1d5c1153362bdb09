"""Whether a bug that is known is there: its script, run in a process of its own, which may die.

The process is told what to run on its standard input and says what it saw on its standard output:
run as ``python -m jaxsmith.stages.replay``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

_SECONDS = 300
# What jaxsmith sets for its own runs; a script stands alone.
_OURS = ("XLA_FLAGS",)


def replay(script: str) -> str:
    """What goes wrong where a script is run; empty if nothing does.

    Args:
        script: what ``jaxsmith.program.bugs.KnownBug`` says of scripts.

    Raises:
        ValueError: the script itself can't be run.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _OURS}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jaxsmith.stages.replay"], input=script, env=environ,
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"does not end in {_SECONDS} seconds"
    if done.returncode < 0:
        return f"ends its process by {signal.Signals(-done.returncode).name}"
    if done.returncode:
        raise ValueError(f"the script can't be run: {(done.stderr.splitlines() or ['?'])[-1]}")
    return str(json.loads(done.stdout.splitlines()[-1]))


def _wrong(namespace: dict[str, Any]) -> str:
    """How what the compiled function gives differs from what is expected; empty if it does not."""
    import jax
    import numpy as np

    function, inputs = namespace["function"], namespace["inputs"]
    try:
        found = jax.tree.leaves(jax.jit(function)(*inputs))
        arrays = [np.asarray(leaf) for leaf in found]
    except Exception as error:
        lines = str(error).splitlines() or [""]
        return f"raises {type(error).__name__}: {lines[0][:200]}"
    expected = jax.tree.leaves(namespace["expected"])
    tolerance = namespace["tolerance"]
    tolerances = tolerance if isinstance(tolerance, (list, tuple)) else [tolerance] * len(expected)
    for array, right, off in zip(arrays, expected, tolerances, strict=True):
        close = np.isclose(array, np.asarray(right), rtol=0.0, atol=off, equal_nan=True)
        if not np.all(close):
            index = tuple(int(i) for i in np.argwhere(~np.atleast_1d(close))[0])
            shown = np.atleast_1d(array)[index], np.broadcast_to(right, close.shape or 1)[index]
            return f"gives {shown[0]} for {shown[1]}"
    return ""


def _main() -> None:
    import numpy as np

    namespace: dict[str, Any] = {"__name__": "replay"}
    exec(compile(sys.stdin.read(), "<script>", "exec"), namespace)
    with np.errstate(all="ignore"):
        print(json.dumps(_wrong(namespace)))


if __name__ == "__main__":
    _main()
