"""Random numbers from explicit keys: chains, in which a draw decides on the next."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints

from .random_keys import KEY, singles, words

IDIOMS = [
    Idiom(
        "carried_key_walk",
        "jax.random.split, JAX documentation; Pearson, 'The Problem of the Random Walk' (1905)",
        {"key": KEY, "start": floats("n"), "drift": floats("n", -0.5, 0.5)},
        (floats("steps n"), words("2")),
        gives=("path", "next_key"),
        options={"steps": (2, 3, 5, 8), "noise": ("sign", "uniform")},
        wrt=("start", "drift"),
        family="random",
    ),
    Idiom(
        "metropolis_draws",
        "Metropolis et al., 'Equation of State Calculations by Fast Computing Machines' (1953)",
        {"key": KEY, "start": floats("d", -1, 1)},
        (floats("steps d"), ints("")),
        gives=("chain", "accept_count"),
        options={
            "steps": (3, 5, 8, 12),
            "width": (0.5, 1.0, 2.0),
            "target": ("normal", "mixture"),
        },
        dims={"d": (1, 2, 3, 4)},
        family="random",
    ),
    Idiom(
        "ising_gibbs",
        "Geman and Geman, 'Stochastic Relaxation, Gibbs Distributions, and the Bayesian "
        "Restoration of Images' (1984); Newman and Barkema, 'Monte Carlo Methods in "
        "Statistical Physics' (1999), section 4.4.5",
        {"key": KEY, "spins": Spec("h w", "bool", 0, 1)},
        (ints("h w"), ints("")),
        gives=("signs", "magnetization"),
        options={"sweeps": (1, 2, 3), "coupling": (0.2, 0.44, 0.7)},
        dims={"h": (4, 6), "w": (4, 6, 8)},
        family="random",
    ),
    Idiom(
        "thompson_bandit",
        "Thompson, 'On the likelihood that one unknown probability exceeds another in view of "
        "the evidence of two samples' (1933); Agrawal and Goyal, 'Further Optimal Regret Bounds "
        "for Thompson Sampling' (2013)",
        {"key": KEY, "means": singles("arms")},
        (ints("rounds"), singles("arms")),
        gives=("arms", "reward_totals"),
        options={
            "rounds": (3, 5, 8, 12),
            "prior_deviation": (0.5, 1.0, 3.0),
            "noise": (0.1, 0.5, 1.0),
        },
        dims={"arms": (2, 3, 4, 6)},
        family="random",
    ),
    Idiom(
        "keyed_langevin",
        "Welling and Teh, 'Bayesian Learning via Stochastic Gradient Langevin Dynamics' (2011), "
        "eq. 4",
        {"key": KEY, "start": floats("d"), "data": floats("n d")},
        floats("steps d"),
        options={"steps": (1, 2, 4, 6), "rate": (0.01, 0.1, 0.2), "batch": (1, 2, 4)},
        dims={"n": (3, 5, 8), "d": (1, 2, 3, 5)},
        wrt=("start", "data"),
        family="random",
    ),
]
