"""Initializers of weights, from given noise."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "orthogonal_init",
        "Saxe, McClelland and Ganguli, 'Exact solutions to the nonlinear dynamics of learning in "
        "deep linear neural networks' (2014); Mezzadri, 'How to generate random matrices from "
        "the classical compact groups' (2007)",
        {"normals": floats("m n", kind="conditioned")},
        floats("m n"),
        options={"gain": ("linear", "tanh", "relu")},
        wrt=("normals",),
    ),
    Idiom(
        "delta_orthogonal_init",
        "Xiao et al., 'Dynamical Isometry and a Mean Field Theory of CNNs: How to Train "
        "10,000-Layer Vanilla Convolutional Neural Networks' (2018), algorithm 1",
        {"normals": floats("i o", kind="conditioned")},
        floats("size size i o"),
        options={"size": (1, 3, 5)},
        dims={"i": (2, 3, 4), "o": (3, 4, 5)},
        where="i <= o",
        wrt=("normals",),
    ),
    Idiom(
        "looks_linear_init",
        "Balduzzi et al., 'The Shattered Gradients Problem: If resnets are the answer, then what "
        "is the question?' (2017), section 4",
        {"normals": floats("m n", kind="conditioned")},
        floats("2*m 2*n"),
        dims={"m": (2, 3, 4, 5, 6), "n": (2, 3, 4, 5, 6)},
        wrt=("normals",),
    ),
    Idiom(
        "variance_scaling_init",
        "Glorot and Bengio, 'Understanding the difficulty of training deep feedforward neural "
        "networks' (2010), eq. 16; He et al., 'Delving Deep into Rectifiers: Surpassing "
        "Human-Level Performance on ImageNet Classification' (2015), section 2.2",
        {"uniforms": floats("h w i o", 0.02, 0.98)},
        floats("h w i o"),
        options={
            "scale": (1.0, 2.0),
            "mode": ("fan_in", "fan_out", "fan_avg"),
            "distribution": ("uniform", "truncated_normal"),
        },
        dims={"h": (1, 3), "w": (1, 3), "i": (2, 3, 4), "o": (2, 4, 5)},
        wrt=("uniforms",),
    ),
    Idiom(
        "truncated_normal_init",
        "Devroye, 'Non-Uniform Random Variate Generation' (1986), chapter 2",
        {"uniforms": floats("m n", 0.02, 0.98), "mean": floats("n", -1, 1)},
        floats("m n"),
        options={
            "deviation": (0.02, 0.5, 1.0),
            "lower": (-2.0, -1.0),
            "upper": (0.5, 1.0, 2.0),
        },
        wrt=("uniforms", "mean"),
    ),
    Idiom(
        "sparse_init",
        "Martens, 'Deep learning via Hessian-free optimization' (2010), section 5",
        {"normals": floats("m n"), "scores": floats("m n", 0, 1, "distinct")},
        floats("m n"),
        options={"nonzero": (1, 2, 3), "deviation": (0.1, 1.0)},
        dims={"m": (5, 6, 8), "n": (3, 4, 7)},
        wrt=("normals",),
    ),
    Idiom(
        "siren_init",
        "Sitzmann et al., 'Implicit Neural Representations with Periodic Activation Functions' "
        "(2020), section 3.2",
        {"uniforms": floats("i o", 0, 1), "bias_uniforms": floats("o", 0, 1)},
        {"weights": floats("i o"), "biases": floats("o")},
        options={"omega": (5.0, 30.0), "is_first": (True, False)},
        wrt=("uniforms", "bias_uniforms"),
    ),
    Idiom(
        "chrono_init",
        "Tallec and Ollivier, 'Can recurrent neural networks warp time?' (2018), eq. 16",
        {"uniforms": floats("n", 0, 1)},
        {"forget": floats("n"), "input": floats("n")},
        options={"longest": (10, 50, 784)},
        dims={"n": (4, 7, 12)},
        wrt=("uniforms",),
    ),
    Idiom(
        "ring_init",
        "Orvieto et al., 'Resurrecting Recurrent Neural Networks for Long Sequences' (2023), "
        "section 3.2",
        {"radius_uniforms": floats("n", 0, 1), "phase_uniforms": floats("n", 0.01, 1)},
        {"log_decay": floats("n"), "log_phase": floats("n"), "log_gain": floats("n")},
        options={"smallest": (0.4, 0.6), "largest": (0.8, 0.9), "max_phase": (0.3, 6.28)},
        dims={"n": (4, 7, 12)},
        wrt=("radius_uniforms", "phase_uniforms"),
    ),
    Idiom(
        "step_size_bias_init",
        "Gu and Dao, 'Mamba: Linear-Time Sequence Modeling with Selective State Spaces' (2023), "
        "section 3.6",
        {"uniforms": floats("n", 0, 1)},
        floats("n"),
        options={"shortest": (0.001, 0.01), "longest": (0.1, 0.5), "floor": (1e-4, 0.02)},
        dims={"n": (4, 7, 12)},
    ),
    Idiom(
        "unit_variance_init",
        "Mishkin and Matas, 'All you need is a good init' (2016), algorithm 1",
        {"normals": floats("l d d", kind="conditioned"), "batch": floats("b d")},
        (floats("l d d"), floats("b d")),
        gives=("weights", "activations"),
        options={"activation": ("tanh", "relu", "linear")},
        dims={"l": (2, 3), "d": (3, 4, 6), "b": (5, 7)},
    ),
    Idiom(
        "weight_norm_init",
        "Salimans and Kingma, 'Weight Normalization: A Simple Reparameterization to Accelerate "
        "Training of Deep Neural Networks' (2016), section 3",
        {"directions": floats("d h"), "batch": floats("b d")},
        {"gains": floats("h"), "biases": floats("h")},
        options={"scale": (0.1, 1.0, 2.0)},
        dims={"d": (3, 4, 6), "h": (2, 4, 5), "b": (6, 9)},
        wrt=("directions", "batch"),
    ),
    Idiom(
        "nguyen_widrow_init",
        "Nguyen and Widrow, 'Improving the learning speed of 2-layer neural networks by choosing "
        "initial values of the adaptive weights' (1990)",
        {"uniforms": floats("i h", 0.05, 0.9), "bias_uniforms": floats("h", 0, 1)},
        (floats("i h"), floats("h")),
        gives=("weights", "biases"),
        options={"overlap": (0.7, 1.0)},
        dims={"i": (2, 3, 4), "h": (3, 5, 8)},
        wrt=("uniforms", "bias_uniforms"),
    ),
    Idiom(
        "random_fourier_features",
        "Rahimi and Recht, 'Random Features for Large-Scale Kernel Machines' (2007), algorithm 1",
        {
            "x": floats("n d"),
            "frequencies": floats("d k"),
            "phases": floats("k", 0, 1),
        },
        (floats("n k"), floats("n n")),
        gives=("features", "kernel"),
        options={"length_scale": (0.5, 1.0, 2.0)},
        dims={"n": (3, 4, 6), "d": (2, 3, 4), "k": (6, 9, 16)},
        wrt=("x", "frequencies", "phases"),
    ),
    Idiom(
        "orthogonal_random_features",
        "Yu et al., 'Orthogonal Random Features' (2016), section 3",
        {
            "x": floats("n d", -1, 1),
            "normals": floats("d d", kind="conditioned"),
            "lengths": floats("d", 0.5, 3),
        },
        floats("n 2*d"),
        dims={"n": (3, 4, 6), "d": (3, 4, 5, 6)},
        wrt=("x", "normals", "lengths"),
    ),
    Idiom(
        "widen_layer",
        "Chen, Goodfellow and Shlens, 'Net2Net: Accelerating Learning via Knowledge Transfer' "
        "(2016), algorithm 1",
        {
            "weights_in": floats("i h"),
            "biases": floats("h"),
            "weights_out": floats("h o"),
            "sources": ints("k", 0, "h-1"),
        },
        (floats("i h+k"), floats("h+k"), floats("h+k o")),
        gives=("wide_in", "wide_biases", "wide_out"),
        dims={"i": (2, 3, 4), "h": (3, 4, 5), "o": (2, 3, 4), "k": (2, 3, 4)},
        wrt=("weights_in", "biases", "weights_out"),
    ),
]
