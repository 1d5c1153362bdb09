"""Number formats, bits and quantization."""

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


def _bytes(dims: str) -> Spec:
    return ints(dims, 0, 255, "uint8")


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
    Idiom(
        "cast_round_trip",
        "Micikevicius et al., 'FP8 Formats for Deep Learning' (2022), table 1; IEEE 754-2019, "
        "section 4.3.1",
        {"x": _singles("n m", -3, 3)},
        (_singles("n m"), _singles("n m")),
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
        family="precision",
    ),
    Idiom(
        "power_of_two_rows",
        "Higham, 'Accuracy and Stability of Numerical Algorithms' (2nd ed., 2002), section 9.8; "
        "jax.numpy.frexp and jax.numpy.ldexp, JAX documentation",
        {"matrix": floats("n m", -9, 9)},
        (floats("n m"), ints("n")),
        options={"target": (-2, 0, 1, 4)},
        family="precision",
    ),
    Idiom(
        "truncated_precision",
        "jax.lax.reduce_precision, JAX documentation",
        {"x": _singles("n m", -3, 3)},
        (_singles("n m"), _singles("n m")),
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
        family="precision",
    ),
    Idiom(
        "units_apart",
        "Dawson, 'Comparing Floating Point Numbers, 2012 Edition' (2012)",
        {"x": _singles("n", -1, 4), "y": _singles("n", 0.5, 3)},
        (ints("n"), bools("n")),
        family="precision",
    ),
    Idiom(
        "sorted_by_bits",
        "Terdiman, 'Radix Sort Revisited' (2000); Herf, 'Radix Tricks' (2001)",
        {"x": _singles("n", -5, 5)},
        (_singles("n"), positions("n")),
        options={"descending": (False, True)},
        dims={"n": (3, 5, 8, 11, 16)},
        family="precision",
    ),
    Idiom(
        "branchless_integers",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), chapter 2",
        {"x": ints("n", -1000, 1000), "y": ints("n", -1000, 1000)},
        {
            "average": ints("n"),
            "smaller": ints("n"),
            "distance": ints("n"),
            "sign": ints("n"),
            "lowest_bit": ints("n"),
        },
        dims={"n": (2, 3, 5, 8, 13)},
        family="precision",
    ),
    Idiom(
        "exact_sums",
        "Knuth, 'The Art of Computer Programming', volume 2 (3rd ed., 1997), section 4.2.2, "
        "theorem B; Dekker, 'A Floating-Point Technique for Extending the Available Precision' "
        "(1971)",
        {"x": _singles("n", -3, 3), "y": _singles("n", -9, 9)},
        (_singles("n"), _singles("n")),
        options={"ordered": (False, True)},
        dims={"n": (2, 3, 5, 8, 13)},
        family="precision",
    ),
    Idiom(
        "exact_products",
        "Dekker, 'A Floating-Point Technique for Extending the Available Precision' (1971); "
        "Shewchuk, 'Adaptive Precision Floating-Point Arithmetic' (1997), theorem 18",
        {"x": _singles("n", -3, 3), "y": _singles("n", -9, 9)},
        (_singles("n"), _singles("n")),
        dims={"n": (2, 3, 5, 8, 13)},
        family="precision",
    ),
    Idiom(
        "compensated_row_sums",
        "Kahan, 'Further Remarks on Reducing Truncation Errors' (1965); Neumaier, "
        "'Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen' (1974)",
        {"x": floats("n m", -3, 5)},
        floats("n"),
        options={"method": ("kahan", "neumaier")},
        dims={"n": (1, 2, 4), "m": (3, 5, 8, 13, 20)},
        wrt=("x",),
        family="precision",
    ),
    Idiom(
        "compensated_dot",
        "Ogita, Rump and Oishi, 'Accurate Sum and Dot Product' (2005), algorithm 5.3",
        {"x": _singles("n m", -3, 5), "y": _singles("n m", -1, 2)},
        _singles("n"),
        dims={"n": (1, 2, 4), "m": (3, 5, 8, 13, 20)},
        family="precision",
    ),
    Idiom(
        "symmetric_codes",
        "Jacob et al., 'Quantization and Training of Neural Networks for Efficient "
        "Integer-Arithmetic-Only Inference' (2018), section 2.1; Krishnamoorthi, 'Quantizing "
        "deep convolutional networks for efficient inference' (2018), section 2.2",
        {"x": floats("n m", -2.3, 1.7)},
        (ints("n m", -127, 127, "int8"), floats("n m")),
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
        options={"margin": (0, 1, 2)},
        family="precision",
    ),
    Idiom(
        "microscaled_blocks",
        "Rouhani et al., 'OCP Microscaling Formats (MX) Specification', version 1.0 (2023), "
        "section 6.3",
        {"x": _singles("n blocks*block", -7, 9)},
        (_singles("n blocks*block"), ints("n blocks")),
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
        "companded_codes",
        "Smith, 'Instantaneous Companding of Quantized Signals' (1957); ITU-T Recommendation "
        "G.711 (1988)",
        {"x": floats("n t", -0.9, 0.93)},
        (ints("n t"), floats("n t")),
        options={"levels": (7, 15, 31, 127), "law": ("mu", "a")},
        family="precision",
    ),
    Idiom(
        "power_of_two_weights",
        "Miyashita, Lee and Murmann, 'Convolutional Neural Networks using Logarithmic Data "
        "Representation' (2016), section 3",
        {"weights": floats("n m")},
        (floats("n m"), ints("n m")),
        options={"smallest": (-6, -4, -3), "largest": (-1, 0, 1)},
        family="precision",
    ),
    Idiom(
        "ternary_weights",
        "Li, Zhang and Liu, 'Ternary Weight Networks' (2016), section 2; Ma et al., 'The Era of "
        "1-bit LLMs: All Large Language Models are in 1.58 Bits' (2024), section 2",
        {"weights": floats("n m", -1.9, 2.3)},
        (ints("n m", -1, 1, "int8"), floats("n")),
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
        options={"block": (2, 4, 8)},
        dims={"n": (1, 2, 3, 5), "blocks": (1, 2, 3)},
        family="precision",
    ),
    Idiom(
        "fixed_point_product",
        "Lapsley et al., 'DSP Processor Fundamentals' (1997), section 3.2",
        {
            "x": ints("n m", -32768, 32767, "int16"),
            "y": ints("n m", -32768, 32767, "int16"),
        },
        ints("n m", -32768, 32767, "int16"),
        options={"fraction_bits": (8, 12, 14, 15)},
        family="precision",
    ),
    Idiom(
        "saturating_blend",
        "Blinn, 'Three Wrongs Make a Right' (1995); Porter and Duff, 'Compositing Digital "
        "Images' (1984)",
        {"x": _bytes("h w c"), "y": _bytes("h w c")},
        _bytes("h w c"),
        options={"operation": ("add", "subtract", "multiply", "screen")},
        dims={"h": (1, 2, 4), "w": (2, 3, 5), "c": (1, 3, 4)},
        family="precision",
    ),
    Idiom(
        "bit_census",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), chapter 5; jax.lax.population_count and "
        "jax.lax.clz, JAX documentation",
        {"words": _words("n")},
        {
            "ones": ints("n"),
            "leading": ints("n"),
            "trailing": ints("n"),
            "parity": ints("n"),
            "log2": ints("n"),
        },
        dims={"n": (1, 2, 4, 6, 9, 15)},
        family="precision",
    ),
    Idiom(
        "gray_codes",
        "Gray, 'Pulse Code Communication' (1953); Warren, 'Hacker's Delight' (2nd ed., 2012), "
        "chapter 13",
        {"numbers": ints("n m", 0, "2**bits-1")},
        (ints("n m"), ints("n m"), ints("n m")),
        options={"bits": (3, 5, 8, 12)},
        family="precision",
    ),
    Idiom(
        "morton_codes",
        "Morton, 'A Computer Oriented Geodetic Data Base' (1966); Warren, 'Hacker's Delight' "
        "(2nd ed., 2012), section 7.2",
        {"x": ints("n", 0, 65535), "y": ints("n", 0, 65535)},
        (_words("n"), positions("n")),
        dims={"n": (2, 3, 5, 8, 12, 16)},
        family="precision",
    ),
    Idiom(
        "bit_reversed",
        "Cooley and Tukey, 'An Algorithm for the Machine Calculation of Complex Fourier Series' "
        "(1965)",
        {"x": floats("2**log d")},
        floats("2**log d"),
        dims={"log": (1, 2, 3, 4, 5), "d": (1, 2, 3, 5)},
        wrt=("x",),
        family="precision",
    ),
    Idiom(
        "cyclic_checksum",
        "Peterson and Brown, 'Cyclic Codes for Error Detection' (1961); Williams, 'A Painless "
        "Guide to CRC Error Detection Algorithms' (1993)",
        {"message": _bytes("n t")},
        _words("n"),
        options={"polynomial": (0xEDB88320, 0x82F63B78)},
        dims={"n": (1, 2, 3, 5), "t": (1, 3, 4, 7, 9)},
        family="precision",
    ),
    Idiom(
        "adler_checksum",
        "Deutsch and Gailly, 'ZLIB Compressed Data Format Specification' (RFC 1950, 1996), "
        "section 2.2",
        {"message": _bytes("n t")},
        _words("n"),
        dims={"n": (1, 2, 3, 5), "t": (2, 5, 9, 16, 30)},
        family="precision",
    ),
    Idiom(
        "murmur_hash",
        "Appleby, 'MurmurHash3' (2011), MurmurHash3_x86_32",
        {"words": _words("n t"), "seed": _words("")},
        _words("n"),
        dims={"n": (1, 2, 3, 5), "t": (1, 2, 3, 5, 8)},
        family="precision",
    ),
    Idiom(
        "byte_hash",
        "Fowler, Noll, Vo and Eastlake, 'The FNV Non-Cryptographic Hash Algorithm' (2012)",
        {"message": _bytes("n t")},
        (_words("n"), ints("n t")),
        options={"variant": ("1", "1a")},
        dims={"n": (1, 2, 3, 5), "t": (1, 3, 4, 7, 10)},
        family="precision",
    ),
    Idiom(
        "shift_register_stream",
        "Marsaglia, 'Xorshift RNGs' (2003)",
        {"seeds": ints("n", 1, 2**32 - 1, "uint32")},
        (_singles("steps n"), _words("n")),
        options={
            "steps": (1, 2, 4, 6),
            "shifts": ((13, 17, 5), (1, 3, 10), (7, 1, 9), (5, 9, 7), (3, 13, 7)),
        },
        dims={"n": (1, 2, 3, 5, 8)},
        family="precision",
    ),
    Idiom(
        "permuted_congruential_hash",
        "O'Neill, 'PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms "
        "for Random Number Generation' (2014); Jarzynski and Olano, 'Hash Functions for GPU "
        "Rendering' (2020)",
        {"words": _words("n m")},
        _words("n m"),
        family="precision",
    ),
    Idiom(
        "value_noise",
        "Ebert et al., 'Texturing and Modeling' (3rd ed., 2003), chapter 2; Jarzynski and "
        "Olano, 'Hash Functions for GPU Rendering' (2020)",
        {"points": floats("n", 0.05, 7.9), "seed": ints("", 0, 10_000, "uint32")},
        floats("n"),
        options={"octaves": (1, 2, 3, 4)},
        dims={"n": (2, 3, 5, 8, 12)},
        wrt=("points",),
        family="precision",
    ),
    Idiom(
        "packed_similarity",
        "Jaccard, 'The Distribution of the Flora in the Alpine Zone' (1912); jax.numpy.packbits, "
        "JAX documentation",
        {"x": bools("n k"), "y": bools("m k")},
        (ints("n m"), _singles("n m")),
        dims={"n": (1, 2, 4), "m": (2, 3, 5), "k": (3, 6, 8, 13, 20)},
        family="precision",
    ),
    Idiom(
        "packed_pixels",
        "Foley et al., 'Computer Graphics: Principles and Practice' (2nd ed., 1990), section 4.3",
        {"pixels": _bytes("h w 3")},
        (ints("h w", 0, 65535, "uint16"), _bytes("h w 3")),
        options={"rounding": (False, True)},
        family="precision",
    ),
    Idiom(
        "packed_halves",
        "IEEE 754-2019, section 3.4; jax.lax.bitcast_convert_type, JAX documentation",
        {"x": _singles("n 2*m", -3, 3)},
        (_words("n m"), _singles("n 2*m")),
        options={"dtype": ("float16", "bfloat16")},
        dims={"n": (1, 2, 3, 5), "m": (1, 2, 3, 4, 6)},
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
    Idiom(
        "loss_scaled_step",
        "Micikevicius et al., 'Mixed Precision Training' (2018), section 3.2",
        {
            "parameters": _singles("n m"),
            "gradients": _singles("n m", -3, 3),
            "log_scale": ints("", 8, 16),
        },
        (_singles("n m"), ints(""), ints("")),
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
        options={
            "dtype": ("float16", "bfloat16", "float8_e5m2"),
            "rate": (0.01, 0.1),
            "decay": (0.5, 0.9),
        },
        family="precision",
    ),
    Idiom(
        "double_word_sum",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 2.16",
        {
            "x_high": _words("n"),
            "x_low": _words("n"),
            "y_high": _words("n"),
            "y_low": _words("n"),
        },
        (_words("n"), _words("n")),
        options={"subtract": (False, True)},
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "double_word_product",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 8.2",
        {"x": _words("n"), "y": _words("n")},
        (_words("n"), _words("n")),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "zigzag_lengths",
        "Protocol Buffers documentation, 'Encoding'",
        {"numbers": ints("n t", -40_000, 40_000)},
        (_words("n t"), ints("n t"), ints("n")),
        options={"delta": (False, True)},
        family="precision",
    ),
    Idiom(
        "corrected_codewords",
        "Hamming, 'Error Detecting and Error Correcting Codes' (1950)",
        {"nibbles": ints("n", 0, 15), "errors": ints("n", 0, 127)},
        (ints("n"), ints("n")),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "field_product",
        "Daemen and Rijmen, 'The Design of Rijndael' (2002), section 4.1",
        {"x": _bytes("n"), "y": _bytes("n")},
        _bytes("n"),
        options={"polynomial": (0x11B, 0x11D)},
        dims={"n": (1, 2, 4, 7, 12, 20)},
        family="precision",
    ),
    Idiom(
        "integer_root",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 11.1",
        {"numbers": ints("n", 0, 100_000)},
        (ints("n"), ints("n")),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "bloom_membership",
        "Bloom, 'Space/Time Trade-offs in Hash Coding with Allowable Errors' (1970)",
        {"keys": ints("n", 0, 1000), "queries": ints("m", 0, 1000)},
        (bools("size"), bools("m")),
        options={"size": (16, 31, 64), "hashes": (1, 2, 3, 4)},
        dims={"n": (3, 5, 8), "m": (4, 7, 10)},
        family="precision",
    ),
    Idiom(
        "hashed_features",
        "Weinberger et al., 'Feature Hashing for Large Scale Multitask Learning' (2009), "
        "definition 1",
        {"tokens": ints("n t", 0, 10_000), "weights": floats("n t")},
        floats("n buckets"),
        options={"buckets": (3, 4, 7, 8, 12)},
        dims={"n": (1, 2, 4), "t": (2, 4, 6, 9)},
        wrt=("weights",),
        family="precision",
    ),
    Idiom(
        "counted_sketch",
        "Cormode and Muthukrishnan, 'An Improved Data Stream Summary: The Count-Min Sketch and "
        "its Applications' (2005); Kirsch and Mitzenmacher, 'Less Hashing, Same Performance' "
        "(2006)",
        {"stream": ints("n", 0, 12), "queries": ints("m", 0, 15)},
        (ints("depth width"), ints("m")),
        options={"depth": (1, 2, 3, 4), "width": (5, 8, 13)},
        dims={"n": (6, 10, 16, 25), "m": (3, 5, 8)},
        family="precision",
    ),
]
