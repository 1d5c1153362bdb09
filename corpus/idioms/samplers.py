"""Samplers, whose randomness is an input."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

_UNIT = (0.02, 0.98)

IDIOMS = [
    Idiom(
        "stratified_resample",
        "Douc, Cappé and Moulines, 'Comparison of Resampling Schemes for Particle Filtering' "
        "(2005), section 2.3; Kong, Liu and Wong, 'Sequential Imputations and Bayesian Missing "
        "Data Problems' (1994)",
        {"log_weights": floats("n"), "uniforms": floats("n", *_UNIT)},
        (ints("n"), floats("")),
        gives=("ancestors", "effective_size"),
        dims={"n": (4, 5, 6, 8, 9, 12, 15)},
    ),
    Idiom(
        "residual_resample",
        "Liu and Chen, 'Sequential Monte Carlo Methods for Dynamic Systems' (1998); Douc, Cappé "
        "and Moulines, 'Comparison of Resampling Schemes for Particle Filtering' (2005), "
        "section 2.2",
        {"weights": floats("n", 0.1, 2), "uniforms": floats("n", *_UNIT)},
        (ints("n"), ints("n")),
        gives=("ancestors", "copies"),
        dims={"n": (4, 5, 6, 8, 9, 12, 15)},
    ),
    Idiom(
        "box_muller",
        "Box and Muller, 'A Note on the Generation of Random Normal Deviates' (1958)",
        {"first": floats("n m", 0.02, 0.9), "second": floats("n m", 0, 1)},
        (floats("n m"), floats("n m")),
        gives=("cos_normals", "sin_normals"),
        wrt=("first", "second"),
    ),
    Idiom(
        "marsaglia_polar",
        "Marsaglia and Bray, 'A Convenient Method for Generating Normal Variables' (1964)",
        {"u": floats("n m", -1, 1), "v": floats("n m", -1, 1)},
        (floats("n m"), floats("n m"), bools("n m")),
        gives=("x", "y", "accepted"),
    ),
    Idiom(
        "inverse_transform_sample",
        "Devroye, 'Non-Uniform Random Variate Generation' (1986), chapter 2",
        {
            "uniforms": floats("n k", 0.04, 0.95),
            "location": floats("k"),
            "scale": floats("k", 0.5, 2),
        },
        floats("n k"),
        options={"family": ("exponential", "laplace", "cauchy", "weibull", "logistic", "gumbel")},
        wrt=("uniforms", "location", "scale"),
    ),
    Idiom(
        "correlated_normal_sample",
        "Glasserman, 'Monte Carlo Methods in Financial Engineering' (2003), section 2.3.3",
        {
            "mean": floats("d"),
            "covariance": floats("d d", kind="spd"),
            "noise": floats("n d"),
        },
        (floats("n d"), floats("n")),
        gives=("draws", "log_densities"),
        dims={"d": (2, 3, 4, 5), "n": (1, 3, 4, 6)},
        wrt=("mean", "noise"),
    ),
    Idiom(
        "latin_hypercube",
        "McKay, Beckman and Conover, 'A Comparison of Three Methods for Selecting Values of "
        "Input Variables in the Analysis of Output from a Computer Code' (1979)",
        {
            "scores": floats("n d", 0, 1, "distinct"),
            "jitter": floats("n d", 0, 1),
            "low": floats("d", -2, 0),
            "high": floats("d", 1, 3),
        },
        floats("n d"),
        dims={"n": (4, 5, 7, 10), "d": (1, 2, 3, 4)},
        wrt=("jitter", "low", "high"),
    ),
    Idiom(
        "square_root_diffusion",
        "Lord, Koekkoek and van Dijk, 'A Comparison of Biased Simulation Schemes for Stochastic "
        "Volatility Models' (2010), section 3",
        {"start": floats("n", 0.4, 1.5), "noise": floats("t n")},
        floats("t n"),
        options={
            "speed": (0.5, 1.5),
            "mean": (0.8, 1.0),
            "volatility": (0.3, 0.6),
            "dt": (0.05, 0.1),
        },
        dims={"n": (2, 4, 5), "t": (3, 5, 8)},
    ),
    Idiom(
        "half_normal_rejection",
        "von Neumann, 'Various Techniques Used in Connection with Random Digits' (1951); "
        "Devroye, 'Non-Uniform Random Variate Generation' (1986), chapter 2",
        {"uniforms": floats("n k", 0.02, 0.97), "decisions": floats("n k", 0, 1)},
        (floats("n"), bools("n k")),
        gives=("draws", "is_accepted"),
        dims={"n": (3, 5, 6, 8), "k": (3, 4, 5, 6)},
    ),
    Idiom(
        "gamma_rejection",
        "Marsaglia and Tsang, 'A Simple Method for Generating Gamma Variables' (2000)",
        {
            "shapes": floats("n", 1, 4),
            "normals": floats("n k", -2.2, 2.2),
            "uniforms": floats("n k", 0.01, 0.99),
        },
        (floats("n"), bools("n k")),
        gives=("draws", "accepted"),
        dims={"n": (3, 5, 6, 8), "k": (3, 4, 5)},
    ),
    Idiom(
        "halton_points",
        "Halton, 'On the efficiency of certain quasi-random sequences of points in evaluating "
        "multi-dimensional integrals' (1960); Cranley and Patterson, 'Randomization of Number "
        "Theoretic Methods for Multiple Integration' (1976)",
        {"indices": ints("n", 0, 200), "shift": floats("d", 0.01, 0.97)},
        floats("n d"),
        options={"skip": (0, 1, 20)},
        dims={"n": (4, 7, 10), "d": (1, 2, 3, 4)},
    ),
    Idiom(
        "product_poisson_sample",
        "Knuth, 'The Art of Computer Programming', volume 2 (3rd ed., 1997), section 3.4.1",
        {"rates": floats("n", 0.5, 4), "uniforms": floats("n k", *_UNIT)},
        positions("n"),
        dims={"n": (3, 4, 6, 7), "k": (6, 8, 11, 12)},
    ),
    Idiom(
        "stick_breaking_weights",
        "Sethuraman, 'A Constructive Definition of Dirichlet Priors' (1994)",
        {"uniforms": floats("n k", 0.05, 0.95)},
        floats("n k+1"),
        options={"concentration": (0.5, 1.0, 2.0, 5.0)},
        dims={"n": (1, 2, 4), "k": (3, 5, 8)},
        wrt=("uniforms",),
    ),
    Idiom(
        "gaussian_copula_sample",
        "Cario and Nelson, 'Modeling and Generating Random Vectors with Arbitrary Marginal "
        "Distributions and Correlation Matrix' (1997)",
        {
            "factor": floats("d d", kind="lower"),
            "noise": floats("n d", -1.8, 1.8),
            "scales": floats("d", 0.5, 2),
        },
        floats("n d"),
        options={"marginal": ("exponential", "pareto", "uniform")},
        dims={"d": (2, 3, 4), "n": (3, 5, 7)},
        wrt=("noise", "scales"),
    ),
    Idiom(
        "gillespie_birth_death",
        "Gillespie, 'Exact Stochastic Simulation of Coupled Chemical Reactions' (1977)",
        {
            "population": ints("", 0, 9),
            "waits": floats("t", *_UNIT),
            "choices": floats("t", *_UNIT),
        },
        (floats("t"), ints("t")),
        gives=("times", "sizes"),
        options={
            "birth": (0.3, 0.9),
            "death": (0.5, 1.1),
            "immigration": (0.4, 2.0),
        },
        dims={"t": (5, 8, 12)},
    ),
    Idiom(
        "hierarchical_ray_samples",
        "Mildenhall et al., 'NeRF: Representing Scenes as Neural Radiance Fields for View "
        "Synthesis' (2020), section 5.2",
        {
            "edges": floats("r n+1", 1, 5, "sorted"),
            "weights": floats("r n", 0.1, 1),
            "uniforms": floats("r m", *_UNIT),
        },
        floats("r m"),
        dims={"r": (2, 3, 4), "n": (4, 5, 8), "m": (4, 6, 7)},
        wrt=("edges",),
    ),
    Idiom(
        "markov_chain_path",
        "Norris, 'Markov Chains' (1997), section 1.1",
        {
            "logits": floats("s s"),
            "start": ints("", 0, "s-1"),
            "uniforms": floats("t", *_UNIT),
        },
        (ints("t"), floats("")),
        gives=("path", "log_likelihood"),
        dims={"s": (3, 4, 5, 6), "t": (4, 6, 9, 12)},
    ),
    Idiom(
        "reservoir_sample",
        "Vitter, 'Random Sampling with a Reservoir' (1985), algorithm R",
        {"items": floats("n"), "uniforms": floats("n", 0.01, 0.98)},
        (floats("size"), positions("")),
        gives=("reservoir", "replacements"),
        options={"size": (2, 3, 4)},
        dims={"n": (8, 11, 14)},
    ),
    Idiom(
        "fisher_yates_shuffle",
        "Knuth, 'The Art of Computer Programming', volume 2 (3rd ed., 1997), section 3.4.2, "
        "algorithm P",
        {"items": floats("n"), "uniforms": floats("n", 0.01, 0.98)},
        (floats("n"), ints("n")),
        gives=("shuffled", "order"),
        dims={"n": (4, 5, 6, 7, 9, 11, 14)},
    ),
    Idiom(
        "brownian_bridge_path",
        "Glasserman, 'Monte Carlo Methods in Financial Engineering' (2003), section 3.1.1",
        {"normals": floats("2**levels")},
        floats("2**levels+1"),
        options={"levels": (2, 3, 4), "horizon": (0.5, 1.0, 3.0)},
        wrt=("normals",),
    ),
]
