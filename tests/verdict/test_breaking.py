"""The check can fail: programs broken on purpose are caught."""

import re

import numpy as np

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.verdict import compare, examine

SWAPS = {
    "jnp.sin(": "jnp.cos(",
    "jnp.tanh(": "jnp.arctan(",
    "jnp.maximum(": "jnp.minimum(",
    "jnp.sum(": "jnp.max(",
    "jnp.exp(": "jnp.exp2(",
    "jnp.mean(": "jnp.sum(",
    " + ": " - ",
    " * ": " + ",
    " > ": " <= ",
    "lax.cond(": "(lambda p, a, b, *x: b(*x))(",
    "jax.grad(": "(lambda f: lambda *a: jax.grad(f)(*a) * 1.001)(",
}
PER_CATEGORY = 6
OTHER_INPUTS = 12


def mutants(source):
    """Sources that differ from this one in one place."""
    for old, new in SWAPS.items():
        at = source.find(old, source.find("def "))
        if at >= 0:
            yield source[:at] + new + source[at + len(old) :]
    number = re.search(r"(?<=[ (])\d+\.\d+(?=[,)\n ])", source)
    if number:
        yield f"{source[: number.start()]}{float(number[0]) + 0.125}{source[number.end() :]}"
    head, mark, result = source.rpartition("    return ")
    if mark and "\n" not in result.strip() and "," not in result and "{" not in result:
        yield f"{head}    return 1.001 * ({result.strip()})\n"


def run(function, source, inputs):
    import jax

    from jaxsmith.stages import load

    fn = jax.jit(load(source, function.name))
    return [np.asarray(leaf) for leaf in jax.tree.leaves(fn(*inputs.arrays))]


def caught(function, examined, source):
    import jax

    with jax.enable_x64(function.x64):
        try:
            return not all(
                compare(run(function, source, inputs), expectation, function.outputs).ok
                for inputs, expectation in examined
            )
        except Exception:  # a mutant that does not even trace is caught as well
            return True


def means_another(function, source):
    """Whether a program gives something else, visibly, for any of many inputs."""
    import jax

    def parts(one, other):
        if one.dtype.kind not in "fc" or not np.array_equal(np.isfinite(one), np.isfinite(other)):
            return not np.array_equal(one, other)
        gap = np.abs(np.where(np.isfinite(one), one - other, 0.0))
        return bool(np.any(gap > 1e-2 * np.max(np.abs(one), initial=0.0)))

    with jax.enable_x64(function.x64):
        for seed in range(100, 100 + OTHER_INPUTS):
            inputs = make_set(function.params, "domain", seed)
            pair = (run(function, text, inputs) for text in (function.source_code, source))
            if any(parts(one, other) for one, other in zip(*pair, strict=True)):
                return True
    return False


def test_nearly_every_broken_program_is_caught():
    total, survivors = 0, []
    for category in CORPUS.categories:
        # What is made from another holds its text: its derivative is the same for other constants.
        for index in range(0, 2 * PER_CATEGORY, 2):
            function = CORPUS.write(Case(category, index, 3))
            if "while_loop" in function.source_code:
                continue  # a broken one may never end, and nothing in the process could end it
            try:
                examined = examine(function)
            except RejectedError:
                continue
            assert not caught(function, examined, function.source_code), function.source_code
            for mutant in list(mutants(function.source_code))[:3]:
                total += 1
                # What survives should be equal in meaning (a mean of one element, another option).
                if not caught(function, examined, mutant) and means_another(function, mutant):
                    survivors.append(mutant)
    assert total >= 150
    assert len(survivors) <= 0.02 * total, f"{len(survivors)} of {total}\n" + "\n\n".join(survivors)
