"""The high halves of products of words."""

from jaxsmith.program.idiom import Idiom, Spec, ints


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
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
        gives=("bucket_ids", "counts"),
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
        gives=("quotients", "remainders"),
        options={"divisor": (3, 5, 7, 10, 641, 1000)},
        dims={"k": (1, 2, 3), "m": (1, 3, 5)},
        family="precision",
    ),
]
