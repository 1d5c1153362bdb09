"""Quadrature."""

from jaxsmith.program.idiom import Idiom, floats, positions

IDIOMS = [
    Idiom(
        "composite_newton_cotes",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 4.1",
        {"samples": floats("b n"), "spacing": floats("", 0.05, 0.5)},
        floats("b"),
        options={"rule": ("trapezoid", "simpson", "boole")},
        dims={"b": (1, 2, 4), "n": (5, 9, 13, 17)},
        wrt=("samples", "spacing"),
    ),
    Idiom(
        "simpson_irregular",
        "Cartwright, 'Simpson's Rule Cumulative Integration with MS Excel and Irregularly-Spaced "
        "Data' (2017)",
        {"samples": floats("b n"), "widths": floats("n-1", 0.3, 1)},
        floats("b"),
        dims={"b": (1, 2, 4), "n": (3, 4, 5, 8, 11)},
        wrt=("samples", "widths"),
    ),
    Idiom(
        "gauss_legendre_damped_wave",
        "Golub and Welsch, 'Calculation of Gauss Quadrature Rules' (1969)",
        {
            "low": floats("b", -1, 0.5),
            "high": floats("b", 1, 3),
            "decay": floats("b", 0.1, 1),
        },
        floats("b"),
        options={"points": (2, 3, 5, 8)},
        dims={"b": (1, 3, 5)},
        wrt=("low", "high", "decay"),
    ),
    Idiom(
        "logistic_normal_mean",
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), eq. 25.4.46 and "
        "table 25.10",
        {"mean": floats("a b", -3, 3), "variance": floats("a b", 0.1, 3)},
        floats("a b"),
        options={"points": (3, 4)},
        dims={"a": (1, 2, 4), "b": (2, 3, 5)},
        wrt=("mean", "variance"),
    ),
    Idiom(
        "romberg_bell",
        "Romberg, 'Vereinfachte numerische Integration' (1955)",
        {
            "low": floats("b", -1, 0.5),
            "high": floats("b", 1, 3),
            "width": floats("b", 0.5, 2),
        },
        floats("b"),
        options={"levels": (1, 2, 3, 4)},
        dims={"b": (1, 3, 5)},
        wrt=("low", "high", "width"),
    ),
    Idiom(
        "clenshaw_curtis_exponential",
        "Clenshaw and Curtis, 'A Method for Numerical Integration on an Automatic Computer' (1960)",
        {"rate": floats("a b")},
        floats("a b"),
        options={"degree": (2, 4, 5, 8)},
        wrt=("rate",),
    ),
    Idiom(
        "monte_carlo_exponential",
        "Owen, 'Monte Carlo Theory, Methods and Examples' (2013), sections 8.2 and 8.9",
        {"uniforms": floats("n d", 0, 1), "weights": floats("d", 0.2, 1)},
        {"estimate": floats(""), "error": floats("")},
        options={"method": ("plain", "antithetic", "control")},
        dims={"n": (6, 10, 16), "d": (2, 3, 4)},
        wrt=("uniforms", "weights"),
    ),
    Idiom(
        "halton_oscillatory",
        "Halton, 'On the Efficiency of Certain Quasi-Random Sequences of Points in Evaluating "
        "Multi-Dimensional Integrals' (1960); shifted as by Cranley and Patterson (1976)",
        {"frequencies": floats("d", 0.5, 3), "shift": floats("d", 0.02, 0.98)},
        floats(""),
        options={"points": (4, 8, 15)},
        dims={"d": (1, 2, 3)},
        wrt=("frequencies",),
    ),
    Idiom(
        "tanh_sinh_beta",
        "Takahasi and Mori, 'Double Exponential Formulas for Numerical Integration' (1974)",
        {"a": floats("n", 1.2, 4), "b": floats("n", 1.2, 4)},
        floats("n"),
        options={"width": (0.125, 0.1)},
        dims={"n": (1, 3, 5)},
        wrt=("a", "b"),
    ),
    Idiom(
        "gauss_kronrod_peak",
        "Piessens et al., 'QUADPACK' (1983), routine QK15",
        {
            "low": floats("b", -2, 0),
            "high": floats("b", 0.5, 2),
            "center": floats("b", -1, 1),
        },
        (floats("b"), floats("b")),
        gives=("kronrod", "gauss"),
        dims={"b": (1, 2, 4, 6)},
        wrt=("low", "high", "center"),
    ),
    Idiom(
        "adaptive_simpson_resonance",
        "Lyness, 'Notes on the Adaptive Simpson Quadrature Routine' (1969)",
        {
            "low": floats("", -2, -0.5),
            "high": floats("", 0.5, 2),
            "width": floats("", 0.2, 1),
        },
        (floats(""), positions("")),
        gives=("integral", "panel_count"),
        options={"tolerance": (1e-2, 1e-3, 1e-4)},
    ),
    Idiom(
        "triangle_quadrature_bell",
        "Dunavant, 'High Degree Efficient Symmetrical Gaussian Quadrature Rules for the Triangle' "
        "(1985)",
        {"vertices": floats("t 3 2")},
        floats("t"),
        options={"degree": (2, 4)},
        dims={"t": (1, 2, 4, 6)},
    ),
]
