"""Matrix functions and linear solves with derivatives of their own."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "inverse_with_tangent",
        "Giles, 'An extended collection of matrix derivative results for forward and reverse "
        "mode automatic differentiation' (2008), section 2.2.3",
        {"matrix": floats("n n", kind="conditioned"), "matrix_tangent": floats("n n")},
        (floats("n n"), floats("n n")),
        gives=("inverse", "inverse_tangent"),
        options={"symmetric": (False, True)},
        dims={"n": (1, 2, 3, 4, 6)},
        wrt=("matrix", "matrix_tangent"),
        family="custom",
    ),
    Idiom(
        "log_determinant_gradient",
        "Giles, 'An extended collection of matrix derivative results for forward and "
        "reverse mode automatic differentiation' (2008), section 2.2.4",
        {"matrix": floats("n n", kind="spd")},
        (floats(""), floats("n n")),
        gives=("log_det", "matrix_grad"),
        options={"jitter": (0.0, 0.1, 0.5), "scale": (0.5, 1.0, -0.5)},
        dims={"n": (1, 2, 3, 4, 6)},
        family="custom",
    ),
    Idiom(
        "cholesky_pullback",
        "Murray, 'Differentiation of the Cholesky decomposition' (2016), section 3",
        {"matrix": floats("n n", kind="spd"), "factor_bar": floats("n n")},
        (floats("n n"), floats("n n")),
        gives=("factor", "matrix_grad"),
        options={"convention": ("symmetric", "lower")},
        dims={"n": (1, 2, 3, 4, 5)},
        wrt=("matrix", "factor_bar"),
        family="custom",
    ),
    Idiom(
        "matrix_root_tangent",
        "Higham, 'Functions of Matrices' (2008), section 6.1",
        {"matrix": floats("n n", kind="spd"), "matrix_tangent": floats("n n")},
        (floats("n n"), floats("n n")),
        gives=("root", "root_tangent"),
        options={"inverse": (False, True)},
        dims={"n": (1, 2, 3, 4, 5)},
        wrt=("matrix", "matrix_tangent"),
        family="custom",
    ),
    Idiom(
        "spectral_loss_gradient",
        "Lewis, 'Derivatives of Spectral Functions' (1996), theorem 1.1",
        {"matrix": floats("n n", kind="spd")},
        (floats(""), floats("n n")),
        gives=("spectral_sum", "matrix_grad"),
        options={"function": ("entropy", "log_exponential", "inverse")},
        dims={"n": (1, 2, 3, 4, 6)},
        family="custom",
    ),
    Idiom(
        "linear_solve_pullback",
        "Giles, 'An extended collection of matrix derivative results for forward and "
        "reverse mode automatic differentiation' (2008), section 2.3.1",
        {
            "matrix": floats("n n", kind="conditioned"),
            "right": floats("n k"),
            "solution_bar": floats("n k"),
        },
        (floats("n k"), floats("n n"), floats("n k")),
        gives=("solution", "matrix_grad", "right_grad"),
        options={"transposed": (False, True)},
        dims={"n": (1, 2, 3, 5), "k": (1, 2, 3)},
        wrt=("matrix", "right", "solution_bar"),
        family="custom",
    ),
    Idiom(
        "shared_factor_solve",
        "jax.custom_batching.custom_vmap, JAX documentation",
        {"matrix": floats("n n", kind="conditioned"), "rights": floats("b n")},
        (floats("b n"), floats("2 n")),
        gives=("solutions", "pair_solutions"),
        options={"scale": (0.5, 1.0, 2.0, -1.0)},
        dims={"n": (1, 2, 3, 5), "b": (2, 3, 5)},
        family="custom",
    ),
    Idiom(
        "custom_linear_solve_pullback",
        "jax.lax.custom_linear_solve, JAX documentation; Saad, 'Iterative Methods for "
        "Sparse Linear Systems' (2nd ed., 2003), example 4.1, for Richardson's iteration",
        {"matrix": floats("n n", kind="spd"), "right": floats("n"), "solution_bar": floats("n")},
        (floats("n"), floats("n n"), floats("n")),
        gives=("solution", "matrix_grad", "right_grad"),
        options={"symmetric": (False, True)},
        dims={"n": (1, 2, 3, 5, 7)},
        wrt=("matrix", "right", "solution_bar"),
        family="custom",
    ),
]
