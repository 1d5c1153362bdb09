"""Statistics: moments, tests, regression, and kernel methods."""

from jaxsmith.program.idiom import Idiom, bools, default_floats, floats, ints

IDIOMS = [
    Idiom(
        "welford_variance",
        "Welford, 'Note on a Method for Calculating Corrected Sums of Squares and Products' (1962)",
        {"samples": floats("n d", -3, 5), "mask": bools("n")},
        (floats("d"), floats("d")),
        gives=("mean", "variance"),
        options={"ddof": (0, 1)},
        dims={"n": (5, 8, 15, 24), "d": (1, 3, 4)},
    ),
    Idiom(
        "weighted_covariance",
        "Gough, 'GNU Scientific Library Reference Manual' (3rd ed., 2009), section 20.4 "
        "(weighted samples)",
        {"x": floats("n d"), "weights": floats("n", 0.2, 2)},
        floats("d d"),
        options={"unbiased": (True, False), "correlation": (True, False)},
        dims={"n": (5, 9, 14), "d": (2, 3, 5)},
        where="unbiased or not correlation",
        wrt=("x", "weights"),
    ),
    Idiom(
        "ridge_regression",
        "Hoerl and Kennard, 'Ridge Regression: Biased Estimation for Nonorthogonal Problems' "
        "(1970)",
        {"x": floats("n d"), "y": floats("n k"), "weights": floats("n", 0.5, 2)},
        (floats("d k"), floats("n k")),
        gives=("coefficients", "fitted"),
        options={"penalty": (0.1, 1.0, 10.0), "intercept": (True, False)},
        dims={"n": (6, 10, 17), "d": (1, 2, 4, 5), "k": (1, 2, 3)},
        wrt=("x", "y", "weights"),
    ),
    Idiom(
        "logistic_irls",
        "Hastie, Tibshirani and Friedman, 'The Elements of Statistical Learning' (2nd ed., "
        "2009), section 4.4.1",
        {"x": floats("n d"), "labels": ints("n", 0, 1)},
        (floats("d"), floats("n")),
        gives=("weights", "probs"),
        options={"steps": (2, 3, 5), "penalty": (0.5, 1.0, 2.0)},
        dims={"n": (8, 13, 20), "d": (1, 2, 3, 5)},
        wrt=("x",),
    ),
    Idiom(
        "pca_reconstruction",
        "Bishop, 'Pattern Recognition and Machine Learning' (2006), section 12.1",
        {"x": floats("n d")},
        (floats("n d"), floats("d")),
        gives=("rebuilt", "ratios"),
        options={"components": (1, 2), "standardize": (True, False)},
        dims={"n": (6, 9, 14), "d": (3, 4, 5)},
    ),
    Idiom(
        "kernel_density_estimate",
        "Silverman, 'Density Estimation for Statistics and Data Analysis' (1986), sections "
        "4.2 and 4.3",
        {"samples": floats("n d"), "points": floats("m d")},
        floats("m"),
        options={"rule": ("scott", "silverman"), "kernel": ("gaussian", "epanechnikov")},
        dims={"n": (6, 10, 17), "m": (3, 5, 8), "d": (1, 3)},
    ),
    Idiom(
        "welch_t_test",
        "Welch, 'The Generalization of Student's Problem when Several Different Population "
        "Variances are Involved' (1947)",
        {"x": floats("n d"), "y": floats("m d", -1, 3)},
        (floats("d"), floats("d")),
        gives=("statistic", "degrees"),
        dims={"n": (5, 8, 13), "m": (4, 7, 11), "d": (1, 2, 4)},
        wrt=("x", "y"),
    ),
    Idiom(
        "mann_whitney_u",
        "Mann and Whitney, 'On a Test of Whether one of Two Random Variables is "
        "Stochastically Larger than the Other' (1947)",
        {"x": ints("n", 0, 9), "y": ints("m", 0, 9)},
        (default_floats(""), default_floats("")),
        gives=("u_statistic", "p_value"),
        options={"continuity": (True, False)},
        dims={"n": (5, 8, 13), "m": (4, 7, 11)},
    ),
    Idiom(
        "autocorrelation",
        "Box, Jenkins and Reinsel, 'Time Series Analysis' (3rd ed., 1994), eq. 2.1.11; by the "
        "Wiener-Khinchin theorem",
        {"series": floats("b n")},
        floats("b lags"),
        options={"lags": (3, 5, 6), "unbiased": (True, False)},
        dims={"b": (1, 2, 3), "n": (8, 13, 20, 31)},
        wrt=("series",),
    ),
    Idiom(
        "bootstrap_interval",
        "Efron and Tibshirani, 'An Introduction to the Bootstrap' (1993), section 13.3",
        {"samples": floats("n", -3, 3), "indices": ints("r n", 0, "n-1")},
        (floats("2"), floats("")),
        gives=("limits", "std_error"),
        options={"statistic": ("mean", "median", "std"), "level": (0.5, 0.8, 0.9)},
        dims={"n": (5, 8, 11), "r": (9, 16, 25)},
    ),
    Idiom(
        "gaussian_process_posterior",
        "Rasmussen and Williams, 'Gaussian Processes for Machine Learning' (2006), algorithm 2.1",
        {"x": floats("n d"), "y": floats("n"), "queries": floats("m d")},
        (floats("m"), floats("m"), floats("")),
        gives=("mean", "variance", "log_evidence"),
        options={
            "kernel": ("rbf", "matern32", "rational_quadratic"),
            "length_scale": (0.7, 1.0, 2.0),
            "noise": (0.1, 0.5),
        },
        dims={"n": (4, 7, 10), "m": (2, 5, 6), "d": (1, 2, 3)},
        wrt=("y",),
    ),
    Idiom(
        "hilbert_schmidt_independence",
        "Gretton, Bousquet, Smola and Schoelkopf, 'Measuring Statistical Dependence with "
        "Hilbert-Schmidt Norms' (2005), eq. 9",
        {"x": floats("n p"), "y": floats("n q")},
        floats(""),
        options={"length_scale": (0.7, 1.0, 2.0), "normalized": (True, False)},
        dims={"n": (4, 6, 10), "p": (1, 2, 3), "q": (1, 2, 4)},
        wrt=("x", "y"),
    ),
    Idiom(
        "distance_correlation",
        "Szekely, Rizzo and Bakirov, 'Measuring and testing dependence by correlation of "
        "distances' (2007), definitions 4 and 5",
        {"x": floats("n p"), "y": floats("n q")},
        floats(""),
        options={"exponent": (1.0, 0.5, 1.5)},
        dims={"n": (5, 8, 12), "p": (1, 2, 3), "q": (1, 2)},
    ),
    Idiom(
        "spearman_correlation",
        "Spearman, 'The Proof and Measurement of Association between Two Things' (1904)",
        {"x": floats("n", -3, 3, "distinct"), "y": floats("b n", -3, 3, "distinct")},
        floats("b"),
        options={"footrule": (True, False)},
        dims={"n": (5, 8, 12, 19), "b": (1, 2, 4)},
    ),
    Idiom(
        "kaplan_meier",
        "Kaplan and Meier, 'Nonparametric Estimation from Incomplete Observations' (1958)",
        {"times": floats("n", 0, 10, "distinct"), "observed": bools("n")},
        (floats("n"), floats("n")),
        gives=("survival", "variance"),
        dims={"n": (5, 9, 14, 20)},
    ),
    Idiom(
        "ledoit_wolf_shrinkage",
        "Ledoit and Wolf, 'A well-conditioned estimator for large-dimensional covariance "
        "matrices' (2004), section 3.2",
        {"x": floats("n d")},
        (floats("d d"), floats("")),
        gives=("covariance", "shrinkage"),
        options={"centered": (True, False)},
        dims={"n": (5, 8, 13), "d": (2, 3, 6)},
    ),
    Idiom(
        "lowess",
        "Cleveland, 'Robust Locally Weighted Regression and Smoothing Scatterplots' (1979), "
        "section 2",
        {"x": floats("n", -2, 2, "distinct"), "y": floats("n")},
        floats("n"),
        options={"neighbors": (4, 5, 6), "robust_steps": (0, 1, 2)},
        dims={"n": (8, 11, 15)},
    ),
    Idiom(
        "mutual_information",
        "Cover and Thomas, 'Elements of Information Theory' (2nd ed., 2006), eq. 2.28",
        {"x": ints("n", 0, "bins-1"), "y": ints("n", 0, "bins-1")},
        (default_floats(""), ints("bins bins")),
        gives=("information", "counts"),
        options={"bins": (2, 3, 5), "pseudocount": (0.0, 0.5, 1.0)},
        dims={"n": (8, 13, 21)},
    ),
]
