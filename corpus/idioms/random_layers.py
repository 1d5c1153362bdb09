"""Random numbers from explicit keys: layers and their initial weights."""

from jaxsmith.program.idiom import Idiom, floats

from .random_keys import KEY, SEED, singles

IDIOMS = [
    Idiom(
        "keyed_dropout",
        "Srivastava et al., 'Dropout: A Simple Way to Prevent Neural Networks from Overfitting' "
        "(2014), section 10",
        {"key": KEY, "x": floats("b t d")},
        floats("b t d"),
        options={"rate": (0.1, 0.25, 0.5), "shared": ("none", "length", "features")},
        dims={"b": (1, 2, 3), "t": (2, 3, 5), "d": (2, 4, 6)},
        wrt=("x",),
        family="random",
    ),
    Idiom(
        "stochastic_depth",
        "Huang et al., 'Deep Networks with Stochastic Depth' (2016), section 3",
        {"seed": SEED, "x": floats("b d"), "weights": floats("layers d d", -1, 1)},
        floats("b d"),
        options={"last_rate": (0.2, 0.5, 0.8), "mode": ("row", "batch")},
        dims={"b": (1, 2, 4), "d": (2, 3, 5), "layers": (1, 2, 3, 4)},
        wrt=("x", "weights"),
        family="random",
    ),
    Idiom(
        "drop_connect",
        "Wan et al., 'Regularization of Neural Networks using DropConnect' (2013), section 2.2",
        {
            "key": KEY,
            "x": floats("b n"),
            "weights": floats("n m"),
            "bias": floats("m"),
        },
        floats("b m"),
        options={"rate": (0.2, 0.5, 0.7), "activation": ("tanh", "softplus")},
        dims={"b": (1, 2, 4), "n": (3, 4, 6), "m": (2, 3, 5)},
        wrt=("x", "weights", "bias"),
        family="random",
    ),
    Idiom(
        "variational_rnn",
        "Gal and Ghahramani, 'A Theoretically Grounded Application of Dropout in Recurrent "
        "Neural Networks' (2016), section 4",
        {
            "key": KEY,
            "inputs": floats("t n"),
            "weights": floats("n m", -1, 1),
            "recurrent": floats("m m", -1, 1),
        },
        floats("t m"),
        options={"rate": (0.1, 0.25, 0.5)},
        dims={"t": (2, 3, 5), "n": (2, 3, 5), "m": (2, 4, 6)},
        wrt=("inputs", "weights", "recurrent"),
        family="random",
    ),
    Idiom(
        "random_block_dropout",
        "Ghiasi, Lin and Le, 'DropBlock: A Regularization Method for Convolutional Networks' "
        "(2018), algorithm 1",
        {"seed": SEED, "image": floats("h w c")},
        floats("h w c"),
        options={"block": (2, 3), "rate": (0.1, 0.2, 0.4)},
        dims={"h": (4, 5, 7), "w": (4, 6, 8), "c": (1, 2, 3)},
        wrt=("image",),
        family="random",
    ),
    Idiom(
        "initialized_network",
        "Glorot and Bengio, 'Understanding the difficulty of training deep feedforward neural "
        "networks' (2010), eq. 16; He et al., 'Delving Deep into Rectifiers' (2015), eq. 10",
        {"key": KEY, "x": singles("b n")},
        singles("b 3"),
        options={
            "widths": ((3,), (5, 3), (4, 3), (6, 3), (4, 5, 3), (6, 4, 3)),
            "scheme": ("he", "glorot", "lecun"),
        },
        dims={"b": (1, 2, 4, 6), "n": (2, 3, 5, 8)},
        wrt=("x",),
        family="random",
    ),
    Idiom(
        "truncated_initializer",
        "He et al., 'Delving Deep into Rectifiers' (2015), eq. 10; "
        "jax.nn.initializers.variance_scaling, JAX documentation",
        {"seed": SEED},
        singles("inputs outputs"),
        options={
            "inputs": (2, 3, 5, 8, 10),
            "outputs": (2, 4, 6, 9),
            "scheme": ("he", "glorot", "lecun"),
        },
        family="random",
    ),
    Idiom(
        "fourier_features",
        "Rahimi and Recht, 'Random Features for Large-Scale Kernel Machines' (2007), algorithm 1",
        {"seed": SEED, "x": floats("n d"), "y": floats("m d")},
        floats("n m"),
        options={"features": (4, 8, 16, 25), "scale": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 4), "m": (2, 3, 5), "d": (1, 2, 3, 5)},
        wrt=("x", "y"),
        family="random",
    ),
    Idiom(
        "evidence_lower_bound",
        "Kingma and Welling, 'Auto-Encoding Variational Bayes' (2014), eq. 10; Higgins et al., "
        "'beta-VAE' (2017), eq. 4",
        {
            "key": KEY,
            "x": floats("b d", -1, 1),
            "weights": floats("k d", -1, 1),
            "mean": floats("b k"),
            "log_variance": floats("b k", -2, 1),
        },
        floats("b"),
        options={"samples": (1, 2, 4), "beta": (0.5, 1.0, 4.0)},
        dims={"b": (1, 2, 4), "d": (2, 3, 5), "k": (1, 2, 3)},
        wrt=("x", "weights", "mean", "log_variance"),
        family="random",
    ),
    Idiom(
        "sparse_projection",
        "Achlioptas, 'Database-friendly random projections' (2003), theorem 1.1",
        {"key": KEY, "points": floats("n d")},
        floats("n dimensions"),
        options={"dimensions": (1, 2, 3, 4, 5)},
        dims={"n": (1, 2, 3, 5), "d": (4, 6, 9, 12)},
        wrt=("points",),
        family="random",
    ),
]
