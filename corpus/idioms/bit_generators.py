"""Bits from counter-based generators, and algorithms that are right whatever the bits."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints

_RANDOM = "random"
_SEED = ints("", 0, 2**31 - 1)


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


def _singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats of a precision that x64 mode leaves alone, as draws are."""
    return Spec(dims, "float32", low, high)


IDIOMS = [
    Idiom(
        "philox_words",
        "jax.lax.rng_bit_generator, JAX documentation; Salmon et al., 'Parallel Random Numbers: "
        "As Easy as 1, 2, 3' (2011), section 3.2",
        {"state": _words("4"), "mask": _words("columns")},
        (_words("4"), _words("rows columns")),
        gives=("next_state", "words"),
        options={
            "rows": (1, 2, 3, 5),
            "columns": (1, 3, 4, 6),
            "width": (8, 16, 32),
            "named": (False, True),
        },
        family=_RANDOM,
    ),
    Idiom(
        "carried_state_walk",
        "jax.lax.rng_bit_generator, JAX documentation; Polya, 'Ueber eine Aufgabe der "
        "Wahrscheinlichkeitsrechnung betreffend die Irrfahrt im Strassennetz' (1921)",
        {"state": _words("4"), "start": ints("walkers d", -5, 5)},
        (_words("4"), ints("steps walkers d")),
        gives=("final_state", "path"),
        options={"steps": (1, 2, 4, 6), "width": (8, 16, 32)},
        dims={"walkers": (1, 2, 3), "d": (1, 2, 3)},
        family=_RANDOM,
    ),
    Idiom(
        "philox_rounding",
        "Gupta et al., 'Deep Learning with Limited Numerical Precision' (2015), section 3.1; "
        "jax.lax.rng_bit_generator, JAX documentation",
        {"state": _words("4"), "x": _singles("n d", 0.1, 4)},
        (_singles("samples n d"), _singles("n d")),
        gives=("rounded", "means"),
        options={"samples": (1, 2, 4, 5)},
        dims={"n": (1, 2, 3), "d": (1, 2, 4)},
        family=_RANDOM,
    ),
    Idiom(
        "hardware_dropout",
        "Srivastava et al., 'Dropout: A Simple Way to Prevent Neural Networks from Overfitting' "
        "(2014), section 4; jax.random.key with impl='rbg', JAX documentation",
        {"seed": _SEED, "x": floats("n d")},
        floats("n d"),
        options={"layer": (0, 1, 5), "rate": (0.1, 0.25, 0.5), "by_column": (False, True)},
        dims={"n": (1, 2, 3, 5), "d": (2, 3, 4, 7)},
        wrt=("x",),
        family=_RANDOM,
    ),
    Idiom(
        "hardware_noise_schedule",
        "jax.random.key with impl='rbg', JAX documentation; Neelakantan et al., 'Adding Gradient "
        "Noise Improves Learning for Very Deep Networks' (2015), eq. 1",
        {"seed": _SEED, "gradients": floats("t d")},
        floats("t d"),
        options={"eta": (0.1, 0.3, 1.0), "gamma": (0.25, 0.5, 0.55)},
        dims={"t": (1, 2, 3, 4), "d": (1, 2, 3, 5)},
        wrt=("gradients",),
        family=_RANDOM,
    ),
    Idiom(
        "threefry_counters",
        "Salmon et al., 'Parallel Random Numbers: As Easy as 1, 2, 3' (2011), section 3.3; "
        "jax.extend.random.threefry_2x32, JAX documentation",
        {"key": _words("2"), "offset": _words("")},
        (_words("count"), ints("")),
        gives=("words", "odd_count"),
        options={"count": (1, 2, 3, 5, 8, 13), "stride": (1, 2, 7)},
        family=_RANDOM,
    ),
    Idiom(
        "hashed_minibatches",
        "Salmon et al., 'Parallel Random Numbers: As Easy as 1, 2, 3' (2011), section 2",
        {"key": _words("2"), "rows": floats("n d")},
        (ints("epochs n"), floats("epochs d")),
        gives=("orders", "batch_means"),
        options={"epochs": (1, 2, 3, 4), "batch": (1, 2, 3)},
        dims={"n": (4, 5, 7, 9), "d": (1, 2, 3)},
        family=_RANDOM,
    ),
    Idiom(
        "random_pivot_selection",
        "Hoare, 'Algorithm 65: Find' (1961); Motwani and Raghavan, 'Randomized Algorithms' "
        "(1995), section 1.1",
        {"values": floats("b n", -2, 2, "distinct")},
        (floats("b"), bools("b n")),
        gives=("selected", "is_before"),
        options={"rank": (0, 1, 2, 3), "largest": (False, True)},
        dims={"b": (1, 2, 3), "n": (4, 5, 7, 9)},
        family=_RANDOM,
    ),
    Idiom(
        "product_check",
        "Freivalds, 'Probabilistic machines can use less running time' (1977)",
        {
            "left": ints("n n", 0, 9),
            "right": ints("n n", 0, 9),
            "errors": ints("c n", 0, 1),
        },
        (bools("c"), ints("n")),
        gives=("is_correct", "column_sums"),
        options={"rounds": (4, 5, 6)},
        dims={"n": (2, 3, 4), "c": (2, 3, 5)},
        family=_RANDOM,
    ),
    Idiom(
        "random_pivot_rank",
        "Motwani and Raghavan, 'Randomized Algorithms' (1995), section 7.1; Knuth, 'The Art of "
        "Computer Programming', volume 2 (3rd ed., 1997), section 4.6.2, algorithm N",
        {"matrix": ints("m n", 0, 1)},
        (ints(""), ints("n")),
        gives=("rank", "column_sums"),
        dims={"m": (2, 3, 4, 6), "n": (2, 3, 5, 7)},
        options={"transposed": (False, True)},
        family=_RANDOM,
    ),
    Idiom(
        "gamma_waiting_times",
        "Marsaglia and Tsang, 'A Simple Method for Generating Gamma Variables' (2000)",
        {"seed": _SEED, "shapes": _singles("n", 0.4, 5), "rates": _singles("n", 0.5, 2)},
        (_singles("draws n"), _singles("n")),
        gives=("times", "mean_times"),
        options={"draws": (1, 2, 3, 4), "logarithm": (False, True)},
        dims={"n": (1, 2, 3, 4)},
        family=_RANDOM,
    ),
    Idiom(
        "topic_mixtures",
        "Blei, Ng and Jordan, 'Latent Dirichlet Allocation' (2003), section 3",
        {"seed": _SEED, "concentration": _singles("k", 0.4, 3), "logits": _singles("k v")},
        (_singles("documents k"), _singles("documents v")),
        gives=("shares", "word_probs"),
        options={"documents": (1, 2), "scale": (0.5, 1.0, 2.0)},
        dims={"k": (2, 3, 4), "v": (3, 4, 6)},
        family=_RANDOM,
    ),
    Idiom(
        "beta_bandit",
        "Chapelle and Li, 'An Empirical Evaluation of Thompson Sampling' (2011), algorithm 2",
        {"seed": _SEED, "wins": ints("arms", 0, 6), "losses": ints("arms", 0, 6)},
        (ints("rounds"), _singles("rounds arms")),
        gives=("played_arms", "draws"),
        options={"rounds": (1, 2, 3), "prior": (0.5, 1.0, 2.0)},
        dims={"arms": (2, 3, 4)},
        family=_RANDOM,
    ),
    Idiom(
        "heavy_tailed_walk",
        "Devroye, 'Non-Uniform Random Variate Generation' (1986), section IX.5; jax.random.t, JAX "
        "documentation",
        {"seed": _SEED, "start": _singles("d"), "freedom": _singles("d", 2, 8)},
        _singles("steps d"),
        options={"steps": (1, 2, 3, 5), "scale": (0.1, 0.5, 1.0)},
        dims={"d": (1, 2, 3)},
        family=_RANDOM,
    ),
]
