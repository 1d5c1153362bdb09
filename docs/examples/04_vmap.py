"""From one to many: ``vmap`` rewrites a function of one example into a function of a batch.

Shows the inner product of two vectors, then of a batch with one vector, then of every pair: no
loop appears, only the dimensions of one ``dot_general`` change.
"""

import jax
import jax.numpy as jnp
import numpy as np

import jaxsmith


def similarity(a, b):
    """The inner product of two vectors."""
    return jnp.dot(a, b)


def main() -> None:
    """Print the jaxpr of three forms of one function, and compare each with NumPy."""
    rng = np.random.default_rng(seed=0)
    queries = rng.normal(size=(5, 3)).astype(np.float32)
    keys = rng.normal(size=(4, 3)).astype(np.float32)

    against_one = jax.vmap(similarity, in_axes=(0, None))
    every_pair = jax.vmap(against_one, in_axes=(None, 0), out_axes=1)

    forms = [
        ("one pair of vectors", similarity, (queries[0], keys[0]), queries[0] @ keys[0]),
        ("a batch and one vector", against_one, (queries, keys[0]), queries @ keys[0]),
        ("every pair", every_pair, (queries, keys), queries @ keys.T),
    ]
    for title, fn, arguments, expected in forms:
        found = jaxsmith.extract(fn, *arguments, stages=["jaxpr"])
        (result,) = found.run(*arguments)
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)
        assert found.primitives["dot_general"] == 1
        print(f"{title}: the result is {found.outputs[0].dtype}{list(found.outputs[0].shape)}")
        print(found.texts["jaxpr"], end="\n\n")


if __name__ == "__main__":
    main()
