"""Layers in parallel: tensors, features, vocabularies, experts."""

from jaxsmith.program.idiom import Idiom, floats, ints

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "column_parallel_linear",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models Using "
        "Model Parallelism' (2019), section 3",
        {"x": floats("n d"), "weight": floats("d devices*b"), "bias": floats("devices*b")},
        floats("n devices*b"),
        options={"devices": DEVICES, "gather": ("features", "nothing")},
        dims={"n": (1, 2, 4), "b": (1, 2, 3)},
        wrt=("x", "weight", "bias"),
        family="collectives",
    ),
    Idiom(
        "row_parallel_linear",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models Using "
        "Model Parallelism' (2019), section 3; jax.lax.psum_scatter, JAX documentation",
        {
            "x": floats("devices*n devices*b"),
            "weight": floats("devices*b d"),
            "bias": floats("d"),
        },
        floats("devices*n d"),
        options={"devices": DEVICES, "scatter": (True, False)},
        dims={"n": (1, 2), "b": (1, 2, 3), "d": (1, 3, 5)},
        wrt=("x", "weight", "bias"),
        family="collectives",
    ),
    Idiom(
        "tensor_parallel_mlp",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models Using "
        "Model Parallelism' (2019), section 3, figure 3a",
        {
            "x": floats("n d"),
            "w_in": floats("d devices*h", -1, 1),
            "w_out": floats("devices*h d", -1, 1),
        },
        floats("n d"),
        options={
            "devices": DEVICES,
            "activation": ("silu", "tanh", "softplus"),
            "residual": (True, False),
        },
        dims={"n": (1, 2, 4), "d": (2, 3, 5), "h": (1, 2)},
        wrt=("x", "w_in", "w_out"),
        family="collectives",
    ),
    Idiom(
        "tensor_parallel_attention",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models Using "
        "Model Parallelism' (2019), section 3, figure 3b",
        {
            "x": floats("n d"),
            "w_qkv": floats("3 d devices*h k", -1, 1),
            "w_out": floats("devices*h k d", -1, 1),
        },
        floats("n d"),
        options={"devices": (2, 4), "causal": (False, True)},
        dims={"n": (2, 3, 5), "d": (2, 3, 4), "h": (1, 2), "k": (2, 3)},
        wrt=("x", "w_qkv", "w_out"),
        family="collectives",
    ),
    Idiom(
        "feature_sharded_layer_norm",
        "Ba, Kiros and Hinton, 'Layer Normalization' (2016), eq. 3; Zhang and Sennrich, 'Root "
        "Mean Square Layer Normalization' (2019), eq. 4",
        {
            "x": floats("n devices*d"),
            "scale": floats("devices*d"),
            "offset": floats("devices*d"),
        },
        floats("n devices*d"),
        options={"devices": DEVICES, "eps": (1e-5, 1e-3, 0.1), "rms": (False, True)},
        dims={"n": (1, 2, 4), "d": (2, 3)},
        wrt=("x", "scale", "offset"),
        family="collectives",
    ),
    Idiom(
        "synchronized_batch_norm",
        "Ioffe and Szegedy, 'Batch Normalization' (2015), algorithm 1; Peng et al., 'MegDet: A "
        "Large Mini-Batch Object Detector' (2018), section 3",
        {
            "x": floats("devices*b d"),
            "scale": floats("d"),
            "offset": floats("d"),
            "running": floats("2 d", 0.2, 2),
        },
        (floats("devices*b d"), floats("2 d")),
        gives=("normalized", "next_running"),
        options={"devices": DEVICES, "momentum": (0.5, 0.9, 0.99), "eps": (1e-5, 1e-3)},
        dims={"b": (2, 3, 4), "d": (1, 2, 4)},
        wrt=("x", "scale", "offset", "running"),
        family="collectives",
    ),
    Idiom(
        "vocab_parallel_embedding",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models "
        "Using Model Parallelism' (2019), section 3; scale: Vaswani et al., 'Attention Is "
        "All You Need' (2017)",
        {"tokens": ints("devices*n", 0, "devices*v-1"), "table": floats("devices*v d")},
        floats("devices*n d"),
        options={"devices": DEVICES, "scatter": (True, False)},
        dims={"n": (1, 2, 3), "v": (1, 2, 3), "d": (1, 2, 4)},
        wrt=("table",),
        family="collectives",
    ),
    Idiom(
        "vocab_parallel_cross_entropy",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models "
        "Using Model Parallelism' (2019), section 3; Szegedy et al., 'Rethinking the "
        "Inception Architecture for Computer Vision' (2016), section 7",
        {"logits": floats("n devices*v", -3, 3), "targets": ints("n", 0, "devices*v-1")},
        floats("n"),
        options={"devices": DEVICES, "smoothing": (0.0, 0.1, 0.25)},
        dims={"n": (1, 2, 4, 6), "v": (1, 2, 3, 4)},
        wrt=("logits",),
        family="collectives",
    ),
    Idiom(
        "expert_parallel_dispatch",
        "Lepikhin et al., 'GShard: Scaling Giant Models with Conditional Computation and "
        "Automatic Sharding' (2020); Fedus, Zoph and Shazeer, 'Switch "
        "Transformers' (2021), section 2.2",
        {
            "x": floats("devices*n d"),
            "w_router": floats("d devices"),
            "w_in": floats("devices d h", -1, 1),
            "w_out": floats("devices h d", -1, 1),
        },
        floats("devices*n d"),
        options={"devices": DEVICES, "capacity": (1, 2, 3)},
        dims={"n": (2, 3, 4), "d": (2, 3, 4), "h": (2, 3)},
        wrt=("x", "w_router", "w_in", "w_out"),
        family="collectives",
    ),
]
