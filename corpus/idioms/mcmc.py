"""Markov chain Monte Carlo with given random numbers, and its diagnostics."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "hmc_step",
        "Neal, 'MCMC using Hamiltonian dynamics' (2011), figure 2",
        {
            "weights": floats("d", -1, 1),
            "momentum": floats("d"),
            "uniform": floats("", 0.05, 0.95),
            "x": floats("n d"),
            "labels": ints("n", 0, 1),
        },
        (floats("d"), floats("")),
        gives=("next_weights", "accept_prob"),
        options={"step_size": (0.1, 0.2, 0.3), "steps": (2, 4, 6), "prior_scale": (1.0, 2.0)},
        dims={"n": (5, 8, 13), "d": (2, 3, 5)},
    ),
    Idiom(
        "mala_step",
        "Roberts and Tweedie, 'Exponential convergence of Langevin distributions and their "
        "discrete approximations' (1996), section 1.4",
        {
            "position": floats("b 2", -1.5, 1.5),
            "noise": floats("b 2"),
            "uniform": floats("b", 0.02, 0.98),
        },
        (floats("b 2"), floats("b")),
        gives=("next_position", "log_ratio"),
        options={"step_size": (0.05, 0.1, 0.2), "bend": (0.5, 1.0, 2.0)},
        dims={"b": (1, 3, 6)},
    ),
    Idiom(
        "metropolis_chain",
        "Metropolis et al., 'Equation of State Calculations by Fast Computing Machines' (1953)",
        {
            "start": floats("d", -1.5, 1.5),
            "increments": floats("t d", -1, 1),
            "uniforms": floats("t", 0.02, 0.98),
        },
        (floats("t d"), ints("")),
        gives=("points", "move_count"),
        options={"temperature": (0.5, 1.0, 2.0), "step_size": (0.3, 0.7, 1.0)},
        dims={"t": (6, 10, 15), "d": (1, 2, 3)},
    ),
    Idiom(
        "ising_checkerboard_sweep",
        "Newman and Barkema, 'Monte Carlo Methods in Statistical Physics' (1999), chapters 4 "
        "and 13; heat-bath rule",
        {"spins": ints("h w", 0, 1), "uniforms": floats("h w", 0.001, 0.999)},
        (ints("h w"), ints("")),
        gives=("next_spins", "magnetization"),
        options={"beta": (0.2, 0.44, 1.0), "field": (0.0, 0.3), "periodic": (True, False)},
        dims={"h": (4, 5, 6, 8), "w": (4, 6, 7)},
        where="not periodic or h % 2 == 0 and w % 2 == 0",
    ),
    Idiom(
        "replica_exchange",
        "Swendsen and Wang, 'Replica Monte Carlo Simulation of Spin-Glasses' (1986); "
        "alternating pairs as in Earl and Deem, 'Parallel tempering' (2005)",
        {
            "positions": floats("k d"),
            "energies": floats("k", -4, 4),
            "betas": floats("k", 0.1, 2, "sorted"),
            "uniforms": floats("k", 0.02, 0.98),
        },
        (floats("k d"), floats("k"), ints("k")),
        gives=("next_positions", "next_energies", "sources"),
        options={"parity": (0, 1)},
        dims={"k": (3, 4, 5, 8), "d": (1, 2, 4)},
    ),
    Idiom(
        "importance_estimate",
        "Owen, 'Monte Carlo theory, methods and examples' (2013), chapter 9; truncation by "
        "Ionides, 'Truncated Importance Sampling' (2008)",
        {
            "values": floats("n d"),
            "log_target": floats("n", -4, 1),
            "log_proposal": floats("n", -3, 0),
        },
        {"estimate": floats("d"), "effective_size": floats(""), "log_evidence": floats("")},
        options={"truncate": (True, False)},
        dims={"n": (4, 9, 16, 25), "d": (1, 2, 3)},
    ),
    Idiom(
        "geyer_effective_sample_size",
        "Gelman et al., 'Bayesian Data Analysis' (3rd ed., 2013), section 11.5; Geyer's "
        "initial monotone sequence (1992)",
        {"chains": floats("m n", -3, 3)},
        (floats(""), floats("n")),
        gives=("effective_size", "correlations"),
        options={"monotone": (True, False)},
        dims={"m": (2, 3, 4), "n": (8, 12, 17, 24)},
    ),
    Idiom(
        "split_rhat",
        "Vehtari et al., 'Rank-Normalization, Folding, and Localization: An Improved R-hat' "
        "(2021), eqs. 1 to 4",
        {"chains": floats("m n d", -3, 3)},
        floats("d"),
        options={"split": (True, False), "folded": (True, False)},
        dims={"m": (2, 3, 4), "n": (6, 8, 11, 14), "d": (1, 2, 3)},
    ),
    Idiom(
        "elliptical_slice_sample",
        "Murray, Adams and MacKay, 'Elliptical slice sampling' (2010), figure 2",
        {
            "position": floats("d"),
            "auxiliary": floats("d"),
            "height": floats("", 0.05, 0.95),
            "uniforms": floats("m", 0.02, 0.98),
            "observed": floats("d", -1, 1),
        },
        (floats("d"), ints("")),
        gives=("next_position", "tries"),
        options={"noise_std": (0.3, 0.5, 1.0)},
        dims={"d": (1, 2, 4, 6), "m": (4, 6, 10)},
    ),
    Idiom(
        "sgld_chain",
        "Welling and Teh, 'Bayesian Learning via Stochastic Gradient Langevin Dynamics' "
        "(2011), eq. 4",
        {
            "x": floats("n d", -1, 1),
            "y": floats("n"),
            "batches": ints("t b", 0, "n-1"),
            "noise": floats("t d"),
        },
        (floats("t d"), floats("d")),
        gives=("path", "mean_weights"),
        options={"rate": (0.02, 0.05, 0.1), "decay": (0.33, 0.55), "prior_std": (1.0, 3.0)},
        dims={"n": (6, 10, 15), "d": (1, 2, 4), "t": (4, 6, 9), "b": (2, 3, 4)},
        wrt=("x", "y", "noise"),
    ),
    Idiom(
        "gaussian_gibbs_sweep",
        "Geman and Geman (1984); conditionals of a Gaussian Markov random field: Rue and "
        "Held, 'Gaussian Markov Random Fields' (2005), theorem 2.3",
        {
            "state": floats("d"),
            "mean": floats("d"),
            "precision": floats("d d", kind="spd"),
            "noise": floats("s d"),
        },
        floats("s d"),
        options={"relaxation": (1.0, 1.5, 0.5)},
        dims={"d": (2, 3, 5, 7), "s": (1, 2, 4)},
        wrt=("state", "mean", "noise"),
    ),
    Idiom(
        "stein_variational_step",
        "Liu and Wang, 'Stein Variational Gradient Descent' (2016), eq. 8",
        {
            "particles": floats("n d"),
            "means": floats("k d"),
            "log_weights": floats("k", -1, 1),
        },
        floats("n d"),
        options={"step_size": (0.1, 0.5), "bandwidth": (0.5, 1.0, 2.0)},
        dims={"n": (3, 5, 8), "d": (1, 2, 3), "k": (2, 3, 4)},
        wrt=("particles", "means", "log_weights"),
    ),
]
