"""Layers and losses with backward passes written out."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "layer_norm_pullback",
        "Ba, Kiros and Hinton, 'Layer Normalization' (2016), eq. 3",
        {
            "x": floats("n d"),
            "scale": floats("d"),
            "offset": floats("d"),
            "y_bar": floats("n d"),
        },
        {"y": floats("n d"), "cotangents": (floats("n d"), floats("d"), floats("d"))},
        gives=("x_bar", "scale_bar", "offset_bar", "y"),
        options={"eps": (1e-5, 1e-3, 0.1)},
        dims={"n": (1, 2, 4), "d": (3, 4, 6)},
        wrt=("x", "scale", "offset", "y_bar"),
        family="custom",
    ),
    Idiom(
        "sort_pullback",
        "jax.custom_vjp and jax.numpy.argsort, JAX documentation",
        {"x": floats("n d", kind="distinct"), "y_bar": floats("n d")},
        (floats("n d"), floats("n d")),
        gives=("sorted_x", "x_grad"),
        options={"descending": (False, True), "soft": (False, True)},
        dims={"n": (1, 2, 3), "d": (2, 3, 5, 8)},
        family="custom",
    ),
    Idiom(
        "sparsemax_pullback",
        "Martins and Astudillo, 'From Softmax to Sparsemax' (2016), algorithm 1 and section 2.5",
        {"z": floats("n d"), "y_bar": floats("n d")},
        (floats("n d"), floats("n d")),
        gives=("probs", "z_grad"),
        options={"temperature": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 4), "d": (2, 3, 5, 7)},
        wrt=("z", "y_bar"),
        family="custom",
    ),
    Idiom(
        "fft_convolution_pullback",
        "Oppenheim and Schafer, 'Discrete-Time Signal Processing' (3rd ed., 2009), section "
        "8.6.5 on circular convolution",
        {"signal": floats("b n"), "kernel": floats("k"), "y_bar": floats("b n")},
        (floats("b n"), floats("b n"), floats("k")),
        gives=("filtered", "signal_grad", "kernel_grad"),
        options={"correlate": (False, True)},
        dims={"b": (1, 2, 3), "n": (4, 6, 8, 12), "k": (1, 2, 3, 4)},
        wrt=("signal", "kernel", "y_bar"),
        family="custom",
    ),
    Idiom(
        "distillation_gradients",
        "Hinton, Vinyals and Dean, 'Distilling the Knowledge in a Neural Network' (2015), "
        "section 2.1",
        {
            "x": floats("n d"),
            "w_student": floats("d k"),
            "w_teacher": floats("d k"),
            "temperature": floats("", 0.5, 3),
        },
        (floats("d k"), floats("d k")),
        gives=("w_student_grad", "w_teacher_grad"),
        options={"average": (True, False)},
        dims={"n": (1, 2, 4), "d": (2, 3, 4), "k": (2, 3, 5)},
        wrt=("x", "w_student", "w_teacher", "temperature"),
        family="custom",
    ),
    Idiom(
        "shared_maximum_pullback",
        "jax.custom_jvp, JAX documentation; Rockafellar, 'Convex Analysis' (1970), section "
        "23, for subgradients of a maximum",
        {"x": floats("n d"), "y_bar": floats("n d")},
        (floats("n d"), floats("n d")),
        gives=("gaps", "x_grad"),
        options={"axis": (0, 1)},
        dims={"n": (2, 3, 5), "d": (2, 3, 6)},
        family="custom",
    ),
]
