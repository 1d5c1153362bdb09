"""Products of groups of rows, each with a matrix of its own."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "ragged_expert_layers",
        "Gale et al., 'MegaBlocks: Efficient Sparse Training with Mixture-of-Experts' (2022), "
        "section 4; jax.lax.ragged_dot, JAX documentation",
        {
            "tokens": floats("n d"),
            "weights": floats("experts d k"),
            "biases": floats("experts k"),
            "choices": ints("n", 0, "experts-1"),
        },
        (floats("n k"), ints("experts")),
        gives=("activations", "sizes"),
        options={"gain": (0.5, 1.0, 2.0)},
        dims={"n": (2, 3, 5, 8), "d": (1, 2, 3), "k": (1, 2, 4), "experts": (2, 3, 4)},
        family="linalg",
        weight=2.0,
    ),
]
