"""Sharding constraints, meshes that are partly manual, and pmap."""

from jaxsmith.program.idiom import Idiom, floats

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "constrained_mlp",
        "Xu et al., 'GSPMD: General and Scalable Parallelization for ML Computation Graphs' "
        "(2021), section 3; jax.lax.with_sharding_constraint, JAX documentation",
        {
            "x": floats("data*n d"),
            "w_in": floats("d model*2*h", -1, 1),
            "w_out": floats("model*2*h k", -1, 1),
        },
        floats("data*n k"),
        options={"data": (1, 2, 4), "model": (2, 4), "activation": ("softplus", "glu")},
        dims={"n": (1, 2), "d": (2, 3, 4), "h": (1, 2), "k": (1, 2, 3)},
        where="data * model <= 8",
        wrt=("x", "w_in", "w_out"),
        family="collectives",
    ),
    Idiom(
        "resharded_standardize",
        "jax.device_put and jax.NamedSharding, JAX documentation",
        {"x": floats("devices*a devices*b"), "scale": floats("", 0.2, 2)},
        floats("devices*a devices*b"),
        options={"devices": DEVICES, "axis": (0, 1)},
        dims={"a": (1, 2, 3), "b": (1, 2, 3)},
        wrt=("x", "scale"),
        family="collectives",
    ),
    Idiom(
        "constrained_batched_matmul",
        "Xu et al., 'GSPMD: General and Scalable Parallelization for ML Computation Graphs' "
        "(2021), section 3; jax.lax.with_sharding_constraint, JAX documentation",
        {
            "left": floats("batch*n inner*a inner*b", -1, 1),
            "right": floats("batch*n inner*b k", -1, 1),
        },
        floats("batch*n inner*a k"),
        options={"batch": (1, 2, 4), "inner": (2, 4), "contract": (True, False)},
        dims={"n": (1, 2), "a": (1, 2), "b": (1, 2), "k": (1, 2, 3)},
        where="batch * inner <= 8",
        wrt=("left", "right"),
        family="collectives",
    ),
    Idiom(
        "partly_manual_softmax",
        "jax.shard_map, JAX documentation, on axis_names",
        {"x": floats("data*n d"), "weights": floats("d model*k")},
        (floats("data*n model*k"), floats("model*k")),
        options={"data": (2, 4), "model": (2, 4)},
        dims={"n": (1, 2, 3), "d": (2, 3, 4), "k": (1, 2, 3)},
        where="data * model <= 8",
        wrt=("x", "weights"),
        family="collectives",
    ),
    Idiom(
        "pmap_standardize",
        "jax.pmap, JAX documentation, on collective operations",
        {"x": floats("devices*b d")},
        floats("devices*b d"),
        options={"devices": DEVICES, "robust": (False, True)},
        dims={"b": (1, 2, 3), "d": (1, 2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "pmap_regression_step",
        "jax.pmap, JAX documentation, on in_axes",
        {"params": floats("d"), "x": floats("devices*b d"), "y": floats("devices*b")},
        (floats("d"), floats("")),
        options={"devices": DEVICES, "learning_rate": (0.01, 0.05, 0.1), "average": (True, False)},
        dims={"b": (1, 2, 3), "d": (1, 2, 3, 5)},
        wrt=("params", "x", "y"),
        family="collectives",
    ),
    Idiom(
        "pmap_neighbor_coupling",
        "Kuramoto, 'Self-entrainment of a population of coupled non-linear oscillators' "
        "(1975); jax.lax.ppermute, JAX documentation",
        {"phases": floats("devices n", -3, 3), "frequencies": floats("devices n")},
        (floats("devices n"), floats("n")),
        options={"devices": DEVICES, "coupling": (0.25, 0.5, 1.0), "steps": (1, 2, 4, 8)},
        dims={"n": (1, 2, 3, 5)},
        wrt=("phases", "frequencies"),
        family="collectives",
    ),
    Idiom(
        "pmap_ensemble",
        "Hinton, 'Training Products of Experts by Minimizing Contrastive Divergence' "
        "(2002), section 1; jax.pmap, JAX documentation",
        {"x": floats("n d"), "weights": floats("devices d k")},
        floats("n k"),
        options={"devices": DEVICES, "combine": ("mixture", "product")},
        dims={"n": (1, 2, 4), "d": (2, 3, 4), "k": (2, 3, 5)},
        wrt=("x", "weights"),
        family="collectives",
    ),
    Idiom(
        "pmap_transposed_norms",
        "jax.lax.all_to_all, JAX documentation",
        {"x": floats("devices devices k")},
        floats("devices k"),
        options={"devices": DEVICES, "order": (1, 2)},
        dims={"k": (1, 2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "two_axis_centering",
        "jax.lax.pmean, JAX documentation, on tuples of axis names",
        {"x": floats("devices*b d")},
        floats("devices*b d"),
        options={"devices": DEVICES, "scale": (False, True)},
        dims={"b": (2, 3, 4), "d": (1, 2, 3)},
        wrt=("x",),
        family="collectives",
    ),
]
