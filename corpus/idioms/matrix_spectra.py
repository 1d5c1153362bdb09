"""Eigenvalues, by iteration."""

from jaxsmith.program.idiom import Idiom, floats, positions

IDIOMS = [
    Idiom(
        "lanczos_tridiagonal",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), algorithm 10.1.1",
        {"matrix": floats("n n", kind="spd"), "start": floats("n", 0.2, 2)},
        {"diagonal": floats("steps"), "off_diagonal": floats("steps-1")},
        options={"reorthogonalize": (False, True), "steps": (2, 3, 4)},
        dims={"n": (6, 7, 9)},
        wrt=("start",),
    ),
    Idiom(
        "power_iteration",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 7.3.1",
        {"matrix": floats("n n", kind="spd"), "start": floats("n", 0.5, 2)},
        (floats("n"), floats("steps")),
        gives=("vector", "quotients"),
        options={"steps": (2, 4, 8)},
        wrt=("start",),
    ),
    Idiom(
        "inverse_iteration",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 7.6.1",
        {"matrix": floats("n n", kind="spd"), "start": floats("n", 0.5, 2)},
        (floats(""), floats("n")),
        gives=("eigenvalue", "eigenvector"),
        options={"shift": (0.0, 0.5, 6.0), "steps": (1, 2, 3)},
        wrt=("start",),
    ),
    Idiom(
        "rayleigh_quotient_iteration",
        "Trefethen and Bau, 'Numerical Linear Algebra' (1997), algorithm 27.3",
        {"matrix": floats("n n", kind="spd"), "start": floats("n", -0.8, 1)},
        (floats("n"), floats("steps")),
        gives=("eigenvector", "quotients"),
        options={"steps": (1, 2)},
        dims={"n": (3, 4, 5)},
    ),
    Idiom(
        "qr_algorithm",
        "Trefethen and Bau, 'Numerical Linear Algebra' (1997), algorithm 28.1",
        {"matrix": floats("n n", kind="spd")},
        (floats("n"), floats("steps")),
        gives=("diagonal", "off_norms"),
        options={"steps": (1, 2, 3)},
        dims={"n": (3, 4, 6)},
    ),
    Idiom(
        "jacobi_eigenvalues",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 8.5",
        {"matrix": floats("n n", kind="spd")},
        floats("n"),
        options={"descending": (False, True)},
        dims={"n": (3, 4, 5)},
    ),
    Idiom(
        "sturm_count",
        "Barth, Martin and Wilkinson, 'Calculation of the Eigenvalues of a Symmetric Tridiagonal "
        "Matrix by the Method of Bisection' (1967)",
        {
            "diagonal": floats("n"),
            "off_diagonal": floats("n-1", 0.2, 1.5),
            "thresholds": floats("m", -3, 3),
        },
        positions("m"),
        dims={"n": (3, 5, 8), "m": (3, 5, 8)},
    ),
]
