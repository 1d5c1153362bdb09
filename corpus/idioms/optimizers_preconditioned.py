"""Steps by signs, layers, matrices, or sizes that need no tuning."""

from jaxsmith.program.idiom import Idiom, floats, ints

_RATES = (0.01, 0.05, 0.1)

IDIOMS = [
    Idiom(
        "lion_step",
        "Chen et al., 'Symbolic Discovery of Optimization Algorithms' (2023), algorithm 2",
        {"params": floats("m n"), "grads": floats("m n"), "momentum": floats("m n")},
        (floats("m n"), floats("m n")),
        gives=("new_params", "new_momentum"),
        options={
            "learning_rate": _RATES,
            "b1": (0.8, 0.9),
            "b2": (0.95, 0.99),
            "weight_decay": (0.0, 0.1),
        },
        dims={"m": (2, 3, 4), "n": (2, 3, 5)},
    ),
    Idiom(
        "lamb_step",
        "You et al., 'Large Batch Optimization for Deep Learning: Training BERT in 76 minutes' "
        "(2020), algorithm 2",
        {
            "params": floats("l d"),
            "grads": floats("l d"),
            "mu": floats("l d", -1, 1),
            "nu": floats("l d", 0.1, 1),
        },
        (floats("l d"), floats("l d"), floats("l d")),
        gives=("next_params", "next_mu", "next_nu"),
        options={"weight_decay": (0.01, 0.1), "max_ratio": (2.0, 10.0)},
        dims={"l": (2, 3, 4), "d": (4, 6, 9)},
    ),
    Idiom(
        "lars_step",
        "You, Gitman and Ginsburg, 'Large Batch Training of Convolutional Networks' (2017), "
        "algorithm 1",
        {"params": floats("m n"), "grads": floats("m n"), "velocity": floats("m n", -1, 1)},
        (floats("m n"), floats("m n"), floats("")),
        gives=("next_params", "next_velocity", "rate"),
        options={"trust": (0.01, 0.1), "weight_decay": (1e-3, 0.1), "momentum": (0.5, 0.9)},
        dims={"m": (2, 3, 4), "n": (3, 5, 6)},
        wrt=("params", "grads", "velocity"),
    ),
    Idiom(
        "adafactor_step",
        "Shazeer and Stern, 'Adafactor: Adaptive Learning Rates with Sublinear Memory Cost' "
        "(2018), algorithm 4",
        {
            "params": floats("n m", -0.5, 0.5),
            "grads": floats("n m"),
            "rows": floats("n", 1, 3),
            "columns": floats("m", 1, 3),
            "count": ints("", 1, 30),
        },
        (floats("n m"), floats("n"), floats("m")),
        gives=("next_params", "next_rows", "next_columns"),
        options={"clip": (0.5, 1.0), "smallest": (1e-3, 0.5)},
        dims={"n": (3, 4, 5), "m": (2, 4, 6)},
    ),
    Idiom(
        "sm3_step",
        "Anil et al., 'Memory-Efficient Adaptive Optimization' (2019), section 3",
        {
            "params": floats("m n"),
            "grads": floats("m n"),
            "velocity": floats("m n", -1, 1),
            "rows": floats("m", 0.1, 1),
            "columns": floats("n", 0.1, 1),
        },
        (floats("m n"), (floats("m n"), floats("m"), floats("n"))),
        gives=("next_params", "next_velocity", "next_rows", "next_columns"),
        options={"learning_rate": _RATES, "momentum": (0.5, 0.9)},
        dims={"m": (2, 3, 5), "n": (3, 4, 6)},
    ),
    Idiom(
        "shampoo_step",
        "Gupta, Koren and Singer, 'Shampoo: Preconditioned Stochastic Tensor Optimization' "
        "(2018), algorithm 1",
        {
            "params": floats("m n"),
            "grads": floats("m n", -1, 1),
            "left": floats("m m", kind="spd"),
            "right": floats("n n", kind="spd"),
        },
        (floats("m n"), floats("m m"), floats("n n")),
        gives=("next_params", "next_left", "next_right"),
        options={"learning_rate": _RATES, "order": (2, 4), "ridge": (1e-6, 0.1)},
        dims={"m": (2, 3, 4), "n": (2, 3, 5)},
    ),
    Idiom(
        "muon_step",
        "Jordan et al., 'Muon: An optimizer for hidden layers in neural networks' (2024)",
        {"params": floats("m n"), "grads": floats("m n"), "velocity": floats("m n")},
        (floats("m n"), floats("m n")),
        gives=("next_params", "next_velocity"),
        options={"momentum": (0.9, 0.95), "steps": (3, 4, 5), "nesterov": (True, False)},
        dims={"m": (2, 3, 5, 6), "n": (3, 4, 6)},
    ),
    Idiom(
        "sophia_step",
        "Liu et al., 'Sophia: A Scalable Stochastic Second-order Optimizer for Language Model "
        "Pre-training' (2024), algorithm 3",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "hessian": floats("d", 0, 1),
            "estimate": floats("d", 0, 2),
        },
        (floats("d"), floats("d"), floats("d")),
        gives=("next_params", "next_mu", "next_hessian"),
        options={"b1": (0.8, 0.96), "b2": (0.9, 0.99), "gamma": (0.5, 1.0, 2.0)},
        dims={"d": (5, 8, 11)},
    ),
    Idiom(
        "prodigy_step",
        "Mishchenko and Defazio, 'Prodigy: An Expeditiously Adaptive Parameter-Free Learner' "
        "(2024)",
        {
            "params": floats("d"),
            "start": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "nu": floats("d", 0.1, 1),
            "numerator": floats("", 0, 2),
            "weighted": floats("d", -1, 1),
            "distance": floats("", 0.1, 1),
        },
        (
            floats("d"),
            {
                "distance": floats(""),
                "mu": floats("d"),
                "nu": floats("d"),
                "numerator": floats(""),
                "weighted": floats("d"),
            },
        ),
        gives=("new_params", "new_distance", "new_mu", "new_nu", "new_numerator", "new_weighted"),
        options={"b1": (0.8, 0.9), "b2": (0.9, 0.95, 0.99)},
        dims={"d": (4, 6, 9)},
    ),
    Idiom(
        "distance_over_gradients",
        "Ivgi, Hinder and Carmon, 'DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size "
        "Schedule' (2023)",
        {"start": floats("d"), "grads": floats("t d")},
        (floats("d"), floats("t")),
        gives=("params", "rates"),
        options={"initial_distance": (0.01, 0.1, 0.5)},
        dims={"t": (4, 6, 9), "d": (2, 3, 5)},
    ),
    Idiom(
        "rprop_step",
        "Igel and Hüsken, 'Improving the Rprop Learning Algorithm' (2000)",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "previous": floats("d"),
            "sizes": floats("d", 0.1, 0.9),
        },
        (floats("d"), floats("d"), floats("d")),
        gives=("next_params", "used_grads", "next_sizes"),
        options={"grow": (1.2, 1.5), "shrink": (0.5, 0.7)},
        dims={"d": (6, 9, 12)},
    ),
    Idiom(
        "ftrl_proximal_step",
        "McMahan et al., 'Ad Click Prediction: a View from the Trenches' (2013), algorithm 1",
        {
            "weights": floats("d", -1, 1),
            "grads": floats("d"),
            "linear": floats("d"),
            "squares": floats("d", 0.1, 2),
        },
        (floats("d"), floats("d"), floats("d")),
        gives=("next_weights", "next_linear", "next_squares"),
        options={"alpha": (0.1, 0.5, 1.0), "l1": (0.5, 1.0), "l2": (0.1, 1.0)},
        dims={"d": (6, 9, 12)},
    ),
    Idiom(
        "kronecker_preconditioner",
        "Martens and Grosse, 'Optimizing Neural Networks with Kronecker-factored Approximate "
        "Curvature' (2015), section 6.3",
        {"grads": floats("o i"), "activations": floats("b i"), "deltas": floats("b o")},
        floats("o i"),
        options={"damping": (0.1, 0.5, 1.0)},
        dims={"b": (5, 8, 10), "i": (2, 3, 5), "o": (2, 3, 4)},
        wrt=("grads", "activations", "deltas"),
    ),
]
