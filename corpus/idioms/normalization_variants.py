"""Variants of normalization."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "batch_norm",
        "Ioffe and Szegedy, 'Batch Normalization: Accelerating Deep Network Training by Reducing "
        "Internal Covariate Shift' (2015), algorithms 1 and 2",
        {
            "x": floats("b h w c"),
            "scale": floats("c", 0.5, 1.5),
            "bias": floats("c", -1, 1),
            "running_mean": floats("c", -1, 1),
            "running_var": floats("c", 0.5, 2),
        },
        (floats("b h w c"), floats("c"), floats("c")),
        gives=("normed", "next_mean", "next_var"),
        options={"training": (True, False), "eps": (1e-5, 1e-3)},
        dims={"b": (2, 3, 4), "h": (2, 3, 4), "w": (2, 3, 5), "c": (2, 3, 5)},
        wrt=("x", "scale", "bias", "running_mean", "running_var"),
    ),
    Idiom(
        "group_norm",
        "Wu and He, 'Group Normalization' (2018), eqs. 1 to 3 and 7",
        {
            "x": floats("b h w groups*k"),
            "scale": floats("groups*k", 0.5, 1.5),
            "bias": floats("groups*k", -1, 1),
        },
        floats("b h w groups*k"),
        options={"groups": (1, 2, 3), "eps": (1e-5, 1e-3)},
        dims={"b": (1, 2, 3), "h": (2, 3, 4), "w": (2, 3, 5), "k": (2, 3)},
        wrt=("x", "scale", "bias"),
    ),
    Idiom(
        "adaptive_instance_norm",
        "Huang and Belongie, 'Arbitrary Style Transfer in Real-time with Adaptive Instance "
        "Normalization' (2017), eqs. 8 and 14",
        {"content": floats("b h w c"), "style": floats("b u v c")},
        floats("b h w c"),
        options={"strength": (1.0, 0.75, 0.5), "eps": (1e-5, 1e-3)},
        dims={
            "b": (1, 2),
            "h": (3, 4, 5),
            "w": (3, 4),
            "u": (3, 4),
            "v": (3, 5),
            "c": (2, 3, 4),
        },
        wrt=("content", "style"),
    ),
    Idiom(
        "local_response_norm",
        "Krizhevsky, Sutskever and Hinton, 'ImageNet Classification with Deep Convolutional "
        "Neural Networks' (2012), section 3.3",
        {"images": floats("b h w c")},
        floats("b h w c"),
        options={"size": (3, 5), "alpha": (1e-2, 0.5), "beta": (0.5, 0.75)},
        dims={"b": (1, 2), "h": (2, 3, 4), "w": (2, 3, 5), "c": (5, 6, 8)},
        wrt=("images",),
    ),
    Idiom(
        "filter_response_norm",
        "Singh and Krishnan, 'Filter Response Normalization Layer: Eliminating Batch Dependence "
        "in the Training of Deep Neural Networks' (2020), section 3",
        {
            "x": floats("b h w c"),
            "gamma": floats("c", 0.5, 1.5),
            "beta": floats("c", -1, 1),
            "threshold": floats("c", -1, 1),
        },
        floats("b h w c"),
        options={"eps": (1e-6, 1e-3)},
        dims={"b": (1, 2, 3), "h": (2, 3, 4), "w": (2, 3, 5), "c": (2, 3, 5)},
    ),
    Idiom(
        "dynamic_tanh",
        "Zhu et al., 'Transformers without Normalization' (2025), section 4",
        {
            "x": floats("b t d"),
            "alpha": floats("", 0.3, 1.5),
            "scale": floats("d", 0.5, 1.5),
            "bias": floats("d", -1, 1),
        },
        floats("b t d"),
        wrt=("x", "alpha", "scale", "bias"),
    ),
    Idiom(
        "batch_renorm",
        "Ioffe, 'Batch Renormalization: Towards Reducing Minibatch Dependence in Batch-Normalized "
        "Models' (2017), algorithm 1",
        {
            "x": floats("b d"),
            "running_mean": floats("d", -1, 1),
            "running_std": floats("d", 0.5, 2),
        },
        (floats("b d"), floats("d"), floats("d")),
        gives=("normed", "new_mean", "new_std"),
        options={"r_max": (1.1, 1.5, 3.0), "d_max": (0.3, 1.0), "momentum": (0.1, 0.01)},
        dims={"b": (5, 6, 8, 10)},
    ),
    Idiom(
        "global_response_norm",
        "Woo et al., 'ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders' "
        "(2023), algorithm 1",
        {
            "x": floats("b h w c"),
            "gamma": floats("c", -1, 1),
            "beta": floats("c", -1, 1),
        },
        floats("b h w c"),
        options={"eps": (1e-6, 1e-2)},
        dims={"b": (1, 2, 3), "h": (2, 3, 4), "w": (2, 3, 5), "c": (2, 4, 5)},
        wrt=("x", "gamma", "beta"),
    ),
    Idiom(
        "iterative_whitening",
        "Huang et al., 'Iterative Normalization: Beyond Standardization towards Efficient "
        "Whitening' (2019), algorithm 1",
        {"x": floats("n d")},
        floats("n d"),
        options={"iterations": (3, 4, 5), "eps": (1e-1, 1e-2)},
        dims={"n": (8, 10, 13), "d": (2, 3, 4, 5)},
        wrt=("x",),
    ),
    Idiom(
        "switchable_norm",
        "Luo et al., 'Differentiable Learning-to-Normalize via Switchable Normalization' (2019), "
        "section 2",
        {
            "x": floats("b h w c"),
            "mean_logits": floats("3"),
            "var_logits": floats("3"),
            "scale": floats("c", 0.5, 1.5),
            "bias": floats("c", -1, 1),
        },
        floats("b h w c"),
        options={"eps": (1e-5, 1e-3)},
        dims={"b": (2, 3), "h": (2, 3, 4), "w": (2, 3, 5), "c": (2, 3, 4)},
        wrt=("x", "mean_logits", "var_logits", "scale", "bias"),
    ),
    Idiom(
        "ghost_batch_norm",
        "Hoffer, Hubara and Soudry, 'Train Longer, Generalize Better: Closing the Generalization "
        "Gap in Large Batch Training of Neural Networks' (2017), algorithm 1",
        {
            "x": floats("ghosts*n d"),
            "running_mean": floats("d", -1, 1),
            "running_var": floats("d", 0.5, 2),
        },
        (floats("ghosts*n d"), floats("d"), floats("d")),
        gives=("normed", "next_mean", "next_var"),
        options={"ghosts": (2, 3, 4), "momentum": (0.9, 0.5)},
        dims={"n": (4, 5, 6)},
        wrt=("x", "running_mean", "running_var"),
    ),
    Idiom(
        "safe_unit_vectors",
        "Bradbury et al., 'JAX: composable transformations of Python+NumPy programs' (2018), "
        "documentation, FAQ, 'Gradients contain NaN where using where'",
        {"x": floats("n n"), "valid": bools("n")},
        (floats("n n"), floats("n")),
        gives=("directions", "lengths"),
        options={"axis": (0, 1)},
        dims={"n": (3, 4, 5, 6, 8)},
        wrt=("x",),
    ),
    Idiom(
        "signed_power_norm",
        "Perronnin, Sanchez and Mensink, 'Improving the Fisher Kernel for Large-Scale Image "
        "Classification' (2010), sections 3.1 and 3.2",
        {"x": floats("b d")},
        floats("b d"),
        options={"power": (0.5, 0.3, 0.7), "eps": (1e-6, 1e-2)},
        dims={"b": (2, 3, 5), "d": (4, 6, 9, 12)},
    ),
    Idiom(
        "observation_normalizer",
        "Chan, Golub and LeVeque, 'Algorithms for Computing the Sample Variance: Analysis and "
        "Recommendations' (1983)",
        {
            "batch": floats("n d"),
            "count": floats("", 1, 20),
            "mean": floats("d", -1, 1),
            "var": floats("d", 0.5, 2),
        },
        (floats("n d"), floats(""), floats("d"), floats("d")),
        gives=("normalized", "next_count", "next_mean", "next_var"),
        options={"limit": (0.7, 1.0, 1.5)},
        dims={"n": (4, 5, 7, 10)},
    ),
    Idiom(
        "masked_batch_norm",
        "Ioffe and Szegedy, 'Batch Normalization: Accelerating Deep Network Training by Reducing "
        "Internal Covariate Shift' (2015), algorithm 1, over the valid steps",
        {
            "x": floats("b t d"),
            "lengths": ints("b", 1, "t"),
            "scale": floats("d", 0.5, 1.5),
            "bias": floats("d", -1, 1),
        },
        floats("b t d"),
        options={"eps": (1e-3, 1e-2)},
        dims={"b": (3, 4, 5), "t": (3, 4, 6), "d": (2, 3, 5)},
        wrt=("x", "scale", "bias"),
    ),
    Idiom(
        "class_adaptive_norm",
        "Tan et al., 'Efficient Semantic Image Synthesis via Class-Adaptive Normalization' (2021), "
        "section 3",
        {
            "x": floats("b h w c"),
            "labels": ints("b u v", 0, "classes-1"),
            "gammas": floats("classes c", 0.5, 1.5),
            "betas": floats("classes c", -1, 1),
        },
        floats("b h w c"),
        options={"eps": (1e-5, 1e-3)},
        dims={
            "b": (1, 2),
            "h": (2, 3, 4),
            "w": (3, 4),
            "u": (4, 5, 6),
            "v": (5, 8),
            "c": (2, 3, 4),
            "classes": (3, 4, 6),
        },
        wrt=("x", "gammas", "betas"),
    ),
]
