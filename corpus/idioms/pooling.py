"""Pooling by windows: gradients, tangents and computations of one's own."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "max_unpooling",
        "Zeiler and Fergus, 'Visualizing and Understanding Convolutional Networks' (2014), "
        "section 2.1",
        {
            "image": floats("h*stride w*stride", -2, 2, "distinct"),
            "pooled": floats("h w"),
        },
        floats("h*stride w*stride"),
        options={"stride": (2, 3), "gain": (0.5, 1.0, 2.0)},
        dims={"h": (1, 2, 3), "w": (1, 2, 4)},
        wrt=("image", "pooled"),
        family="signal",
    ),
    Idiom(
        "pooled_loss_gradient",
        "LeCun et al., 'Gradient-Based Learning Applied to Document Recognition' (1998), section "
        "II.B; Ranzato et al., 'Unsupervised Learning of Invariant Feature Hierarchies' (2007)",
        {
            "images": floats("b h w", -2, 2, "distinct"),
            "targets": floats("b (h-size)//stride+1 (w-size)//stride+1"),
        },
        (floats(""), floats("b h w")),
        gives=("loss", "images_grad"),
        options={"size": (2, 3), "stride": (1, 2), "squared": (True, False)},
        dims={"b": (1, 2), "h": (3, 4, 6), "w": (3, 5, 6)},
        wrt=("images", "targets"),
        family="signal",
    ),
    Idiom(
        "min_pool_sensitivity",
        "Goodfellow, Bengio and Courville, 'Deep Learning' (2016), section 9.3",
        {
            "signal": floats("c n", -2, 2, "distinct"),
            "direction": floats("c n"),
        },
        (floats("c (n-size)//stride+1"), floats("c (n-size)//stride+1")),
        gives=("pooled", "pooled_tangent"),
        options={"size": (2, 3, 4), "stride": (1, 2), "smallest": (True, False)},
        dims={"c": (1, 2, 3), "n": (5, 7, 9, 12)},
        wrt=("signal", "direction"),
        family="signal",
    ),
    Idiom(
        "dilation_subgradient",
        "Mondal et al., 'Dense Morphological Network: An Universal Function Approximator' (2019), "
        "section 3",
        {"image": floats("h w", -2, 2, "distinct"), "cotangent": floats("h w")},
        (floats("h w"), floats("h w")),
        gives=("filtered", "image_grad"),
        options={"radius": (1, 2), "erode": (False, True)},
        dims={"h": (3, 4, 6), "w": (3, 5, 7)},
        wrt=("image", "cotangent"),
        family="custom",
    ),
    Idiom(
        "max_pool_line_search",
        "Gulcehre et al., 'Learned-Norm Pooling for Deep Feedforward and Recurrent Neural "
        "Networks' (2014), section 3",
        {
            "features": floats("n d*group", -2, 2, "distinct"),
            "step": floats("n d*group", -0.01, 0.01),
        },
        (floats("n d"), floats("n d")),
        gives=("extrapolated", "slopes"),
        options={"group": (2, 3), "length": (0.1, 1.0)},
        dims={"n": (1, 2, 3), "d": (1, 2, 3)},
        wrt=("features", "step"),
        family="custom",
    ),
    Idiom(
        "pool_curvature_product",
        "Pearlmutter, 'Fast Exact Multiplication by the Hessian' (1994), section 3",
        {
            "features": floats("n", -2, 2, "distinct"),
            "weights": floats("n-size+1", 0.2, 2),
            "vector": floats("n"),
        },
        floats("n"),
        options={"size": (2, 3, 4), "power": (2, 3)},
        dims={"n": (5, 6, 8, 11)},
        wrt=("features", "weights", "vector"),
        family="custom",
    ),
    Idiom(
        "windowed_log_sums",
        "Boyd and Vandenberghe, 'Convex Optimization' (2004), section 3.1.5; jax.lax.reduce_window,"
        " JAX documentation",
        {"x": floats("b n")},
        floats("b (n-size)//stride+1"),
        options={"size": (2, 3, 4), "stride": (1, 2), "mean": (False, True)},
        dims={"b": (1, 2, 3), "n": (4, 6, 9)},
        family="signal",
    ),
    Idiom(
        "parity_of_windows",
        "Peterson and Brown, 'Cyclic Codes for Error Detection' (1961); jax.lax.reduce_xor, JAX "
        "documentation",
        {"words": ints("n m", 0, 2**16)},
        (ints("m"), ints("n"), ints("n//2 m")),
        gives=("column_checks", "row_checks", "pair_parities"),
        options={"seed": (0, 1, 90)},
        dims={"n": (2, 3, 5, 8), "m": (1, 2, 4)},
        family="signal",
    ),
]
