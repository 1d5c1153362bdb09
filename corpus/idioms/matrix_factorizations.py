"""Matrices as products, inverses and functions of matrices."""

from jaxsmith.program.idiom import Idiom, floats, positions

IDIOMS = [
    Idiom(
        "newton_schulz_inverse",
        "Schulz, 'Iterative Berechnung der reziproken Matrix' (1933)",
        {"matrix": floats("n n", kind="conditioned")},
        floats("n n"),
        options={"steps": (3, 6, 12)},
        dims={"n": (2, 3, 5, 6)},
    ),
    Idiom(
        "denman_beavers",
        "Denman and Beavers, 'The Matrix Sign Function and Computations in Systems' (1976)",
        {"matrix": floats("n n", kind="spd")},
        (floats("n n"), floats("n n")),
        gives=("root", "inverse_root"),
        options={"steps": (2, 4, 7)},
        dims={"n": (2, 3, 5, 6)},
    ),
    Idiom(
        "polar_newton",
        "Higham, 'Computing the Polar Decomposition - with Applications' (1986)",
        {"matrix": floats("n n", kind="conditioned")},
        floats("n n"),
        options={"scaled": (False, True), "steps": (1, 2, 5)},
        dims={"n": (2, 3, 5, 6)},
        wrt=("matrix",),
    ),
    Idiom(
        "gram_schmidt",
        "Trefethen and Bau, 'Numerical Linear Algebra' (1997), algorithms 7.1 and 8.1",
        {"columns": floats("m n", kind="conditioned")},
        (floats("m n"), floats("n n")),
        gives=("orthonormal", "triangular"),
        options={"modified": (False, True)},
        dims={"m": (4, 6, 9), "n": (2, 3, 4)},
    ),
    Idiom(
        "householder_least_squares",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), algorithm 5.3.2",
        {"matrix": floats("m n", kind="conditioned"), "right": floats("m k")},
        (floats("n k"), floats("k")),
        gives=("solution", "residual_norms"),
        dims={"m": (5, 6, 9), "n": (2, 3, 4), "k": (1, 2)},
        wrt=("matrix", "right"),
    ),
    Idiom(
        "doolittle_lu",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), algorithm 3.2.1",
        {"matrix": floats("n n", kind="spd")},
        (floats("n n"), floats("n n")),
        gives=("lower", "upper"),
    ),
    Idiom(
        "lu_partial_pivoting",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), algorithm 3.4.1",
        {"matrix": floats("n n", kind="conditioned")},
        {"packed": floats("n n"), "order": positions("n")},
        dims={"n": (2, 3, 4, 6)},
    ),
    Idiom(
        "blocked_cholesky",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 4.2",
        {"matrix": floats("n n", kind="spd")},
        floats("n n"),
        options={"block": (2, 3)},
        dims={"n": (4, 5, 6, 7)},
    ),
    Idiom(
        "cholesky_rank_one",
        "Gill, Golub, Murray and Saunders, 'Methods for Modifying Matrix Factorizations' (1974)",
        {"factor": floats("n n", kind="lower"), "vector": floats("n", -0.2, 0.2)},
        floats("n n"),
        options={"downdate": (False, True)},
        wrt=("vector",),
    ),
    Idiom(
        "pivoted_cholesky",
        "Harbrecht, Peters and Schneider, 'On the Low-Rank Approximation by the Pivoted Cholesky "
        "Decomposition' (2012), algorithm 1",
        {"matrix": floats("n n", kind="spd")},
        {"factor": floats("n rank"), "pivots": positions("rank"), "error": floats("")},
        options={"rank": (2, 3)},
        dims={"n": (4, 5, 7, 9)},
    ),
    Idiom(
        "pade_matrix_exponential",
        "Moler and Van Loan, 'Nineteen Dubious Ways to Compute the Exponential of a Matrix, "
        "Twenty-Five Years Later' (2003), method 3",
        {"matrix": floats("n n", -0.5, 0.5)},
        floats("n n"),
        options={"degree": (6, 8), "squarings": (2, 3, 4)},
        dims={"n": (2, 3, 4, 5)},
        wrt=("matrix",),
    ),
]
