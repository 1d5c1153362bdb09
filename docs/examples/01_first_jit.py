"""A first jit: a function is traced once for every type of its arguments, then reused.

Shows when JAX runs the Python code of a function, when it does not, and the jaxpr it keeps.
"""

import jax
import jax.numpy as jnp
import numpy as np

import jaxsmith

traced_for: list[str] = []


def softmax(scores):
    """Each row as probabilities. The first line runs only while JAX traces."""
    traced_for.append(str(jax.typeof(scores)))
    shifted = scores - scores.max(axis=1, keepdims=True)
    weights = jnp.exp(shifted)
    return weights / weights.sum(axis=1, keepdims=True)


def softmax_reference(scores):
    """The same in NumPy."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def main() -> None:
    """Call one jitted function with three arguments of two types."""
    rng = np.random.default_rng(seed=0)
    compiled = jax.jit(softmax)
    for shape in [(2, 3), (2, 3), (5, 3)]:
        scores = rng.normal(size=shape).astype(np.float32)
        before = len(traced_for)
        result = compiled(scores)
        np.testing.assert_allclose(result, softmax_reference(scores), rtol=1e-6)
        what = "traced and compiled" if len(traced_for) > before else "reused"
        print(f"{jax.typeof(scores)}: {what}")
    assert traced_for == ["float32[2,3]", "float32[5,3]"]

    print("\nWhat JAX traced for float32[2,3]:")
    print(jaxsmith.extract(softmax, np.zeros((2, 3), np.float32)).texts["jaxpr"])


if __name__ == "__main__":
    main()
