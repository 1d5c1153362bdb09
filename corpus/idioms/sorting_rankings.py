"""Rankings and how good they are."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "weighted_ranking_area",
        "Hanley and McNeil, 'The Meaning and Use of the Area under a Receiver Operating "
        "Characteristic (ROC) Curve' (1982)",
        {"scores": ints("n", 0, 6), "labels": bools("n"), "weights": floats("n", 0.2, 2)},
        floats(""),
        dims={"n": SIZES},
        wrt=("weights",),
        family="sorting",
    ),
    Idiom(
        "average_precision",
        "Manning, Raghavan and Schuetze, 'Introduction to Information Retrieval' (2008), "
        "section 8.4",
        {"scores": floats("b n"), "relevant": bools("b n")},
        floats("b"),
        options={"cutoff": (3, 4, 5)},
        dims={"b": (1, 2, 4), "n": SIZES},
        family="sorting",
    ),
    Idiom(
        "kendall_counts",
        "Kendall, 'A New Measure of Rank Correlation' (1938)",
        {"x": ints("n", 0, 5), "y": ints("n", 0, 5)},
        ints("4"),
        dims={"n": SIZES},
        family="sorting",
    ),
    Idiom(
        "discounted_gain",
        "Jarvelin and Kekalainen, 'Cumulated Gain-Based Evaluation of IR Techniques' (2002)",
        {"scores": floats("b n"), "grades": ints("b n", 0, 3)},
        floats("b"),
        options={"cutoff": (2, 3, 5), "linear": (False, True)},
        dims={"b": (1, 2, 4), "n": SIZES},
        family="sorting",
    ),
    Idiom(
        "reciprocal_ranks",
        "Voorhees, 'The TREC-8 Question Answering Track Report' (1999)",
        {"scores": floats("b n", kind="distinct"), "targets": ints("b", 0, "n-1")},
        (ints("b"), floats("")),
        gives=("ranks", "mean_reciprocal"),
        dims={"b": (1, 2, 4, 7), "n": SIZES},
        family="sorting",
    ),
    Idiom(
        "suppress_intervals",
        "Girshick et al., 'Rich feature hierarchies for accurate object detection' (2014), "
        "section 2.2",
        {
            "starts": floats("n", 0, 6),
            "lengths": floats("n", 1, 4),
            "scores": floats("n", 0, 1, "distinct"),
        },
        (bools("n"), floats("n")),
        gives=("chosen", "other_scores"),
        options={"threshold": (0.2, 0.4, 0.6)},
        dims={"n": (4, 7, 11)},
        family="sorting",
    ),
    Idiom(
        "dominance_fronts",
        "Deb et al., 'A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II' (2002), "
        "section III.A",
        {"points": floats("n d")},
        (ints("n"), ints("")),
        gives=("fronts", "front_count"),
        dims={"n": (4, 7, 10, 14), "d": (2, 3)},
        family="sorting",
    ),
    Idiom(
        "crowding_distance",
        "Deb et al., 'A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II' (2002), "
        "section III.B",
        {"objectives": floats("n d", kind="distinct")},
        floats("n"),
        options={"rim": (1.0, 2.0, 10.0)},
        dims={"n": (4, 6, 9, 13), "d": (1, 2, 3)},
        wrt=("objectives",),
        family="sorting",
    ),
    Idiom(
        "citation_indices",
        "Hirsch, 'An index to quantify an individual's scientific research output' (2005); "
        "Egghe, 'Theory and practise of the g-index' (2006)",
        {"citations": ints("b n", 0, 20)},
        (ints("b"), ints("b")),
        gives=("h_index", "g_index"),
        dims={"b": (1, 2, 3, 5), "n": SIZES},
        family="sorting",
    ),
]
