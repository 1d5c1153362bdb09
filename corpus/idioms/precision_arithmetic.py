"""Arithmetic without error: exact, compensated, double words, integers."""

from jaxsmith.program.idiom import Idiom, Spec, floats, ints


def _singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats whose bits are the same with and without x64 mode."""
    return Spec(dims, "float32", low, high)


def _bytes(dims: str) -> Spec:
    return ints(dims, 0, 255, "uint8")


def _words(dims: str) -> Spec:
    return ints(dims, 0, 2**32 - 1, "uint32")


IDIOMS = [
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
        gives=("totals", "errors"),
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
        gives=("product", "error"),
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
        "double_word_sum",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 2.16",
        {
            "x_high": _words("n"),
            "x_low": _words("n"),
            "y_high": _words("n"),
            "y_low": _words("n"),
        },
        (_words("n"), _words("n")),
        gives=("high", "low"),
        options={"subtract": (False, True)},
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "double_word_product",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 8.2",
        {"x": _words("n"), "y": _words("n")},
        (_words("n"), _words("n")),
        gives=("high", "low"),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
    Idiom(
        "integer_root",
        "Warren, 'Hacker's Delight' (2nd ed., 2012), section 11.1",
        {"numbers": ints("n", 0, 100_000)},
        (ints("n"), ints("n")),
        gives=("roots", "remainders"),
        dims={"n": (1, 2, 4, 7, 12)},
        family="precision",
    ),
]
