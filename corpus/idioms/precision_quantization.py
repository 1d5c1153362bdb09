"""Quantization: codes, scales, products of integers."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints


def _bytes(dims: str) -> Spec:
    return ints(dims, 0, 255, "uint8")


IDIOMS = [
    Idiom(
        "symmetric_codes",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), section 2.1; Krishnamoorthi, 'Quantizing "
        "deep convolutional networks for efficient inference' (2018), section 2.2",
        {"x": floats("n m", -2.3, 1.7)},
        (ints("n m", -127, 127, "int8"), floats("n m")),
        gives=("codes", "dequantized"),
        options={"bits": (3, 4, 6, 8), "per_row": (False, True)},
        family="precision",
    ),
    Idiom(
        "affine_codes",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), eq. 1; Krishnamoorthi (2018), section 2.1",
        {"x": floats("n m", -1.3, 2.1)},
        {
            "codes": _bytes("n m"),
            "zero_points": ints("n**axis m**(1-axis)"),
            "values": floats("n m"),
        },
        options={"axis": (0, 1)},
        family="precision",
    ),
    Idiom(
        "packed_nibbles",
        "Dettmers and Zettlemoyer, 'The case for 4-bit precision: k-bit Inference Scaling Laws' "
        "(2023)",
        {"codes": ints("n 2*m", -12, 12)},
        (_bytes("n m"), ints("n 2*m")),
        gives=("packed", "restored"),
        options={"signed": (False, True)},
        dims={"n": (1, 2, 3, 5), "m": (1, 2, 3, 4, 6)},
        family="precision",
    ),
    Idiom(
        "four_bit_rounding",
        "jax.numpy.int4 and jax.numpy.uint4, JAX documentation; Wu et al., 'Integer Quantization "
        "for Deep Learning Inference' (2020), section 3",
        {"x": floats("n m", -3, 5), "step": floats("", 0.2, 1)},
        floats("n m"),
        options={"dtype": ("int4", "uint4")},
        family="precision",
    ),
    Idiom(
        "dynamic_int8_matmul",
        "Dettmers et al., 'LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale' "
        "(2022), section 2.2",
        {"x": floats("n k", -2.3, 1.7), "weights": floats("k m", -0.9, 1.3)},
        floats("n m"),
        family="precision",
    ),
    Idiom(
        "integer_matmul",
        "jax.lax.dot_general, JAX documentation (preferred_element_type)",
        {
            "x": ints("n k", -128, 127, "int8"),
            "y": ints("m k", -128, 127, "int8"),
        },
        ints("n m"),
        options={"accumulate": ("int16", "int32")},
        family="precision",
    ),
    Idiom(
        "grouped_weights_matmul",
        "Frantar et al., 'GPTQ: Accurate Post-Training Quantization for Generative Pre-trained "
        "Transformers' (2023), section 4",
        {
            "x": floats("b 2*g*h"),
            "packed": _bytes("g*h m"),
            "scales": floats("g m", 0.05, 0.3),
            "zeros": floats("g m", 5, 10),
        },
        floats("b m"),
        dims={"b": (1, 2, 4), "g": (1, 2, 3), "h": (1, 2, 4), "m": (2, 3, 5)},
        wrt=("x", "scales", "zeros"),
        family="precision",
    ),
    Idiom(
        "companded_codes",
        "Smith, 'Instantaneous Companding of Quantized Signals' (1957); ITU-T Recommendation "
        "G.711 (1988)",
        {"x": floats("n t", -0.9, 0.93)},
        (ints("n t"), floats("n t")),
        gives=("codes", "decoded"),
        options={"levels": (7, 15, 31, 127), "law": ("mu", "a")},
        family="precision",
    ),
    Idiom(
        "power_of_two_weights",
        "Miyashita, Lee and Murmann, 'Convolutional Neural Networks using Logarithmic Data "
        "Representation' (2016), section 3",
        {"weights": floats("n m")},
        (floats("n m"), ints("n m")),
        gives=("quantized", "exponents"),
        options={"smallest": (-6, -4, -3), "largest": (-1, 0, 1)},
        family="precision",
    ),
    Idiom(
        "ternary_weights",
        "Li, Zhang and Liu, 'Ternary Weight Networks' (2016), section 2; Ma et al., 'The Era of "
        "1-bit LLMs: All Large Language Models are in 1.58 Bits' (2024), section 2",
        {"weights": floats("n m", -1.9, 2.3)},
        (ints("n m", -1, 1, "int8"), floats("n")),
        gives=("codes", "scales"),
        options={"scheme": ("threshold", "rounding")},
        dims={"n": (1, 2, 4, 6), "m": (3, 4, 5, 7, 10)},
        family="precision",
    ),
    Idiom(
        "binary_matmul",
        "Rastegari et al., 'XNOR-Net: ImageNet Classification Using Binary Convolutional Neural "
        "Networks' (2016), section 3",
        {"x": floats("n k"), "weights": floats("m k")},
        floats("n m"),
        dims={"n": (1, 2, 4), "m": (2, 3, 5), "k": (3, 6, 8, 11, 16)},
        family="precision",
    ),
    Idiom(
        "normal_float_codes",
        "Dettmers et al., 'QLoRA: Efficient Finetuning of Quantized LLMs' (2023), section 3 and "
        "appendix E",
        {"x": floats("n blocks*block")},
        (ints("n blocks*block"), floats("n blocks*block")),
        gives=("codes", "decoded"),
        options={"block": (2, 4, 8)},
        dims={"n": (1, 2, 3, 5), "blocks": (1, 2, 3)},
        family="precision",
    ),
    Idiom(
        "integer_convolution",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), section 2.4",
        {
            "image": ints("b c h w", -128, 127, "int8"),
            "kernel": ints("o c k k", -128, 127, "int8"),
        },
        ints("b o (h-k)//stride+1 (w-k)//stride+1", -128, 127, "int8"),
        options={"stride": (1, 2), "shift": (7, 9, 11)},
        dims={
            "b": (1, 2),
            "c": (1, 2, 3),
            "h": (4, 5, 6),
            "w": (4, 5, 7),
            "o": (1, 2, 3),
            "k": (1, 2, 3),
        },
        family="precision",
    ),
]
