"""Permutations, curves that fill space, and orders of strings."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints, positions

SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "morton_order",
        "Morton, 'A Computer Oriented Geodetic Data Base and a New Technique in File "
        "Sequencing' (1966)",
        {"points": ints("n d", 0, "2**bits-1")},
        (ints("n"), positions("n")),
        gives=("codes", "order"),
        options={"bits": (2, 3, 5)},
        dims={"n": SIZES, "d": (2, 3)},
        family="sorting",
    ),
    Idiom(
        "hilbert_index",
        "Hilbert, 'Ueber die stetige Abbildung einer Linie auf ein Flaechenstueck' (1891); "
        "Warren, 'Hacker's Delight' (2nd ed., 2012), chapter 16",
        {"x": ints("n", 0, "2**bits-1"), "y": ints("n", 0, "2**bits-1")},
        ints("n"),
        options={"bits": (1, 2, 3, 4)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "lehmer_code",
        "Lehmer, 'Teaching combinatorial tricks to a computer' (1960); Knuth, 'The Art of "
        "Computer Programming, volume 4A' (2011), section 7.2.1.2",
        {"permutations": Spec("b n", "int32", 0, "b*n-1", "distinct")},
        (ints("b n"), ints("b")),
        gives=("code", "rank"),
        dims={"b": (1, 2, 3, 5), "n": (3, 4, 5, 7)},
        family="sorting",
    ),
    Idiom(
        "unrank_permutation",
        "Knuth, 'The Art of Computer Programming, volume 4A' (2011), section 7.2.1.2",
        {"ranks": ints("b", 0, 23)},
        ints("b size"),
        options={"size": (4, 5, 6)},
        dims={"b": (1, 2, 4, 6)},
        family="sorting",
    ),
    Idiom(
        "next_permutation",
        "Knuth, 'The Art of Computer Programming, volume 4A' (2011), section 7.2.1.2, algorithm L",
        {"line": Spec("n", "int32", 0, "n-1", "distinct")},
        (ints("n"), bools("")),
        gives=("successor", "has_next"),
        dims={"n": (2, 3, 4, 6, 9, 12)},
        family="sorting",
    ),
    Idiom(
        "permutation_power",
        "Knuth, 'The Art of Computer Programming, volume 1: Fundamental Algorithms' (3rd ed., "
        "1997), section 1.3.3",
        {"permutation": Spec("n", "int32", 0, "n-1", "distinct"), "items": floats("n")},
        (ints("n"), floats("n")),
        gives=("power", "moved_items"),
        options={"exponent": (2, 3, 5, 6, 11)},
        dims={"n": SIZES},
        wrt=("items",),
        family="sorting",
    ),
    Idiom(
        "permutation_cycles",
        "Knuth, 'The Art of Computer Programming, volume 1: Fundamental Algorithms' (3rd ed., "
        "1997), section 1.3.3",
        {"permutation": Spec("n", "int32", 0, "n-1", "distinct")},
        (ints("n"), ints(""), bools("")),
        gives=("leaders", "cycle_count", "is_odd"),
        dims={"n": (3, 5, 8, 12, 17)},
        family="sorting",
    ),
    Idiom(
        "invert_orders",
        "jax.numpy.put_along_axis, JAX documentation",
        {"keys": ints("b n", 0, 4), "payload": floats("b n")},
        (positions("b n"), floats("b n")),
        gives=("ranks", "sorted_payload"),
        dims={"b": (1, 2, 3), "n": SIZES},
        wrt=("payload",),
        family="sorting",
    ),
    Idiom(
        "suffix_array",
        "Manber and Myers, 'Suffix Arrays: A New Method for On-Line String Searches' (1993)",
        {"text": ints("n", 0, 2)},
        (positions("n"), ints("n")),
        gives=("order", "ranks"),
        dims={"n": (4, 7, 11, 16, 20)},
        family="sorting",
    ),
    Idiom(
        "block_sort_transform",
        "Burrows and Wheeler, 'A Block-sorting Lossless Data Compression Algorithm' (1994)",
        {"text": ints("n", 0, "alphabet-1")},
        (ints("n"), positions(""), ints("alphabet")),
        gives=("last_letters", "text_row", "letter_starts"),
        options={"alphabet": (2, 3, 5)},
        dims={"n": (4, 7, 11, 15)},
        family="sorting",
    ),
    Idiom(
        "move_to_front",
        "Bentley et al., 'A Locally Adaptive Data Compression Scheme' (1986)",
        {"codes": ints("n", 0, "alphabet-1")},
        (ints("alphabet"), ints("n")),
        gives=("table", "places"),
        options={"alphabet": (3, 4, 6, 8)},
        dims={"n": SIZES},
        family="sorting",
    ),
]
