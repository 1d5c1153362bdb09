"""Projections and relaxations that sort: sparse weights, soft ranks, monotone fits."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "pool_adjacent_violators",
        "Ayer et al., 'An Empirical Distribution Function for Sampling with Incomplete "
        "Information' (1955); De Leeuw, Hornik and Mair, 'Isotone Optimization in R' (2009)",
        {"values": floats("n"), "weights": floats("n", 0.5, 2)},
        (floats("n"), ints("")),
        gives=("fitted", "block_count"),
        dims={"n": (4, 6, 9, 12)},
        family="sorting",
    ),
    Idiom(
        "water_filling",
        "Boyd and Vandenberghe, 'Convex Optimization' (2004), example 5.2",
        {"gains": floats("n", 0.3, 3)},
        (floats("n"), floats("")),
        gives=("shares", "level"),
        options={"power": (0.5, 1.0, 3.0)},
        dims={"n": (2, 4, 7, 11)},
        wrt=("gains",),
        family="sorting",
    ),
    Idiom(
        "sparse_softmax",
        "Martins and Astudillo, 'From Softmax to Sparsemax' (2016), algorithm 1",
        {"logits": floats("b n")},
        (floats("b n"), ints("b")),
        gives=("probs", "support_sizes"),
        dims={"b": (1, 2, 3, 5), "n": (3, 5, 8, 12)},
        wrt=("logits",),
        family="sorting",
    ),
    Idiom(
        "entmax_attention",
        "Peters, Niculae and Martins, 'Sparse Sequence-to-Sequence Models' (2019)",
        {"logits": floats("b n"), "values": floats("n d")},
        (floats("b n"), floats("b d")),
        gives=("weights", "attended"),
        dims={"b": (1, 2, 3), "n": (3, 5, 8), "d": (1, 2, 4)},
        wrt=("logits", "values"),
        family="sorting",
    ),
    Idiom(
        "project_taxicab_ball",
        "Duchi et al., 'Efficient Projections onto the l1-Ball for Learning in High "
        "Dimensions' (2008), figure 1",
        {"vectors": floats("b n")},
        floats("b n"),
        options={"radius": (0.5, 1.0, 2.0)},
        dims={"b": (1, 2, 3), "n": (3, 5, 8, 12)},
        wrt=("vectors",),
        family="sorting",
    ),
    Idiom(
        "pairwise_soft_rank",
        "Qin, Liu and Li, 'A general approximation framework for direct optimization of "
        "information retrieval measures' (2010)",
        {"scores": floats("b n")},
        floats("b n"),
        options={"temperature": (0.2, 0.5, 1.0)},
        dims={"b": (1, 2, 3), "n": (3, 5, 8)},
        wrt=("scores",),
        family="sorting",
    ),
    Idiom(
        "relaxed_sort",
        "Prillo and Eisenschlos, 'SoftSort' (2020); Grover et al., 'Stochastic "
        "Optimization of Sorting Networks via Continuous Relaxations' (2019)",
        {"scores": floats("n")},
        (floats("n n"), floats("n")),
        gives=("sort_matrix", "moved_scores"),
        options={"temperature": (0.3, 1.0, 2.0), "method": ("softsort", "neuralsort")},
        dims={"n": (3, 4, 6, 8)},
        wrt=("scores",),
        family="sorting",
    ),
]
