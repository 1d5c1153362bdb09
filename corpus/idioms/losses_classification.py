"""Losses of classes, masks and rankings."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "smoothed_cross_entropy",
        "Szegedy et al., 'Rethinking the Inception Architecture for Computer Vision' (2016), "
        "section 7",
        {"logits": floats("b c", -4, 4), "labels": ints("b", 0, "c-1")},
        floats("b"),
        options={"smoothing": (0.0, 0.1, 0.2)},
        dims={"b": (3, 5, 8), "c": (3, 5, 10)},
        wrt=("logits",),
    ),
    Idiom(
        "next_token_loss",
        "Chowdhery et al., 'PaLM: Scaling Language Modeling with Pathways' (2022), section 5",
        {"logits": floats("b t v", -4, 4), "tokens": ints("b t", 0, "v-1")},
        floats(""),
        options={"pad_id": (0, 3), "z_loss": (1e-4, 1e-3, 1e-2)},
        dims={"b": (1, 2, 3), "t": (4, 6, 7), "v": (5, 8, 11)},
        wrt=("logits",),
    ),
    Idiom(
        "masked_language_model_loss",
        "Devlin et al., 'BERT: Pre-training of Deep Bidirectional Transformers for Language "
        "Understanding' (2019), section 3.1; Gemma Team, 'Gemma 2: Improving Open Language "
        "Models at a Practical Size' (2024), section 2",
        {
            "hidden": floats("b t d"),
            "table": floats("v d", -1, 1),
            "positions": ints("b m", 0, "t-1"),
            "labels": ints("b m", 0, "v-1"),
            "weights": floats("b m", 0, 1),
        },
        {"loss": floats(""), "per_token": floats("b m")},
        options={"soft_cap": (5.0, 30.0)},
        dims={"b": (1, 2, 3), "t": (5, 8), "d": (4, 6), "v": (7, 12), "m": (2, 3)},
        wrt=("hidden", "table", "weights"),
    ),
    Idiom(
        "distillation_loss",
        "Hinton, Vinyals and Dean, 'Distilling the Knowledge in a Neural Network' (2015), "
        "section 2",
        {
            "student_logits": floats("b c", -3, 3),
            "teacher_logits": floats("b c", -3, 3),
            "labels": ints("b", 0, "c-1"),
        },
        floats(""),
        options={"temperature": (1.5, 2.0, 4.0), "alpha": (0.3, 0.5, 0.9)},
        dims={"b": (3, 4, 6), "c": (4, 7, 10)},
        wrt=("student_logits", "teacher_logits"),
    ),
    Idiom(
        "sigmoid_focal_loss",
        "Lin et al., 'Focal Loss for Dense Object Detection' (2017), eq. 5",
        {"logits": floats("b c", -4, 4), "targets": bools("b c")},
        floats("b c"),
        options={"alpha": (0.25, 0.75), "gamma": (1.0, 2.0, 5.0)},
        dims={"b": (2, 3, 5), "c": (3, 6, 8)},
        wrt=("logits",),
    ),
    Idiom(
        "crammer_singer_hinge",
        "Crammer and Singer, 'On the Algorithmic Implementation of Multiclass Kernel-based "
        "Vector Machines' (2001)",
        {"scores": floats("b c"), "labels": ints("b", 0, "c-1")},
        floats(""),
        options={"margin": (0.5, 1.0), "squared": (False, True)},
    ),
    Idiom(
        "jensen_shannon_divergence",
        "Lin, 'Divergence Measures Based on the Shannon Entropy' (1991)",
        {"p_weights": floats("b k", 0.1, 2), "q_weights": floats("b k", 0.1, 2)},
        floats("b"),
        options={"bits": (False, True)},
        dims={"k": (4, 6, 9)},
        wrt=("p_weights", "q_weights"),
    ),
    Idiom(
        "generalized_dice_loss",
        "Sudre et al., 'Generalised Dice overlap as a deep learning loss function for highly "
        "unbalanced segmentations' (2017)",
        {"logits": floats("b n c", -3, 3), "labels": ints("b n", 0, "c-1")},
        floats("b"),
        options={"weighting": ("square", "simple", "uniform")},
        dims={"b": (1, 2, 3), "n": (9, 12, 16), "c": (2, 3, 4)},
        wrt=("logits",),
    ),
    Idiom(
        "focal_tversky_loss",
        "Abraham and Khan, 'A Novel Focal Tversky Loss Function with Improved Attention U-Net "
        "for Lesion Segmentation' (2019)",
        {"logits": floats("b h w", -3, 3), "masks": bools("b h w")},
        floats(""),
        options={"alpha": (0.3, 0.5, 0.7), "gamma": (1.0, 4 / 3, 2.0), "smooth": (1e-3, 1.0)},
        dims={"b": (1, 2, 3), "h": (4, 5, 7), "w": (4, 6)},
        wrt=("logits",),
    ),
    Idiom(
        "lovasz_hinge",
        "Berman, Triki and Blaschko, 'The Lovász-Softmax loss: A tractable surrogate for the "
        "optimization of the intersection-over-union measure in neural networks' (2018), "
        "algorithm 1",
        {"logits": floats("b n", -3, 3), "masks": bools("b n")},
        floats(""),
        options={"per_image": (True, False)},
        dims={"b": (2, 3, 4), "n": (5, 7, 9, 12)},
    ),
    Idiom(
        "listnet_loss",
        "Cao et al., 'Learning to Rank: From Pairwise Approach to Listwise Approach' (2007)",
        {
            "scores": floats("b n"),
            "relevance": floats("b n", 0, 3),
            "lengths": ints("b", 1, "n"),
        },
        floats("b"),
        dims={"b": (2, 3, 4, 5), "n": (4, 5, 6, 7, 9)},
        wrt=("scores", "relevance"),
    ),
    Idiom(
        "ranknet_loss",
        "Burges et al., 'Learning to Rank using Gradient Descent' (2005)",
        {"scores": floats("n"), "grades": ints("n", 0, 4)},
        floats(""),
        options={"sigma": (0.5, 1.0, 2.0)},
        dims={"n": (5, 6, 8, 10)},
        wrt=("scores",),
    ),
    Idiom(
        "approx_ndcg_loss",
        "Qin, Liu and Li, 'A General Approximation Framework for Direct Optimization of "
        "Information Retrieval Measures' (2010)",
        {"scores": floats("n"), "grades": ints("n", 0, 4)},
        floats(""),
        options={"temperature": (0.1, 0.5, 1.0)},
        dims={"n": (5, 6, 8, 10)},
        wrt=("scores",),
    ),
]
