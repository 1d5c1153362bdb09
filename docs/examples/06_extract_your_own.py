"""``jaxsmith.extract`` on a function of your own: pytrees, keyword and static arguments.

Shows every text, the counts, the costs and the types that one call gives, a run of the executable
that they describe, and the error for a function that can't be traced.
"""

import jax.numpy as jnp
import numpy as np

import jaxsmith
from jaxsmith.stages import StageError


def predict(params, batch, *, scale, activation):
    """Two layers. ``params`` is a dict of dicts; ``activation`` is a name, so it is static."""
    apply = {"tanh": jnp.tanh, "relu": lambda x: jnp.maximum(x, 0)}[activation]
    hidden = apply(batch @ params["first"]["weights"] + params["first"]["bias"])
    return {"hidden": hidden, "scores": scale * (hidden @ params["second"]["weights"])}


def predict_reference(params, batch, scale):
    """The same in NumPy, with tanh."""
    hidden = np.tanh(batch @ params["first"]["weights"] + params["first"]["bias"])
    return {"hidden": hidden, "scores": scale * (hidden @ params["second"]["weights"])}


def branch_on_value(x):
    """Not traceable: Python needs to know a number that JAX does not have yet."""
    return x if x > 0 else -x


def main() -> None:
    """Extract, run, compare, and print what was found."""
    rng = np.random.default_rng(seed=0)
    params = {
        "first": {
            "weights": rng.normal(size=(3, 4)).astype(np.float32),
            "bias": rng.normal(size=4).astype(np.float32),
        },
        "second": {"weights": rng.normal(size=(4, 2)).astype(np.float32)},
    }
    batch = rng.normal(size=(5, 3)).astype(np.float32)
    scale = np.float32(2)

    found = jaxsmith.extract(
        predict, params, batch, scale=scale, activation="tanh", static_argnames="activation"
    )
    hidden, scores = found.run(params, batch, scale=scale, activation="tanh")

    expected = predict_reference(params, batch, scale)
    np.testing.assert_allclose(hidden, expected["hidden"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores, expected["scores"], rtol=1e-5, atol=1e-6)

    print("texts:")
    for stage, text in found.texts.items():
        print(f"  {stage:13}  {len(text.splitlines()):3} lines")
    print("inputs:        ", ", ".join(f"{aval.dtype}{list(aval.shape)}" for aval in found.inputs))
    print("outputs:       ", ", ".join(f"{aval.dtype}{list(aval.shape)}" for aval in found.outputs))
    print("structure:     ", found.structure)
    print("primitives:    ", dict(found.primitives))
    print("flops:         ", found.flops)
    print("bytes accessed:", found.bytes_accessed)
    print("memory:        ", dict(found.memory))
    print("versions:      ", dict(found.versions))

    try:
        jaxsmith.extract(branch_on_value, np.float32(1))
    except StageError as error:
        print(f"\nA function that can't be traced fails in stage {error.stage!r}:")
        print(f"  {error.detail}")
    else:
        raise AssertionError("a branch on a traced value must not pass")


if __name__ == "__main__":
    main()
