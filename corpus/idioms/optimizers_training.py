"""What surrounds a step: clipping, averages, accumulation, several workers."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

_RATES = (0.01, 0.05, 0.1)

IDIOMS = [
    Idiom(
        "sharpness_aware_gradient",
        "Foret et al., 'Sharpness-Aware Minimization for Efficiently Improving Generalization' "
        "(2021), algorithm 1; Kwon et al., 'ASAM: Adaptive Sharpness-Aware Minimization for "
        "Scale-Invariant Learning of Deep Neural Networks' (2021)",
        {"weights": floats("d"), "features": floats("n d"), "labels": bools("n")},
        floats("d"),
        options={"rho": (0.05, 0.2, 0.5), "adaptive": (True, False)},
        dims={"n": (4, 6, 9), "d": (2, 3, 5)},
    ),
    Idiom(
        "lookahead_minimize",
        "Zhang et al., 'Lookahead Optimizer: k steps forward, 1 step back' (2019), algorithm 1",
        {
            "start": floats("d"),
            "curvature": floats("d", 0.3, 2),
            "minimum": floats("d", -1, 1),
        },
        floats("outer_steps d"),
        options={"inner_steps": (2, 3, 5), "outer_steps": (2, 3, 4), "alpha": (0.5, 0.8)},
        wrt=("start", "curvature", "minimum"),
    ),
    Idiom(
        "averaged_parameters",
        "Polyak and Juditsky, 'Acceleration of Stochastic Approximation by Averaging' (1992)",
        {"iterates": floats("t d")},
        {"exponential": floats("d"), "polyak": floats("d")},
        options={"decay": (0.5, 0.9, 0.99), "debias": (True, False)},
        dims={"t": (4, 6, 9)},
        wrt=("iterates",),
    ),
    Idiom(
        "clip_by_global_norm",
        "Pascanu, Mikolov and Bengio, 'On the difficulty of training Recurrent Neural Networks' "
        "(2013), algorithm 1",
        {
            "kernel_grads": floats("m n"),
            "bias_grads": floats("n"),
            "scale_grads": floats("n"),
        },
        ((floats("m n"), floats("n"), floats("n")), floats("")),
        gives=("clipped_kernel", "clipped_bias", "clipped_scale", "norm"),
        options={"max_norm": (1.0, 4.0, 8.0)},
    ),
    Idiom(
        "adaptive_gradient_clip",
        "Brock et al., 'High-Performance Large-Scale Image Recognition Without Normalization' "
        "(2021), eq. 3",
        {"weights": floats("m n", -0.5, 0.5), "grads": floats("m n")},
        floats("m n"),
        options={"clipping": (1.0, 2.0, 4.0), "eps": (1e-3, 0.8)},
        dims={"m": (3, 4, 6), "n": (4, 5, 7)},
    ),
    Idiom(
        "sign_majority_step",
        "Bernstein et al., 'signSGD with Majority Vote is Communication Efficient and Fault "
        "Tolerant' (2019), algorithm 1",
        {"params": floats("d"), "grads": floats("w d"), "momenta": floats("w d")},
        (floats("d"), floats("w d")),
        gives=("next_params", "next_momenta"),
        options={"learning_rate": _RATES, "beta": (0.5, 0.9)},
        dims={"w": (3, 4, 5, 7), "d": (4, 6, 9)},
    ),
    Idiom(
        "sparsified_step",
        "Stich, Cordonnier and Jaggi, 'Sparsified SGD with Memory' (2018), algorithm 1",
        {"params": floats("d"), "grads": floats("d"), "memory": floats("d", -0.2, 0.2)},
        (floats("d"), floats("d")),
        gives=("next_params", "next_memory"),
        options={"k": (2, 3, 5), "learning_rate": (0.1, 0.5)},
        dims={"d": (8, 13, 20)},
    ),
    Idiom(
        "schedule_free_descent",
        "Defazio et al., 'The Road Less Scheduled' (2024)",
        {
            "start": floats("d"),
            "curvature": floats("d", 0.3, 1.5),
            "minimum": floats("d", -1, 1),
        },
        (floats("d"), floats("d")),
        gives=("iterate", "average"),
        options={
            "steps": (3, 5, 8),
            "beta": (0.5, 0.9),
            "learning_rate": (0.2, 0.5),
        },
        wrt=("start", "curvature", "minimum"),
    ),
    Idiom(
        "project_conflicting_gradients",
        "Yu et al., 'Gradient Surgery for Multi-Task Learning' (2020), algorithm 1",
        {"grads": floats("k d")},
        (floats("d"), floats("k k")),
        gives=("joint_grad", "conflicts"),
        dims={"k": (2, 3, 4, 5), "d": (3, 4, 6, 7)},
    ),
    Idiom(
        "dynamic_loss_scale",
        "Micikevicius et al., 'Mixed Precision Training' (2018), section 3.2",
        {"finite": bools("t"), "initial": floats("", 1, 64)},
        (floats("t"), ints("")),
        gives=("scales", "streak"),
        options={"interval": (2, 3, 4), "factor": (2.0, 4.0), "smallest": (0.5, 1.0)},
        dims={"t": (6, 9, 12)},
    ),
    Idiom(
        "accumulated_descent",
        "Goyal et al., 'Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour' (2017), "
        "section 2",
        {"start": floats("d"), "grads": floats("t d")},
        (floats("t d"), floats("d")),
        gives=("params", "pending_grad"),
        options={"every": (2, 3, 4), "learning_rate": (0.1, 0.5)},
        dims={"t": (5, 7, 10)},
        where="t % every != 0",
        wrt=("start", "grads"),
    ),
    Idiom(
        "variance_reduced_descent",
        "Johnson and Zhang, 'Accelerating Stochastic Gradient Descent using Predictive Variance "
        "Reduction' (2013), figure 1",
        {
            "weights": floats("d"),
            "features": floats("n d", -1, 1),
            "targets": floats("n"),
            "samples": ints("m", 0, "n-1"),
        },
        floats("d"),
        options={"learning_rate": (0.1, 0.3)},
        dims={"d": (2, 3, 5), "n": (4, 6, 8), "m": (3, 5, 9)},
        wrt=("weights", "features", "targets"),
    ),
    Idiom(
        "federated_averaging",
        "McMahan et al., 'Communication-Efficient Learning of Deep Networks from Decentralized "
        "Data' (2017), algorithm 1",
        {
            "weights": floats("d"),
            "features": floats("k n d", -1, 1),
            "targets": floats("k n"),
            "sizes": ints("k", 1, 20),
        },
        (floats("d"), floats("k d")),
        gives=("average", "models"),
        options={"local_steps": (1, 2, 4), "rate": (0.1, 0.5)},
        dims={"d": (2, 3, 4), "k": (2, 3, 4), "n": (3, 4, 5)},
        wrt=("weights", "features", "targets"),
    ),
    Idiom(
        "evolution_strategy_step",
        "Salimans et al., 'Evolution Strategies as a Scalable Alternative to Reinforcement "
        "Learning' (2017), algorithm 1",
        {"params": floats("d"), "noise": floats("n d"), "target": floats("d", -1, 1)},
        (floats("d"), floats("2*n")),
        gives=("next_params", "fitness"),
        options={"sigma": (0.1, 0.3, 0.5), "learning_rate": (0.1, 0.5)},
        dims={"d": (2, 3, 5), "n": (3, 4, 6)},
    ),
]
