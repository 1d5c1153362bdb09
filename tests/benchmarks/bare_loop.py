"""The limit: the JAX calls of a corpus run in a plain loop, with nothing of jaxsmith around them.

Run by ``speed.py``, as ``python bare_loop.py FUNCTIONS.pickle``; prints the seconds of each stage.
"""

import json
import pickle
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import jax
import numpy as np

spent: Counter[str] = Counter()


@contextmanager
def timed(stage):
    """Count the time within for a stage."""
    start = time.perf_counter()
    yield
    spent[stage] += time.perf_counter() - start


for source, name, x64, input_sets in pickle.loads(Path(sys.argv[1]).read_bytes()):
    namespace: dict = {}
    exec(source, namespace)
    with jax.enable_x64(x64):
        with timed("trace"):
            traced = jax.jit(namespace[name]).trace(*input_sets[0])
        with timed("lower"):
            lowered = traced.lower()
        with timed("texts"):
            str(traced.jaxpr), lowered.as_text(), lowered.as_text("hlo")
            lowered.as_text(debug_info=True)  # where each line came from
        with timed("compile"):
            compiled = lowered.compile()
        with timed("texts"):
            compiled.as_text()
            compiled.cost_analysis()
        with timed("run"):
            for inputs in input_sets:
                outputs = [np.asarray(leaf) for leaf in jax.tree.leaves(compiled(*inputs))]
print(json.dumps(spent))
