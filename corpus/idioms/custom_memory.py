"""Backward passes that save memory or work: recomputing, reversing, leaving out."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "cross_entropy_residuals",
        "Szegedy et al., 'Rethinking the Inception Architecture for Computer Vision' "
        "(2016), section 7; jax.custom_vjp, JAX documentation",
        {
            "logits": floats("n k", -3, 3),
            "labels": ints("n", 0, "k-1"),
            "weights": floats("n", 0.2, 2),
        },
        (floats(""), floats("n k")),
        gives=("loss", "logits_grad"),
        options={"smoothing": (0.0, 0.1, 0.3)},
        dims={"n": (1, 2, 4, 6), "k": (2, 3, 5)},
        wrt=("logits", "weights"),
        family="custom",
    ),
    Idiom(
        "flash_attention_pullback",
        "Dao et al., 'FlashAttention: Fast and Memory-Efficient Exact Attention with "
        "IO-Awareness' (2022), algorithms 1 and 4",
        {
            "query": floats("n d"),
            "key": floats("m d"),
            "value": floats("m k"),
            "y_bar": floats("n k"),
        },
        (floats("n k"), floats("n d"), floats("m d"), floats("m k")),
        gives=("attended", "query_grad", "key_grad", "value_grad"),
        options={"block": (1, 2, 3), "causal": (False, True)},
        dims={"n": (1, 2, 4, 5), "m": (2, 3, 5), "d": (2, 3), "k": (1, 2, 3)},
        wrt=("query", "key", "value", "y_bar"),
        family="custom",
    ),
    Idiom(
        "recomputed_activation_gradient",
        "Misra, 'Mish: A Self Regularized Non-Monotonic Activation Function' (2019), eq. 1; "
        "Hendrycks and Gimpel, 'Gaussian Error Linear Units' (2016), section 2; "
        "jax.custom_vjp.defvjp, JAX documentation, on optimize_remat",
        {"x": floats("n d", -1, 1), "weights": floats("d k")},
        (floats(""), floats("d k")),
        gives=("loss", "weights_grad"),
        options={"activation": ("mish", "quick_gelu")},
        dims={"n": (1, 2, 4), "d": (1, 2, 3), "k": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "reversible_blocks_gradient",
        "Gomez et al., 'The Reversible Residual Network: Backpropagation Without Storing "
        "Activations' (2017), algorithm 1",
        {
            "x": floats("n 2*d", -1, 1),
            "w_left": floats("d d", -1, 1),
            "w_right": floats("d d", -1, 1),
            "target": floats("n 2*d"),
        },
        (floats(""), ((floats("d d"), floats("d d")), floats("n 2*d"))),
        gives=("loss", "w_left_grad", "w_right_grad", "x_grad"),
        options={"depth": (1, 2, 3, 4), "activation": ("tanh", "sine")},
        dims={"n": (1, 2, 3), "d": (1, 2, 3)},
        wrt=("x", "w_left", "w_right", "target"),
        family="custom",
    ),
    Idiom(
        "leapfrog_adjoint",
        "Chen et al., 'Neural Ordinary Differential Equations' (2018), algorithm 1; "
        "reversibility: Hairer, Lubich and Wanner, 'Geometric Numerical Integration' (2nd "
        "ed., 2006), section V.1",
        {"position": floats("n"), "momentum": floats("n"), "stiffness": floats("n", 0.2, 2)},
        (floats(""), (floats("n"), floats("n"), floats("n"))),
        gives=("energy", "stiffness_grad", "position_grad", "momentum_grad"),
        options={"steps": (1, 2, 5, 10), "dt": (0.05, 0.1, 0.2)},
        dims={"n": (1, 2, 3, 5)},
        wrt=("position", "momentum", "stiffness"),
        family="custom",
    ),
    Idiom(
        "named_layers_gradient",
        "jax.checkpoint_policies and jax.named_scope, JAX documentation; Sitzmann et al., "
        "'Implicit Neural Representations with Periodic Activation Functions' (2020), eq. 3",
        {"x": floats("n d"), "weights": floats("k d d", -1, 1), "targets": floats("n d")},
        (floats(""), floats("k d d")),
        gives=("loss", "weights_grad"),
        options={"policy": ("activations", "nothing", "everything")},
        dims={"n": (1, 2, 4), "d": (1, 2, 3), "k": (1, 2, 3)},
        wrt=("x", "weights", "targets"),
        family="custom",
    ),
    Idiom(
        "selective_product_pullback",
        "jax.custom_vjp.defvjp, JAX documentation, on symbolic_zeros",
        {"left": floats("n d", -1, 1), "right": floats("d k", -1, 1), "y_bar": floats("n k")},
        (floats("n k"), floats("")),
        gives=("activations", "scale_grad"),
        options={"frozen": ("left", "right")},
        dims={"n": (1, 2, 4), "d": (1, 2, 3), "k": (1, 2, 4)},
        wrt=("left", "right", "y_bar"),
        family="custom",
    ),
]
