"""Sweeps and greedy choices: intervals, schedules, inversions, matchings."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

CORMEN = "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009)"
BLELLOCH = "Blelloch, 'Prefix Sums and Their Applications' (1990)"
SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "merge_intervals",
        "Klee, 'Can the Measure of U[a_i, b_i] Be Computed in Less Than O(n log n) Steps?' (1977)",
        {"starts": ints("n", 0, 30), "lengths": ints("n", 0, 5)},
        (ints("n"), ints("n"), ints("")),
        dims={"n": (4, 6, 9, 13)},
        family="sorting",
    ),
    Idiom(
        "busiest_time",
        "Shamos and Hoey, 'Geometric Intersection Problems' (1976)",
        {"arrivals": ints("n", 0, 20), "stays": ints("n", 1, 8)},
        (ints(""), ints("")),
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "count_inversions",
        CORMEN + ", problem 2-4",
        {"values": ints("b n", 0, 9)},
        ints("b"),
        dims={"b": (1, 2, 3, 5), "n": (4, 7, 11, 15)},
        family="sorting",
    ),
    Idiom(
        "smaller_before",
        "Fenwick, 'A New Data Structure for Cumulative Frequency Tables' (1994)",
        {"codes": ints("n", 0, "bins-1")},
        ints("n"),
        options={"bins": (4, 6, 9, 16)},
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "patience_piles",
        "Aldous and Diaconis, 'Longest increasing subsequences: from patience sorting to the "
        "Baik-Deift-Johansson theorem' (1999)",
        {"cards": ints("n", 0, 20)},
        (ints("n"), ints("n")),
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "running_best",
        BLELLOCH + "; jax.lax.associative_scan, JAX documentation",
        {"scores": ints("b n", 0, 9)},
        (ints("b n"), ints("b n")),
        options={"last": (False, True)},
        dims={"b": (1, 2, 3), "n": (4, 7, 8, 13)},
        family="sorting",
    ),
    Idiom(
        "dependency_levels",
        "Kahn, 'Topological Sorting of Large Networks' (1962)",
        {"edges": bools("n n")},
        (ints("n"), ints("")),
        dims={"n": (4, 6, 9, 12)},
        family="sorting",
    ),
    Idiom(
        "huffman_merges",
        "Huffman, 'A Method for the Construction of Minimum-Redundancy Codes' (1952)",
        {"weights": ints("n", 1, 30)},
        (ints("n-1"), ints("")),
        dims={"n": (3, 5, 8, 12)},
        family="sorting",
    ),
    Idiom(
        "schedule_by_ratio",
        "Smith, 'Various Optimizers for Single-Stage Production' (1956)",
        {"durations": floats("n", 0.3, 3), "weights": floats("n", 0.3, 3)},
        (positions("n"), floats("")),
        dims={"n": (3, 5, 8, 12)},
        wrt=("durations", "weights"),
        family="sorting",
    ),
    Idiom(
        "earliest_deadlines",
        "Jackson, 'Scheduling a Production Line to Minimize Maximum Tardiness' (1955)",
        {"durations": ints("n", 1, 6), "deadlines": ints("n", 3, 25)},
        (ints("n"), ints("")),
        dims={"n": (3, 5, 8, 12)},
        family="sorting",
    ),
    Idiom(
        "select_activities",
        CORMEN + ", section 16.1",
        {"starts": ints("n", 0, 20), "lengths": ints("n", 1, 7)},
        (bools("n"), ints("")),
        dims={"n": (4, 7, 11, 15)},
        family="sorting",
    ),
    Idiom(
        "stable_marriage",
        "Gale and Shapley, 'College Admissions and the Stability of Marriage' (1962)",
        {"suitors": floats("n n", kind="distinct"), "reviewers": floats("n n", kind="distinct")},
        (positions("n"), ints("n")),
        dims={"n": (2, 3, 5, 7)},
        family="sorting",
    ),
]
