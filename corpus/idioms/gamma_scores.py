"""Derivatives of the incomplete gamma function by its shape."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "gamma_shape_score",
        "Moore, 'Algorithm AS 187: Derivatives of the Incomplete Gamma Integral' (1982)",
        {"shapes": floats("n", 1, 5), "points": floats("n", 0.5, 3)},
        (floats("n"), floats("n")),
        gives=("probability", "shape_slope"),
        options={"scale": (0.75, 1.0, 1.5), "upper": (False, True)},
        dims={"n": (1, 2, 3, 5)},
        family="special",
    ),
    Idiom(
        "poisson_threshold_sensitivity",
        "Moore, 'Algorithm AS 187: Derivatives of the Incomplete Gamma Integral' (1982); Johnson, "
        "Kemp and Kotz, 'Univariate Discrete Distributions' (3rd ed., 2005), section 4.5",
        {"thresholds": floats("m", 0.5, 4), "means": floats("n", 0.5, 5)},
        floats("m n"),
        options={"logarithm": (False, True)},
        dims={"m": (1, 2, 3), "n": (1, 2, 4)},
        family="special",
    ),
]
