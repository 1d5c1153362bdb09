"""Searches: bisection, selection, places of what is sought, stacks."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints, positions

KNUTH = "Knuth, 'The Art of Computer Programming, volume 3: Sorting and Searching' (2nd ed., 1998)"
CORMEN = "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009)"
SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "insertion_points",
        "jax.numpy.searchsorted, JAX documentation",
        {"table": Spec("n", "int32", 0, 12, "sorted"), "queries": ints("b m", -1, 13)},
        ints("b m"),
        options={
            "side": ("left", "right"),
            "method": ("scan", "scan_unrolled", "sort", "compare_all"),
        },
        dims={"n": SIZES, "b": (1, 2, 3), "m": (3, 5, 8)},
        family="sorting",
    ),
    Idiom(
        "marked_places",
        "jax.numpy.nonzero, JAX documentation",
        {"mask": bools("h w")},
        (positions("size"), positions("size")),
        options={"size": (3, 6, 10), "fill": (-1, 0, 99)},
        dims={"h": (2, 3, 5), "w": (3, 4, 7)},
        family="sorting",
    ),
    Idiom(
        "local_peaks",
        "jax.numpy.argwhere, JAX documentation",
        {"values": floats("h w")},
        (positions("size 2"), floats("size")),
        options={"size": (2, 4, 6)},
        dims={"h": (3, 5, 7), "w": (4, 6, 8)},
        family="sorting",
    ),
    Idiom(
        "next_occurrence",
        "Belady, 'A Study of Replacement Algorithms for a Virtual-Storage Computer' (1966)",
        {"codes": ints("n", 0, 3)},
        ints("n"),
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "lower_bounds",
        KNUTH + ", section 6.2.1",
        {"table": Spec("n", "int32", 0, 12, "sorted"), "queries": ints("m", -1, 13)},
        ints("m"),
        dims={"n": SIZES, "m": (1, 3, 6, 10)},
        family="sorting",
    ),
    Idiom(
        "find_in_sorted",
        KNUTH + ", section 6.2.1, algorithm B",
        {"table": Spec("n", "int32", 0, 9, "sorted"), "query": ints("", 0, 9)},
        (ints(""), ints("")),
        dims={"n": (4, 7, 12, 16, 25)},
        family="sorting",
    ),
    Idiom(
        "saddleback_search",
        "Bird, 'Pearls of Functional Algorithm Design' (2010), chapter 3",
        {"matrix": ints("h w", 0, 30), "query": ints("", 0, 30)},
        (bools(""), ints("")),
        dims={"h": (2, 4, 6), "w": (3, 5, 8)},
        family="sorting",
    ),
    Idiom(
        "rank_by_bisection",
        KNUTH + ", section 5.3.3",
        {"values": ints("n", -100, 100)},
        ints(""),
        options={"k": (0, 1, 2, 3, 4)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "radix_select",
        "Alabi et al., 'Fast K-Selection Algorithms for Graphics Processing Units' (2012)",
        {"values": ints("b n", 0, "2**bits-1")},
        ints("b"),
        options={"k": (0, 1, 2, 4), "bits": (4, 6, 9)},
        dims={"b": (1, 2, 4), "n": SIZES},
        family="sorting",
    ),
    Idiom(
        "quickselect",
        "Hoare, 'Algorithm 65: Find' (1961)",
        {"values": ints("n", 0, 30)},
        (ints(""), ints("")),
        options={"k": (0, 1, 2, 4)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "nearest_levels",
        "Lloyd, 'Least Squares Quantization in PCM' (1982)",
        {"values": floats("h w"), "levels": floats("k", -2, 2, "distinct")},
        (ints("h w"), floats("h w")),
        dims={"h": (1, 2, 4), "w": (3, 5, 8), "k": (2, 3, 5, 8)},
        family="sorting",
    ),
    Idiom(
        "windowed_maximum",
        "Van Herk, 'A fast algorithm for local minimum and maximum filters on rectangular and "
        "octagonal kernels' (1992); Gil and Werman, 'Computing 2-D Min, Median, and Max "
        "Filters' (1993)",
        {"values": floats("b n")},
        floats("b n-window+1"),
        options={"window": (2, 3, 4, 5)},
        dims={"b": (1, 2, 3), "n": (6, 9, 13, 20)},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "next_greater",
        "Berkman, Schieber and Vishkin, 'Optimal Doubly Logarithmic Parallel Algorithms Based "
        "on Finding All Nearest Smaller Values' (1993)",
        {"values": ints("b n", 0, 9)},
        ints("b n"),
        dims={"b": (1, 2, 3), "n": (5, 8, 12, 16)},
        family="sorting",
    ),
    Idiom(
        "largest_rectangle",
        "Morgan, 'Programming from Specifications' (2nd ed., 1994), chapter 21",
        {"heights": ints("n", 0, 9)},
        (ints(""), ints("n")),
        dims={"n": (4, 7, 11, 16)},
        family="sorting",
    ),
    Idiom(
        "nearest_pair_sum",
        CORMEN + ", exercise 2.3-7",
        {"values": ints("n", -50, 50), "target": ints("", -80, 80)},
        ints(""),
        dims={"n": (3, 5, 8, 13)},
        family="sorting",
    ),
]
