"""New primitives, linear calls, and rules of batching."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "stacked_matvec_rule",
        "jax.custom_batching.custom_vmap, JAX documentation, on in_batched",
        {"matrices": floats("b n d"), "vectors": floats("b d"), "offset": floats("n")},
        (floats("b n"), floats("b n")),
        options={"activation": ("tanh", "sigmoid")},
        dims={"b": (1, 2, 4), "n": (1, 2, 4), "d": (2, 3, 5)},
        family="custom",
    ),
    Idiom(
        "batch_aware_standardize",
        "jax.custom_batching.custom_vmap, JAX documentation; Ioffe and Szegedy, 'Batch "
        "Normalization' (2015), algorithm 1",
        {"x": floats("n d")},
        floats("n d"),
        options={"eps": (0.001, 0.01, 0.1), "center": (True, False)},
        dims={"n": (2, 3, 5, 8), "d": (1, 2, 3, 5)},
        family="custom",
    ),
    Idiom(
        "multiply_add_polynomial",
        "JAX documentation, 'JAX Internals: primitives'; Knuth, 'The Art of Computer "
        "Programming', volume 2 (3rd ed., 1997), section 4.6.4, for Horner's rule",
        {"x": floats("n"), "coefficients": floats("k")},
        floats("n"),
        options={"transform": ("value", "slope", "tangent", "curvature")},
        dims={"n": (1, 2, 4, 7), "k": (3, 4, 5)},
        wrt=("x", "coefficients"),
        family="custom",
    ),
    Idiom(
        "rotated_filter_pullback",
        "jax.extend.core.Primitive, JAX documentation",
        {"x": floats("b n"), "taps": floats("k"), "y_bar": floats("b n")},
        (floats("b n"), floats("b n"), floats("k")),
        options={"stride": (1, 2, -1)},
        dims={"b": (1, 2, 3), "n": (4, 5, 8), "k": (1, 2, 3)},
        wrt=("x", "taps", "y_bar"),
        family="custom",
    ),
    Idiom(
        "chirp_energy_gradient",
        "JAX documentation, 'JAX Internals: primitives'; StableHLO specification, sine and cosine",
        {"x": floats("n d"), "weights": floats("d")},
        (floats("n"), floats("n d")),
        options={"wave": ("sine", "cosine")},
        dims={"n": (1, 2, 4), "d": (1, 2, 3, 5)},
        wrt=("x", "weights"),
        family="custom",
    ),
    Idiom(
        "polar_spiral_tangent",
        "JAX documentation, 'JAX Internals: primitives', on multiple results",
        {"points": floats("n 2", 0.3, 2), "velocities": floats("n 2")},
        (floats("n 2"), floats("n 2")),
        options={"pitch": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 3, 5, 8)},
        wrt=("points", "velocities"),
        family="custom",
    ),
    Idiom(
        "fading_sum_pullback",
        "JAX documentation, 'JAX Internals: primitives'; Brown, 'Smoothing, Forecasting and "
        "Prediction of Discrete Time Series' (1963), chapter 7",
        {"x": floats("b t d"), "gains": floats("t d"), "y_bar": floats("b t d")},
        (floats("b t d"), floats("b t d"), floats("t d")),
        options={"factor": (0.5, 0.8, 0.95), "reverse": (False, True)},
        dims={"b": (1, 2, 3), "t": (2, 3, 5), "d": (1, 2, 3)},
        wrt=("x", "gains", "y_bar"),
        family="custom",
    ),
    Idiom(
        "linear_call_stencil",
        "jax.custom_derivatives.linear_call, JAX documentation",
        {"field": floats("n"), "coefficient": floats("n-1", 0.2, 2), "y_bar": floats("n-1")},
        (floats("n-1"), floats("n")),
        options={"flux": (False, True)},
        dims={"n": (2, 3, 4, 6, 9)},
        family="custom",
    ),
]
