"""Tests, tails and expectations by special functions."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "student_t_p_value",
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), 26.7.1",
        {"t": floats("n m", -4, 4)},
        floats("n m"),
        options={"degrees": (1.5, 3.0, 5.0, 12.0), "tails": ("one", "two")},
        family="special",
        size=256,
        double=2048,
    ),
    Idiom(
        "variance_ratio_p_value",
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), 26.6.2",
        {"x": floats("n"), "y": floats("m")},
        (floats(""), floats("")),
        gives=("f_ratio", "p_value"),
        dims={"n": (3, 4, 6, 9), "m": (4, 5, 7, 10)},
        wrt=("x", "y"),
        family="special",
        size=256,
        double=2048,
    ),
    Idiom(
        "goodness_of_fit",
        "Pearson, 'On the criterion that a given system of deviations from the probable in the "
        "case of a correlated system of variables is such that it can be reasonably supposed to "
        "have arisen from random sampling' (1900); Wilks, 'The Likelihood Test of Independence "
        "in Contingency Tables' (1935)",
        {"observed": floats("n", 2, 9), "weights": floats("n", 1, 2)},
        (floats(""), floats("")),
        gives=("discrepancy", "p_value"),
        options={"statistic": ("pearson", "likelihood")},
        dims={"n": (3, 4, 5, 7, 10, 13)},
        wrt=("observed", "weights"),
        family="special",
    ),
    Idiom(
        "binomial_tail",
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), 26.5.24",
        {"successes": ints("n", 1, "trials-1"), "probability": floats("n", 0.1, 0.9)},
        (floats("n"), floats("n")),
        gives=("tail_prob", "exact_prob"),
        options={"trials": (4, 7, 10, 20)},
        dims={"n": (1, 2, 4, 7)},
        family="special",
        size=256,
        double=2048,
    ),
    Idiom(
        "poisson_tail",
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), 26.4.21 and 26.5.26",
        {"events": ints("n", 1, 8), "rate": floats("n", 0.5, 6)},
        (floats("n"), floats("n")),
        gives=("steady_tail", "varying_tail"),
        options={"dispersion": (0.7, 1.5, 4.0, 10.0)},
        dims={"n": (1, 2, 4, 7)},
        family="special",
        size=256,
        double=2048,
    ),
    Idiom(
        "truncated_normal_moments",
        "Johnson, Kotz and Balakrishnan, 'Continuous Univariate Distributions', volume 1 (2nd "
        "ed., 1994), section 13.10.1",
        {
            "mean": floats("n", -1, 1),
            "deviation": floats("n", 0.7, 1.5),
            "lower": floats("n", -2, 0),
            "span": floats("n", 1, 3),
        },
        (floats("n"), floats("n")),
        gives=("truncated_mean", "variance"),
        dims={"n": (1, 2, 4, 7)},
        wrt=("mean", "deviation", "lower", "span"),
        family="special",
    ),
    Idiom(
        "rectified_moments",
        "Frey and Hinton, 'Variational Learning in Nonlinear Gaussian Belief Networks' (1999), "
        "appendix A",
        {"mean": floats("n"), "deviation": floats("n", 0.5, 2)},
        (floats("n"), floats("n")),
        gives=("out_mean", "out_variance"),
        options={"slope": (0.0, 0.01, 0.2)},
        dims={"n": (1, 2, 4, 7)},
        wrt=("mean", "deviation"),
        family="special",
    ),
    Idiom(
        "expected_improvement_scores",
        "Jones, Schonlau and Welch, 'Efficient Global Optimization of Expensive Black-Box "
        "Functions' (1998), eq. 15; Kushner, 'A New Method of Locating the Maximum Point of an "
        "Arbitrary Multipeak Curve in the Presence of Noise' (1964)",
        {
            "mean": floats("n", -1, 1),
            "deviation": floats("n", 0.5, 2),
            "best": floats("", -0.5, 1),
        },
        floats("n"),
        options={
            "acquisition": ("expectation", "logarithm", "probability"),
            "margin": (0.0, 0.01, 0.1),
        },
        dims={"n": (1, 2, 4, 7)},
        wrt=("mean", "deviation", "best"),
        family="special",
    ),
    Idiom(
        "probit_log_likelihood",
        "McCullagh and Nelder, 'Generalized Linear Models' (2nd ed., 1989), section 4.3.1",
        {
            "features": floats("n k", -1, 1),
            "weights": floats("k", -1, 1),
            "labels": bools("n"),
        },
        floats(""),
        options={"link": ("probit", "cauchit", "complementary")},
        dims={"n": (2, 4, 7, 10), "k": (1, 2, 3)},
        wrt=("features", "weights"),
        family="special",
    ),
    Idiom(
        "option_sensitivities",
        "Black and Scholes, 'The Pricing of Options and Corporate Liabilities' (1973), eq. 13; "
        "Hull, 'Options, Futures, and Other Derivatives' (8th ed., 2012), chapter 18",
        {
            "spot": floats("n", 0.8, 1.3),
            "volatility": floats("n", 0.2, 0.5),
            "maturity": floats("n", 0.5, 2),
        },
        {
            "price": floats("n"),
            "delta": floats("n"),
            "gamma": floats("n"),
            "vega": floats("n"),
        },
        options={
            "strike": (0.9, 1.0, 1.1),
            "rate": (0.0, 0.02, 0.05),
            "kind": ("call", "put"),
        },
        dims={"n": (1, 2, 3, 5)},
        wrt=("spot", "volatility", "maturity"),
        family="special",
    ),
    Idiom(
        "gamma_tail_fraction",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 6.2; Lentz, 'Generating "
        "Bessel functions in Mie scattering calculations using continued fractions' (1976)",
        {"a": floats("n", 0.5, 3), "x": floats("n", 4, 9)},
        floats("n"),
        options={"steps": (40, 50)},
        dims={"n": (1, 2, 4, 7)},
        family="special",
    ),
    Idiom(
        "skew_normal_chance",
        "Azzalini, 'A Class of Distributions Which Includes the Normal Ones' (1985), section 2; "
        "Owen, 'Tables for Computing Bivariate Normal Probabilities' (1956)",
        {
            "x": floats("n"),
            "location": floats("n", -1, 1),
            "scale": floats("n", 0.7, 2),
        },
        (floats("n"), floats("n")),
        gives=("chance", "density"),
        options={"shape": (-2.0, 0.5, 1.5, 3.0)},
        dims={"n": (1, 2, 4, 7)},
        family="special",
        double=512,
    ),
    Idiom(
        "collector_cost",
        "Feller, 'An Introduction to Probability Theory and Its Applications', volume 1 (3rd "
        "ed., 1968), section IX.3",
        {"kinds": ints("n", 2, 30), "price": floats("n", 0.5, 3)},
        (floats("n"), floats("n"), floats("n")),
        gives=("mean_cost", "deviation", "half_cost"),
        dims={"n": (1, 2, 3, 5, 8)},
        wrt=("price",),
        family="special",
        # At whole numbers up to 31 digamma is off by up to 9.8 units, trigamma by up to 15.8 (JAX
        # 0.10 against sums of fractions). What they are subtracted from each other for is up to
        # 9.5 and 2.8 times smaller than they are: 93 and 44 units.
        size=96,
    ),
]
