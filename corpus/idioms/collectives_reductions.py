"""Reductions of sharded arrays: means, extremes, moments, prefix sums."""

from jaxsmith.program.idiom import Idiom, floats, ints, positions

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "weighted_mean_all_reduce",
        "jax.lax.psum, JAX documentation",
        {"x": floats("devices*b d"), "weights": floats("devices*b", 0.2, 2)},
        floats("d"),
        options={"devices": DEVICES, "mean": ("arithmetic", "quadratic")},
        dims={"b": (1, 2, 3), "d": (1, 3, 5)},
        wrt=("x", "weights"),
        family="collectives",
    ),
    Idiom(
        "min_max_scale_sharded",
        "jax.lax.pmin and jax.lax.pmax, JAX documentation",
        {"x": floats("devices*b d")},
        floats("devices*b d"),
        options={
            "devices": DEVICES,
            "per_column": (True, False),
            "symmetric": (False, True),
        },
        dims={"b": (2, 3, 4), "d": (2, 3, 5)},
        family="collectives",
    ),
    Idiom(
        "distributed_argmax",
        "jax.lax.axis_index and jax.lax.pmax, JAX documentation",
        {"x": floats("devices*b", kind="distinct")},
        (positions(""), floats("")),
        options={"devices": DEVICES, "smallest": (False, True)},
        dims={"b": (1, 2, 3, 5, 8)},
        family="collectives",
    ),
    Idiom(
        "pairwise_distances_gathered",
        "jax.lax.all_gather, JAX documentation",
        {"x": floats("devices*b d")},
        floats("devices*b devices*b"),
        options={"devices": DEVICES, "tiled": (True, False), "squared": (True, False)},
        dims={"b": (1, 2, 3), "d": (2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "sharded_softmax",
        "Bridle, 'Probabilistic Interpretation of Feedforward Classification Network "
        "Outputs' (1990); jax.lax.pmax and jax.lax.psum, JAX documentation",
        {"logits": floats("n devices*b", -4, 4)},
        floats("n devices*b"),
        options={"devices": DEVICES, "temperature": (0.5, 1.0, 2.0), "log": (False, True)},
        dims={"n": (1, 2, 4), "b": (1, 2, 3, 4)},
        wrt=("logits",),
        family="collectives",
    ),
    Idiom(
        "gathered_logsumexp",
        "jax.lax.all_gather, JAX documentation; Blanchard, Higham and Higham, 'Accurately "
        "computing the log-sum-exp and softmax functions' (2021), section 1",
        {"x": floats("devices*b d", -3, 3), "weights": floats("devices*b", 0.2, 2)},
        floats("d"),
        options={"devices": DEVICES, "order": (0.5, 1.0, 2.0, -1.0)},
        dims={"b": (1, 2, 3), "d": (1, 2, 4, 7)},
        wrt=("x", "weights"),
        family="collectives",
    ),
    Idiom(
        "distributed_top_k",
        "jax.lax.top_k and jax.lax.all_gather, JAX documentation",
        {"x": floats("devices*b", kind="distinct")},
        (floats("k"), ints("k")),
        options={"devices": DEVICES, "k": (1, 2, 3, 5, 8)},
        dims={"b": (1, 2, 3, 4, 6)},
        where="k <= devices * b",
        family="collectives",
    ),
    Idiom(
        "distributed_moments",
        "Chan, Golub and LeVeque, 'Algorithms for Computing the Sample Variance' (1983)",
        {"x": floats("devices*b d")},
        (floats("d"), floats("d")),
        options={"devices": DEVICES, "correction": (0, 1)},
        dims={"b": (1, 2, 3, 5), "d": (1, 2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "distributed_histogram",
        "jax.lax.psum_scatter, JAX documentation",
        {"values": ints("devices*n", 0, "devices*bins-1")},
        ints("devices*bins"),
        options={"devices": DEVICES, "bins": (1, 2, 3), "cumulative": (False, True)},
        dims={"n": (2, 3, 5, 8)},
        family="collectives",
    ),
    Idiom(
        "distributed_prefix_sum",
        "Blelloch, 'Prefix Sums and Their Applications' (1990), section 1.2; Hillis and "
        "Steele, 'Data Parallel Algorithms' (1986)",
        {"x": floats("devices*b")},
        floats("devices*b"),
        options={"devices": DEVICES, "method": ("gather", "doubling"), "exclusive": (False, True)},
        dims={"b": (1, 2, 3, 4, 6)},
        wrt=("x",),
        family="collectives",
    ),
]
