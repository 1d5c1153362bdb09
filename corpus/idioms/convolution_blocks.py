"""Blocks of convolutional networks."""

from jaxsmith.program.idiom import Idiom, bools, floats, positions

IDIOMS = [
    Idiom(
        "depthwise_separable_convolution",
        "Howard et al., 'MobileNets: Efficient Convolutional Neural Networks for Mobile Vision "
        "Applications' (2017), section 3.1",
        {
            "images": floats("b h w c"),
            "depthwise": floats("k k 1 c*m", -1, 1),
            "pointwise": floats("c*m o", -1, 1),
        },
        floats("b (h+stride-1)//stride (w+stride-1)//stride o"),
        options={"stride": (1, 2)},
        dims={
            "b": (1, 2),
            "h": (4, 5, 6),
            "w": (4, 5, 7),
            "c": (2, 3),
            "k": (2, 3),
            "m": (1, 2),
            "o": (2, 3, 4),
        },
        wrt=("images", "depthwise", "pointwise"),
    ),
    Idiom(
        "gated_causal_stack",
        "van den Oord et al., 'WaveNet: A Generative Model for Raw Audio' (2016), eq. 2 and "
        "section 2.4",
        {
            "x": floats("b t c"),
            "kernels": floats("depth 2 c 2*c", -1, 1),
            "w_residual": floats("depth c c", -1, 1),
            "w_skip": floats("depth c s", -1, 1),
        },
        floats("b t s"),
        dims={"b": (1, 2), "t": (6, 8, 9), "c": (2, 3), "depth": (2, 3), "s": (2, 3, 4)},
        wrt=("x", "kernels", "w_residual", "w_skip"),
    ),
    Idiom(
        "inverted_bottleneck",
        "Sandler et al., 'MobileNetV2: Inverted Residuals and Linear Bottlenecks' (2018), table 1; "
        "Howard et al., 'Searching for MobileNetV3' (2019), section 5.2",
        {
            "images": floats("b h w c"),
            "w_expand": floats("c e"),
            "depthwise": floats("3 3 1 e", -1, 1),
            "w_project": floats("e c", -1, 1),
        },
        floats("b (h+stride-1)//stride (w+stride-1)//stride c"),
        options={"stride": (1, 2), "activation": ("relu6", "hard_swish")},
        dims={"b": (1, 2), "h": (4, 5), "w": (4, 5, 6), "c": (2, 3), "e": (4, 6)},
        wrt=("w_project",),
    ),
    Idiom(
        "temporal_convolution_block",
        "Bai, Kolter and Koltun, 'An Empirical Evaluation of Generic Convolutional and Recurrent "
        "Networks for Sequence Modeling' (2018), section 3",
        {
            "x": floats("b t c"),
            "kernel_in": floats("k c d", -1, 1),
            "kernel_out": floats("k d d", -1, 1),
            "w_shortcut": floats("c d", -1, 1),
        },
        floats("b t d"),
        options={"dilation": (1, 2, 4)},
        dims={"b": (1, 2), "t": (7, 8, 10), "c": (2, 3), "d": (2, 3, 4), "k": (2, 3)},
    ),
    Idiom(
        "transposed_convolution",
        "Dumoulin and Visin, 'A Guide to Convolution Arithmetic for Deep Learning' (2016), "
        "chapter 4",
        {"images": floats("b h w c"), "kernel": floats("k k c o", -1, 1)},
        floats("b h*stride+(1-same)*max(k-stride,0) w*stride+(1-same)*max(k-stride,0) o"),
        options={"stride": (1, 2, 3), "same": (True, False)},
        dims={
            "b": (1, 2),
            "h": (2, 3, 4),
            "w": (2, 3, 4),
            "k": (2, 3, 4),
            "c": (1, 2),
            "o": (1, 2, 3),
        },
        where="k > stride",
        wrt=("images", "kernel"),
    ),
    Idiom(
        "atrous_spatial_pyramid",
        "Chen et al., 'Rethinking Atrous Convolution for Semantic Image Segmentation' (2017), "
        "section 3.3",
        {
            "images": floats("b h w c"),
            "kernels": floats("n 3 3 c d", -1, 1),
            "w_pool": floats("c d"),
            "w_project": floats("(n+1)*d o", -1, 1),
        },
        floats("b h w o"),
        options={"rate": (1, 2)},
        dims={
            "b": (1, 2),
            "h": (4, 5),
            "w": (5, 6),
            "c": (2,),
            "n": (2, 3),
            "d": (2, 3),
            "o": (2, 3),
        },
        wrt=("w_project",),
    ),
    Idiom(
        "mixed_pool",
        "Lee, Gallagher and Tu, 'Generalizing Pooling Functions in Convolutional Neural Networks: "
        "Mixed, Gated, and Tree' (2016), section 3.1",
        {"images": floats("b h w c"), "mixing_logits": floats("c")},
        floats("b (h-window)//stride+1 (w-window)//stride+1 c"),
        options={"window": (2, 3), "stride": (1, 2)},
        dims={"b": (1, 2), "h": (4, 5, 7), "w": (4, 6, 7), "c": (1, 2, 3)},
        wrt=("mixing_logits",),
    ),
    Idiom(
        "blur_pool",
        "Zhang, 'Making Convolutional Networks Shift-Invariant Again' (2019), section 3.2",
        {"images": floats("b h w c")},
        floats("b (h+stride-1)//stride (w+stride-1)//stride c"),
        options={"taps": (3, 5), "stride": (1, 2, 3)},
        dims={"b": (1, 2), "h": (5, 6, 7), "w": (4, 5, 8), "c": (1, 2, 3)},
        wrt=("images",),
    ),
    Idiom(
        "spatial_pyramid_pool",
        "He et al., 'Spatial Pyramid Pooling in Deep Convolutional Networks for Visual "
        "Recognition' (2014), section 2.2",
        {"images": floats("b h w c")},
        floats("b c*(levels*(levels+1)*(2*levels+1)//6)"),
        options={"levels": (2, 3)},
        dims={"b": (1, 2, 3), "h": (4, 5, 7), "w": (3, 5, 8), "c": (1, 2, 3)},
    ),
    Idiom(
        "generalized_mean_pool",
        "Radenovic, Tolias and Chum, 'Fine-tuning CNN Image Retrieval with No Human Annotation' "
        "(2019), eq. 3",
        {"images": floats("b h w c", -0.5, 2), "exponent": floats("c", 1, 5)},
        floats("b c"),
        options={"eps": (1e-3, 1e-1)},
        dims={"b": (1, 2, 3), "h": (2, 3, 5), "w": (2, 4, 5), "c": (1, 2, 3)},
        wrt=("exponent",),
    ),
    Idiom(
        "average_pool",
        "Dumoulin and Visin, 'A Guide to Convolution Arithmetic for Deep Learning' (2016), "
        "chapter 3",
        {"images": floats("b h w c")},
        floats("b (h+stride-1)//stride (w+stride-1)//stride c"),
        options={"window": (3, 4, 5), "stride": (1, 2), "count_padding": (True, False)},
        dims={"b": (1, 2), "h": (4, 5, 7), "w": (4, 6, 7), "c": (1, 2, 3)},
        wrt=("images",),
    ),
    Idiom(
        "unpool_with_switches",
        "Zeiler and Fergus, 'Visualizing and Understanding Convolutional Networks' (2014), "
        "section 2.1",
        {"images": floats("b 2*h 2*w c"), "weights": floats("c", 0.5, 2)},
        (floats("b 2*h 2*w c"), positions("b h*w c")),
        dims={"b": (1, 2), "h": (2, 3), "w": (2, 3, 4), "c": (1, 2, 3)},
    ),
    Idiom(
        "channel_shuffle_unit",
        "Zhang et al., 'ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile "
        "Devices' (2018), section 3",
        {
            "images": floats("b h w groups*i"),
            "pointwise": floats("1 1 i groups*o", -1, 1),
            "depthwise": floats("3 3 1 groups*o", -1, 1),
        },
        floats("b h w groups*o"),
        options={"groups": (2, 3)},
        dims={"b": (1, 2), "h": (3, 4, 5), "w": (3, 4), "i": (2, 3), "o": (2, 3)},
        wrt=("images", "pointwise", "depthwise"),
    ),
    Idiom(
        "convnext_block",
        "Liu et al., 'A ConvNet for the 2020s' (2022), section 2.6",
        {
            "images": floats("b h w c"),
            "depthwise": floats("k k 1 c", -1, 1),
            "w_in": floats("c e", -1, 1),
            "w_out": floats("e c", -1, 1),
            "layer_scale": floats("c", 0.2, 1),
        },
        floats("b h w c"),
        options={"eps": (1e-6, 1e-3)},
        dims={
            "b": (1, 2),
            "h": (3, 4, 5),
            "w": (3, 4),
            "c": (3, 4),
            "k": (3, 5, 7),
            "e": (6, 8),
        },
        wrt=("images", "depthwise", "w_in", "w_out", "layer_scale"),
    ),
    Idiom(
        "deformable_convolution",
        "Dai et al., 'Deformable Convolutional Networks' (2017), eqs. 2 to 4",
        {
            "image": floats("h w c"),
            "offsets": floats("h w k k 2", -1.4, 1.4),
            "kernel": floats("k k c o", -1, 1),
        },
        floats("h w o"),
        dims={"h": (3, 4), "w": (3, 4, 5), "c": (1, 2), "k": (2, 3), "o": (1, 2)},
        wrt=("image", "kernel"),
    ),
    Idiom(
        "winograd_convolution",
        "Lavin and Gray, 'Fast Algorithms for Convolutional Neural Networks' (2016), eq. 8",
        {
            "image": floats("2*rows+2 2*cols+2 c"),
            "kernel": floats("3 3 c o", -1, 1),
        },
        floats("2*rows 2*cols o"),
        dims={"rows": (1, 2, 3), "cols": (2, 3), "c": (1, 2, 3), "o": (1, 2, 3)},
        wrt=("image", "kernel"),
    ),
    Idiom(
        "patch_matrix_convolution",
        "Chellapilla, Puri and Simard, 'High Performance Convolutional Neural Networks for "
        "Document Processing' (2006)",
        {"images": floats("b h w c"), "kernel": floats("kh kw c o", -1, 1)},
        floats("b (h+stride-1)//stride (w+stride-1)//stride o"),
        options={"stride": (1, 2), "dilation": (1, 2)},
        dims={
            "b": (1, 2),
            "h": (4, 5, 6),
            "w": (4, 5, 7),
            "c": (2, 3),
            "kh": (2, 3),
            "kw": (1, 2, 3),
            "o": (2, 3),
        },
        where="kh > 1 or kw > 1",
        wrt=("images", "kernel"),
    ),
    Idiom(
        "coordinate_convolution",
        "Liu et al., 'An Intriguing Failing of Convolutional Neural Networks and the CoordConv "
        "Solution' (2018), section 3",
        {
            "images": floats("b h w c"),
            "kernel": floats("k k c+2+with_radius o", -1, 1),
        },
        floats("b h w o"),
        options={"with_radius": (True, False)},
        dims={"b": (1, 2), "h": (3, 4, 5), "w": (3, 4, 6), "c": (1, 2), "k": (2, 3), "o": (2, 3)},
        wrt=("images", "kernel"),
    ),
    Idiom(
        "conditional_convolution",
        "Yang et al., 'CondConv: Conditionally Parameterized Convolutions for Efficient Inference' "
        "(2019), section 3",
        {
            "images": floats("b h w c"),
            "kernels": floats("n k k c o", -1, 1),
            "w_routing": floats("c n"),
        },
        floats("b h w o"),
        dims={
            "b": (2, 3),
            "h": (3, 4, 5),
            "w": (3, 4),
            "c": (2, 3),
            "n": (2, 3, 4),
            "k": (1, 2, 3),
            "o": (2, 3),
        },
        wrt=("images", "kernels", "w_routing"),
    ),
    Idiom(
        "preactivation_block",
        "He et al., 'Identity Mappings in Deep Residual Networks' (2016), section 4",
        {
            "images": floats("b h w c"),
            "kernel_in": floats("3 3 c d", -1, 1),
            "kernel_out": floats("3 3 d d", -1, 1),
            "w_shortcut": floats("c d", -1, 1),
        },
        floats("b (h+stride-1)//stride (w+stride-1)//stride d"),
        options={"stride": (1, 2)},
        dims={"b": (1, 2), "h": (4, 5, 6), "w": (4, 5), "c": (2, 3), "d": (2, 3, 4)},
        wrt=("kernel_out", "w_shortcut"),
    ),
    Idiom(
        "feature_pyramid",
        "Lin et al., 'Feature Pyramid Networks for Object Detection' (2017), section 3",
        {
            "fine": floats("b 4*h 4*w c"),
            "middle": floats("b 2*h 2*w c"),
            "coarse": floats("b h w c"),
            "laterals": floats("3 c d", -1, 1),
            "kernel": floats("3 3 d d", -1, 1),
        },
        [floats("b 4*h 4*w d"), floats("b 2*h 2*w d"), floats("b h w d")],
        dims={"b": (1, 2), "h": (1, 2), "w": (1, 2), "c": (2, 3), "d": (2, 3)},
        wrt=("fine", "middle", "coarse", "laterals", "kernel"),
    ),
    Idiom(
        "partial_convolution",
        "Liu et al., 'Image Inpainting for Irregular Holes Using Partial Convolutions' (2018), "
        "eqs. 1 and 2",
        {
            "images": floats("b h w c"),
            "known": bools("b h w"),
            "kernel": floats("kh kw c o", -1, 1),
            "bias": floats("o", -1, 1),
        },
        (floats("b h w o"), bools("b h w")),
        dims={
            "b": (2, 3),
            "h": (4, 5, 6),
            "w": (4, 5),
            "c": (1, 2),
            "kh": (1, 2),
            "kw": (2, 3),
            "o": (1, 2),
        },
    ),
    Idiom(
        "dynamic_convolution",
        "Wu et al., 'Pay Less Attention with Lightweight and Dynamic Convolutions' (2019), "
        "sections 3 and 4",
        {"x": floats("b t heads*c"), "w_kernel": floats("heads*c heads*width", -1, 1)},
        floats("b t heads*c"),
        options={"heads": (1, 2), "width": (2, 3, 4)},
        dims={"b": (1, 2, 3), "t": (4, 5, 7), "c": (2, 3)},
        wrt=("x", "w_kernel"),
    ),
]
