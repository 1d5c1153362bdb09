"""Linear algebra of complex matrices: factorizations, solvers, spectra."""

from jaxsmith.program.idiom import Idiom, Spec, complexes, floats, positions

HIGHAM = "Higham, 'Functions of Matrices: Theory and Computation' (2008)"
GOLUB = "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013)"
HORN = "Horn and Johnson, 'Matrix Analysis' (2nd ed., 2013)"


def _conditioned(dims: str) -> Spec:
    return Spec(dims, "complex", -4, 4, kind="conditioned")


def _hermitian(dims: str) -> Spec:
    return Spec(dims, "complex", -4, 4, kind="spd")


IDIOMS = [
    Idiom(
        "hermitian_solve",
        f"{GOLUB}, section 4.2",
        {"matrix": _hermitian("n n"), "right": complexes("n m")},
        complexes("n m"),
        options={"lower": (True, False), "ridge": (0.0, 0.1, 0.5)},
        dims={"n": (2, 3, 5, 8), "m": (1, 2, 4)},
        family="complex",
    ),
    Idiom(
        "determinant_phases",
        "jax.numpy.linalg.slogdet, JAX documentation",
        {"matrices": _conditioned("b n n"), "gains": complexes("b", 0.2, 2)},
        {"log_moduli": floats("b"), "phases": complexes("b")},
        options={"adjoint": (False, True)},
        dims={"b": (1, 2, 3, 5), "n": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "hermitian_matrix_function",
        f"{HIGHAM}, section 1.2",
        {"matrix": _hermitian("n n"), "vectors": complexes("n m")},
        complexes("n m"),
        options={
            "function": ("sqrt", "log", "exp", "reciprocal"),
            "scale": (0.5, 1.0),
        },
        dims={"n": (2, 3, 4, 5), "m": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "unitary_polar_factor",
        f"{HIGHAM}, section 8.3",
        {"matrix": _conditioned("n n")},
        {"hermitian": complexes("n n"), "unitary": complexes("n n")},
        options={"left": (False, True)},
        dims={"n": (2, 3, 4, 6)},
        family="complex",
    ),
    Idiom(
        "skew_hermitian_flow",
        f"{HIGHAM}, section 10.5",
        {"generator": complexes("n n", -1, 1), "times": floats("t", 0.1, 1)},
        complexes("t n n"),
        options={"order": (18, 20), "squarings": (2, 3)},
        dims={"n": (2, 3, 4), "t": (1, 2, 4)},
        family="complex",
    ),
    Idiom(
        "hermitian_rayleigh_trace",
        f"{GOLUB}, section 8.2.1",
        {"matrix": _hermitian("n n"), "start": complexes("n", 0.3, 1)},
        (complexes("n"), floats("steps")),
        gives=("vector", "quotients"),
        options={"shift": (0.0, 0.5, 1.0), "steps": (2, 3, 5)},
        dims={"n": (3, 4, 6)},
        family="complex",
    ),
    Idiom(
        "unitary_gram_schmidt",
        f"{GOLUB}, section 5.2.7",
        {"columns": _conditioned("m n")},
        (complexes("m n"), complexes("n n")),
        gives=("basis", "upper"),
        options={"passes": (1, 2)},
        dims={"m": (4, 5, 7), "n": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "complex_least_squares",
        f"{GOLUB}, section 5.3",
        {"design": _conditioned("m n"), "right": complexes("m k")},
        (complexes("n k"), floats("k")),
        gives=("solution", "residual_norms"),
        options={"ridge": (0.0, 0.1, 1.0)},
        dims={"m": (5, 6, 8), "n": (2, 3, 4), "k": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "hermitian_sylvester",
        "Bhatia and Rosenthal, 'How and Why to Solve the Operator Equation AX - XB = Y' (1997), "
        "section 7",
        {"left": _hermitian("m m"), "right": _hermitian("n n"), "target": complexes("m n")},
        complexes("m n"),
        options={"shift": (0.0, 0.5, 2.0)},
        dims={"m": (2, 3, 4), "n": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "field_of_values_support",
        "Johnson, 'Numerical Determination of the Field of Values of a General Complex Matrix' "
        "(1978)",
        {"matrix": complexes("n n"), "angles": floats("t", 0, 6)},
        (floats("t"), floats("")),
        gives=("reaches", "max_reach"),
        options={"centered": (False, True)},
        dims={"n": (2, 3, 4, 5), "t": (3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "sorted_gershgorin_disks",
        f"{HORN}, section 6.1",
        {"matrix": complexes("n n")},
        (complexes("n"), floats("n"), positions("n")),
        gives=("centers", "radii", "order"),
        options={"columns": (False, True), "key": ("radius", "center")},
        dims={"n": (3, 4, 6, 9)},
        family="complex",
    ),
    Idiom(
        "faddeev_leverrier",
        "Householder, 'The Theory of Matrices in Numerical Analysis' (1964), section 6.7",
        {"matrix": complexes("n n", -1, 1), "points": complexes("m")},
        (complexes("n+1"), complexes("m")),
        gives=("coefficients", "poly_values"),
        dims={"n": (2, 3, 4, 5), "m": (1, 3, 4)},
        family="complex",
    ),
    Idiom(
        "circulant_solve",
        f"{GOLUB}, section 4.8.2",
        {"column": complexes("n", -0.3, 0.3), "right": complexes("b n")},
        complexes("b n"),
        options={"diagonal": (4.0, 5.0, 6.5), "adjoint": (False, True)},
        dims={"n": (4, 5, 8), "b": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "modulus_pivoted_elimination",
        f"{GOLUB}, section 3.4",
        {"matrix": _conditioned("n n"), "right": complexes("n m")},
        (complexes("n m"), complexes(""), positions("n")),
        gives=("solution", "determinant", "row_order"),
        dims={"n": (3, 4, 5, 6), "m": (1, 2, 3)},
        family="complex",
    ),
]
