"""Operations that complex numbers share with floats: arithmetic, movement, sums, products."""

from __future__ import annotations

from jaxsmith.vocabulary.complexes import complex_row

from . import (
    arithmetic,
    array_diagonal,
    array_join,
    array_lax,
    array_rearrange,
    array_shape,
    array_split,
    choices,
    indexing_dynamic,
    indexing_gather,
    indexing_masks,
    indexing_scatter,
    indexing_take,
    linalg_einsum,
    linalg_norms,
    linalg_products,
    math_unary,
    reductions_cumulative,
    reductions_extremes,
    reductions_sums,
)

_COMPLEX = (
    "add", "subtract", "multiply", "divide", "add_function", "subtract_function",
    "multiply_function", "divide_function", "lax_add", "lax_sub", "lax_mul", "lax_div", "negate",
    "negative", "number_plus", "number_minus", "number_times", "number_over", "power",
    "integer_pow", "square", "reciprocal",
    "concatenate", "stack", "hstack", "vstack", "append", "insert", "triangle", "diag_of",
    "diag_from", "diagonal", "lax_rev", "lax_transpose", "lax_reshape", "lax_broadcast_in_dim",
    "lax_slice", "lax_pad", "lax_concatenate", "flip", "roll", "rotate_quarter", "tile", "repeat",
    "pad", "slice", "reverse", "downsample", "reshape", "ravel", "split_axis", "merge_axes",
    "transpose", "matrix_transpose", "swapaxes", "moveaxis", "expand_dims", "newaxis", "squeeze",
    "broadcast_to", "split", "unstack",
    "where", "where_or_number", "where_number", "lax_select",
    "dynamic_slice", "dynamic_slice_at", "dynamic_update_slice", "index", "index_one",
    "gather", "take", "take_along_axis", "at_set", "at_add", "at_multiply", "at_add_rows",
    "masked", "permute",
    "sum", "prod", "mean", "sum_where", "sum_initial", "dot_sum", "cumsum", "cumprod", "lax_cumsum",
    "sum_of_squares",
    "matmul", "matmul_transposed", "transposed_matmul", "dot", "vdot", "inner", "outer", "matvec",
    "batch_matmul", "kron", "matrix_power", "einsum_sum", "einsum_matmul",
    "einsum_batch", "einsum_outer", "einsum_bilinear", "einsum_chain", "einsum_ellipsis",
)  # fmt: skip
_REAL = ("sum_abs", "mean_abs", "max_abs", "norm", "vector_norm", "frobenius_norm")

_MODULES = (
    arithmetic, array_diagonal, array_join, array_lax, array_rearrange, array_shape, array_split,
    choices, indexing_dynamic, indexing_gather, indexing_masks, indexing_scatter, indexing_take,
    linalg_einsum, linalg_norms, linalg_products, math_unary, reductions_cumulative,
    reductions_extremes, reductions_sums,
)  # fmt: skip
_ROWS = {op.name: op for module in _MODULES for op in module.OPS}

OPS = [
    *(complex_row(_ROWS[name]) for name in _COMPLEX),
    *(complex_row(_ROWS[name], real=True) for name in _REAL),
]
