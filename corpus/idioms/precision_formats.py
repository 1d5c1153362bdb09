"""Formats of floating-point numbers: rounding, fields, scales."""

from jaxsmith.program.idiom import Idiom, Spec, bools, floats, ints, positions

_NARROW = (
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3b11fnuz",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
)


def _singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats whose bits are the same with and without x64 mode."""
    return Spec(dims, "float32", low, high)


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
    Idiom(
        "cast_round_trip",
        "Micikevicius et al., 'FP8 Formats for Deep Learning' (2022), table 1; IEEE 754-2019, "
        "section 4.3.1",
        {"x": _singles("n m", -3, 3)},
        (_singles("n m"), _singles("n m")),
        gives=("rounded", "errors"),
        options={"dtype": _NARROW},
        family="precision",
    ),
    Idiom(
        "saturating_cast",
        "Micikevicius et al., 'FP8 Formats for Deep Learning' (2022), section 3",
        {"x": _singles("n m", -300, 310), "scale": _singles("", 0.3, 3)},
        _singles("n m"),
        options={
            "dtype": (
                "float8_e4m3fn",
                "float8_e4m3b11fnuz",
                "float8_e4m3fnuz",
                "float8_e5m2",
                "float16",
            )
        },
        family="precision",
    ),
    Idiom(
        "overflow_census",
        "IEEE 754-2019, section 7.4; Micikevicius et al., 'Mixed Precision Training' (2018), "
        "section 3.2",
        {"significands": _singles("n m"), "exponents": ints("n m", -30, 20)},
        (ints("3"), bools("n m")),
        gives=("counts", "is_normal"),
        options={"dtype": ("float16", "float8_e5m2")},
        family="precision",
    ),
    Idiom(
        "float_from_fields",
        "IEEE 754-2019, section 3.4",
        {
            "sign": bools("n m"),
            "exponent": ints("n m", -6, 6),
            "mantissa": ints("n m", 0, 127),
        },
        _singles("n m"),
        options={"dtype": ("float16", "bfloat16", "float32")},
        family="precision",
    ),
    Idiom(
        "float_fields",
        "IEEE 754-2019, section 3.4",
        {"x": _singles("n m", -6, 6)},
        (bools("n m"), ints("n m"), ints("n m")),
        gives=("is_negative", "exponent", "mantissa"),
        family="precision",
    ),
    Idiom(
        "power_of_two_rows",
        "Higham, 'Accuracy and Stability of Numerical Algorithms' (2nd ed., 2002), section 9.8; "
        "jax.numpy.frexp and jax.numpy.ldexp, JAX documentation",
        {"matrix": floats("n m", -9, 9)},
        (floats("n m"), ints("n")),
        gives=("scaled", "shifts"),
        options={"target": (-2, 0, 1, 4)},
        family="precision",
    ),
    Idiom(
        "truncated_precision",
        "jax.lax.reduce_precision, JAX documentation",
        {"x": _singles("n m", -3, 3)},
        (_singles("n m"), _singles("n m")),
        gives=("rounded", "ulp_errors"),
        options={"exponent_bits": (5, 6, 8), "mantissa_bits": (1, 2, 3, 5, 7, 10, 14)},
        family="precision",
    ),
    Idiom(
        "fast_inverse_root",
        "Lomont, 'Fast Inverse Square Root' (2003)",
        {"x": _singles("n", 0.1, 9)},
        _singles("n"),
        options={"steps": (0, 1, 2, 3), "magic": (0x5F3759DF, 0x5F375A86)},
        family="precision",
    ),
    Idiom(
        "neighboring_floats",
        "IEEE 754-2019, section 5.3.1; jax.numpy.nextafter, JAX documentation",
        {"x": _singles("n m", 0.2, 6)},
        (_singles("n m"), _singles("n m"), _singles("n m")),
        gives=("above", "below", "gap"),
        family="precision",
    ),
    Idiom(
        "units_apart",
        "Dawson, 'Comparing Floating Point Numbers, 2012 Edition' (2012)",
        {"x": _singles("n", -1, 4), "y": _singles("n", 0.5, 3)},
        (ints("n"), bools("n")),
        gives=("distance", "is_close"),
        family="precision",
    ),
    Idiom(
        "sorted_by_bits",
        "Terdiman, 'Radix Sort Revisited' (2000); Herf, 'Radix Tricks' (2001)",
        {"x": _singles("n", -5, 5)},
        (_singles("n"), positions("n")),
        gives=("sorted_x", "order"),
        options={"descending": (False, True)},
        dims={"n": (3, 5, 8, 11, 16)},
        family="precision",
    ),
    Idiom(
        "narrow_matmul",
        "Micikevicius et al., 'Mixed Precision Training' (2018), section 3.3; jax.numpy.dot, JAX "
        "documentation (preferred_element_type)",
        {"x": _singles("n k"), "y": _singles("k m")},
        _singles("n m"),
        options={"dtype": ("float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")},
        family="precision",
    ),
    Idiom(
        "scaled_float8_matmul",
        "Micikevicius et al., 'FP8 Formats for Deep Learning' (2022), section 3; Noune et al., "
        "'8-bit Numerical Formats for Deep Neural Networks' (2022)",
        {"x": _singles("n k", -7, 9), "y": _singles("k m", -0.3, 0.2)},
        (_singles("n m"), ints(""), ints("")),
        gives=("product", "x_shift", "y_shift"),
        options={"margin": (0, 1, 2)},
        family="precision",
    ),
    Idiom(
        "microscaled_blocks",
        "Rouhani et al., 'OCP Microscaling Formats (MX) Specification', version 1.0 (2023), "
        "section 6.3",
        {"x": _singles("n blocks*block", -7, 9)},
        (_singles("n blocks*block"), ints("n blocks")),
        gives=("rounded", "exponents"),
        options={
            "block": (2, 4, 8),
            "element": ("float8_e4m3fn", "float8_e5m2", "float4_e2m1fn"),
        },
        dims={"n": (1, 2, 3, 5), "blocks": (1, 2, 3)},
        family="precision",
    ),
    Idiom(
        "stochastic_bfloat16",
        "Gupta et al., 'Deep Learning with Limited Numerical Precision' (2015), section 3.1; "
        "Croci et al., 'Stochastic rounding: implementation, error analysis and applications' "
        "(2022)",
        {"x": _singles("n m"), "noise": ints("n m", 0, 65535, "uint16")},
        _singles("n m"),
        family="precision",
    ),
    Idiom(
        "packed_halves",
        "IEEE 754-2019, section 3.4; jax.lax.bitcast_convert_type, JAX documentation",
        {"x": _singles("n 2*m", -3, 3)},
        (_words("n m"), _singles("n 2*m")),
        gives=("words", "restored"),
        options={"dtype": ("float16", "bfloat16")},
        dims={"n": (1, 2, 3, 5), "m": (1, 2, 3, 4, 6)},
        family="precision",
    ),
    Idiom(
        "loss_scaled_step",
        "Micikevicius et al., 'Mixed Precision Training' (2018), section 3.2",
        {
            "parameters": _singles("n m"),
            "gradients": _singles("n m", -3, 3),
            "log_scale": ints("", 8, 16),
        },
        (_singles("n m"), ints(""), ints("")),
        gives=("new_parameters", "new_log_scale", "new_streak"),
        options={"rate": (0.01, 0.1), "interval": (2, 4, 10), "streak": (0, 1, 3)},
        family="precision",
    ),
    Idiom(
        "master_weight_step",
        "Micikevicius et al., 'Mixed Precision Training' (2018), section 3.1; Nesterov's momentum "
        "as in Sutskever et al., 'On the importance of initialization and momentum in deep "
        "learning' (2013)",
        {
            "weights": _singles("n m"),
            "gradients": _singles("n m"),
            "momentum": _singles("n m"),
        },
        (_singles("n m"), _singles("n m"), _singles("")),
        gives=("next_weights", "next_momentum", "grad_norm"),
        options={
            "dtype": ("float16", "bfloat16", "float8_e5m2"),
            "rate": (0.01, 0.1),
            "decay": (0.5, 0.9),
        },
        family="precision",
    ),
]
