"""Random numbers from explicit keys: distributions of real numbers."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints

from .random_keys import KEY, SEED, singles

IDIOMS = [
    Idiom(
        "uniform_box_points",
        "jax.random.uniform, JAX documentation",
        {"seed": SEED, "low": floats("d"), "width": floats("d", 0.5, 3)},
        (floats("count d"), floats("count")),
        gives=("points", "sq_distances"),
        options={"count": (2, 4, 5, 8, 12)},
        wrt=("low", "width"),
        family="random",
    ),
    Idiom(
        "poisson_arrivals",
        "Ross, 'Introduction to Probability Models' (10th ed., 2010), section 5.3; "
        "jax.random.exponential, JAX documentation",
        {"seed": SEED, "rates": singles("n", 0.5, 3)},
        (singles("n events"), ints("n")),
        gives=("times", "counts"),
        options={"events": (2, 4, 6, 9), "horizon": (0.5, 1.0, 2.0, 3.0)},
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "laplace_mechanism",
        "Dwork and Roth, 'The Algorithmic Foundations of Differential Privacy' (2014), "
        "definition 3.3",
        {"key": KEY, "values": singles("n d")},
        singles("d"),
        options={"bound": (0.5, 1.0, 1.5), "epsilon": (0.5, 1.0, 4.0)},
        dims={"n": (3, 5, 8, 12), "d": (2, 3, 4, 6)},
        family="random",
    ),
    Idiom(
        "cauchy_flight",
        "Mandelbrot, 'The Fractal Geometry of Nature' (1982), chapter 32; jax.random.cauchy, JAX "
        "documentation",
        {"seed": SEED, "start": singles("n")},
        singles("steps n"),
        options={"steps": (2, 4, 6, 10), "longest": (2.0, 5.0, 10.0)},
        dims={"n": (1, 2, 3, 5)},
        wrt=("start",),
        family="random",
    ),
    Idiom(
        "bounded_normals",
        "jax.random.truncated_normal, JAX documentation; Robert, 'Simulation of truncated normal "
        "variables' (1995)",
        {"key": KEY, "lower": singles("n", -2, -0.2), "upper": singles("n", 0.3, 2)},
        (singles("samples n"), singles("n")),
        gives=("draws", "means"),
        options={"samples": (2, 3, 5, 8)},
        family="random",
    ),
    Idiom(
        "thermal_speeds",
        "Reif, 'Fundamentals of Statistical and Thermal Physics' (1965), section 7.9; "
        "jax.random.maxwell, JAX documentation",
        {"seed": SEED, "masses": singles("n", 0.5, 4)},
        (singles("count n"), singles("n")),
        gives=("speeds", "mean_energies"),
        options={"count": (2, 3, 5, 8), "temperature": (0.5, 1.0, 2.5)},
        dims={"n": (1, 2, 3, 4)},
        wrt=("masses",),
        family="random",
    ),
    Idiom(
        "pareto_concentration",
        "Arnold, 'Pareto Distributions' (2nd ed., 2015), section 4.2; jax.random.pareto, JAX "
        "documentation",
        {"key": KEY, "exponents": singles("n", 1.5, 4)},
        (singles("count n"), singles("n")),
        gives=("incomes", "gini"),
        options={"count": (3, 4, 6, 9, 12)},
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "censored_lifetimes",
        "Klein and Moeschberger, 'Survival Analysis' (2nd ed., 2003), sections 2.5 and 3.2; "
        "jax.random.weibull_min, JAX documentation",
        {"seed": SEED, "scales": singles("n", 0.5, 2)},
        (singles("count n"), Spec("count n", "bool", 0, 1), singles("n")),
        gives=("observed", "has_failed", "rates"),
        options={
            "count": (3, 5, 8, 12),
            "concentration": (0.8, 1.0, 1.5, 2.0),
            "limit": (1.0, 2.0),
        },
        dims={"n": (1, 2, 3, 4)},
        family="random",
    ),
    Idiom(
        "fading_capacity",
        "Tse and Viswanath, 'Fundamentals of Wireless Communication' (2005), section 5.4.5; "
        "jax.random.rayleigh, JAX documentation",
        {"key": KEY, "scales": singles("n", 0.5, 2)},
        (singles("count n"), singles("n")),
        gives=("gains", "mean_rates"),
        options={"count": (2, 4, 7, 10), "snr": (0.5, 1.0, 4.0, 10.0)},
        dims={"n": (1, 2, 3, 5)},
        wrt=("scales",),
        family="random",
    ),
    Idiom(
        "project_durations",
        "Malcolm et al., 'Application of a Technique for Research and Development Program "
        "Evaluation' (1959); jax.random.triangular, JAX documentation",
        {
            "seed": SEED,
            "least": singles("n", 0.5, 2),
            "likely": singles("n", 0.5, 2),
            "most": singles("n", 0.5, 3),
        },
        (singles("count"), singles("3")),
        gives=("durations", "quartiles"),
        options={"count": (4, 6, 9, 13)},
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "correlated_draws",
        "jax.random.multivariate_normal, JAX documentation",
        {
            "key": KEY,
            "mean": singles("d"),
            "covariance": Spec("d d", "float32", 0, 4, "spd"),
        },
        (singles("count d"), singles("d d")),
        gives=("draws", "sample_cov"),
        options={"count": (3, 4, 6, 10)},
        dims={"d": (2, 3, 4, 5)},
        family="random",
    ),
    Idiom(
        "asset_paths",
        "Glasserman, 'Monte Carlo Methods in Financial Engineering' (2003), section 3.2.1",
        {"seed": SEED, "prices": floats("n", 0.5, 2)},
        (floats("steps n"), floats("n")),
        gives=("paths", "path_means"),
        options={
            "steps": (2, 4, 6, 12),
            "drift": (0.0, 0.03, 0.1),
            "volatility": (0.1, 0.2, 0.5),
            "maturity": (0.5, 1.0, 2.0),
        },
        dims={"n": (1, 2, 3, 5)},
        wrt=("prices",),
        family="random",
    ),
    Idiom(
        "retry_delays",
        "jax.random.geometric, JAX documentation; Metcalfe and Boggs, 'Ethernet: Distributed "
        "Packet Switching for Local Computer Networks' (1976)",
        {"key": KEY, "failure": singles("n", 0.2, 0.7)},
        (ints("clients n"), singles("n")),
        gives=("attempts", "mean_waits"),
        options={"clients": (2, 4, 6, 10), "base": (0.5, 1.0, 2.0), "cap": (16.0, 60.0)},
        dims={"n": (1, 2, 3, 4)},
        family="random",
    ),
    Idiom(
        "random_rotation",
        "Stewart, 'The Efficient Generation of Random Orthogonal Matrices' (1980); "
        "jax.random.orthogonal, JAX documentation",
        {"seed": SEED, "points": singles("n d")},
        (singles("n directions"), singles("n d")),
        gives=("shadows", "residuals"),
        options={"directions": (1, 2, 3)},
        dims={"n": (1, 2, 4, 6), "d": (4, 5, 6, 8)},
        wrt=("points",),
        family="random",
    ),
    Idiom(
        "first_passages",
        "Michael, Schucany and Haas, 'Generating Random Variates Using Transformations with "
        "Multiple Roots' (1976); jax.random.wald, JAX documentation",
        {"key": KEY, "distances": singles("n", 0.5, 2)},
        (singles("count n"), singles("n")),
        gives=("times", "mean_times"),
        options={"count": (2, 3, 5, 8), "drift": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "keyed_latin_hypercube",
        "McKay, Beckman and Conover, 'A Comparison of Three Methods for Selecting Values of "
        "Input Variables in the Analysis of Output from a Computer Code' (1979)",
        {"seed": SEED, "low": floats("d", -2, 0), "high": floats("d", 0.5, 3)},
        floats("count d"),
        options={"count": (3, 4, 5, 7, 10, 12), "centered": (False, True)},
        dims={"d": (1, 2, 3, 4, 5)},
        wrt=("low", "high"),
        family="random",
    ),
]
