"""Derivatives of solutions: roots, fixed points, minima, projections."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "equilibrium_pullback",
        "Bai, Kolter and Koltun, 'Deep Equilibrium Models' (2019), theorem 1; "
        "jax.custom_vjp, JAX documentation, on fixed points",
        {
            "weights": floats("d d"),
            "inputs": floats("d"),
            "bias": floats("d"),
            "z_bar": floats("d"),
        },
        (floats("d"), floats("d d"), floats("d")),
        gives=("fixed_point", "weights_grad", "bias_inputs_grad"),
        options={"iterations": (56, 60, 64)},
        dims={"d": (1, 2, 3, 5, 7)},
        wrt=("weights", "inputs", "bias", "z_bar"),
        family="custom",
    ),
    Idiom(
        "ridge_argmin_pullback",
        "Gould et al., 'On Differentiating Parameterized Argmin and Argmax Problems with "
        "Application to Bi-level Optimization' (2016), section 3; Hoerl and Kennard, 'Ridge "
        "Regression' (1970)",
        {
            "x": floats("n d"),
            "y": floats("n"),
            "penalty": floats("", 0.3, 2),
            "weights_bar": floats("d"),
        },
        (floats("d"), (floats("n d"), floats("n"), floats(""))),
        gives=("weights", "x_grad", "y_grad", "penalty_grad"),
        options={"intercept": (False, True)},
        dims={"n": (3, 4, 6), "d": (1, 2, 3)},
        wrt=("x", "y", "penalty", "weights_bar"),
        family="custom",
    ),
    Idiom(
        "ball_projection_tangent",
        "Parikh and Boyd, 'Proximal Algorithms' (2014), section 6",
        {
            "x": floats("n d"),
            "radius": floats("", 0.5, 1.5),
            "x_tangent": floats("n d"),
            "radius_tangent": floats(""),
        },
        (floats("n d"), floats("n d")),
        gives=("projected", "projected_tangent"),
        options={"norm": ("euclidean", "largest")},
        dims={"n": (1, 2, 4), "d": (2, 3, 5)},
        wrt=("x", "radius", "x_tangent", "radius_tangent"),
        family="custom",
    ),
    Idiom(
        "robust_fit_gradient",
        "jax.custom_gradient, JAX documentation; Saleh and Saleh, 'Statistical Properties "
        "of the log-cosh Loss Function Used in Machine Learning' (2022)",
        {"x": floats("n d"), "weights": floats("d"), "y": floats("n")},
        (floats(""), floats("d")),
        gives=("loss", "weights_grad"),
        options={"width": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 4, 6), "d": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "closure_converted_limit",
        "jax.closure_convert, JAX documentation",
        {"scale": floats("", 0.2, 0.9), "offset": floats("n"), "z_bar": floats("n")},
        (floats("n"), floats(""), floats("n")),
        gives=("limit", "scale_grad", "offset_grad"),
        options={"function": ("cosine", "tangent")},
        dims={"n": (1, 2, 4, 7)},
        wrt=("scale", "offset", "z_bar"),
        family="custom",
    ),
    Idiom(
        "custom_root_tangent",
        "jax.lax.custom_root, JAX documentation",
        {
            "a": floats("n", 0.5, 2),
            "b": floats("n", 0.5, 2),
            "a_tangent": floats("n"),
            "b_tangent": floats("n"),
        },
        (floats("n"), floats("n")),
        gives=("roots", "roots_tangent"),
        options={"equation": ("cubic", "exponential", "logarithmic")},
        dims={"n": (1, 2, 4, 7)},
        wrt=("a", "b", "a_tangent", "b_tangent"),
        family="custom",
    ),
]
