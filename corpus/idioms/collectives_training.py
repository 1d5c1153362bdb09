"""Training on several devices: steps, gradients, pipelines."""

from jaxsmith.program.idiom import Idiom, floats, ints

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "data_parallel_step",
        "Goyal et al., 'Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour' (2017), "
        "section 3; jax.lax.pcast, JAX documentation",
        {
            "weights": floats("d"),
            "bias": floats(""),
            "x": floats("devices*b d"),
            "y": floats("devices*b"),
        },
        (floats("d"), floats(""), floats("")),
        gives=("next_weights", "next_bias", "mean_loss"),
        options={
            "devices": DEVICES,
            "learning_rate": (0.05, 0.1, 0.5),
            "loss": ("squared", "logistic"),
        },
        dims={"b": (1, 2, 3), "d": (2, 3, 5)},
        wrt=("weights", "bias", "x", "y"),
        family="collectives",
    ),
    Idiom(
        "replicated_gradient",
        "jax.shard_map, JAX documentation, on automatic differentiation",
        {
            "weights": floats("d k"),
            "x": floats("devices*b d"),
            "targets": ints("devices*b", 0, "k-1"),
        },
        (floats(""), floats("d k")),
        gives=("loss", "weights_grad"),
        options={"devices": DEVICES, "penalty": (0.01, 0.1, 0.5)},
        dims={"b": (1, 2, 3), "d": (2, 3, 4), "k": (2, 3, 5)},
        wrt=("weights", "x"),
        family="collectives",
    ),
    Idiom(
        "pipeline_microbatches",
        "Huang et al., 'GPipe: Efficient Training of Giant Neural Networks using Pipeline "
        "Parallelism' (2019), section 2.2",
        {
            "x": floats("m n d"),
            "weights": floats("stages d d", -1, 1),
            "biases": floats("stages d"),
        },
        floats("m n d"),
        options={"stages": DEVICES, "activation": ("tanh", "silu")},
        dims={"m": (1, 2, 3), "n": (1, 2), "d": (2, 3, 4)},
        wrt=("x", "weights", "biases"),
        family="collectives",
    ),
    Idiom(
        "zero_sharded_step",
        "Rajbhandari et al., 'ZeRO: Memory Optimizations Toward Training Trillion Parameter "
        "Models' (2020), section 5; Sutskever et al., 'On the importance of initialization "
        "and momentum in deep learning' (2013), section 2",
        {
            "params": floats("devices*c", -1, 1),
            "momentum": floats("devices*c"),
            "x": floats("devices*b devices*c", -1, 1),
            "y": floats("devices*b", -1, 1),
        },
        (floats("devices*c"), floats("devices*c")),
        gives=("next_params", "next_momentum"),
        options={
            "devices": DEVICES,
            "learning_rate": (0.05, 0.1, 0.5),
            "decay": (0.5, 0.9),
            "nesterov": (False, True),
        },
        dims={"b": (1, 2), "c": (1, 2, 3)},
        wrt=("params", "momentum", "x", "y"),
        family="collectives",
    ),
    Idiom(
        "fully_sharded_gradient",
        "Rajbhandari et al., 'ZeRO: Memory Optimizations Toward Training Trillion Parameter "
        "Models' (2020), section 5.3; Huber, 'Robust Estimation of a Location Parameter' "
        "(1964)",
        {
            "weight": floats("devices*c d"),
            "bias": floats("devices*c"),
            "x": floats("devices*b d"),
            "y": floats("devices*b devices*c"),
        },
        (floats(""), (floats("devices*c d"), floats("devices*c"))),
        gives=("mean_loss", "weight_grad", "bias_grad"),
        options={"devices": DEVICES, "loss": ("huber", "log_cosh")},
        dims={"b": (1, 2), "c": (1, 2), "d": (1, 2, 3)},
        wrt=("weight", "bias", "x", "y"),
        family="collectives",
    ),
    Idiom(
        "contrastive_loss_gathered",
        "Radford et al., 'Learning Transferable Visual Models From Natural Language "
        "Supervision' (2021), section 2.3",
        {"images": floats("devices*b d", 0.2, 2), "texts": floats("devices*b d", 0.2, 2)},
        floats(""),
        options={"devices": DEVICES, "temperature": (0.1, 0.5, 1.0), "symmetric": (True, False)},
        dims={"b": (1, 2, 3), "d": (2, 3, 4)},
        wrt=("images", "texts"),
        family="collectives",
    ),
    Idiom(
        "local_gradient_descent",
        "Stich, 'Local SGD Converges Fast and Communicates Little' (2019), algorithm 1",
        {"params": floats("d"), "x": floats("devices*b d", -1, 1), "y": floats("devices*b")},
        floats("d"),
        options={
            "devices": DEVICES,
            "learning_rate": (0.05, 0.1, 0.25),
            "local_steps": (1, 2, 4),
            "rounds": (1, 2, 3),
        },
        dims={"b": (1, 2, 3), "d": (1, 2, 4)},
        wrt=("params", "x", "y"),
        family="collectives",
    ),
    Idiom(
        "majority_vote_step",
        "Bernstein et al., 'signSGD: Compressed Optimisation for Non-Convex Problems' "
        "(2018), algorithm 3",
        {"params": floats("d"), "gradients": floats("devices d")},
        (floats("d"), ints("d")),
        gives=("next_params", "votes"),
        options={
            "devices": DEVICES,
            "learning_rate": (0.01, 0.1, 0.5),
            "weight_decay": (0.01, 0.1, 0.5),
        },
        dims={"d": (2, 3, 5, 8, 13)},
        family="collectives",
    ),
    Idiom(
        "sharded_evolution_step",
        "Salimans et al., 'Evolution Strategies as a Scalable Alternative to Reinforcement "
        "Learning' (2017), section 2.1",
        {"params": floats("d"), "noise": floats("devices*n d")},
        floats("d"),
        options={
            "devices": DEVICES,
            "sigma": (0.05, 0.1, 0.3),
            "learning_rate": (0.1, 0.5),
            "objective": ("sphere", "rastrigin"),
        },
        dims={"n": (1, 2, 3), "d": (1, 2, 3, 5)},
        wrt=("params", "noise"),
        family="collectives",
    ),
]
