"""How far is code off that calls JAX's special functions, beyond what its operations round?

    python -m tests.benchmarks.idiom_closeness --forms 60

For each idiom that states a ``size`` or a ``double`` it prints, in float32 and in float64, the
largest error beyond the bound that random rounding gives, in epsilons of the result's largest
element, beside what the row states: about twice of what is seen here.
"""

import argparse
import os
from itertools import count, islice

import numpy as np

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.builder import Builder
from jaxsmith.program.function import Case
from jaxsmith.program.recipe import finish
from jaxsmith.program.style import pick_style
from jaxsmith.program.write import write
from jaxsmith.sample.sets import make_set
from jaxsmith.stages.environment import prepare
from jaxsmith.verdict.expect import Judge
from jaxsmith.vocabulary.dtypes import EPSILON, is_inexact
from jaxsmith.vocabulary.stream import Stream

WIDTHS = {
    "float32": {"x64": False, "float_dtype": "float32", "int_dtype": "int32"},
    "float64": {"x64": True, "float_dtype": "float64", "int_dtype": "int64"},
}
KINDS = ("domain", "edge", "rim", "mirror")


def forms(op, dtype):
    """Functions of the idiom alone."""
    for attempt in count():
        rng = Stream(f"closeness/{op.name}/{dtype}/{attempt}")
        style = pick_style(rng).but(max_parameters=16, stored="", **WIDTHS[dtype])
        builder = Builder(rng, style, CORPUS.vocabulary)
        outputs = builder.apply(op)
        if outputs is not None:
            graph, structure = finish(builder, list(outputs), rng)
            case = Case("rows", attempt, 0)
            yield write(
                case, graph, builder.entries, CORPUS.helpers, x64=builder.x64, structure=structure
            )


def excesses(op, function):
    """By how much each result is off, beyond the bound without the row's own part."""
    import jax

    from jaxsmith.stages import load

    judge, fn = Judge(function), jax.jit(load(function.source_code, function.name))
    for kind in KINDS:
        inputs = make_set(function.params, kind, seed=function.case.index)
        try:
            expected = judge.expect(inputs)
        except RejectedError:
            continue
        with jax.enable_x64(function.x64):
            actual = map(np.asarray, jax.tree.leaves(fn(*map(jax.numpy.asarray, inputs.arrays))))
        triples = zip(actual, expected.values, expected.bounds, function.outputs, strict=True)
        for array, value, bound, aval in triples:
            if is_inexact(aval.dtype) and value.size:
                unit = EPSILON[aval.dtype] * np.max(np.abs(value), initial=1e-300)
                # In float64 the bound is doubled: the reference rounds as much.
                own = op.accuracy.size_for(aval.dtype) * (2 if function.x64 else 1)
                yield float(np.nanmax(np.abs(array - value) - bound) / unit) + own


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--forms", type=int, default=60, help="of each idiom (default: 60)")
    options = parser.parse_args()
    prepare(os.environ)
    print("| idiom | float32 seen | stated | float64 seen | stated |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for op in CORPUS.vocabulary.by_name.values():
        if op.accuracy.rule == "noise" and (op.accuracy.size or op.accuracy.double):
            cells = []
            for dtype in WIDTHS:
                some = islice(forms(op, dtype), options.forms)
                worst = max((e for each in some for e in excesses(op, each)), default=0.0)
                cells += [f"{max(0.0, worst):.0f}", f"{op.accuracy.size_for(dtype):g}"]
            print("|", " | ".join([op.name.removeprefix("idiom_"), *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
