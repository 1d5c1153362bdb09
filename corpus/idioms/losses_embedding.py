"""Losses of embeddings: contrasts, margins, redundancy."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

IDIOMS = [
    Idiom(
        "batch_hard_triplet_loss",
        "Hermans, Beyer and Leibe, 'In Defense of the Triplet Loss for Person Re-Identification' "
        "(2017), section 2",
        {"embeddings": floats("b d"), "labels": ints("b", 0, 2)},
        (floats(""), positions("")),
        gives=("loss", "triplet_count"),
        options={"margin": (0.2, 0.5, 1.0)},
        dims={"b": (6, 8, 9), "d": (2, 3, 4)},
    ),
    Idiom(
        "nt_xent_loss",
        "Chen et al., 'A Simple Framework for Contrastive Learning of Visual Representations' "
        "(2020), eq. 1",
        {"first_views": floats("b d"), "second_views": floats("b d")},
        floats(""),
        options={"temperature": (0.2, 0.5, 1.0)},
        dims={"b": (3, 4, 6), "d": (4, 5, 8)},
        wrt=("first_views", "second_views"),
    ),
    Idiom(
        "supervised_contrastive_loss",
        "Khosla et al., 'Supervised Contrastive Learning' (2020), eq. 2",
        {"embeddings": floats("b d"), "labels": ints("b", 0, 2)},
        floats(""),
        options={"temperature": (0.2, 0.5, 1.0)},
        dims={"b": (5, 7, 8), "d": (4, 5, 8)},
        wrt=("embeddings",),
    ),
    Idiom(
        "clip_loss",
        "Radford et al., 'Learning Transferable Visual Models From Natural Language Supervision' "
        "(2021), figure 3",
        {"images": floats("b d"), "texts": floats("b d"), "log_scale": floats("", 0, 2)},
        floats(""),
        options={"max_scale": (3.0, 5.0, 100.0)},
        dims={"b": (3, 4, 6), "d": (4, 5, 8)},
        wrt=("images", "texts"),
    ),
    Idiom(
        "siglip_loss",
        "Zhai et al., 'Sigmoid Loss for Language Image Pre-Training' (2023), algorithm 1",
        {
            "images": floats("b d"),
            "texts": floats("b d"),
            "log_temperature": floats("", 0, 2),
            "bias": floats("", -3, 0),
        },
        floats(""),
        dims={"b": (2, 3, 5, 6), "d": (4, 5, 7, 8)},
        wrt=("images", "texts", "log_temperature", "bias"),
    ),
    Idiom(
        "contrastive_pair_loss",
        "Hadsell, Chopra and LeCun, 'Dimensionality Reduction by Learning an Invariant Mapping' "
        "(2006), eq. 4",
        {"left": floats("b d", -1, 1), "right": floats("b d", -1, 1), "similar": bools("b")},
        floats("b"),
        options={"margin": (1.5, 2.5, 4.0)},
        dims={"b": (5, 6, 8), "d": (2, 3, 4)},
    ),
    Idiom(
        "vicreg_loss",
        "Bardes, Ponce and LeCun, 'VICReg: Variance-Invariance-Covariance Regularization for "
        "Self-Supervised Learning' (2022), section 4",
        {"first": floats("b d", -1.5, 1.5), "second": floats("b d", -1.5, 1.5)},
        floats(""),
        options={
            "invariance": (1.0, 10.0, 25.0),
            "variance": (10.0, 25.0),
            "covariance": (1.0, 5.0),
        },
        dims={"b": (4, 6, 9), "d": (3, 4, 6)},
    ),
    Idiom(
        "barlow_twins_loss",
        "Zbontar et al., 'Barlow Twins: Self-Supervised Learning via Redundancy Reduction' (2021), "
        "eqs. 1 and 2",
        {"first": floats("b d"), "second": floats("b d")},
        floats(""),
        options={"redundancy": (0.005, 0.05, 0.2)},
        dims={"b": (5, 6, 9), "d": (3, 4, 6)},
        wrt=("first", "second"),
    ),
    Idiom(
        "dino_loss",
        "Caron et al., 'Emerging Properties in Self-Supervised Vision Transformers' (2021), "
        "algorithm 1",
        {
            "student": floats("2 b d", -1, 1),
            "teacher": floats("2 b d", -1, 1),
            "center": floats("d", -0.5, 0.5),
        },
        (floats(""), floats("d")),
        gives=("loss", "next_center"),
        options={
            "student_temperature": (0.3, 0.5),
            "teacher_temperature": (0.1, 0.2),
            "momentum": (0.9, 0.95, 0.99),
        },
        dims={"b": (2, 3, 4), "d": (4, 5, 8)},
        wrt=("student", "teacher", "center"),
    ),
    Idiom(
        "arcface_loss",
        "Deng et al., 'ArcFace: Additive Angular Margin Loss for Deep Face Recognition' (2019), "
        "eq. 3",
        {
            "embeddings": floats("b d"),
            "centers": floats("c d"),
            "labels": ints("b", 0, "c-1"),
        },
        floats(""),
        options={"scale": (4.0, 8.0), "margin": (0.2, 0.3, 0.5)},
        dims={"b": (3, 4, 6), "c": (3, 4, 5), "d": (4, 5, 8)},
        wrt=("embeddings", "centers"),
    ),
    Idiom(
        "center_loss",
        "Wen et al., 'A Discriminative Feature Learning Approach for Deep Face Recognition' "
        "(2016), eqs. 2 to 4",
        {
            "features": floats("b d"),
            "labels": ints("b", 0, "c-1"),
            "centers": floats("c d"),
        },
        (floats(""), floats("c d")),
        gives=("loss", "moved_centers"),
        options={"rate": (0.1, 0.5, 0.9)},
        dims={"b": (5, 6, 9), "c": (2, 3, 4), "d": (2, 3, 5)},
        wrt=("features", "centers"),
    ),
    Idiom(
        "skip_gram_loss",
        "Mikolov et al., 'Distributed Representations of Words and Phrases and their "
        "Compositionality' (2013), eq. 4",
        {
            "word_vectors": floats("v d", -1, 1),
            "context_vectors": floats("v d", -1, 1),
            "centers": ints("b", 0, "v-1"),
            "contexts": ints("b", 0, "v-1"),
            "noise": ints("b k", 0, "v-1"),
        },
        floats(""),
        dims={"v": (8, 12), "d": (3, 4, 6), "b": (3, 4, 5), "k": (2, 3, 5)},
        wrt=("word_vectors", "context_vectors"),
    ),
]
