"""Search for the largest or nearest, as accelerators do it, and words of twice the width."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
    Idiom(
        "nearest_by_partial_reduction",
        "Chern et al., 'TPU-KNN: K Nearest Neighbor Search at Peak FLOP/s' (2022), section 5; "
        "jax.lax.approx_min_k, JAX documentation",
        {
            "queries": floats("q d", -1.9, 2.3, "distinct"),
            "database": floats("n d", -2.1, 1.7, "distinct"),
        },
        (floats("q k"), ints("q k")),
        options={"k": (1, 2, 3), "recall": (0.9, 0.95, 0.99)},
        dims={"q": (1, 2, 3), "n": (4, 6, 9), "d": (1, 2, 3)},
        family="sorting",
    ),
    Idiom(
        "largest_inner_products",
        "Chern et al., 'TPU-KNN: K Nearest Neighbor Search at Peak FLOP/s' (2022), section 5; "
        "jax.lax.approx_max_k, JAX documentation",
        {
            "queries": floats("q d", -1.9, 2.3, "distinct"),
            "database": floats("n d", -2.1, 1.7, "distinct"),
            "bias": floats("n", -1.3, 1.9, "distinct"),
        },
        (floats("q d"), floats("q")),
        options={"k": (1, 2, 3), "sharpness": (0.5, 1.0, 4.0)},
        dims={"q": (1, 2, 3), "n": (4, 5, 8), "d": (1, 2, 3)},
        wrt=("queries", "database", "bias"),
        family="sorting",
    ),
    Idiom(
        "pruned_by_magnitude",
        "Han et al., 'Learning both Weights and Connections for Efficient Neural Networks' "
        "(2015), section 3; jax.lax.approx_max_k, JAX documentation",
        {"weights": floats("n d", -1.9, 2.3, "distinct")},
        floats("n d"),
        options={"kept": (1, 2, 3), "rescale": (False, True)},
        dims={"n": (1, 2, 3, 4), "d": (3, 4, 6, 9)},
        family="sorting",
    ),
    Idiom(
        "wide_products",
        "Knuth, 'The Art of Computer Programming', volume 2 (3rd ed., 1997), section 4.3.1, "
        "algorithm M; jax.lax.mulhi, JAX documentation",
        {"x": _words("n limbs"), "factor": _words("n")},
        _words("n limbs+1"),
        options={"offset": (0, 1, 12345)},
        dims={"n": (1, 2, 3), "limbs": (1, 2, 3, 4)},
        family="precision",
    ),
    Idiom(
        "range_reduced_hashes",
        "Lemire, 'Fast Random Integer Generation in an Interval' (2019), section 3; jax.lax.mulhi, "
        "JAX documentation",
        {"keys": _words("n"), "multiplier": _words("")},
        (_words("n"), ints("buckets")),
        options={"buckets": (3, 5, 7, 10), "shift": (0, 7, 15)},
        dims={"n": (3, 5, 8)},
        family="precision",
    ),
    Idiom(
        "division_by_multiplication",
        "Granlund and Montgomery, 'Division by Invariant Integers using Multiplication' (1994), "
        "figure 4.1; jax.lax.mulhi, JAX documentation",
        {"n": _words("k m")},
        (_words("k m"), _words("k m")),
        options={"divisor": (3, 5, 7, 10, 641, 1000)},
        dims={"k": (1, 2, 3), "m": (1, 3, 5)},
        family="precision",
    ),
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
        options={"left_side": (True, False)},
        dims={"n": (1, 2, 3, 4), "k": (1, 2, 3)},
        wrt=("lower", "imaginary", "right"),
        family="linalg",
        weight=2.0,
    ),
    Idiom(
        "ragged_expert_layers",
        "Gale et al., 'MegaBlocks: Efficient Sparse Training with Mixture-of-Experts' (2022), "
        "section 4; jax.lax.ragged_dot, JAX documentation",
        {
            "tokens": floats("n d"),
            "weights": floats("experts d k"),
            "biases": floats("experts k"),
            "choices": ints("n", 0, "experts-1"),
        },
        (floats("n k"), ints("experts")),
        options={"gain": (0.5, 1.0, 2.0)},
        dims={"n": (2, 3, 5, 8), "d": (1, 2, 3), "k": (1, 2, 4), "experts": (2, 3, 4)},
        wrt=("tokens", "weights", "biases"),
        family="linalg",
        weight=2.0,
    ),
    Idiom(
        "gamma_shape_score",
        "Moore, 'Algorithm AS 187: Derivatives of the Incomplete Gamma Integral' (1982)",
        {"shapes": floats("n", 1, 5), "points": floats("n", 0.5, 3)},
        (floats("n"), floats("n")),
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
