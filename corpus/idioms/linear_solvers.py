"""Linear solvers."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "conjugate_gradient",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), algorithm 9.1",
        {"matrix": floats("n n", kind="spd"), "right": floats("n", 0.2, 2)},
        floats("n"),
        options={"jacobi": (False, True), "steps": (2, 3, 4)},
        dims={"n": (5, 6, 8, 11)},
        wrt=("right",),
    ),
    Idiom(
        "bicgstab_convection",
        "van der Vorst, 'Bi-CGSTAB: A Fast and Smoothly Converging Variant of Bi-CG' (1992)",
        {"right": floats("n", 0.2, 2), "velocity": floats("n", -1, 1)},
        (floats("n"), floats("steps")),
        gives=("solution", "residual_norms"),
        options={"reaction": (0.5, 1.0, 3.0), "steps": (1, 2, 3)},
        dims={"n": (6, 8, 11)},
        wrt=("right", "velocity"),
    ),
    Idiom(
        "jacobi_iteration",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), section 4.1",
        {"matrix": floats("n n", kind="spd"), "right": floats("n m")},
        floats("n m"),
        options={"weight": (1.0, 0.5, 0.667), "sweeps": (2, 3, 5)},
        dims={"m": (1, 2, 3)},
        wrt=("matrix", "right"),
    ),
    Idiom(
        "successive_over_relaxation",
        "Young, 'Iterative Methods for Solving Partial Difference Equations of Elliptic Type' "
        "(1954)",
        {"matrix": floats("n n", kind="spd"), "right": floats("n")},
        floats("n"),
        options={
            "relaxation": (1.0, 1.2, 0.8),
            "symmetric": (False, True),
            "sweeps": (1, 2, 3),
        },
        wrt=("matrix", "right"),
    ),
    Idiom(
        "chebyshev_iteration",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), algorithm 12.1",
        {"matrix": floats("n n", kind="spd"), "right": floats("n")},
        floats("n"),
        options={"lowest": (0.5, 0.8), "highest": (4.5, 5.0), "steps": (2, 3, 5)},
        wrt=("right",),
    ),
    Idiom(
        "thomas_tridiagonal",
        "Thomas, 'Elliptic Problems in Linear Difference Equations over a Network' (1949)",
        {
            "lower": floats("n-1", -1, 1),
            "diagonal": floats("n", 2.5, 4),
            "upper": floats("n-1", -1, 1),
            "right": floats("n m"),
        },
        floats("n m"),
        dims={"n": (3, 5, 8, 13), "m": (1, 2, 3)},
        wrt=("lower", "diagonal", "upper", "right"),
    ),
    Idiom(
        "parallel_cyclic_reduction",
        "Hockney and Jesshope, 'Parallel Computers' (1981), section 5.4",
        {
            "lower": floats("b n", -1, 1),
            "diagonal": floats("b n", 2.5, 4),
            "upper": floats("b n", -1, 1),
            "right": floats("b n"),
        },
        floats("b n"),
        dims={"b": (1, 2, 3), "n": (4, 8, 16)},
        wrt=("lower", "diagonal", "upper", "right"),
    ),
    Idiom(
        "kaczmarz",
        "Kaczmarz, 'Angenaeherte Aufloesung von Systemen linearer Gleichungen' (1937)",
        {"matrix": floats("m n", kind="conditioned"), "right": floats("m")},
        floats("n"),
        options={"relaxation": (1.0, 0.8, 1.2), "sweeps": (1, 2, 3)},
        dims={"m": (3, 4, 6), "n": (3, 4, 6)},
        wrt=("matrix", "right"),
    ),
    Idiom(
        "gmres_arnoldi",
        "Saad and Schultz, 'GMRES: A Generalized Minimal Residual Algorithm for Solving "
        "Nonsymmetric Linear Systems' (1986), algorithm 2",
        {"matrix": floats("n n", kind="conditioned"), "right": floats("n", 0.2, 2)},
        (floats("n"), floats("")),
        gives=("solution", "residual_norm"),
        options={"steps": (2, 3, 4)},
        dims={"n": (6, 7, 9)},
    ),
    Idiom(
        "levinson_toeplitz",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), algorithm 4.7.2",
        {
            "power": floats("", 2, 3),
            "lags": floats("n-1", "-1.6/n", "1.6/n"),
            "right": floats("n"),
        },
        floats("n"),
        dims={"n": (3, 4, 6, 9)},
        wrt=("power", "lags", "right"),
    ),
]
