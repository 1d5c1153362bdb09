"""What is taken for what: tables of names that a mutant swaps."""

from __future__ import annotations


def _both_ways(pairs: dict[str, str]) -> dict[str, str]:
    return {**{new: old for old, new in pairs.items()}, **pairs}


FUNCTIONS = {
    **_both_ways(
        {
            "all": "any",
            "argmax": "argmin",
            "cos": "sin",
            "cosh": "sinh",
            "arccos": "arcsin",
            "ceil": "floor",
            "cummax": "cummin",
            "fmax": "fmin",
            "left_shift": "right_shift",
            "log": "log1p",
            "logical_and": "logical_or",
            "bitwise_and": "bitwise_or",
            "max": "min",
            "maximum": "minimum",
            "mean": "sum",
            "nanmean": "nansum",
            "nanmax": "nanmin",
            "ones": "zeros",
            "ones_like": "zeros_like",
            "pmax": "pmin",
            "pmean": "psum",
            "segment_max": "segment_min",
            "std": "var",
            "tril": "triu",
            "digamma": "gammaln",
            "erf": "erfc",
            "real": "imag",
        }
    ),
    "abs": "negative",
    "add": "subtract",
    "subtract": "add",
    "multiply": "add",
    "divide": "multiply",
    "negative": "abs",
    "cumsum": "cumprod",
    "cumprod": "cumsum",
    "prod": "sum",
    "median": "mean",
    "exp": "exp2",
    "exp2": "exp",
    "expm1": "exp",
    "tanh": "arctan",
    "arctan": "tanh",
    "tan": "sin",
    "arcsinh": "arctan",
    "sqrt": "cbrt",
    "cbrt": "sqrt",
    "rsqrt": "sqrt",
    "square": "abs",
    "sign": "abs",
    "round": "floor",
    "trunc": "floor",
    "relu": "gelu",
    "gelu": "relu",
    "silu": "relu",
    "elu": "relu",
    "sigmoid": "tanh",
    "softplus": "relu",
    "softmax": "log_softmax",
    "log_softmax": "softmax",
    "logaddexp": "maximum",
    "logsumexp": "max",
    "hypot": "maximum",
    "segment_sum": "segment_max",
    "segment_prod": "segment_sum",
    "flipud": "fliplr",
    "fliplr": "flipud",
    "logical_xor": "logical_or",
    "bitwise_xor": "bitwise_or",
}
"""Functions and methods of JAX, by their last name."""

COMPARISONS = _both_ways(
    {
        "greater": "less_equal",
        "less": "greater_equal",
        "equal": "not_equal",
        "gt": "le",
        "lt": "ge",
        "eq": "ne",
        "isnan": "isfinite",
    }
)
"""Comparisons that are functions: each with its opposite."""

ORDERED = frozenset({
    "subtract", "divide", "true_divide", "floor_divide", "power", "float_power", "pow",
    "remainder", "mod", "fmod", "rem", "sub", "div", "arctan2", "atan2", "copysign", "heaviside",
    "ldexp", "left_shift", "right_shift", "matmul", "dot", "outer", "kron",
    "cross", "convolve", "polyval", "polydiv", "concatenate", "nextafter", "setdiff1d",
    "greater", "less", "greater_equal", "less_equal", "gt", "lt", "ge", "le",
})  # fmt: skip
"""Functions of two operands of which it matters which comes first."""

OPERATIONS = {
    **_both_ways(
        {
            "stablehlo.add": "stablehlo.subtract",
            "stablehlo.maximum": "stablehlo.minimum",
            "stablehlo.sine": "stablehlo.cosine",
            "stablehlo.and": "stablehlo.or",
            "stablehlo.floor": "stablehlo.ceil",
            "stablehlo.abs": "stablehlo.negate",
            "stablehlo.exponential": "stablehlo.exponential_minus_one",
            "stablehlo.log": "stablehlo.log_plus_one",
            "stablehlo.shift_left": "stablehlo.shift_right_logical",
            "stablehlo.round_nearest_even": "stablehlo.round_nearest_afz",
            "stablehlo.real": "stablehlo.imag",
            "chlo.digamma": "chlo.lgamma",
            "chlo.cosh": "chlo.sinh",
            "chlo.erf": "chlo.erfc",
            "chlo.acos": "chlo.asin",
        }
    ),
    "stablehlo.multiply": "stablehlo.add",
    "stablehlo.divide": "stablehlo.multiply",
    "stablehlo.power": "stablehlo.multiply",
    "stablehlo.remainder": "stablehlo.subtract",
    "stablehlo.atan2": "stablehlo.divide",
    "stablehlo.tanh": "stablehlo.sine",
    "stablehlo.tan": "stablehlo.tanh",
    "stablehlo.logistic": "stablehlo.tanh",
    "stablehlo.sqrt": "stablehlo.cbrt",
    "stablehlo.cbrt": "stablehlo.sqrt",
    "stablehlo.rsqrt": "stablehlo.sqrt",
    "stablehlo.sign": "stablehlo.abs",
    "stablehlo.xor": "stablehlo.or",
    "stablehlo.shift_right_arithmetic": "stablehlo.shift_right_logical",
    "stablehlo.popcnt": "stablehlo.count_leading_zeros",
    "stablehlo.count_leading_zeros": "stablehlo.popcnt",
    "chlo.asinh": "chlo.atan",
    "chlo.atan": "chlo.asinh",
    "chlo.atanh": "chlo.asin",
    "chlo.square": "chlo.sinh",
}
"""Operations of StableHLO and CHLO that take and return the same types."""

REDUCERS = _both_ways({"stablehlo.maximum": "stablehlo.minimum", "stablehlo.and": "stablehlo.or"})
REDUCERS |= {"stablehlo.add": "stablehlo.maximum", "stablehlo.multiply": "stablehlo.add"}
"""What a reduction may apply."""

DIRECTIONS = _both_ways({"LT": "GE", "GT": "LE", "EQ": "NE"})
"""Directions of ``stablehlo.compare``: each with its opposite."""

NONCOMMUTATIVE = frozenset({
    "subtract", "divide", "power", "remainder", "atan2", "shift_left", "shift_right_logical",
    "shift_right_arithmetic", "complex", "select", "concatenate", "dot_general",
    "triangular_solve",
})  # fmt: skip
"""Operations of StableHLO that can tell their operands apart; of comparisons, see DIRECTIONS."""
