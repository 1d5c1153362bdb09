"""Normalization layers."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "layer_norm",
        "Ba, Kiros and Hinton, 'Layer Normalization' (2016), eqs. 3 and 4",
        {"x": floats("b t d"), "scale": floats("d", 0.5, 1.5), "bias": floats("d", -1, 1)},
        floats("b t d"),
        options={"eps": (1e-5, 1e-6, 1e-3)},
        dims={"d": (4, 6, 8, 16)},
        wrt=("x", "scale", "bias"),
    ),
    Idiom(
        "rms_norm",
        "Zhang and Sennrich, 'Root Mean Square Layer Normalization' (2019), eq. 4",
        {"x": floats("b d"), "gain": floats("d", 0.5, 1.5)},
        floats("b d"),
        options={"eps": (1e-6, 1e-5), "unit_offset": (False, True)},
        wrt=("x", "gain"),
    ),
]
