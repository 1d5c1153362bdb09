"""Samplers of tokens and other categories, whose randomness is an input."""

from jaxsmith.program.idiom import Idiom, floats, ints, positions

_UNIT = (0.02, 0.98)

IDIOMS = [
    Idiom(
        "gumbel_max_sample",
        "Maddison, Tarlow and Minka, 'A* Sampling' (2014), section 2",
        {"logits": floats("b v", -3, 3), "uniforms": floats("b v", *_UNIT)},
        (positions("b"), floats("b")),
        gives=("draws", "log_probs"),
        options={"temperature": (0.7, 1.0, 1.5)},
        dims={"b": (2, 3, 5), "v": (5, 8, 11)},
    ),
    Idiom(
        "gumbel_softmax_sample",
        "Jang, Gu and Poole, 'Categorical Reparameterization with Gumbel-Softmax' (2017), eq. 2",
        {"logits": floats("b v"), "uniforms": floats("b v", *_UNIT)},
        floats("b v"),
        options={"temperature": (0.5, 1.0, 2.0), "hard": (False, True)},
        dims={"b": (2, 3, 5), "v": (4, 6, 9)},
    ),
    Idiom(
        "gumbel_top_k_sample",
        "Kool, van Hoof and Welling, 'Stochastic Beams and Where to Find Them: The Gumbel-Top-k "
        "Trick for Sampling Sequences Without Replacement' (2019), section 2.3",
        {"logits": floats("b v", -1, 1), "uniforms": floats("b v", *_UNIT)},
        (ints("b k"), floats("b k"), floats("b k")),
        gives=("draws", "scores", "log_probs"),
        options={"k": (2, 3, 4)},
        dims={"b": (2, 3, 5), "v": (7, 9, 12)},
    ),
    Idiom(
        "top_k_sample",
        "Fan, Lewis and Dauphin, 'Hierarchical Neural Story Generation' (2018), section 5.4",
        {"logits": floats("b v", -3, 3), "uniforms": floats("b", *_UNIT)},
        (ints("b"), floats("b k")),
        gives=("tokens", "probs"),
        options={"k": (2, 3, 5), "temperature": (0.7, 1.0)},
        dims={"b": (2, 3, 5), "v": (6, 8, 11)},
    ),
    Idiom(
        "nucleus_filter",
        "Holtzman et al., 'The Curious Case of Neural Text Degeneration' (2020), section 3.1",
        {"logits": floats("b v", -3, 3)},
        floats("b v"),
        options={"top_p": (0.5, 0.8, 0.9, 0.95)},
        dims={"b": (2, 3, 5), "v": (6, 8, 11)},
    ),
    Idiom(
        "min_p_sample",
        "Nguyen et al., 'Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM "
        "Outputs' (2025)",
        {"logits": floats("b v", -3, 3), "uniforms": floats("b v", *_UNIT)},
        (positions("b"), floats("b v")),
        gives=("tokens", "probs"),
        options={"min_p": (0.05, 0.1, 0.3), "temperature": (0.7, 1.0, 1.5)},
        dims={"b": (2, 3, 5), "v": (6, 8, 11)},
    ),
    Idiom(
        "typical_filter",
        "Meister et al., 'Locally Typical Sampling' (2023), section 4",
        {"logits": floats("b v", -3, 3)},
        floats("b v"),
        options={"mass": (0.3, 0.6, 0.9), "penalty": (10.0, 100.0)},
        dims={"b": (2, 3, 5), "v": (6, 8, 11)},
    ),
    Idiom(
        "penalize_repetition",
        "Keskar et al., 'CTRL: A Conditional Transformer Language Model for Controllable "
        "Generation' (2019), section 4.1",
        {"logits": floats("b v", -3, 3), "tokens": ints("b t", 0, "v-1")},
        floats("b v"),
        options={
            "repetition": (1.0, 1.2, 1.5),
            "frequency": (0.1, 0.5),
            "presence": (0.0, 0.3),
        },
        dims={"b": (1, 2, 3), "v": (8, 11, 16), "t": (4, 6, 7)},
    ),
    Idiom(
        "contrastive_decoding",
        "Li et al., 'Contrastive Decoding: Open-ended Text Generation as Optimization' (2023), "
        "section 3; O'Brien and Lewis, 'Contrastive Decoding Improves Reasoning in Large "
        "Language Models' (2023)",
        {"expert_logits": floats("b v", -3, 3), "amateur_logits": floats("b v")},
        (floats("b v"), positions("b")),
        gives=("scores", "tokens"),
        options={"plausibility": (0.05, 0.1, 0.3), "strength": (0.5, 1.0)},
        dims={"b": (2, 3, 5), "v": (6, 8, 11)},
    ),
    Idiom(
        "speculative_acceptance",
        "Leviathan, Kalman and Matias, 'Fast Inference from Transformers via Speculative "
        "Decoding' (2023), algorithm 1",
        {
            "target_logits": floats("t+1 v", -1, 1),
            "draft_logits": floats("t v", -1, 1),
            "tokens": ints("t", 0, "v-1"),
            "uniforms": floats("t", *_UNIT),
        },
        (positions(""), floats("v")),
        gives=("accepted_count", "next_probs"),
        dims={"t": (2, 3, 4, 6), "v": (4, 5, 7, 10)},
    ),
    Idiom(
        "hard_concrete_gate",
        "Louizos, Welling and Kingma, 'Learning Sparse Neural Networks through L0 "
        "Regularization' (2018), eqs. 10 to 12",
        {"log_alpha": floats("n"), "uniforms": floats("n", *_UNIT)},
        (floats("n"), floats("")),
        gives=("gates", "expected_open"),
        options={"temperature": (0.5, 2.0 / 3.0, 1.0), "stretch": (0.1, 0.2)},
        dims={"n": (5, 8, 12)},
    ),
]
