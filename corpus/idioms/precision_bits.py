"""Bits: counts, permutations, packing, codes that correct."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints, positions


def _singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats whose bits are the same with and without x64 mode."""
    return Spec(dims, "float32", low, high)


def _bytes(dims: str) -> Spec:
    return ints(dims, 0, 255, "uint8")


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
    Idiom(
        "bit_census",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), chapter 5; jax.lax.population_count and "
        "jax.lax.clz, JAX documentation",
        {"words": _words("n")},
        {
            "ones": ints("n"),
            "leading": ints("n"),
            "trailing": ints("n"),
            "parity": ints("n"),
            "log2": ints("n"),
        },
        dims={"n": (1, 2, 4, 6, 9, 15)},
        family="precision",
    ),
    Idiom(
        "gray_codes",
        "Gray, 'Pulse Code Communication' (1953); Warren, 'Hacker's Delight' (2nd ed., 2012), "
        "chapter 13",
        {"numbers": ints("n m", 0, "2**bits-1")},
        (ints("n m"), ints("n m"), ints("n m")),
        gives=("codes", "decoded", "bit_changes"),
        options={"bits": (3, 5, 8, 12)},
        family="precision",
    ),
    Idiom(
        "morton_codes",
        "Morton, 'A Computer Oriented Geodetic Data Base' (1966); Warren, 'Hacker's Delight' "
        "(2nd ed., 2012), section 7.2",
        {"x": ints("n", 0, 65535), "y": ints("n", 0, 65535)},
        (_words("n"), positions("n")),
        gives=("codes", "order"),
        dims={"n": (2, 3, 5, 8, 12, 16)},
        family="precision",
    ),
    Idiom(
        "bit_reversed",
        "Cooley and Tukey, 'An Algorithm for the Machine Calculation of Complex Fourier Series' "
        "(1965)",
        {"x": floats("2**log d")},
        floats("2**log d"),
        dims={"log": (1, 2, 3, 4, 5), "d": (1, 2, 3, 5)},
        wrt=("x",),
        family="precision",
    ),
    Idiom(
        "packed_similarity",
        "Jaccard, 'The Distribution of the Flora in the Alpine Zone' (1912); jax.numpy.packbits, "
        "JAX documentation",
        {"x": bools("n k"), "y": bools("m k")},
        (ints("n m"), _singles("n m")),
        gives=("common_counts", "jaccard"),
        dims={"n": (1, 2, 4), "m": (2, 3, 5), "k": (3, 6, 8, 13, 20)},
        family="precision",
    ),
    Idiom(
        "packed_pixels",
        "Foley et al., 'Computer Graphics: Principles and Practice' (2nd ed., 1990), section 4.3",
        {"pixels": _bytes("h w 3")},
        (ints("h w", 0, 65535, "uint16"), _bytes("h w 3")),
        gives=("packed", "restored"),
        options={"rounding": (False, True)},
        family="precision",
    ),
    Idiom(
        "zigzag_lengths",
        "Protocol Buffers documentation, 'Encoding'",
        {"numbers": ints("n t", -40_000, 40_000)},
        (_words("n t"), ints("n t"), ints("n")),
        gives=("zigzag", "lengths", "total_lengths"),
        options={"delta": (False, True)},
        family="precision",
    ),
    Idiom(
        "corrected_codewords",
        "Hamming, 'Error Detecting and Error Correcting Codes' (1950)",
        {"nibbles": ints("n", 0, 15), "errors": ints("n", 0, 127)},
        (ints("n"), ints("n")),
        gives=("error_place", "decoded"),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "field_product",
        "Daemen and Rijmen, 'The Design of Rijndael' (2002), section 4.1",
        {"x": _bytes("n"), "y": _bytes("n")},
        _bytes("n"),
        options={"polynomial": (0x11B, 0x11D)},
        dims={"n": (1, 2, 4, 7, 12, 20)},
        family="precision",
    ),
]
