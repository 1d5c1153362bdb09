"""Clustering."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

IDIOMS = [
    Idiom(
        "lloyd_kmeans",
        "Lloyd, 'Least Squares Quantization in PCM' (1982)",
        {"points": floats("n d"), "centers": floats("k d", -1.5, 1.5)},
        (floats("k d"), positions("n"), floats("")),
        gives=("final_centers", "labels", "inertia"),
        options={"steps": (1, 2, 4)},
        dims={"n": (8, 13, 20), "d": (1, 2, 4), "k": (2, 3, 5)},
    ),
    Idiom(
        "kmeans_plus_plus",
        "Arthur and Vassilvitskii, 'k-means++: The Advantages of Careful Seeding' (2007), "
        "section 2.2",
        {"points": floats("n d"), "uniforms": floats("k", 0.02, 0.98)},
        (floats("k d"), ints("k")),
        gives=("centers", "indices"),
        options={"power": (1, 2)},
        dims={"n": (7, 12, 19), "d": (1, 2, 3), "k": (2, 3, 5)},
    ),
    Idiom(
        "gaussian_mixture_em",
        "Bishop, 'Pattern Recognition and Machine Learning' (2006), eqs. 9.23 to 9.28",
        {
            "x": floats("n d"),
            "logits": floats("k", -0.5, 0.5),
            "means": floats("k d", -1, 1),
            "covs": floats("k d d", kind="spd"),
        },
        {
            "weights": floats("k"),
            "means": floats("k d"),
            "covs": floats("k d d"),
            "log_likelihood": floats(""),
        },
        options={"ridge": (1e-3, 0.01, 0.1), "tied": (True, False)},
        dims={"n": (8, 12, 18), "d": (1, 2, 3), "k": (2, 3)},
        wrt=("x", "logits", "means"),
    ),
    Idiom(
        "mean_shift",
        "Comaniciu and Meer, 'Mean Shift: A Robust Approach Toward Feature Space Analysis' "
        "(2002), eq. 17",
        {"points": floats("n d"), "seeds": floats("m d")},
        (floats("m d"), floats("m")),
        gives=("modes", "heights"),
        options={"bandwidth": (0.7, 1.0, 1.5), "steps": (2, 4, 7), "blurring": (True, False)},
        dims={"n": (7, 11, 16), "m": (2, 4), "d": (1, 2, 3)},
        wrt=("points", "seeds"),
    ),
    Idiom(
        "dbscan",
        "Ester, Kriegel, Sander and Xu, 'A Density-Based Algorithm for Discovering Clusters in "
        "Large Spatial Databases with Noise' (1996)",
        {"points": floats("n 2")},
        (ints("n"), bools("n")),
        gives=("labels", "is_core"),
        options={"radius": (0.6, 0.8, 1.1), "min_points": (2, 3, 4)},
        dims={"n": (10, 15, 22)},
    ),
    Idiom(
        "affinity_propagation",
        "Frey and Dueck, 'Clustering by Passing Messages Between Data Points' (2007), eqs. 1 to 3",
        {"points": floats("n d"), "preference": floats("", -6, -1)},
        (positions("n"), floats("n n")),
        gives=("exemplars", "evidence"),
        options={"damping": (0.5, 0.7, 0.9), "steps": (3, 6, 10)},
        dims={"n": (5, 8, 12), "d": (1, 2, 3)},
    ),
    Idiom(
        "fuzzy_c_means",
        "Bezdek, Ehrlich and Full, 'FCM: The fuzzy c-means clustering algorithm' (1984), eqs. "
        "11 and 12",
        {"points": floats("n d"), "centers": floats("k d", -1.5, 1.5)},
        (floats("k d"), floats("n k")),
        gives=("final_centers", "memberships"),
        options={"fuzziness": (1.5, 2.0, 3.0), "steps": (1, 2, 4)},
        dims={"n": (6, 11, 17), "d": (1, 2, 4), "k": (2, 3, 4)},
    ),
    Idiom(
        "self_organizing_map",
        "Kohonen, 'The Self-Organizing Map' (1990), section 2",
        {"samples": floats("t d"), "codebook": floats("h w d", -1, 1)},
        (floats("h w d"), ints("t 2")),
        gives=("units", "winners"),
        options={"rate": (0.1, 0.3, 0.5), "radius": (0.7, 1.0, 2.0)},
        dims={"t": (4, 7, 11), "h": (2, 3, 4), "w": (3, 4, 5), "d": (2, 3)},
    ),
    Idiom(
        "silhouette_score",
        "Rousseeuw, 'Silhouettes: A graphical aid to the interpretation and validation of "
        "cluster analysis' (1987), section 2",
        {"points": floats("n d"), "labels": ints("n", 0, "clusters-1")},
        floats("n"),
        options={"clusters": (2, 3, 4), "metric": ("euclidean", "manhattan")},
        dims={"n": (8, 12, 17), "d": (2, 3)},
    ),
    Idiom(
        "single_linkage_ultrametric",
        "Gower and Ross, 'Minimum Spanning Trees and Single Linkage Cluster Analysis' (1969)",
        {"points": floats("n d")},
        (floats("n n"), positions("n")),
        gives=("links", "clusters"),
        options={"cut": (0.6, 0.9, 1.3)},
        dims={"n": (6, 9, 13), "d": (1, 2, 3)},
    ),
    Idiom(
        "self_tuning_affinity",
        "Zelnik-Manor and Perona, 'Self-Tuning Spectral Clustering' (2004), section 2; "
        "normalized as by Ng, Jordan and Weiss (2001)",
        {"points": floats("n d")},
        floats("n n"),
        options={"neighbor": (1, 2, 3), "normalize": (True, False)},
        dims={"n": (6, 9, 14), "d": (2, 3, 5)},
    ),
    Idiom(
        "pam_build",
        "Kaufman and Rousseeuw, 'Finding Groups in Data' (1990), chapter 2, section 4.1",
        {"points": floats("n d"), "weights": floats("n", 0.5, 2)},
        (positions("medoids"), floats("")),
        gives=("medoid_ids", "cost"),
        options={"medoids": (1, 2, 3, 4)},
        dims={"n": (6, 10, 15), "d": (1, 2, 3)},
    ),
]
