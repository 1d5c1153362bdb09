"""Schedules of learning rates and noise levels."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints

_COUNTS = (5, 8, 11, 16)

IDIOMS = [
    Idiom(
        "warmup_cosine_schedule",
        "Loshchilov and Hutter, 'SGDR: Stochastic Gradient Descent with Warm Restarts' (2017), "
        "eq. 5; Goyal et al., 'Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour' "
        "(2017), section 2.2",
        {"steps": ints("n", 0, 120), "peak": floats("", 0.1, 2)},
        floats("n"),
        options={
            "warmup_steps": (10, 20, 30),
            "total_steps": (80, 100),
            "end_fraction": (0.0, 0.01, 0.1),
        },
        dims={"n": _COUNTS},
        wrt=("peak",),
    ),
    Idiom(
        "warm_restarts_schedule",
        "Loshchilov and Hutter, 'SGDR: Stochastic Gradient Descent with Warm Restarts' (2017), "
        "eq. 5",
        {"steps": ints("n", 0, 55), "peak": floats("", 0.2, 2)},
        floats("n"),
        options={"period": (10, 12), "growth": (1, 2, 3), "floor": (0.0, 0.01, 0.1)},
        dims={"n": _COUNTS},
        wrt=("peak",),
    ),
    Idiom(
        "exponential_decay_schedule",
        "Goodfellow, Bengio and Courville, 'Deep Learning' (2016), section 8.3; Babuschkin et "
        "al., 'The DeepMind JAX Ecosystem' (2020), optax.exponential_decay",
        {"steps": ints("n", 0, 60), "base": floats("", 0.1, 2)},
        floats("n"),
        options={
            "decay_steps": (8, 10, 25),
            "decay_rate": (0.5, 0.9, 0.96),
            "staircase": (True, False),
        },
        dims={"n": _COUNTS},
        wrt=("base",),
    ),
    Idiom(
        "polynomial_decay_schedule",
        "Abadi et al., 'TensorFlow: Large-Scale Machine Learning on Heterogeneous Systems' "
        "(2015), tf.train.polynomial_decay",
        {"steps": ints("n", 0, 60), "base": floats("", 0.5, 2)},
        floats("n"),
        options={
            "decay_steps": (20, 30, 50),
            "end": (0.0, 0.1),
            "power": (0.5, 1.0, 2.0),
            "cycle": (False, True),
        },
        dims={"n": _COUNTS},
        wrt=("base",),
    ),
    Idiom(
        "one_cycle_schedule",
        "Smith and Topin, 'Super-Convergence: Very Fast Training of Neural Networks Using Large "
        "Learning Rates' (2018)",
        {"steps": ints("n", 0, 60), "peak": floats("", 0.5, 2)},
        {"rate": floats("n"), "momentum": floats("n")},
        options={
            "total_steps": (40, 50),
            "rise": (0.25, 0.3, 0.5),
            "annealing": ("cosine", "linear"),
        },
        dims={"n": _COUNTS},
        wrt=("peak",),
    ),
    Idiom(
        "inverse_square_root_schedule",
        "Vaswani et al., 'Attention Is All You Need' (2017), eq. 3",
        {"steps": ints("n", 1, 80), "scale": floats("", 0.5, 2)},
        floats("n"),
        options={"width": (16, 64, 128), "warmup_steps": (10, 16, 40)},
        dims={"n": _COUNTS},
        wrt=("scale",),
    ),
    Idiom(
        "cyclical_schedule",
        "Smith, 'Cyclical Learning Rates for Training Neural Networks' (2017), section 3",
        {
            "steps": ints("n", 0, 60),
            "low": floats("", 0.1, 0.5),
            "high": floats("", 1, 2),
        },
        floats("n"),
        options={
            "half_period": (6, 10, 15),
            "mode": ("triangular", "triangular2", "exp_range"),
        },
        dims={"n": _COUNTS},
        wrt=("low", "high"),
    ),
    Idiom(
        "warmup_stable_decay_schedule",
        "Hu et al., 'MiniCPM: Unveiling the Potential of Small Language Models with Scalable "
        "Training Strategies' (2024), section 4; Hägele et al., 'Scaling Laws and "
        "Compute-Optimal Training Beyond Fixed Training Durations' (2024)",
        {"steps": ints("n", 0, 99), "peak": floats("", 0.5, 2)},
        floats("n"),
        options={
            "warmup_steps": (5, 10, 20),
            "decay_start": (60, 80),
            "shape": ("sqrt", "linear", "exponential"),
        },
        dims={"n": _COUNTS},
        wrt=("peak",),
    ),
    Idiom(
        "piecewise_constant_schedule",
        "He et al., 'Deep Residual Learning for Image Recognition' (2016), section 3.4; Goyal et "
        "al., 'Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour' (2017), section 2.2",
        {
            "steps": ints("n", 0, 60),
            "boundaries": ints("k", 5, 55),
            "factors": floats("k", 0.1, 0.9),
            "base": floats("", 0.5, 2),
        },
        floats("n"),
        options={"warmup_steps": (5, 12, 20)},
        dims={"n": _COUNTS, "k": (2, 3, 4)},
        wrt=("factors", "base"),
    ),
    Idiom(
        "interpolated_schedule",
        "Babuschkin et al., 'The DeepMind JAX Ecosystem' (2020), "
        "optax.piecewise_interpolate_schedule",
        {
            "steps": ints("n", 0, 60),
            "knots": Spec("k", "int32", 0, 55, "sorted"),
            "values": floats("k", 0.1, 2),
        },
        floats("n"),
        options={"kind": ("linear", "cosine")},
        dims={"n": _COUNTS, "k": (3, 4, 5, 6)},
        wrt=("values",),
    ),
    Idiom(
        "plateau_schedule",
        "Goodfellow, Bengio and Courville, 'Deep Learning' (2016), section 11.4; Paszke et al., "
        "'PyTorch: An Imperative Style, High-Performance Deep Learning Library' (2019), "
        "torch.optim.lr_scheduler.ReduceLROnPlateau",
        {"losses": floats("t", 0.5, 3), "base": floats("", 0.5, 2)},
        (floats("t"), floats(""), ints("")),
        gives=("rates", "best_loss", "stale_count"),
        options={"factor": (0.1, 0.5), "patience": (1, 2), "threshold": (1e-2, 0.1)},
        dims={"t": (7, 9, 12, 15)},
    ),
    Idiom(
        "cosine_noise_schedule",
        "Nichol and Dhariwal, 'Improved Denoising Diffusion Probabilistic Models' (2021), eq. 17",
        {"offset": floats("", 0.008, 0.2)},
        (floats("count"), floats("count")),
        gives=("variances", "kept"),
        options={"count": (5, 8, 10, 12), "largest": (0.75, 0.9, 0.95)},
    ),
    Idiom(
        "rescaled_noise_schedule",
        "Lin et al., 'Common Diffusion Noise Schedules and Sample Steps are Flawed' (2024), "
        "algorithm 1",
        {"variances": floats("t", 0.02, 0.3)},
        floats("t"),
        dims={"t": (4, 5, 6, 8, 9, 11)},
        wrt=("variances",),
    ),
    Idiom(
        "karras_noise_levels",
        "Karras et al., 'Elucidating the Design Space of Diffusion-Based Generative Models' "
        "(2022), eq. 5",
        {"smallest": floats("", 0.02, 0.2), "largest": floats("", 5, 20)},
        floats("count+1"),
        options={"count": (4, 6, 9, 12), "rho": (3, 5, 7)},
        wrt=("smallest", "largest"),
    ),
]
