"""Loops that write to arrays in place, through mutable references."""

from jaxsmith.program.idiom import Idiom, floats, ints

_INDEXING = "indexing"

IDIOMS = [
    Idiom(
        "accumulated_segments",
        "jax.new_ref and jax.Ref, JAX documentation",
        {"values": floats("n d"), "segments": ints("n", 0, "count-1")},
        floats("count d"),
        options={"count": (2, 3, 4), "mean": (False, True)},
        dims={"n": (3, 5, 8), "d": (1, 2, 3)},
        wrt=("values",),
        family=_INDEXING,
        weight=2.0,
    ),
    Idiom(
        "blocked_product_in_place",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 1.3.4; "
        "jax.ref.addupdate, JAX documentation",
        {"left": floats("m*block k*block"), "right": floats("k*block n")},
        floats("m*block n"),
        options={"block": (1, 2, 3), "by_depth": (False, True)},
        dims={"m": (1, 2, 3), "k": (1, 2, 3), "n": (1, 2, 4)},
        wrt=("left", "right"),
        family=_INDEXING,
        weight=2.0,
    ),
    Idiom(
        "gauss_seidel_sweeps",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), section 4.1",
        {"field": floats("n"), "source": floats("n")},
        (floats("n"), floats("")),
        gives=("relaxed", "max_change"),
        options={"sweeps": (1, 2, 4), "relaxation": (0.8, 1.0, 1.5)},
        dims={"n": (3, 4, 6, 9)},
        family=_INDEXING,
        weight=2.0,
    ),
    Idiom(
        "ring_buffer_replay",
        "Lin, 'Self-Improving Reactive Agents Based On Reinforcement Learning, Planning and "
        "Teaching' (1992), section 3",
        {"stream": floats("t d"), "queries": ints("k", 0, 20)},
        (floats("k d"), floats("size d")),
        gives=("replayed", "buffer"),
        options={"size": (2, 3, 5), "decay": (0.5, 0.9, 1.0)},
        dims={"t": (3, 5, 8), "d": (1, 2, 3), "k": (1, 2, 4)},
        wrt=("stream",),
        family=_INDEXING,
        weight=2.0,
    ),
    Idiom(
        "insertion_sort_swaps",
        "Knuth, 'The Art of Computer Programming', volume 3 (2nd ed., 1998), section 5.2.1, "
        "algorithm S; jax.ref.swap, JAX documentation",
        {"values": ints("n", 0, 20)},
        (ints("n"), ints("")),
        gives=("ordered", "swap_count"),
        options={"descending": (False, True), "scale": (1, 3)},
        dims={"n": (3, 4, 6, 9)},
        family=_INDEXING,
        weight=2.0,
    ),
    Idiom(
        "histogram_in_place",
        "Gonzalez and Woods, 'Digital Image Processing' (3rd ed., 2008), section 3.3; jax.new_ref, "
        "JAX documentation",
        {"pixels": ints("h w", 0, "levels-1"), "weights": floats("h w", 0, 1)},
        (ints("levels"), floats("levels")),
        gives=("counts", "mean_weights"),
        options={"levels": (3, 5, 8)},
        dims={"h": (2, 3, 4), "w": (2, 3, 5)},
        family=_INDEXING,
        weight=2.0,
    ),
]
