"""The limit: the JAX calls of a corpus run in a plain loop, with nothing of jaxsmith around them.

Run by ``plugin_cost.py``, as ``python bare_loop.py FUNCTIONS.pickle``.
"""

import pickle
import sys
from pathlib import Path

import jax
import numpy as np

functions = pickle.loads(Path(sys.argv[1]).read_bytes())
length = 0
for source, name, x64, input_sets in functions:
    namespace: dict = {}
    exec(source, namespace)
    with jax.enable_x64(x64):
        traced = jax.jit(namespace[name]).trace(*input_sets[0])
        lowered = traced.lower()
        texts = [str(traced.jaxpr), lowered.as_text(), lowered.as_text("hlo")]
        texts.append(lowered.as_text(debug_info=True))  # where each line came from
        compiled = lowered.compile()
        texts.append(compiled.as_text())
        compiled.cost_analysis()
        for inputs in input_sets:
            outputs = [np.asarray(leaf) for leaf in jax.tree.leaves(compiled(*inputs))]
    length += sum(map(len, texts))
print(len(functions), "functions,", length, "characters of text")
