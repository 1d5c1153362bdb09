"""Search for the largest or nearest, as accelerators do it."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "nearest_by_partial_reduction",
        "Chern et al., 'TPU-KNN: K Nearest Neighbor Search at Peak FLOP/s' (2022), section 5; "
        "jax.lax.approx_min_k, JAX documentation",
        {
            "queries": floats("q d", -1.9, 2.3, "distinct"),
            "database": floats("n d", -2.1, 1.7, "distinct"),
        },
        (floats("q k"), ints("q k")),
        gives=("sq_distances", "places"),
        options={"k": (1, 2, 3), "recall": (0.9, 0.95, 0.99)},
        dims={"q": (1, 2, 3), "n": (4, 6, 9), "d": (1, 2, 3)},
        family="sorting",
    ),
    Idiom(
        "largest_inner_products",
        "Chern et al., 'TPU-KNN: K Nearest Neighbor Search at Peak FLOP/s' (2022), section 5; "
        "jax.lax.approx_max_k, JAX documentation",
        {
            "queries": floats("q d", -1.9, 2.3, "distinct"),
            "database": floats("n d", -2.1, 1.7, "distinct"),
            "bias": floats("n", -1.3, 1.9, "distinct"),
        },
        (floats("q d"), floats("q")),
        gives=("attended", "score_loss"),
        options={"k": (1, 2, 3), "sharpness": (0.5, 1.0, 4.0)},
        dims={"q": (1, 2, 3), "n": (4, 5, 8), "d": (1, 2, 3)},
        wrt=("queries", "database", "bias"),
        family="sorting",
    ),
    Idiom(
        "pruned_by_magnitude",
        "Han et al., 'Learning both Weights and Connections for Efficient Neural Networks' "
        "(2015), section 3; jax.lax.approx_max_k, JAX documentation",
        {"weights": floats("n d", -1.9, 2.3, "distinct")},
        floats("n d"),
        options={"kept": (1, 2, 3), "rescale": (False, True)},
        dims={"n": (1, 2, 3, 4), "d": (3, 4, 6, 9)},
        family="sorting",
    ),
]
