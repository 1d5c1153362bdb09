"""Gradients that are replaced, scaled or bounded on purpose."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "spiking_neuron_gradient",
        "Neftci, Mostafa and Zenke, 'Surrogate Gradient Learning in Spiking Neural "
        "Networks' (2019); Zenke and Ganguli, 'SuperSpike' (2018)",
        {"weights": floats("n d"), "inputs": floats("t d", 0, 2)},
        (ints("t n"), floats("n d")),
        gives=("spikes", "weights_grad"),
        options={"decay": (0.5, 0.8, 0.9), "slope": (1.0, 2.0, 5.0)},
        dims={"n": (2, 3, 4), "d": (2, 3), "t": (3, 5, 8)},
        family="custom",
    ),
    Idiom(
        "domain_adversarial_gradients",
        "Ganin et al., 'Domain-Adversarial Training of Neural Networks' (2016), section 4.2",
        {
            "x": floats("n d"),
            "w_features": floats("d h", -1, 1),
            "w_domain": floats("h"),
            "labels": bools("n"),
        },
        (floats(""), (floats("d h"), floats("h"))),
        gives=("loss", "w_features_grad", "w_domain_grad"),
        options={"strength": (0.1, 0.5, 1.0)},
        dims={"n": (2, 3, 5), "d": (2, 3), "h": (1, 2, 4)},
        wrt=("x", "w_features", "w_domain"),
        family="custom",
    ),
    Idiom(
        "unrolled_model_gradient",
        "Schrittwieser et al., 'Mastering Atari, Go, Chess and Shogi by Planning with a "
        "Learned Model' (2020), appendix G",
        {"state": floats("d"), "weights": floats("d d", -1, 1), "rewards": floats("t")},
        (floats(""), (floats("d"), floats("d d"))),
        gives=("loss", "state_grad", "weights_grad"),
        options={"factor": (0.25, 0.5, 0.9)},
        dims={"d": (1, 2, 3, 5), "t": (1, 2, 4, 6)},
        family="custom",
    ),
    Idiom(
        "clipped_slopes",
        "jax.custom_vjp, JAX documentation, 'Custom derivative rules', gradient clipping",
        {"x": floats("n", -1.5, 1.5), "low": floats("", -1, -0.2), "high": floats("", 0.2, 1)},
        (floats("n"), floats("n")),
        gives=("y", "slopes"),
        options={"function": ("cosine", "cubic", "exponential")},
        dims={"n": (2, 3, 5, 8, 12)},
        wrt=("x", "low", "high"),
        family="custom",
    ),
    Idiom(
        "norm_clipped_recurrence",
        "Pascanu, Mikolov and Bengio, 'On the difficulty of training recurrent neural "
        "networks' (2013), section 3.2, algorithm 1",
        {
            "weights": floats("d d"),
            "inputs": floats("t n d", -1, 1),
            "start": floats("n d", -1, 1),
            "y_bar": floats("n d"),
        },
        (floats("n d"), floats("n d")),
        gives=("final_state", "start_grad"),
        options={"limit": (0.25, 0.5, 1.0), "per_row": (True, False)},
        dims={"n": (1, 2, 3), "d": (2, 3, 4), "t": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "binarized_layer_gradient",
        "Hubara et al., 'Binarized Neural Networks' (2016), section 1.3; Rastegari et al., "
        "'XNOR-Net' (2016), section 3.1",
        {"x": floats("n d"), "weights": floats("d k", -1.5, 1.5), "targets": floats("n k")},
        (floats(""), floats("d k")),
        gives=("loss", "weights_grad"),
        options={"clip": (0.5, 1.0), "scaled": (False, True)},
        dims={"n": (1, 2, 4), "d": (2, 3, 5), "k": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "fake_quantized_gradient",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), section 3",
        {"x": floats("n d", -1, 1), "weights": floats("d k")},
        (floats(""), floats("d k")),
        gives=("loss", "weights_grad"),
        options={"scale": (0.1, 0.25, 0.3), "bits": (3, 4, 8), "rounding_gradient": (1.0, 0.5)},
        dims={"n": (1, 2, 4), "d": (2, 3, 5), "k": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "learned_step_gradient",
        "Esser et al., 'Learned Step Size Quantization' (2020), eqs. 1 to 3 and section 2.2",
        {"x": floats("n"), "step": floats("", 0.2, 0.6), "y_bar": floats("n")},
        (floats("n"), floats("n"), floats("")),
        gives=("quantized", "x_grad", "step_grad"),
        options={"bits": (2, 3, 4), "signed": (True, False)},
        dims={"n": (3, 5, 8, 12)},
        family="custom",
    ),
    Idiom(
        "straight_through_choice",
        "Jang, Gu and Poole, 'Categorical Reparameterization with Gumbel-Softmax' (2017), "
        "section 2.2",
        {"logits": floats("n d"), "noise": floats("n d", 0.05, 0.95), "values": floats("d k")},
        (floats("n k"), floats("n d"), floats("d k")),
        gives=("chosen", "logits_grad", "values_grad"),
        options={"temperature": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 4), "d": (2, 3, 5), "k": (1, 2, 3)},
        family="custom",
    ),
    Idiom(
        "frequency_scaled_embedding",
        "torch.nn.Embedding, PyTorch documentation, on scale_grad_by_freq; jax.custom_vjp, "
        "JAX documentation",
        {"table": floats("v d"), "tokens": ints("n", 0, "v-1"), "targets": floats("n d")},
        (floats(""), floats("v d")),
        gives=("loss", "table_grad"),
        options={"max_norm": (0.5, 1.0, 2.0)},
        dims={"v": (2, 3, 5), "d": (2, 3, 4), "n": (3, 5, 8)},
        family="custom",
    ),
    Idiom(
        "vector_quantizer_gradients",
        "van den Oord, Vinyals and Kavukcuoglu, 'Neural Discrete Representation Learning' "
        "(2017), eq. 3",
        {"x": floats("n d"), "codebook": floats("k d"), "targets": floats("n d")},
        (floats(""), ints("n"), (floats("n d"), floats("k d"))),
        gives=("loss", "nearest", "x_grad", "codebook_grad"),
        options={"commitment": (0.1, 0.25, 1.0)},
        dims={"n": (1, 2, 4), "d": (1, 2, 3), "k": (2, 3, 5)},
        family="custom",
    ),
]
