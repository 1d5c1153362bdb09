"""Code that tells the compiler what to keep, to fence off, or to know by name."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "named_hidden_gradient",
        "Chen et al., 'Training Deep Nets with Sublinear Memory Cost' (2016), section 4; "
        "jax.ad_checkpoint.checkpoint_name, JAX documentation",
        {"x": floats("b d", -1, 1), "weights": floats("d k", -1, 1), "readout": floats("k", -1, 1)},
        (floats(""), floats("d k")),
        gives=("loss", "weights_grad"),
        options={"activation": ("tanh", "sin", "softplus"), "saved": ("hidden", "none", "all")},
        dims={"b": (1, 2, 3), "d": (1, 2, 4), "k": (1, 2, 3)},
        wrt=("x", "weights", "readout"),
        family="custom",
    ),
    Idiom(
        "named_recurrence_gradient",
        "Gruslys et al., 'Memory-Efficient Backpropagation Through Time' (2016); "
        "jax.checkpoint_policies.save_only_these_names, JAX documentation",
        {"state": floats("d", -1, 1), "inputs": floats("t d", -1, 1), "gain": floats("d", -1, 1)},
        (floats("d"), floats("d")),
        gives=("final_state", "gain_grad"),
        options={"leak": (0.1, 0.5, 1.0), "power": (1, 2)},
        dims={"t": (1, 2, 4, 6), "d": (1, 2, 3)},
        wrt=("state", "inputs", "gain"),
        family="custom",
    ),
    Idiom(
        "named_residual_stack",
        "He et al., 'Deep Residual Learning for Image Recognition' (2016), eq. 1; "
        "jax.checkpoint_policies.save_any_names_but_these, JAX documentation",
        {"x": floats("d", -1, 1), "weights": floats("layers d d", -0.5, 0.5)},
        (floats("d"), floats("d")),
        gives=("final_x", "x_grad"),
        options={"scale": (0.3, 0.7, 1.0), "recompute": (True, False)},
        dims={"d": (2, 3, 4), "layers": (1, 2, 3)},
        wrt=("x", "weights"),
        family="custom",
    ),
    Idiom(
        "composite_activation",
        "jax.lax.composite, JAX documentation; Hendrycks and Gimpel, 'Gaussian Error Linear "
        "Units' (2016), section 2",
        {"x": floats("n d"), "bias": floats("d")},
        floats("n d"),
        options={
            "kind": ("gelu", "quick_gelu", "mish", "squareplus"),
            "version": (0, 1),
            "beta": (0.5, 1.0, 1.702),
        },
        dims={"n": (1, 2, 3, 5), "d": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "composite_normalization",
        "jax.lax.composite, JAX documentation; Zhang and Sennrich, 'Root Mean Square Layer "
        "Normalization' (2019), eq. 4; Ba, Kiros and Hinton, 'Layer Normalization' (2016)",
        {"x": floats("n d"), "scale": floats("d", 0.3, 2)},
        floats("n d"),
        options={"centered": (False, True), "epsilon": (0.001, 0.01, 0.1)},
        dims={"n": (1, 2, 3), "d": (2, 3, 5, 8)},
        family="custom",
    ),
    Idiom(
        "composite_attention_scores",
        "jax.lax.composite, JAX documentation; Vaswani et al., 'Attention Is All You Need' "
        "(2017), eq. 1",
        {"query": floats("m d"), "key": floats("n d"), "value": floats("n d")},
        floats("m d"),
        options={"scale": (0.5, 1.0), "cap": (1.0, 5.0, 30.0)},
        dims={"m": (1, 2, 3), "n": (2, 3, 4), "d": (1, 2, 3)},
        family="custom",
    ),
    Idiom(
        "fenced_double_words",
        "Dekker, 'A floating-point technique for extending the available precision' (1971); "
        "jax.lax.optimization_barrier, JAX documentation",
        {"x": floats("n k"), "y": floats("n k")},
        floats("k"),
        options={"scale": (0.1, 1.0, 3.0)},
        dims={"n": (2, 3, 5, 8), "k": (1, 2, 3)},
        family="precision",
    ),
    Idiom(
        "staged_pipeline",
        "Huang et al., 'GPipe: Efficient Training of Giant Neural Networks using Pipeline "
        "Parallelism' (2019), section 2; jax.device_put, JAX documentation",
        {"x": floats("b d"), "weights": floats("stages d d", -0.7, 0.7)},
        floats("b d"),
        options={"microbatches": (1, 2), "activation": ("tanh", "relu")},
        dims={"b": (2, 4), "d": (1, 2, 3), "stages": (1, 2, 3)},
        wrt=("x", "weights"),
        family="collectives",
    ),
    Idiom(
        "constrained_two_layer",
        "Shoeybi et al., 'Megatron-LM: Training Multi-Billion Parameter Language Models Using "
        "Model Parallelism' (2019), section 3; jax.lax.with_sharding_constraint, JAX documentation",
        {"x": floats("b d"), "up": floats("d devices*k"), "down": floats("devices*k d")},
        floats("b d"),
        options={"devices": (2, 4), "residual": (False, True)},
        dims={"b": (1, 2, 3), "d": (1, 2, 3), "k": (1, 2)},
        wrt=("x", "up", "down"),
        family="collectives",
    ),
    Idiom(
        "unchecked_moments",
        "Chan, Golub and LeVeque, 'Algorithms for Computing the Sample Variance' (1983), section "
        "2; jax.lax.psum, JAX documentation",
        {"x": floats("devices*b d")},
        (floats("d"), floats("d")),
        gives=("means", "variances"),
        options={"devices": (2, 4, 8), "unbiased": (False, True)},
        dims={"b": (1, 2, 3), "d": (1, 2, 3)},
        family="collectives",
    ),
    Idiom(
        "unchecked_softmax",
        "Milakov and Gimelshein, 'Online normalizer calculation for softmax' (2018), section 3; "
        "jax.lax.psum and jax.lax.pmax, JAX documentation",
        {"logits": floats("b devices*k", -4, 4)},
        (floats("b devices*k"), floats("b")),
        gives=("probs", "log_totals"),
        options={"devices": (2, 4, 8), "temperature": (0.5, 1.0, 2.0)},
        dims={"b": (1, 2, 3), "k": (1, 2, 3)},
        family="collectives",
    ),
]
