"""Random numbers from explicit keys: changes to images before training."""

from jaxsmith.program.idiom import Idiom, floats

from .random_keys import KEY, SEED

IDIOMS = [
    Idiom(
        "random_crops",
        "Krizhevsky, Sutskever and Hinton, 'ImageNet Classification with Deep Convolutional "
        "Neural Networks' (2012), section 4.1",
        {"key": KEY, "images": floats("n h w c", 0, 1)},
        floats("n size size c"),
        options={"size": (2, 3, 4), "flip": (False, True)},
        dims={"n": (1, 2, 4), "h": (5, 6, 8), "w": (5, 7, 8), "c": (1, 3)},
        wrt=("images",),
        family="random",
    ),
    Idiom(
        "cutout_squares",
        "DeVries and Taylor, 'Improved Regularization of Convolutional Neural Networks with "
        "Cutout' (2017), section 3.2",
        {"seed": SEED, "images": floats("n h w c", 0, 1), "fill": floats("c", 0, 1)},
        floats("n h w c"),
        options={"size": (1, 2, 3, 4)},
        dims={"n": (1, 2, 4), "h": (4, 5, 7), "w": (4, 6, 7), "c": (1, 2, 3)},
        wrt=("images", "fill"),
        family="random",
    ),
    Idiom(
        "keyed_mixup",
        "Zhang et al., 'mixup: Beyond Empirical Risk Minimization' (2018), section 2",
        {"key": KEY, "inputs": floats("n d"), "targets": floats("n k", 0, 1)},
        (floats("n d"), floats("n k")),
        gives=("mixed_inputs", "mixed_targets"),
        options={"per_example": (False, True)},
        dims={"n": (2, 3, 4, 6, 8), "d": (2, 3, 4, 6), "k": (2, 3, 5)},
        wrt=("inputs", "targets"),
        family="random",
    ),
    Idiom(
        "random_cut_mix",
        "Yun et al., 'CutMix: Regularization Strategy to Train Strong Classifiers with "
        "Localizable Features' (2019), section 3.1",
        {"seed": SEED, "first": floats("h w c", 0, 1), "second": floats("h w c", 0, 1)},
        (floats("h w c"), floats("")),
        gives=("mixed", "share"),
        options={"least": (1, 2, 3)},
        dims={"h": (4, 5, 7, 8), "w": (4, 6, 8, 9), "c": (1, 2, 3)},
        wrt=("first", "second"),
        family="random",
    ),
    Idiom(
        "colour_jitter",
        "Chen et al., 'A Simple Framework for Contrastive Learning of Visual Representations' "
        "(2020), appendix A",
        {"key": KEY, "images": floats("n h w 3", 0, 1)},
        floats("n h w 3"),
        options={
            "brightness": (0.2, 0.4, 0.8),
            "contrast": (0.2, 0.4, 0.8),
            "saturation": (0.2, 0.4, 0.8),
        },
        dims={"n": (1, 2, 3), "h": (2, 3, 5), "w": (2, 4, 5)},
        wrt=("images",),
        family="random",
    ),
]
