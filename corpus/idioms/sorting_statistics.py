"""Statistics of order: quantiles, ranks, distances of distributions."""

from jaxsmith.program.idiom import Idiom, floats, ints

SIZES = (5, 8, 11, 16, 23)

IDIOMS = [
    Idiom(
        "interpolated_quantiles",
        "Hyndman and Fan, 'Sample Quantiles in Statistical Packages' (1996), definitions 5 to 7",
        {"values": floats("n c"), "shares": floats("m", 0.05, 0.95)},
        floats("m c"),
        options={"rule": ("linear", "hazen", "weibull")},
        dims={"n": SIZES, "c": (1, 2, 3), "m": (1, 2, 4)},
        wrt=("values", "shares"),
        family="sorting",
    ),
    Idiom(
        "trimmed_means",
        "Huber and Ronchetti, 'Robust Statistics' (2nd ed., 2009), section 3.3",
        {"values": floats("b n", kind="distinct")},
        floats("b"),
        options={"cut": (1, 2), "winsorize": (False, True)},
        dims={"b": (1, 2, 3, 5), "n": SIZES},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "median_deviation",
        "Rousseeuw and Croux, 'Alternatives to the Median Absolute Deviation' (1993)",
        {"values": floats("h w")},
        (floats("w*(axis==0)+h*(axis==1)"), floats("w*(axis==0)+h*(axis==1)")),
        options={"axis": (0, 1)},
        dims={"h": (4, 5, 8), "w": (3, 6, 7, 9)},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "ranks_of",
        "scipy.stats.rankdata, SciPy documentation",
        {"values": ints("b n", 0, 6)},
        ints("b n"),
        options={"ties": ("min", "max", "ordinal", "dense")},
        dims={"b": (1, 2, 3), "n": (4, 7, 10, 14)},
        family="sorting",
    ),
    Idiom(
        "rank_weighted_mean",
        "Kendall, 'The Treatment of Ties in Ranking Problems' (1945)",
        {"keys": ints("n", 0, 6), "values": floats("n")},
        (floats("n"), floats("")),
        dims={"n": SIZES},
        wrt=("values",),
        family="sorting",
    ),
    Idiom(
        "quantile_normalize",
        "Bolstad et al., 'A comparison of normalization methods for high density "
        "oligonucleotide array data based on variance and bias' (2003)",
        {"samples": floats("n c", kind="distinct")},
        floats("n c"),
        dims={"n": SIZES, "c": (2, 3, 4)},
        wrt=("samples",),
        family="sorting",
    ),
    Idiom(
        "normal_scores",
        "Blom, 'Statistical Estimates and Transformed Beta-Variables' (1958)",
        {"values": floats("b n", kind="distinct")},
        floats("b n"),
        options={"offset": (0.0, 0.375, 0.5)},
        dims={"b": (1, 2, 3), "n": (4, 7, 10, 15)},
        family="sorting",
    ),
    Idiom(
        "lorenz_inequality",
        "Gini, 'Measurement of Inequality of Incomes' (1921); Lorenz, 'Methods of Measuring "
        "the Concentration of Wealth' (1905)",
        {"incomes": floats("b n", 0.1, 4)},
        (floats("b n"), floats("b")),
        dims={"b": (1, 2, 3, 5), "n": SIZES},
        wrt=("incomes",),
        family="sorting",
    ),
    Idiom(
        "distribution_gap",
        "Smirnov, 'Table for Estimating the Goodness of Fit of Empirical Distributions' (1948)",
        {"x": floats("m"), "y": floats("n")},
        (ints(""), floats("")),
        dims={"m": (4, 7, 11), "n": (5, 8, 13)},
        family="sorting",
    ),
    Idiom(
        "transport_distance",
        "Villani, 'Topics in Optimal Transportation' (2003), section 2.2",
        {
            "x": floats("m"),
            "y": floats("n"),
            "x_weights": floats("m", 0.2, 2),
            "y_weights": floats("n", 0.2, 2),
        },
        floats(""),
        dims={"m": (2, 4, 7, 10), "n": (3, 5, 8)},
        wrt=("x", "y", "x_weights", "y_weights"),
        family="sorting",
    ),
    Idiom(
        "repeated_median",
        "Rousseeuw and Bassett, 'The Remedian: A Robust Averaging Method for Large Data Sets' "
        "(1990)",
        {"values": floats("b base**levels")},
        floats("b"),
        options={"base": (3, 5), "levels": (1, 2)},
        dims={"b": (1, 2, 3, 5, 8)},
        wrt=("values",),
        family="sorting",
    ),
]
