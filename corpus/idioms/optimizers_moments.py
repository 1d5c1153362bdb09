"""Steps by running moments of the gradients."""

from jaxsmith.program.idiom import Idiom, floats, ints

_RATES = (0.01, 0.05, 0.1)

IDIOMS = [
    Idiom(
        "momentum_step",
        "Sutskever et al., 'On the importance of initialization and momentum in deep learning' "
        "(2013), eqs. 1 to 4",
        {"params": floats("m n"), "grads": floats("m n"), "velocity": floats("m n")},
        (floats("m n"), floats("m n")),
        options={
            "learning_rate": _RATES,
            "momentum": (0.8, 0.9),
            "nesterov": (True, False),
            "weight_decay": (0.0, 0.01),
        },
        wrt=("params", "grads", "velocity"),
    ),
    Idiom(
        "adagrad_trajectory",
        "Duchi, Hazan and Singer, 'Adaptive Subgradient Methods for Online Learning and "
        "Stochastic Optimization' (2011), figure 1",
        {"start": floats("d"), "grads": floats("t d")},
        floats("t d"),
        options={"learning_rate": (0.1, 0.5, 1.0), "initial_accumulator": (0.1, 1.0)},
        dims={"t": (3, 5, 8)},
        wrt=("start", "grads"),
    ),
    Idiom(
        "rmsprop_step",
        "Graves, 'Generating Sequences With Recurrent Neural Networks' (2013), eqs. 38 to 41",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mean_square": floats("d", 1, 2),
            "mean": floats("d", -0.5, 0.5),
            "velocity": floats("d", -0.1, 0.1),
        },
        (
            floats("d"),
            {"mean": floats("d"), "mean_square": floats("d"), "velocity": floats("d")},
        ),
        options={
            "learning_rate": _RATES,
            "decay": (0.9, 0.95),
            "momentum": (0.8, 0.9),
            "centered": (True, False),
        },
        dims={"d": (5, 8, 11)},
        wrt=("params", "grads", "mean_square", "velocity"),
    ),
    Idiom(
        "adadelta_minimize",
        "Zeiler, 'ADADELTA: An Adaptive Learning Rate Method' (2012), algorithm 1",
        {
            "start": floats("d"),
            "curvature": floats("d", 0.3, 1.5),
            "minimum": floats("d", -1, 1),
        },
        (floats("d"), floats("d"), floats("d")),
        options={"steps": (3, 5, 8), "decay": (0.9, 0.95), "eps": (1e-3, 1e-2)},
        wrt=("start", "curvature", "minimum"),
    ),
    Idiom(
        "adam_step",
        "Kingma and Ba, 'Adam: A Method for Stochastic Optimization' (2015), algorithm 1",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "nu": floats("d", 0.1, 1),
            "count": ints("", 0, 12),
        },
        (floats("d"), {"mu": floats("d"), "nu": floats("d"), "count": ints("")}),
        options={
            "learning_rate": _RATES,
            "b1": (0.8, 0.9),
            "b2": (0.95, 0.98, 0.99),
            "eps": (1e-8, 1e-3),
        },
        dims={"d": (5, 8, 11)},
        wrt=("params", "grads", "mu", "nu"),
    ),
    Idiom(
        "adamw_training",
        "Loshchilov and Hutter, 'Decoupled Weight Decay Regularization' (2019), algorithm 2",
        {
            "kernel": floats("m n"),
            "bias": floats("n"),
            "kernel_grads": floats("t m n"),
            "bias_grads": floats("t n"),
        },
        {"kernel": floats("m n"), "bias": floats("n")},
        options={"b2": (0.9, 0.95, 0.99), "weight_decay": (0.01, 0.1)},
        dims={"t": (2, 3, 5), "m": (2, 3, 4), "n": (2, 4, 5)},
        wrt=("kernel", "bias"),
    ),
    Idiom(
        "amsgrad_trajectory",
        "Reddi, Kale and Kumar, 'On the Convergence of Adam and Beyond' (2018), algorithm 2",
        {"start": floats("d"), "grads": floats("t d")},
        (floats("t d"), floats("d")),
        options={"b1": (0.5, 0.9), "b2": (0.8, 0.95, 0.99)},
        dims={"t": (4, 6, 9), "d": (3, 5, 7)},
    ),
    Idiom(
        "adamax_step",
        "Kingma and Ba, 'Adam: A Method for Stochastic Optimization' (2015), algorithm 2",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "largest": floats("d", 0.2, 1.5),
            "count": ints("", 1, 12),
        },
        (floats("d"), floats("d"), floats("d")),
        options={"learning_rate": _RATES, "b1": (0.8, 0.9), "b2": (0.9, 0.99)},
        dims={"d": (5, 8, 11)},
    ),
    Idiom(
        "nadam_step",
        "Dozat, 'Incorporating Nesterov Momentum into Adam' (2016)",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "nu": floats("d", 0.1, 1),
            "count": ints("", 1, 12),
        },
        (floats("d"), floats("d"), floats("d")),
        options={"learning_rate": _RATES, "b1": (0.8, 0.9), "b2": (0.95, 0.99)},
        dims={"d": (5, 8, 11)},
        wrt=("params", "grads", "mu", "nu"),
    ),
    Idiom(
        "radam_step",
        "Liu et al., 'On the Variance of the Adaptive Learning Rate and Beyond' (2020), "
        "algorithm 2",
        {
            "params": floats("d"),
            "grads": floats("d"),
            "mu": floats("d", -1, 1),
            "nu": floats("d", 0.1, 1),
            "count": ints("", 1, 12),
        },
        (floats("d"), floats("d"), floats("d")),
        options={"b2": (0.9, 0.95), "threshold": (4.0, 5.0)},
        dims={"d": (5, 8, 11)},
        wrt=("params", "grads", "mu"),
    ),
    Idiom(
        "yogi_step",
        "Zaheer et al., 'Adaptive Methods for Nonconvex Optimization' (2018), algorithm 2",
        {
            "params": floats("m n"),
            "grads": floats("m n"),
            "mu": floats("m n", -1, 1),
            "nu": floats("m n", 0.5, 2),
        },
        (floats("m n"), floats("m n"), floats("m n")),
        options={
            "learning_rate": _RATES,
            "b1": (0.8, 0.9),
            "b2": (0.9, 0.99),
            "eps": (1e-3, 1e-2),
        },
        dims={"m": (2, 3, 4), "n": (2, 3, 5)},
    ),
]
