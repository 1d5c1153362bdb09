"""Random numbers from explicit keys: Monte Carlo estimates."""

from jaxsmith.program.idiom import Idiom, floats, ints

from .random_keys import KEY, SEED

IDIOMS = [
    Idiom(
        "common_random_numbers",
        "Glasserman, 'Monte Carlo Methods in Financial Engineering' (2003), section 7.1",
        {"seed": SEED, "spot": floats("", 0.8, 1.2), "bump": floats("", 0.05, 0.2)},
        floats(""),
        options={
            "count": (4, 8, 16, 32),
            "volatility": (0.1, 0.2, 0.4),
            "strike": (0.5, 0.6, 0.75),
        },
        wrt=("spot", "bump"),
        family="random",
    ),
    Idiom(
        "spsa_gradient",
        "Spall, 'Multivariate Stochastic Approximation Using a Simultaneous Perturbation "
        "Gradient Approximation' (1992), eq. 2.2",
        {"key": KEY, "parameters": floats("n", -1, 1), "matrix": floats("n n", kind="spd")},
        floats("n"),
        options={"samples": (1, 2, 4, 8), "radius": (0.05, 0.1, 0.25)},
        dims={"n": (2, 3, 4, 6)},
        wrt=("parameters", "matrix"),
        family="random",
    ),
    Idiom(
        "trace_estimate",
        "Hutchinson, 'A Stochastic Estimator of the Trace of the Influence Matrix for Laplacian "
        "Smoothing Splines' (1990)",
        {"seed": SEED, "matrix": floats("n n")},
        floats(""),
        options={"probes": (1, 2, 3, 5, 8), "noise": ("sign", "normal")},
        dims={"n": (2, 3, 4, 6, 8)},
        wrt=("matrix",),
        family="random",
    ),
    Idiom(
        "private_gradient",
        "Abadi et al., 'Deep Learning with Differential Privacy' (2016), algorithm 1",
        {"key": KEY, "gradients": floats("n d", 0.2, 2)},
        floats("d"),
        options={"clip": (0.5, 1.0, 2.0, 3.0), "multiplier": (0.5, 1.1, 2.0)},
        dims={"n": (2, 3, 5, 8), "d": (2, 3, 5, 8)},
        wrt=("gradients",),
        family="random",
    ),
    Idiom(
        "circle_area",
        "Metropolis and Ulam, 'The Monte Carlo Method' (1949)",
        {"key": KEY, "radii": floats("n", 0.3, 1)},
        (ints("n"), floats("n")),
        gives=("hits", "areas"),
        options={"count": (10, 25, 50, 100, 200)},
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "antithetic_option",
        "Glasserman, 'Monte Carlo Methods in Financial Engineering' (2003), section 4.2",
        {"seed": SEED, "spots": floats("n", 0.8, 1.3)},
        (floats("n"), floats("n")),
        gives=("prices", "errors"),
        options={
            "pairs": (4, 8, 16, 32),
            "strike": (0.9, 1.0, 1.1),
            "volatility": (0.1, 0.2, 0.4),
            "rate": (0.0, 0.02, 0.05),
            "kind": ("call", "put"),
        },
        dims={"n": (1, 2, 3, 5)},
        family="random",
    ),
    Idiom(
        "tail_probability",
        "Owen, 'Monte Carlo theory, methods and examples' (2013), chapter 9",
        {"key": KEY, "threshold": floats("n", 0.5, 4)},
        floats("n"),
        options={"count": (5, 10, 20, 50)},
        dims={"n": (1, 2, 3, 5, 8)},
        wrt=("threshold",),
        family="random",
    ),
    Idiom(
        "policy_gradient_estimate",
        "Williams, 'Simple Statistical Gradient-Following Algorithms for Connectionist "
        "Reinforcement Learning' (1992), section 4; leave-one-out baseline of Kool, van Hoof "
        "and Welling, 'Buy 4 REINFORCE Samples, Get a Baseline for Free!' (2019)",
        {"key": KEY, "logits": floats("n"), "rewards": floats("n")},
        floats("n"),
        options={"episodes": (2, 3, 5, 8, 12), "baseline": (False, True)},
        dims={"n": (2, 3, 4, 6, 9)},
        family="random",
    ),
    Idiom(
        "evolution_gradient",
        "Salimans et al., 'Evolution Strategies as a Scalable Alternative to Reinforcement "
        "Learning' (2017), section 2.1",
        {"seed": SEED, "parameters": floats("d"), "targets": floats("d", -1, 1)},
        floats("d"),
        options={
            "pairs": (1, 2, 4, 8),
            "deviation": (0.1, 0.3, 1.0),
            "shaped": (False, True),
        },
        dims={"d": (1, 2, 3, 5, 8)},
        family="random",
    ),
]
