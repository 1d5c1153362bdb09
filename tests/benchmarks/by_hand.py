"""What a script does that somebody writes for a corpus like this: one stage after the other.

Each text is asked for on its own, with JAX's default options, in one process, and what the function
returns is computed by calling it. Nothing is checked. Run by ``speed.py``, as
``python by_hand.py FUNCTIONS.pickle``.
"""

import json
import pickle
import sys
import tempfile
from pathlib import Path

import jax

with tempfile.TemporaryFile("w") as file:
    for source, name, x64, input_sets in pickle.loads(Path(sys.argv[1]).read_bytes()):
        namespace: dict = {}
        exec(source, namespace)
        function, arguments = namespace[name], input_sets[0]
        with jax.enable_x64(x64):
            record = {
                "source_code": source,
                "jaxpr": str(jax.make_jaxpr(function)(*arguments)),
                "stablehlo": jax.jit(function).lower(*arguments).as_text(),
                "hlo": jax.jit(function).lower(*arguments).as_text("hlo"),
                "optimized_hlo": jax.jit(function).lower(*arguments).compile().as_text(),
            }
            for inputs in input_sets:
                jax.block_until_ready(jax.jit(function)(*inputs))
        file.write(json.dumps(record) + "\n")
