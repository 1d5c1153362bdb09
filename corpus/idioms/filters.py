"""Filters: state estimation, smoothing of series, digital and adaptive filters."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

_MODEL = {
    "transition": floats("d d", -0.6, 0.6),
    "emission": floats("k d", -1, 1),
    "process_cov": floats("d d", kind="spd"),
    "noise_cov": floats("k k", kind="spd"),
}

IDIOMS = [
    Idiom(
        "kalman_filter",
        "Kalman, 'A New Approach to Linear Filtering and Prediction Problems' (1960)",
        {"observations": floats("t k"), **_MODEL},
        (floats("t d"), floats("t d d")),
        gives=("means", "covs"),
        options={"initial_variance": (0.5, 1.0, 10.0)},
        dims={"t": (3, 4, 6, 9), "d": (1, 2, 3, 4), "k": (1, 2, 3)},
        wrt=("observations", "transition", "emission"),
    ),
    Idiom(
        "rts_smoother",
        "Rauch, Tung and Striebel, 'Maximum Likelihood Estimates of Linear Dynamic Systems' (1965)",
        {"observations": floats("t k"), **_MODEL},
        (floats("t d"), floats("t d d")),
        gives=("means", "covs"),
        options={"initial_variance": (1.0, 2.0, 5.0)},
        dims={"t": (3, 4, 5, 7), "d": (1, 2, 3), "k": (1, 2, 3)},
        wrt=("observations", "transition", "emission"),
    ),
    Idiom(
        "extended_kalman_step",
        "Thrun, Burgard and Fox, 'Probabilistic Robotics' (2005), table 3.3",
        {
            "mean": floats("3", -1, 1),
            "cov": floats("3 3", kind="spd"),
            "control": floats("2", 0.2, 1.5),
            "ranges": floats("k", 3, 9),
            "beacons": floats("k 2", 4, 8),
        },
        (floats("3"), floats("3 3")),
        gives=("next_mean", "next_cov"),
        options={"dt": (0.1, 0.5, 1.0), "process_std": (0.1, 0.5), "range_std": (1.0, 0.5)},
        dims={"k": (2, 3, 4, 5)},
        wrt=("mean", "control", "ranges", "beacons"),
    ),
    Idiom(
        "unscented_transform",
        "Wan and van der Merwe, 'The Unscented Kalman Filter for Nonlinear Estimation' "
        "(2000), section 3",
        {
            "mean": floats("d", -1, 1),
            "cov": floats("d d", kind="spd"),
            "weight": floats("m d", -0.5, 0.5),
            "bias": floats("m", -1, 1),
        },
        (floats("m"), floats("m m")),
        gives=("image_mean", "image_cov"),
        options={"alpha": (0.5, 1.0), "beta": (0.0, 2.0), "kappa": (0.0, 1.0)},
        dims={"d": (2, 3, 4, 5), "m": (1, 2, 3, 4)},
        wrt=("mean", "weight", "bias"),
    ),
    Idiom(
        "ensemble_kalman_update",
        "Evensen, 'The Ensemble Kalman Filter: theoretical formulation and practical "
        "implementation' (2003), section 4",
        {
            "ensemble": floats("n d"),
            "emission": floats("k d", -1, 1),
            "observation": floats("k"),
            "perturbations": floats("n k", -1, 1),
        },
        floats("n d"),
        options={"noise_std": (0.5, 1.0, 2.0), "inflation": (1.0, 1.05, 1.2)},
        dims={"n": (5, 8, 12), "d": (2, 3, 5, 7), "k": (1, 2, 3)},
        wrt=("ensemble", "emission", "observation", "perturbations"),
    ),
    Idiom(
        "particle_filter_step",
        "Gordon, Salmond and Smith, 'Novel approach to nonlinear/non-Gaussian Bayesian "
        "state estimation' (1993); systematic resampling by Kitagawa (1996)",
        {
            "particles": floats("n d"),
            "noise": floats("n d"),
            "observation": floats("d", -1, 1),
            "offset": floats("", 0.05, 0.95),
        },
        (floats("n d"), ints("n")),
        gives=("resampled", "ancestors"),
        options={"decay": (0.9, 1.0, 0.5), "process_std": (0.1, 0.5), "noise_std": (1.0, 2.0)},
        dims={"n": (6, 10, 16, 25), "d": (1, 2, 3)},
    ),
    Idiom(
        "alpha_beta_filter",
        "Kalata, 'The Tracking Index: A Generalized Parameter for alpha-beta and "
        "alpha-beta-gamma Target Trackers' (1984)",
        {"measurements": floats("t d"), "position": floats("d"), "velocity": floats("d", -1, 1)},
        (floats("t d"), floats("t d")),
        gives=("positions", "velocities"),
        options={"alpha": (0.85, 0.5, 0.2), "beta": (0.005, 0.1, 0.3), "dt": (1.0, 0.5, 0.1)},
        dims={"t": (5, 8, 13), "d": (1, 2, 3)},
        wrt=("measurements", "position", "velocity"),
    ),
    Idiom(
        "exponential_smoothing",
        "Hyndman and Athanasopoulos, 'Forecasting: Principles and Practice' (2nd ed., 2018), "
        "section 7.1; as a prefix sum: Blelloch, 'Prefix Sums and Their Applications' (1990), "
        "section 1.4",
        {"series": floats("t d")},
        floats("t d"),
        options={"alpha": (0.1, 0.3, 0.7), "debias": (True, False)},
        dims={"t": (7, 12, 16, 31), "d": (1, 3, 4)},
        wrt=("series",),
    ),
    Idiom(
        "holt_winters",
        "Hyndman and Athanasopoulos, 'Forecasting: Principles and Practice' (2nd ed., 2018), "
        "section 7.3",
        {
            "series": floats("t", 0.5, 2),
            "level": floats("", 0.8, 1.6),
            "trend": floats("", -0.05, 0.1),
            "seasonal": floats("m", 0.7, 1.3),
        },
        (floats("t"), floats("m")),
        gives=("forecasts", "final_seasonal"),
        options={
            "alpha": (0.2, 0.5),
            "beta": (0.05, 0.1),
            "gamma": (0.1, 0.3),
            "multiplicative": (True, False),
        },
        dims={"t": (6, 9, 14, 24), "m": (2, 3, 4, 7)},
        wrt=("series", "level", "trend", "seasonal"),
    ),
    Idiom(
        "savitzky_golay",
        "Savitzky and Golay, 'Smoothing and Differentiation of Data by Simplified Least "
        "Squares Procedures' (1964)",
        {"signal": floats("n")},
        floats("n-window+1"),
        options={"window": (5, 7, 9), "degree": (2, 3), "derivative": (0, 1, 2)},
        dims={"n": (11, 16, 20, 33)},
        wrt=("signal",),
    ),
    Idiom(
        "biquad_filter",
        "Bristow-Johnson, 'Audio EQ Cookbook' (W3C, 2021)",
        {"signal": floats("n", -1, 1), "cutoff": floats("", 0.05, 0.4)},
        floats("n"),
        options={
            "kind": ("lowpass", "highpass", "bandpass", "notch"),
            "quality": (0.5, 0.707, 2.0),
        },
        dims={"n": (8, 13, 24, 32)},
        wrt=("signal", "cutoff"),
    ),
    Idiom(
        "recursive_least_squares",
        "Haykin, 'Adaptive Filter Theory' (4th ed., 2002), chapter 9",
        {"inputs": floats("t d"), "targets": floats("t")},
        (floats("t d"), floats("t")),
        gives=("weights", "errors"),
        options={"forgetting": (0.9, 0.95, 1.0), "regularization": (1.0, 0.5, 2.0)},
        dims={"t": (5, 8, 11), "d": (1, 2, 3, 4)},
        wrt=("inputs", "targets"),
    ),
    Idiom(
        "hodrick_prescott_filter",
        "Hodrick and Prescott, 'Postwar U.S. Business Cycles: An Empirical Investigation' "
        "(1997), eq. 2",
        {"series": floats("t d")},
        (floats("t d"), floats("t d")),
        gives=("trend", "cycle"),
        options={"smoothing": (1.6, 6.25, 100.0)},
        dims={"t": (5, 8, 12, 17), "d": (1, 2, 3)},
        wrt=("series",),
    ),
    Idiom(
        "hampel_filter",
        "Pearson, Neuvo, Astola and Gabbouj, 'Generalized Hampel Filters' (2016), section 2",
        {"series": floats("n", -5, 5, "distinct")},
        (floats("n"), bools("n")),
        gives=("filtered", "is_outlier"),
        options={"reach": (1, 2, 3), "threshold": (1.0, 1.5, 2.0)},
        dims={"n": (12, 17, 25, 40)},
    ),
    Idiom(
        "wiener_deconvolution",
        "Gonzalez and Woods, 'Digital Image Processing' (3rd ed., 2008), section 5.8",
        {"signal": floats("b n"), "kernel": floats("k", 0.1, 1)},
        floats("b n"),
        options={"noise_ratio": (0.05, 0.1, 0.5)},
        dims={"b": (1, 2, 3), "n": (8, 9, 12, 16), "k": (2, 3, 5)},
        wrt=("signal", "kernel"),
    ),
]
