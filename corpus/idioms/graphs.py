"""Graphs: neural layers on them, and graph algorithms."""

from jaxsmith.program.idiom import Idiom, bools, default_floats, floats, ints, positions

_EDGES = {"senders": ints("e", 0, "n-1"), "receivers": ints("e", 0, "n-1")}

IDIOMS = [
    Idiom(
        "gcn_layer",
        "Kipf and Welling, 'Semi-Supervised Classification with Graph Convolutional Networks' "
        "(2017), eq. 2",
        {
            "nodes": floats("n d"),
            "adjacency": bools("n n"),
            "weight": floats("d f", -1, 1),
            "bias": floats("f", -1, 1),
        },
        floats("n f"),
        options={"symmetric": (True, False), "residual": (True, False)},
        dims={"n": (3, 5, 8), "d": (2, 3, 4), "f": (2, 3, 4)},
        where="not residual or d == f",
        wrt=("nodes", "weight", "bias"),
    ),
    Idiom(
        "gat_layer",
        "Velickovic et al., 'Graph Attention Networks' (2018), eqs. 3 and 5",
        {
            "nodes": floats("n d"),
            **_EDGES,
            "weight": floats("d h f", -1, 1),
            "attend_sender": floats("h f", -1, 1),
            "attend_receiver": floats("h f", -1, 1),
        },
        floats("n f"),
        options={"slope": (0.2, 0.1, 0.01)},
        dims={"n": (3, 5, 8), "e": (6, 9, 14), "d": (2, 3, 5), "h": (1, 2, 3), "f": (2, 4)},
    ),
    Idiom(
        "graphsage_layer",
        "Hamilton, Ying and Leskovec, 'Inductive Representation Learning on Large Graphs' "
        "(2017), algorithm 1",
        {
            "nodes": floats("n d"),
            **_EDGES,
            "weight_self": floats("d f", -1, 1),
            "weight_neighbors": floats("d f", -1, 1),
        },
        floats("n f"),
        options={"aggregator": ("mean", "max", "sum"), "normalize": (True, False)},
        dims={"n": (3, 6, 9), "e": (5, 10, 16), "d": (2, 3, 5), "f": (2, 4, 6)},
    ),
    Idiom(
        "egnn_layer",
        "Satorras, Hoogeboom and Welling, 'E(n) Equivariant Graph Neural Networks' (2021), "
        "eqs. 3 to 6",
        {
            "features": floats("n d"),
            "coordinates": floats("n 3"),
            "edge_weight": floats("2*d+1 m", -0.4, 0.4),
            "shift_weight": floats("m", -1, 1),
            "node_weight": floats("d+m d", -0.5, 0.5),
        },
        (floats("n d"), floats("n 3")),
        gives=("next_features", "next_coords"),
        options={"normalized": (True, False)},
        dims={"n": (3, 4, 6), "d": (2, 3, 5), "m": (3, 4, 6)},
        wrt=("features", "edge_weight", "shift_weight", "node_weight"),
    ),
    Idiom(
        "chebyshev_graph_convolution",
        "Defferrard, Bresson and Vandergheynst, 'Convolutional Neural Networks on Graphs with "
        "Fast Localized Spectral Filtering' (2016), eqs. 4 and 5",
        {
            "signal": floats("n d"),
            "weights": floats("n n", 0.1, 1),
            "filters": floats("order d f", -1, 1),
        },
        floats("n f"),
        options={"order": (2, 3, 4)},
        dims={"n": (4, 6, 9), "d": (1, 2, 3), "f": (1, 2, 4)},
        wrt=("signal", "weights", "filters"),
    ),
    Idiom(
        "pagerank",
        "Page, Brin, Motwani and Winograd, 'The PageRank Citation Ranking: Bringing Order to "
        "the Web' (1999), section 2",
        {**_EDGES, "preference": floats("n", 0.2, 1)},
        floats("n"),
        options={"damping": (0.85, 0.5, 0.95), "steps": (3, 6, 10)},
        dims={"n": (4, 6, 9), "e": (6, 10, 15)},
        wrt=("preference",),
    ),
    Idiom(
        "label_spreading",
        "Zhou et al., 'Learning with Local and Global Consistency' (2004), section 2",
        {"points": floats("n d"), "labels": ints("n", -1, "classes-1")},
        (floats("n classes"), positions("n")),
        gives=("scores", "predictions"),
        options={"classes": (2, 3), "alpha": (0.5, 0.8, 0.9), "steps": (3, 6, 10)},
        dims={"n": (6, 9, 14), "d": (1, 2, 3)},
    ),
    Idiom(
        "random_walk_encoding",
        "Dwivedi et al., 'Graph Neural Networks with Learnable Structural and Positional "
        "Representations' (2022), eq. 18",
        {"adjacency": bools("n n")},
        default_floats("n steps"),
        options={"steps": (2, 3, 5), "lazy": (True, False)},
        dims={"n": (4, 6, 9)},
    ),
    Idiom(
        "simrank",
        "Jeh and Widom, 'SimRank: A Measure of Structural-Context Similarity' (2002), eq. 2",
        {"adjacency": bools("n n")},
        default_floats("n n"),
        options={"decay": (0.8, 0.6), "steps": (2, 3, 5)},
        dims={"n": (3, 5, 7)},
    ),
    Idiom(
        "effective_resistance",
        "Klein and Randic, 'Resistance distance' (1993), theorem A",
        {"conductance": floats("n n", 0.2, 2)},
        (floats("n n"), floats("")),
        gives=("resistances", "total"),
        dims={"n": (3, 4, 6, 8)},
        wrt=("conductance",),
    ),
    Idiom(
        "floyd_warshall",
        "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009), section 25.2; widest "
        "paths: Pollack, 'The maximum capacity through a network' (1960)",
        {"lengths": floats("n n", 0.2, 5), "edges": bools("n n")},
        floats("n n"),
        options={"kind": ("shortest", "widest")},
        dims={"n": (3, 5, 7, 9)},
    ),
    Idiom(
        "bellman_ford",
        "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009), section 24.1",
        {
            "senders": ints("e", 0, "size-1"),
            "receivers": ints("e", 0, "size-1"),
            "lengths": floats("e", 0.2, 3),
            "source": ints("", 0, "size-1"),
        },
        (floats("size"), ints("size")),
        gives=("distances", "hops"),
        options={"size": (4, 6, 8)},
        dims={"e": (7, 11, 16)},
    ),
    Idiom(
        "bfs_levels",
        "Moore, 'The Shortest Path Through a Maze' (1959); Cormen et al., 'Introduction to "
        "Algorithms' (3rd ed., 2009), section 22.2",
        {
            "senders": ints("e", 0, "size-1"),
            "receivers": ints("e", 0, "size-1"),
            "source": ints("", 0, "size-1"),
        },
        ints("size"),
        options={"size": (5, 8, 12), "directed": (True, False)},
        dims={"e": (6, 10, 15)},
    ),
    Idiom(
        "connected_components",
        "Shiloach and Vishkin, 'An O(log n) Parallel Connectivity Algorithm' (1982), section 2",
        {"senders": ints("e", 0, "size-1"), "receivers": ints("e", 0, "size-1")},
        (ints("size"), ints("")),
        gives=("labels", "count"),
        options={"size": (6, 9, 14)},
        dims={"e": (4, 7, 10)},
    ),
    Idiom(
        "prim_spanning_tree",
        "Prim, 'Shortest Connection Networks And Some Generalizations' (1957)",
        {"lengths": floats("n n", 0.1, 3)},
        (floats(""), ints("n")),
        gives=("total_length", "parents"),
        options={"maximum": (False, True)},
        dims={"n": (3, 5, 8, 10)},
    ),
    Idiom(
        "local_clustering",
        "Watts and Strogatz, 'Collective dynamics of small-world networks' (1998); "
        "transitivity: Newman, 'Networks' (2nd ed., 2018), eq. 7.28",
        {"adjacency": bools("n n")},
        (default_floats("n"), default_floats(""), ints("n")),
        gives=("coefficients", "transitivity", "triangles"),
        dims={"n": (4, 6, 9, 12)},
    ),
]
