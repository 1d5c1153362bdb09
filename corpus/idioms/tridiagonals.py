"""Tridiagonal systems and reductions, and products of Householder reflectors."""

from jaxsmith.program.idiom import Idiom, floats, ints

_LINALG = "linalg"

IDIOMS = [
    Idiom(
        "crank_nicolson_heat",
        "Crank and Nicolson, 'A practical method for numerical evaluation of solutions of "
        "partial differential equations of the heat-conduction type' (1947)",
        {"temperature": floats("n"), "ends": floats("2")},
        floats("n"),
        options={
            "diffusion": (0.2, 0.5, 1.0),
            "implicitness": (0.5, 0.75, 1.0),
            "steps": (1, 2, 4),
        },
        dims={"n": (3, 5, 8, 12)},
        wrt=("temperature", "ends"),
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "natural_spline",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 3.3",
        {"values": floats("n"), "positions": floats("k", 0, "n-1")},
        (floats("k"), floats("n")),
        options={"spacing": (0.5, 1.0, 2.0), "clamped": (False, True)},
        dims={"n": (4, 5, 7, 9), "k": (2, 3, 5)},
        wrt=("values", "positions"),
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "alternating_directions",
        "Peaceman and Rachford, 'The Numerical Solution of Parabolic and Elliptic Differential "
        "Equations' (1955)",
        {"field": floats("h w"), "source": floats("h w", -1, 1)},
        floats("h w"),
        options={"diffusion": (0.2, 0.5, 1.0), "steps": (1, 2, 3)},
        dims={"h": (3, 4, 6), "w": (3, 5, 7)},
        wrt=("field", "source"),
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "random_walk_posterior",
        "Rue and Held, 'Gaussian Markov Random Fields' (2005), section 3.3.1",
        {"series": floats("b n"), "precisions": floats("n", 0.3, 2)},
        floats("b n"),
        options={"smoothness": (0.3, 1.0, 3.0)},
        dims={"b": (1, 2, 3), "n": (3, 5, 8)},
        wrt=("series", "precisions"),
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "sturm_counts",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 8.4.1",
        {"matrix": floats("n n"), "points": floats("k", -4, 4)},
        ints("k"),
        options={"diagonal": (0.0, 1.0, -1.0)},
        dims={"n": (2, 3, 4, 6), "k": (1, 3, 5, 8)},
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "determinants_along_shifts",
        "Wilkinson, 'The Algebraic Eigenvalue Problem' (1965), section 5.36",
        {"matrix": floats("n n", -1, 1), "shifts": floats("k", -3, 3)},
        floats("k"),
        options={"lower": (True, False), "scale": (1.0, 0.5)},
        dims={"n": (2, 3, 4, 5), "k": (1, 3, 5)},
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "log_determinants_of_ridges",
        "Parlett, 'The Symmetric Eigenvalue Problem' (1998), section 7.2",
        {"matrices": floats("b n n", kind="spd"), "ridges": floats("k", 0, 2)},
        floats("b k"),
        options={"scale": (0.5, 1.0, 2.0)},
        dims={"b": (1, 2, 3), "n": (2, 3, 4, 5), "k": (1, 2, 4)},
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "reflector_basis_projection",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 5.2.2",
        {"columns": floats("m k"), "points": floats("p m")},
        (floats("p m"), floats("k")),
        options={"ridge": (1.0, 2.0)},
        dims={"m": (3, 4, 6), "k": (1, 2, 3), "p": (1, 2, 3)},
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "householder_flow",
        "Tomczak and Welling, 'Improving Variational Auto-Encoders using Householder Flow' "
        "(2016), section 3",
        {"z": floats("b n"), "directions": floats("n k", 0.2, 1)},
        floats("b n"),
        options={"inverse": (False, True), "gain": (0.5, 1.0, 2.0)},
        dims={"b": (1, 2, 4), "n": (3, 4, 6), "k": (1, 2, 3)},
        family=_LINALG,
        weight=2.0,
    ),
    Idiom(
        "orthogonal_recurrence",
        "Mhammedi et al., 'Efficient Orthogonal Parametrisation of Recurrent Neural Networks "
        "Using Householder Reflections' (2017), section 3",
        {
            "start": floats("n"),
            "inputs": floats("t n", -1, 1),
            "directions": floats("n k", 0.2, 1),
        },
        (floats("n"), floats("t")),
        options={"leak": (0.0, 0.1, 0.3)},
        dims={"n": (3, 4, 5), "k": (1, 2, 3), "t": (1, 2, 4)},
        family=_LINALG,
        weight=2.0,
    ),
]
