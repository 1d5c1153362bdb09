"""Triangular systems in half precision, and conjugates of complex ones."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "half_precision_refinement",
        "Higham and Mary, 'Mixed precision algorithms in numerical linear algebra' (2022), section "
        "5.1",
        {"matrix": floats("n n", kind="lower"), "right": floats("n k")},
        floats("n k"),
        options={"dtype": ("bfloat16", "float16"), "transposed": (False, True)},
        dims={"n": (2, 3, 4, 5), "k": (1, 2, 3)},
        family="precision",
    ),
    Idiom(
        "half_precision_preconditioner",
        "Carson and Higham, 'Accelerating the Solution of Linear Systems by Iterative Refinement "
        "in Three Precisions' (2018), section 2",
        {"matrix": floats("n n", kind="spd"), "right": floats("n")},
        (floats("n"), floats("")),
        gives=("solution", "log_det"),
        options={"dtype": ("bfloat16", "float16"), "ridge": (0.0, 1.0)},
        dims={"n": (2, 3, 4)},
        family="precision",
    ),
    Idiom(
        "hermitian_whitening",
        "Van Trees, 'Optimum Array Processing' (2002), section 6.2; "
        "jax.lax.linalg.triangular_solve, JAX documentation",
        {"real": floats("n n", -1, 1), "imaginary": floats("n n", -1, 1), "steering": floats("n")},
        (floats("n"), floats("n"), floats("")),
        gives=("weights_real", "weights_imag", "power"),
        options={"loading": (1.0, 2.0)},
        dims={"n": (1, 2, 3, 4)},
        wrt=("real", "imaginary", "steering"),
        family="linalg",
        weight=2.0,
    ),
    Idiom(
        "conjugate_back_substitution",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 3.1; "
        "jax.lax.linalg.triangular_solve, JAX documentation",
        {
            "lower": floats("n n", kind="lower"),
            "imaginary": floats("n n", -0.5, 0.5),
            "right": floats("n k"),
        },
        (floats("n k"), floats("n k")),
        gives=("real_part", "imag_part"),
        options={"left_side": (True, False)},
        dims={"n": (1, 2, 3, 4), "k": (1, 2, 3)},
        wrt=("lower", "imaginary", "right"),
        family="linalg",
        weight=2.0,
    ),
]
