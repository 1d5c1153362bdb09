"""The dtypes of every row where programs in x64 mode compute in float32: nothing widens unasked."""

import pytest

from corpus import CORPUS
from jaxsmith.program.builder import Builder
from jaxsmith.program.function import Case
from jaxsmith.program.recipe import finish
from jaxsmith.program.style import pick_style
from jaxsmith.program.write import write
from jaxsmith.vocabulary.stream import Stream

FAMILIES = sorted({op.family for op in CORPUS.vocabulary.by_name.values()} - {"guards"})


def functions(family):
    """A function of each row of a family alone."""
    for op in CORPUS.vocabulary.by_family[family]:
        for attempt in range(0 if op.control else 3):
            rng = Stream(f"types/{op.name}/{attempt}")
            style = pick_style(rng).but(
                max_parameters=16, x64=True, float_dtype="float32", int_dtype="int64"
            )
            builder = Builder(rng, style, CORPUS.vocabulary)
            outputs = builder.apply(op)
            if outputs is not None:
                graph, structure = finish(builder, list(outputs), rng)
                case = Case("rows", attempt, 0)
                yield (
                    op.name,
                    write(
                        case, graph, builder.entries, CORPUS.helpers, x64=True, structure=structure
                    ),
                )
                break


@pytest.mark.parametrize("family", FAMILIES)
def test_results_have_the_types_that_the_rows_say(family):
    import jax

    from jaxsmith.stages import load

    for name, function in functions(family):
        arguments = [
            jax.ShapeDtypeStruct(param.aval.shape, param.aval.dtype) for param in function.params
        ]
        with jax.enable_x64(True):
            result = jax.eval_shape(load(function.source_code, function.name), *arguments)
        found = [(leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(result)]
        assert found == [(aval.shape, aval.dtype) for aval in function.outputs], name
