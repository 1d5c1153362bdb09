"""Convolutions as layers apply them, and pooling with the same margins."""

from jaxsmith.program.idiom import Idiom, floats, ints

# Small images.
PIXELS = {"b": (1, 2, 3), "h": (4, 5, 7), "w": (5, 6, 8), "c": (1, 2, 3)}

IDIOMS = [
    Idiom(
        "planar_convolution",
        "jax.lax.conv, JAX documentation",
        {"images": floats("b c h w"), "kernel": floats("o c kh kw", -1, 1)},
        floats(
            "b o "
            "-(-h//strides[0])if(padding=='SAME')else(h-kh)//strides[0]+1 "
            "-(-w//strides[1])if(padding=='SAME')else(w-kw)//strides[1]+1"
        ),
        options={
            "strides": ((1, 1), (1, 2), (2, 2), (3, 1)),
            "padding": ("SAME", "VALID"),
        },
        dims={**PIXELS, "o": (1, 2, 4), "kh": (1, 2, 3), "kw": (2, 3, 4)},
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "channels_last_convolution",
        "jax.lax.conv_general_dilated, JAX documentation",
        {"images": floats("b h w c"), "kernel": floats("kh kw c o", -1, 1)},
        floats(
            "b "
            "(h+padding[0][0]+padding[0][1]-(kh-1)*dilation-1)//strides[0]+1 "
            "(w+padding[1][0]+padding[1][1]-(kw-1)*dilation-1)//strides[1]+1 "
            "o"
        ),
        options={
            "strides": ((1, 1), (2, 1), (2, 3)),
            "padding": (
                ((0, 0), (0, 0)),
                ((1, 0), (2, 1)),
                ((1, 1), (-1, 2)),
                ((-1, 0), (0, -1)),
                ((3, 2), (0, 1)),
            ),
            "dilation": (1, 2),
        },
        dims={**PIXELS, "o": (1, 2, 3), "kh": (1, 2, 3), "kw": (1, 2, 3)},
        where="h+padding[0][0]+padding[0][1]>(kh-1)*dilation and "
        "w+padding[1][0]+padding[1][1]>(kw-1)*dilation",
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "causal_convolution",
        "Van den Oord et al., 'WaveNet' (2016), section 2.1",
        {
            "series": floats("b t c"),
            "kernel": floats("k c o", -1, 1),
            "bias": floats("o"),
        },
        floats("b -(-t//stride) o"),
        options={"dilation": (1, 2, 3), "stride": (1, 2)},
        dims={"b": (1, 2, 3), "t": (6, 9, 12), "c": (1, 2, 3), "k": (2, 3), "o": (1, 2, 4)},
        wrt=("series", "kernel", "bias"),
        family="signal",
    ),
    Idiom(
        "volume_convolution",
        "jax.lax.conv_general_dilated, JAX documentation",
        {"volumes": floats("b d h w c"), "kernel": floats("kd kh kw c o", -1, 1)},
        floats(
            "b "
            "-(-d//strides[0])if(padding=='SAME')else(d-kd)//strides[0]+1 "
            "-(-h//strides[1])if(padding=='SAME')else(h-kh)//strides[1]+1 "
            "-(-w//strides[2])if(padding=='SAME')else(w-kw)//strides[2]+1 "
            "o"
        ),
        options={
            "strides": ((1, 1, 1), (1, 2, 1), (2, 2, 2)),
            "padding": ("SAME", "VALID"),
            "layout": ("first", "last"),
        },
        dims={
            "b": (1, 2),
            "d": (2, 3, 4),
            "h": (3, 4),
            "w": (3, 5),
            "c": (1, 2),
            "o": (1, 2, 3),
            "kd": (1, 2),
            "kh": (1, 2, 3),
            "kw": (2, 3),
        },
        wrt=("volumes", "kernel"),
        family="signal",
    ),
    Idiom(
        "grouped_convolution",
        "jax.lax.conv_general_dilated, JAX documentation; Krizhevsky, Sutskever and Hinton, "
        "'ImageNet Classification with Deep Convolutional Neural Networks' (2012), section 3.2",
        {"images": floats("b h w groups*c"), "kernel": floats("kh kw c groups*o", -1, 1)},
        floats("b -(-h//stride) -(-w//stride) groups*o"),
        options={"groups": (2, 3, 4), "stride": (1, 2)},
        dims={**PIXELS, "c": (1, 2), "o": (1, 2), "kh": (1, 2, 3), "kw": (2, 3)},
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "batch_grouped_convolution",
        "jax.lax.conv_general_dilated, JAX documentation; OpenXLA, StableHLO specification, "
        "convolution",
        {"images": floats("groups*b c h w"), "kernel": floats("groups*o c kh kw", -1, 1)},
        floats("b groups*o (h-kh)//stride+1 (w-kw)//stride+1"),
        options={"groups": (2, 3), "stride": (1, 2)},
        dims={**PIXELS, "c": (1, 2), "o": (1, 2), "kh": (1, 2, 3), "kw": (2, 3)},
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "stuffed_convolution",
        "jax.lax.conv_with_general_padding, JAX documentation",
        {"images": floats("b c h w"), "kernel": floats("o c 2 3", -1, 1)},
        floats(
            "b o "
            "(h-1)*base[0]+1+padding[0][0]+padding[0][1]-holes[0] "
            "(w-1)*base[1]+1+padding[1][0]+padding[1][1]-2*holes[1]"
        ),
        options={
            "base": ((1, 1), (2, 1), (2, 2), (3, 2)),
            "holes": ((1, 1), (2, 1), (1, 2)),
            "padding": (((0, 0), (0, 0)), ((1, 0), (2, 2)), ((0, 2), (1, 0))),
        },
        dims={**PIXELS, "o": (1, 2, 3)},
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "upsampling_convolution",
        "jax.lax.conv_transpose, JAX documentation; Zeiler et al., 'Deconvolutional Networks' "
        "(2010)",
        {"images": floats("b h w c"), "kernel": floats("k k c c", -1, 1)},
        floats(
            "b "
            "h*stride+max(k-stride,0)*(padding=='VALID') "
            "w*stride+max(k-stride,0)*(padding=='VALID') "
            "c"
        ),
        options={
            "stride": (1, 2, 3),
            "padding": ("SAME", "VALID"),
            "transpose_kernel": (True, False),
        },
        dims={"b": (1, 2), "h": (2, 3, 4), "w": (3, 5), "c": (1, 2, 3), "k": (2, 3, 4)},
        wrt=("images", "kernel"),
        family="signal",
    ),
    Idiom(
        "locally_connected",
        "jax.lax.conv_general_dilated_local, JAX documentation; Taigman et al., 'DeepFace' "
        "(2014), section 3",
        {
            "images": floats("b c h+rows-1 w+columns-1"),
            "kernels": floats("o c*rows*columns h w", -1, 1),
        },
        floats("b o h w"),
        options={"rows": (1, 2, 3), "columns": (2, 3)},
        dims={"b": (1, 2, 3), "c": (1, 2), "h": (1, 2, 3), "w": (2, 3, 4), "o": (1, 2, 3)},
        wrt=("images", "kernels"),
        family="signal",
    ),
    Idiom(
        "depthwise_multiplier_convolution",
        "jax.lax.conv_general_dilated, JAX documentation; Chollet, 'Xception' (2017), section 3",
        {"series": floats("b t c"), "kernel": floats("k 1 c*m", -1, 1)},
        floats("b -(-t//stride)if(padding=='SAME')else(t-k)//stride+1 c*m"),
        options={"padding": ("SAME", "VALID"), "stride": (1, 2, 3)},
        dims={"b": (1, 2), "t": (5, 8, 11), "c": (2, 3, 4), "k": (2, 3, 5), "m": (1, 2, 3)},
        wrt=("series", "kernel"),
        family="signal",
    ),
    Idiom(
        "quantized_convolution",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), section 2.3",
        {
            "images": ints("b h w c", -128, 127, "int8"),
            "kernel": ints("kh kw c o", -16, 15, "int8"),
            "zero_points": ints("o", -20, 20),
        },
        ints("b (h-kh)//stride+1 (w-kw)//stride+1 o", dtype="int8"),
        options={"shift": (4, 6, 7), "stride": (1, 2)},
        dims={**PIXELS, "o": (1, 2, 4), "kh": (1, 2, 3), "kw": (1, 2, 3)},
        family="signal",
    ),
    Idiom(
        "kernel_gradient",
        "Goodfellow, Bengio and Courville, 'Deep Learning' (2016), section 9.5; "
        "jax.lax.conv_general_dilated, JAX documentation",
        {
            "images": floats("b stride*(rows-1)+kh stride*(columns-1)+kw c"),
            "cotangents": floats("b rows columns o"),
        },
        floats("kh kw c o"),
        options={"stride": (1, 2, 3)},
        dims={
            "b": (1, 2, 3),
            "rows": (1, 2, 3),
            "columns": (2, 3),
            "kh": (1, 2, 3),
            "kw": (2, 3),
            "c": (1, 2),
            "o": (1, 2, 3),
        },
        wrt=("images", "cotangents"),
        family="signal",
    ),
    Idiom(
        "max_pool",
        "jax.lax.reduce_window, JAX documentation; Goodfellow, Bengio and Courville, 'Deep "
        "Learning' (2016), section 9.3",
        {"images": floats("b h w c")},
        floats(
            "b "
            "-(-h//strides[0])if(padding=='SAME')"
            "else(h-(window[0]-1)*dilation-1)//strides[0]+1 "
            "-(-w//strides[1])if(padding=='SAME')"
            "else(w-(window[1]-1)*dilation-1)//strides[1]+1 "
            "c"
        ),
        options={
            "window": ((2, 2), (3, 2), (3, 3)),
            "strides": ((1, 1), (2, 2), (1, 3)),
            "padding": ("SAME", "VALID"),
            "dilation": (1, 2),
        },
        dims={"b": (1, 2), "h": (5, 6, 8), "w": (5, 7, 9), "c": (1, 2, 3)},
        family="signal",
    ),
    Idiom(
        "local_range",
        "Haralick, Sternberg and Zhuang, 'Image Analysis Using Mathematical Morphology' "
        "(1987); jax.lax.reduce_window, JAX documentation",
        {"images": floats("b h w c", 0, 1)},
        floats("b (h+2*margin-size)//stride+1 (w+2*margin-size)//stride+1 c"),
        options={"size": (2, 3, 4), "stride": (1, 2), "margin": (0, 1)},
        dims=PIXELS,
        wrt=("images",),
        family="signal",
    ),
    Idiom(
        "dilated_window_sums",
        "jax.lax.reduce_window, JAX documentation; OpenXLA, StableHLO specification, reduce_window",
        {"values": floats("h w")},
        floats("(h-(window-1)*holes-1)//stride+1 (w-1)*base+2-window"),
        options={"window": (2, 3), "base": (1, 2, 3), "holes": (1, 2), "stride": (1, 2)},
        dims={"h": (5, 6, 9), "w": (3, 4, 6)},
        wrt=("values",),
        family="signal",
    ),
]
