"""Sorting algorithms step by step: networks, heaps, counting, merging."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints

KNUTH = "Knuth, 'The Art of Computer Programming, volume 3: Sorting and Searching' (2nd ed., 1998)"
CORMEN = "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009)"
BLELLOCH = "Blelloch, 'Prefix Sums and Their Applications' (1990)"
SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "split_by_pivot",
        "Dijkstra, 'A Discipline of Programming' (1976), chapter 14; " + BLELLOCH + ", section 1.3",
        {"values": ints("n", 0, 6), "pivot": ints("", 1, 5)},
        (ints("n"), ints("ways")),
        options={"ways": (2, 3)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "counting_sort",
        CORMEN + ", section 8.2",
        {"keys": ints("n", 0, "bins-1"), "payload": floats("n")},
        (ints("n"), floats("n")),
        options={"bins": (3, 5, 8)},
        dims={"n": SIZES},
        wrt=("payload",),
        family="sorting",
    ),
    Idiom(
        "radix_sort",
        CORMEN + ", section 8.3",
        {"keys": ints("n", 0, 4000, "uint32")},
        ints("n", dtype="uint32"),
        options={"digit_bits": (2, 3, 4), "passes": (2, 3)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "bitonic_sort",
        "Batcher, 'Sorting Networks and Their Applications' (1968)",
        {"values": floats("b n")},
        floats("b n"),
        dims={"b": (1, 2, 3, 5), "n": (2, 4, 8, 16)},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "batcher_merge_sort",
        KNUTH + ", section 5.2.2, algorithm M",
        {"values": floats("n")},
        floats("n"),
        options={"descending": (False, True)},
        dims={"n": (2, 4, 8, 16)},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "odd_even_transposition",
        "Habermann, 'Parallel Neighbor-Sort' (1972)",
        {"values": floats("n")},
        floats("n"),
        options={"rounds": (2, 3, 5, 8, 12)},
        dims={"n": (4, 7, 10, 13)},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "shear_sort",
        "Scherson, Sen and Shamir, 'Shear-sort: A true two-dimensional sorting technique for "
        "VLSI networks' (1986)",
        {"grid": floats("h w")},
        floats("h w"),
        dims={"h": (2, 3, 4, 6), "w": (2, 3, 5, 7)},
        wrt=("grid",),
        family="sorting",
    ),
    Idiom(
        "selection_sort",
        KNUTH + ", section 5.2.3",
        {"values": ints("n", 0, 9)},
        (ints("n"), ints("")),
        dims={"n": (4, 6, 9, 13, 17)},
        family="sorting",
    ),
    Idiom(
        "insertion_trace",
        KNUTH + ", section 5.2.1",
        {"values": ints("n", 0, 20)},
        ints("n capacity"),
        options={"capacity": (2, 3, 5)},
        dims={"n": (4, 7, 10, 15)},
        family="sorting",
    ),
    Idiom(
        "merge_sorted",
        KNUTH + ", section 5.2.4",
        {
            "first": Spec("m", "int32", 0, 9, "sorted"),
            "second": Spec("n", "int32", 0, 9, "sorted"),
        },
        (ints("m+n"), bools("m+n")),
        dims={"m": (3, 5, 8, 12), "n": (2, 4, 9)},
        family="sorting",
    ),
    Idiom(
        "heap_sort",
        "Williams, 'Algorithm 232: Heapsort' (1964); Floyd, 'Algorithm 245: Treesort 3' (1964)",
        {"values": ints("n", 0, 20)},
        ints("keep"),
        options={"keep": (2, 3, 5)},
        dims={"n": (5, 8, 12, 17)},
        family="sorting",
    ),
    Idiom(
        "streaming_largest",
        CORMEN + ", section 6.5",
        {"values": ints("n", 0, 30)},
        (ints("k"), ints("n")),
        options={"k": (2, 3, 4, 6)},
        dims={"n": (6, 9, 14, 20)},
        family="sorting",
    ),
    Idiom(
        "tournament_winners",
        KNUTH + ", section 5.2.3",
        {"scores": floats("n")},
        (ints("k"), floats("k")),
        options={"k": (1, 2, 3, 5)},
        dims={"n": SIZES},
        family="sorting",
    ),
]
