"""Windows that slide: pooling, morphology, moving statistics, matching."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

# Small images.
PIXELS = {"b": (1, 2, 3), "h": (4, 5, 7), "w": (5, 6, 8), "c": (1, 2, 3)}
OPPENHEIM = "Oppenheim and Schafer, 'Discrete-Time Signal Processing' (3rd ed., 2010)"

IDIOMS = [
    Idiom(
        "contrast_normalized_patches",
        "jax.lax.conv_general_dilated_patches, JAX documentation; Coates, Ng and Lee, 'An "
        "Analysis of Single-Layer Networks in Unsupervised Feature Learning' (2011), section "
        "3.1",
        {"images": floats("b c h w")},
        floats("b c*size*size (h-size)//stride+1 (w-size)//stride+1"),
        options={"size": (2, 3), "stride": (1, 2, 3), "floor": (0.01, 0.1, 1.0)},
        dims=PIXELS,
        wrt=("images",),
        family="signal",
    ),
    Idiom(
        "sliding_dot_products",
        "jax.numpy.correlate, JAX documentation",
        {"signal": floats("n"), "template": floats("m")},
        floats("n+(m-1)*((mode=='full')-(mode=='valid'))"),
        options={"mode": ("full", "same", "valid")},
        dims={"n": (7, 10, 15, 24), "m": (2, 3, 4, 6)},
        wrt=("signal", "template"),
        family="signal",
    ),
    Idiom(
        "masked_mean_pool",
        "jax.lax.reduce_window, JAX documentation; Knutsson and Westin, 'Normalized and "
        "Differential Convolution' (1993)",
        {"images": floats("b h w c"), "mask": bools("b h w")},
        floats("b (h-window[0])//strides[0]+1 (w-window[1])//strides[1]+1 c"),
        options={"window": ((2, 2), (2, 3), (3, 3)), "strides": ((1, 1), (2, 1), (2, 2))},
        dims=PIXELS,
        wrt=("images",),
        family="signal",
    ),
    Idiom(
        "soft_maximum_pool",
        "Pinheiro and Collobert, 'From Image-level to Pixel-level Labeling with Convolutional "
        "Networks' (2015)",
        {"series": floats("b t c")},
        floats("b (t-size)//stride+1 c"),
        options={"size": (2, 3, 4), "stride": (1, 2, 3), "sharpness": (0.5, 1.0, 3.0)},
        dims={"b": (1, 2), "t": (5, 8, 11), "c": (1, 2, 3)},
        wrt=("series",),
        family="signal",
    ),
    Idiom(
        "max_pool_with_places",
        "jax.lax.reduce_window, JAX documentation; Zeiler and Fergus, 'Visualizing and "
        "Understanding Convolutional Networks' (2014), section 2.1",
        {"image": floats("h w")},
        (
            floats("(h-window[0])//strides[0]+1 (w-window[1])//strides[1]+1"),
            ints("(h-window[0])//strides[0]+1 (w-window[1])//strides[1]+1"),
        ),
        gives=("maxima", "places"),
        options={"window": ((2, 2), (3, 2), (3, 3)), "strides": ((1, 1), (2, 2), (3, 1))},
        dims={"h": (4, 6, 9), "w": (5, 7, 8)},
        family="signal",
    ),
    Idiom(
        "binary_morphology",
        "Serra, 'Image Analysis and Mathematical Morphology' (1982)",
        {"mask": bools("h w")},
        bools("h w"),
        options={
            "operation": ("dilate", "erode", "open", "close"),
            "size": (2, 3),
            "steps": (1, 2),
        },
        dims={"h": (5, 8, 11), "w": (6, 9, 12)},
        family="signal",
    ),
    Idiom(
        "windowed_integers",
        "jax.lax.reduce_window, JAX documentation",
        {"values": ints("b n", -9, 9)},
        ints("b (n+size//2-size)//stride+1"),
        options={
            "operation": ("sum", "product", "parity", "largest"),
            "size": (2, 3, 4, 5),
            "stride": (1, 2, 3),
        },
        dims={"b": (1, 2, 3), "n": (7, 10, 14)},
        family="signal",
    ),
    Idiom(
        "adaptive_mean_pool",
        "torch.nn.AdaptiveAvgPool2d, PyTorch documentation; He et al., 'Spatial Pyramid "
        "Pooling in Deep Convolutional Networks for Visual Recognition' (2014)",
        {"images": floats("b h w c")},
        floats("b rows columns c"),
        options={"rows": (2, 3, 4), "columns": (2, 3, 5)},
        dims={"b": (1, 2), "h": (4, 5, 7), "w": (5, 6, 8), "c": (1, 2, 3)},
        wrt=("images",),
        family="signal",
    ),
    Idiom(
        "tropical_convolution",
        "Sternberg, 'Grayscale Morphology' (1986); Haralick, Sternberg and Zhuang, 'Image "
        "Analysis Using Mathematical Morphology' (1987)",
        {"image": floats("h w"), "weights": floats("kh kw", -1, 1)},
        floats("h w"),
        options={"operation": ("dilate", "erode")},
        dims={"h": (3, 5, 7), "w": (4, 6, 8), "kh": (1, 2, 3), "kw": (2, 3)},
        wrt=("image", "weights"),
        family="signal",
    ),
    Idiom(
        "cost_volume",
        "Dosovitskiy et al., 'FlowNet: Learning Optical Flow with Convolutional Networks' "
        "(2015), eq. 1",
        {"first": floats("h w c"), "second": floats("h w c")},
        floats("h w (2*reach+1)**2"),
        options={"reach": (1, 2)},
        dims={"h": (2, 3, 5), "w": (3, 4, 6), "c": (1, 2, 4)},
        wrt=("first", "second"),
        family="signal",
    ),
    Idiom(
        "moving_average",
        OPPENHEIM + ", section 2.1",
        {"signal": floats("n")},
        floats("n"),
        options={"window": (2, 3, 4, 5), "mode": ("trailing", "centered", "expanding")},
        dims={"n": (7, 10, 15, 21)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "moving_deviation",
        "pandas.core.window.rolling.Rolling.std, pandas documentation",
        {"signals": floats("b n")},
        floats("b n-window+1"),
        options={"window": (3, 4, 6), "degrees": (0, 1)},
        dims={"b": (1, 2, 3), "n": (8, 11, 15)},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "moving_median",
        "Tukey, 'Exploratory Data Analysis' (1977), chapter 7",
        {"signal": floats("n")},
        floats("n"),
        options={"radius": (1, 2, 3), "padding": ("edge", "wrap", "reflect")},
        dims={"n": (7, 10, 13, 20)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "running_extremes",
        "Lemire, 'Streaming Maximum-Minimum Filter Using No More than Three Comparisons per "
        "Element' (2006)",
        {"signals": floats("b n")},
        (floats("b n"), floats("b n")),
        gives=("top_or_share", "low_or_spread"),
        options={"window": (2, 3, 5), "output": ("channel", "oscillator")},
        dims={"b": (1, 2, 3), "n": (6, 9, 14)},
        wrt=("signals",),
        family="signal",
    ),
]
