"""Samplers of diffusion models, whose randomness is an input."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "ddpm_step",
        "Ho, Jain and Abbeel, 'Denoising Diffusion Probabilistic Models' (2020), eqs. 6, 7 and 15",
        {
            "sample": floats("b d"),
            "predicted_noise": floats("b d", -1, 1),
            "noise": floats("b d"),
            "betas": floats("t", 0.05, 0.4),
            "step": ints("", 0, "t-1"),
        },
        (floats("b d"), floats("b d")),
        gives=("next_sample", "origin"),
        options={"clip": (1.0, 2.0, 5.0), "variance": ("posterior", "beta")},
        dims={"b": (2, 3), "d": (3, 5, 8), "t": (4, 6, 9)},
    ),
    Idiom(
        "ddim_step",
        "Song, Meng and Ermon, 'Denoising Diffusion Implicit Models' (2021), eqs. 12 and 16",
        {
            "sample": floats("b d"),
            "predicted_noise": floats("b d"),
            "noise": floats("b d"),
            "signal": floats("", 0.2, 0.5),
            "previous": floats("", 0.6, 0.9),
        },
        floats("b d"),
        options={"eta": (0.2, 0.5, 1.0)},
        dims={"b": (2, 3, 5), "d": (3, 5, 8)},
        wrt=("sample", "predicted_noise", "noise", "signal", "previous"),
    ),
    Idiom(
        "heun_diffusion_sample",
        "Karras et al., 'Elucidating the Design Space of Diffusion-Based Generative Models' "
        "(2022), algorithm 1",
        {"noise": floats("b d"), "mean": floats("d")},
        floats("b d"),
        options={"deviation": (0.5, 1.0), "steps": (3, 4, 6), "largest": (2.0, 5.0)},
        dims={"b": (2, 3, 5), "d": (2, 3, 6)},
        wrt=("noise", "mean"),
    ),
    Idiom(
        "rescaled_guidance",
        "Ho and Salimans, 'Classifier-Free Diffusion Guidance' (2022), eq. 6; Lin et al., "
        "'Common Diffusion Noise Schedules and Sample Steps are Flawed' (2024), section 3.4",
        {"conditional": floats("b d"), "unconditional": floats("b d")},
        floats("b d"),
        options={"weight": (1.5, 3.0, 7.5), "rescale": (0.0, 0.5, 0.7)},
        dims={"b": (2, 3, 4), "d": (5, 7, 10)},
        wrt=("conditional", "unconditional"),
    ),
    Idiom(
        "diffusion_training_pair",
        "Salimans and Ho, 'Progressive Distillation for Fast Sampling of Diffusion Models' "
        "(2022), appendix D; Hang et al., 'Efficient Diffusion Training via Min-SNR Weighting "
        "Strategy' (2023), section 3.4",
        {
            "data": floats("b d"),
            "noise": floats("b d"),
            "signals": floats("t", 0.05, 0.95),
            "steps": ints("b", 0, "t-1"),
        },
        (floats("b d"), floats("b d"), floats("b")),
        gives=("noisy", "targets", "weights"),
        options={"target": ("noise", "data", "velocity"), "gamma": (0.5, 1.0, 5.0)},
        dims={"b": (2, 3, 5), "d": (3, 4, 6), "t": (5, 8, 10)},
    ),
    Idiom(
        "annealed_langevin",
        "Song and Ermon, 'Generative Modeling by Estimating Gradients of the Data Distribution' "
        "(2019), algorithm 1",
        {
            "start": floats("n d"),
            "noise": floats("l t n d"),
            "centers": floats("k d", -1, 1),
        },
        floats("n d"),
        options={"largest": (2.0, 3.0), "smallest": (0.5, 1.0), "rate": (0.1, 0.3)},
        dims={"n": (2, 3, 4), "d": (1, 2, 3), "l": (2, 3), "t": (2, 3), "k": (2, 3, 4)},
        wrt=("start", "noise", "centers"),
    ),
]
