"""Checksums, hashes, and what is built on them."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints


def _singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats whose bits are the same with and without x64 mode."""
    return Spec(dims, "float32", low, high)


def _bytes(dims: str) -> Spec:
    return ints(dims, 0, 255, "uint8")


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
    Idiom(
        "cyclic_checksum",
        "Peterson and Brown, 'Cyclic Codes for Error Detection' (1961); Williams, 'A Painless "
        "Guide to CRC Error Detection Algorithms' (1993)",
        {"message": _bytes("n t")},
        _words("n"),
        options={"polynomial": (0xEDB88320, 0x82F63B78)},
        dims={"n": (1, 2, 3, 5), "t": (1, 3, 4, 7, 9)},
        family="precision",
    ),
    Idiom(
        "adler_checksum",
        "Deutsch and Gailly, 'ZLIB Compressed Data Format Specification' (RFC 1950, 1996), "
        "section 2.2",
        {"message": _bytes("n t")},
        _words("n"),
        dims={"n": (1, 2, 3, 5), "t": (2, 5, 9, 16, 30)},
        family="precision",
    ),
    Idiom(
        "murmur_hash",
        "Appleby, 'MurmurHash3' (2011), MurmurHash3_x86_32",
        {"words": _words("n t"), "seed": _words("")},
        _words("n"),
        dims={"n": (1, 2, 3, 5), "t": (1, 2, 3, 5, 8)},
        family="precision",
    ),
    Idiom(
        "byte_hash",
        "Fowler, Noll, Vo and Eastlake, 'The FNV Non-Cryptographic Hash Algorithm' (2012)",
        {"message": _bytes("n t")},
        (_words("n"), ints("n t")),
        gives=("hashes", "top_bytes"),
        options={"variant": ("1", "1a")},
        dims={"n": (1, 2, 3, 5), "t": (1, 3, 4, 7, 10)},
        family="precision",
    ),
    Idiom(
        "shift_register_stream",
        "Marsaglia, 'Xorshift RNGs' (2003)",
        {"seeds": ints("n", 1, 2**32 - 1, "uint32")},
        (_singles("steps n"), _words("n")),
        gives=("numbers", "states"),
        options={
            "steps": (1, 2, 4, 6),
            "shifts": ((13, 17, 5), (1, 3, 10), (7, 1, 9), (5, 9, 7), (3, 13, 7)),
        },
        dims={"n": (1, 2, 3, 5, 8)},
        family="precision",
    ),
    Idiom(
        "permuted_congruential_hash",
        "O'Neill, 'PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms "
        "for Random Number Generation' (2014); Jarzynski and Olano, 'Hash Functions for GPU "
        "Rendering' (2020)",
        {"words": _words("n m")},
        _words("n m"),
        family="precision",
    ),
    Idiom(
        "value_noise",
        "Ebert et al., 'Texturing and Modeling' (3rd ed., 2003), chapter 2; Jarzynski and "
        "Olano, 'Hash Functions for GPU Rendering' (2020)",
        {"points": floats("n", 0.05, 7.9), "seed": ints("", 0, 10_000, "uint32")},
        floats("n"),
        options={"octaves": (1, 2, 3, 4)},
        dims={"n": (2, 3, 5, 8, 12)},
        wrt=("points",),
        family="precision",
    ),
    Idiom(
        "bloom_membership",
        "Bloom, 'Space/Time Trade-offs in Hash Coding with Allowable Errors' (1970)",
        {"keys": ints("n", 0, 1000), "queries": ints("m", 0, 1000)},
        (bools("size"), bools("m")),
        gives=("table", "maybe_member"),
        options={"size": (16, 31, 64), "hashes": (1, 2, 3, 4)},
        dims={"n": (3, 5, 8), "m": (4, 7, 10)},
        family="precision",
    ),
    Idiom(
        "hashed_features",
        "Weinberger et al., 'Feature Hashing for Large Scale Multitask Learning' (2009), "
        "definition 1",
        {"tokens": ints("n t", 0, 10_000), "weights": floats("n t")},
        floats("n buckets"),
        options={"buckets": (3, 4, 7, 8, 12)},
        dims={"n": (1, 2, 4), "t": (2, 4, 6, 9)},
        wrt=("weights",),
        family="precision",
    ),
    Idiom(
        "counted_sketch",
        "Cormode and Muthukrishnan, 'An Improved Data Stream Summary: The Count-Min Sketch and "
        "its Applications' (2005); Kirsch and Mitzenmacher, 'Less Hashing, Same Performance' "
        "(2006)",
        {"stream": ints("n", 0, 12), "queries": ints("m", 0, 15)},
        (ints("depth width"), ints("m")),
        gives=("table", "estimates"),
        options={"depth": (1, 2, 3, 4), "width": (5, 8, 13)},
        dims={"n": (6, 10, 16, 25), "m": (3, 5, 8)},
        family="precision",
    ),
]
