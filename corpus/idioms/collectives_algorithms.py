"""Algorithms on several devices: clusters, solvers, graphs, transport."""

from jaxsmith.program.idiom import Idiom, floats, ints

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "distributed_kmeans",
        "Lloyd, 'Least Squares Quantization in PCM' (1982); Dhillon and Modha, "
        "'A Data-Clustering Algorithm on Distributed Memory Multiprocessors' (2000)",
        {"points": floats("devices*n d"), "centroids": floats("k d")},
        (floats("k d"), ints("k")),
        gives=("final_centroids", "counts"),
        options={"devices": DEVICES, "iterations": (1, 2, 3, 5)},
        dims={"n": (2, 3, 4), "d": (1, 2, 3), "k": (2, 3, 4)},
        family="collectives",
    ),
    Idiom(
        "sharded_power_iteration",
        "Golub and Van Loan, 'Matrix Computations' (4th ed., 2013), section 7.3.1",
        {"matrix": floats("devices*b devices*b", kind="spd"), "start": floats("devices*b", 0.2, 2)},
        (floats("devices*b"), floats("")),
        gives=("eigenvector", "eigenvalue"),
        options={"devices": DEVICES, "steps": (1, 2, 3, 5)},
        dims={"b": (1, 2, 3)},
        wrt=("matrix", "start"),
        family="collectives",
    ),
    Idiom(
        "sharded_conjugate_gradient",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), algorithm 9.1",
        {"matrix": floats("devices*b devices*b", kind="spd"), "right": floats("devices*b", 0.2, 2)},
        (floats("devices*b"), floats("steps")),
        gives=("solution", "residual_norms"),
        options={"devices": DEVICES, "steps": (1, 2, 3), "jacobi": (False, True)},
        dims={"b": (2, 3)},
        where="devices * b > 4",
        wrt=("matrix", "right"),
        family="collectives",
    ),
    Idiom(
        "sharded_page_rank",
        "Page et al., 'The PageRank Citation Ranking: Bringing Order to the Web' (1999), section 2",
        {
            "links": ints("devices*b devices*b", 0, 1),
            "preference": floats("devices*b", 0.2, 2),
        },
        floats("devices*b"),
        options={"devices": DEVICES, "damping": (0.5, 0.85, 0.95), "steps": (1, 2, 4, 8)},
        dims={"b": (1, 2, 3)},
        wrt=("preference",),
        family="collectives",
    ),
    Idiom(
        "sinkhorn_blocks",
        "Cuturi, 'Sinkhorn Distances: Lightspeed Computation of Optimal Transport' (2013), "
        "algorithm 1",
        {"scores": floats("rows*a columns*b", -1, 1)},
        floats("rows*a columns*b"),
        options={
            "rows": (1, 2, 4),
            "columns": (2, 4),
            "iterations": (1, 2, 4),
            "temperature": (0.25, 0.5, 1.0),
        },
        dims={"a": (1, 2, 3), "b": (1, 2, 3)},
        where="rows * columns <= 8",
        wrt=("scores",),
        family="collectives",
    ),
    Idiom(
        "bellman_ford_sharded",
        "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009), section 24.1",
        {"lengths": ints("devices*b devices*b", 1, 30)},
        ints("devices*b"),
        options={"devices": DEVICES, "rounds": (1, 2, 3, 5), "source": (0, 1)},
        dims={"b": (2, 3, 4)},
        family="collectives",
    ),
]
