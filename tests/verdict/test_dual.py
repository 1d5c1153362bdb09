"""Arrays that carry derivatives agree with differences, and notice what is close."""

import numpy as np
import pytest

from corpus import CORPUS
from jaxsmith.verdict import noise, reference, slopes
from jaxsmith.verdict.probes import spread_of
from tests.rows import FAMILIES, function_of

DIRECTIONS = 3
STEP = 1e-6
# How many of a family's rows must be exact, where so many are differentiable.
LEAST = 0.75
# Rows whose references do, for the arguments here, something that has no rule.
WITHOUT_RULE = {
    "bincount_weights", "column_stack", "interp", "matrix_norm", "nanmean", "nanvar",
    "pad_extreme", "percentile", "quantile", "vector_norm", "idiom_airy_series",
    "idiom_dormand_prince_step", "idiom_gauss_kronrod_peak", "idiom_hardware_noise_schedule",
    "idiom_interpolated_quantiles", "idiom_mel_energies", "idiom_natural_spline",
    "idiom_random_block_dropout", "idiom_sort_along", "idiom_sort_columns_together",
    "idiom_spatially_parallel_convolution", "idiom_value_noise", "idiom_variable_delay",
}  # fmt: skip


def load(source, name="f"):
    return noise.load(source, name)


def differences(call, arguments, moves, j):
    """Central differences of all floating results along direction ``j``."""

    def at(step):
        moved = [
            argument if move is None else argument + step * move[j]
            for argument, move in zip(arguments, moves, strict=True)
        ]
        return reference.leaves(call(*moved))

    pairs = zip(at(STEP), at(-STEP), strict=True)
    return [
        (up - down) / (2 * STEP) if up.dtype.kind in "fc" else np.zeros(up.shape)
        for up, down in pairs
    ]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.filterwarnings("ignore")
def test_every_row_agrees_with_differences(family):
    exact, tried = 0, 0
    for op in CORPUS.vocabulary.by_family[family]:
        made = None if op.control or op.smooth == "none" else function_of(op)
        if made is None:
            continue
        function, arguments = made
        call = load(function.reference_source, function.name)
        moves = spread_of(arguments, DIRECTIONS)
        found = slopes.survey(call, arguments, moves)
        tried += 1
        assert found is not None or op.name in WITHOUT_RULE, op.name
        if found is None or found.close:
            continue
        exact += 1
        values = [np.asarray(leaf) for leaf in reference.leaves(call(*arguments))]
        for j in range(DIRECTIONS):
            expected = differences(call, arguments, moves, j)
            for value, slope, other in zip(values, found.slopes, expected, strict=True):
                if value.dtype.kind in "fc":
                    scale = np.max(np.abs([other, value]), initial=1.0)
                    assert np.max(np.abs(slope[j] - other), initial=0.0) < 1e-6 * scale, op.name
    assert exact >= LEAST * tried


WRITTEN = """
import numpy as np

def f(x):
    out = np.zeros((3,))
    for i in range(3):
        out[i] = np.sum(x[: i + 1] ** 2)
    out[1:] += x[:2]
    return out
"""


def test_arrays_that_are_written_into_keep_their_derivatives():
    x = np.array([1.0, 2.0, 3.0])
    found = slopes.survey(load(WRITTEN), [x], [np.eye(3)])
    expected = np.array([[2.0, 3.0, 2.0], [0.0, 4.0, 5.0], [0.0, 0.0, 6.0]])
    assert np.array_equal(found.slopes[0], expected)


CHOSEN = "import numpy as np\n\ndef f(x):\n    return {0}\n"


@pytest.mark.parametrize(
    ("expression", "x", "close"),
    [
        ("np.abs(x)", [1.0, 2e-5], True),
        ("np.abs(x)", [1.0, -0.1], False),
        ("np.maximum(x[0], x[1])", [1.0, 1.00001], True),
        ("np.maximum(x[0], x[1])", [1.0, 1.1], False),
        ("np.max(x)", [2.0, 2.0], True),
        ("np.sort(x)", [0.3, 0.30001], True),
        ("np.floor(x)", [1.00001, 0.5], True),
        ("np.where(x > 0.5, x, 0.0)", [0.50001, 3.0], True),
        ("np.where(x > 0.5, x, 0.0)", [0.6, 3.0], False),
        ("x[np.argmax(x)]", [1.0, 1.00001], True),
        ("x * (1.0 if x[0] < x[1] else 2.0)", [1.0, 1.00001], True),
        ("np.piecewise(x, [x < 0.5], [0.0, lambda v: v * v])", [0.50001, 2.0], True),
        ("np.piecewise(x, [x < 0.5], [0.0, lambda v: v * v])", [0.6, 2.0], False),
        ("x * np.isclose(x[0], x[1], atol=0.1, rtol=0.0)", [1.0, 1.10001], True),
        ("x * np.isclose(x[0], x[1], atol=0.1, rtol=0.0)", [1.0, 1.0], False),
        ("np.arctan2(x[0], x[1])", [1e-5, -1.0], True),
        ("np.arctan2(x[0], x[1])", [1e-5, 1.0], False),
        ("np.linalg.norm(np.outer(x, np.ones(2)), ord='nuc')", [1.0, 2.0], False),
        ("np.linalg.norm(np.stack([x, np.ones(2)]), ord='nuc')", [1.0, 1.0], True),
        ("np.linalg.norm(np.stack([x, np.ones(2)]), ord='nuc')", [1.0, 2.0], False),
        ("np.linalg.norm(np.diag(x), ord=2)", [1.0, 1.0], True),
        ("np.linalg.eigvalsh(np.diag(x))", [1.0, 1.0], True),
        ("np.linalg.eigvalsh(np.diag(x))", [1.0, 1.5], False),
        ("x * np.searchsorted(np.array([0.0, 1.0]), x)", [0.5, 0.99999], True),
        ("x * np.searchsorted(np.array([0.0, 1.0]), x)", [0.5, 0.9], False),
        ("x * x.astype(int)", [1.00001, 0.5], True),
    ],
)
def test_a_decision_close_by_is_noticed(expression, x, close):
    x = np.array(x)
    moves = np.array([[1.0, -1.0], [0.5, 1.0]])
    assert slopes.survey(load(CHOSEN.format(expression)), [x], [moves]).close is close


@pytest.mark.parametrize(
    "expression",
    [
        "np.nanmedian(x)",
        "np.array(x, dtype=int)",
        "np.lexsort((x,)) * x",
        "float(x[0])",
        "x.tobytes()",
    ],
)
def test_what_has_no_rule_is_refused(expression):
    found = slopes.survey(load(CHOSEN.format(expression)), [np.array([1.0, 3.0])], [np.eye(2)])
    assert found is None


@pytest.mark.parametrize(
    "expression",
    [
        "np.amax(x) * np.amin(x)",
        "np.i0(x)",
        "np.sinc(x) + np.sinc(1e-5 * x)",
        "np.nancumprod(x)",
        "np.minimum.accumulate(x) * np.maximum.accumulate(x)",
        "np.nanmax(x) * np.nanmin(x)",
        "x[np.nanargmax(x)]",
        "np.bincount(np.array([1, 0, 1]), x, 4)",
        "np.piecewise(x, [x > 1.0], [lambda v: v**3, lambda v: v])",
        "np.partition(x, 0)[0]",
        "np.block([[x[:1], x[1:]], [x * x]])",
        "np.sort(x.reshape(3, 1), axis=None)",
        "np.trapezoid(np.outer(x, x), axis=0)",
        "np.linalg.vector_norm(np.outer(x, x) + np.eye(x.size))",
        "np.linalg.vector_norm(np.outer(x, x) + np.eye(x.size), axis=(0, 1), keepdims=True)",
        "special.factorial(x) + special.polygamma(1, x)",
        "special.multigammaln(x[0] + 3.0, 2)",
        "special.i0e(x) + special.i1e(-x) + special.betaln(x, x[::-1])",
        "special.erfcx(x) * special.log_ndtr(x) + special.entr(x) + special.xlog1py(x, x)",
        "special.erfinv(x / 2.0) * special.ndtri(x / 2.0)",
        "np.prod(x[:0]) * x",
        "np.quantile(x, 0.3, method='lower') * np.quantile(x, 0.3, method='higher')",
        "np.percentile(x, 30.0, method='midpoint') * np.quantile(x, 0.3, method='nearest')",
    ],
)
def test_functions_of_whole_arrays_agree_with_differences(expression):
    call = load("from scipy import special\n\n" + CHOSEN.format(expression))
    x, moves = np.array([0.7, 1.9, 1.2]), np.array([[1.0, 0.5, -1.0]])
    found = slopes.survey(call, [x], [moves])
    assert found is not None
    (expected,) = differences(call, [x], [moves], 0)
    assert found.slopes[0][0] == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_derivatives_of_bessel_functions_at_zero():
    found = slopes.survey(
        load("from scipy import special\n\n" + CHOSEN.format("special.i1e(x)")), [np.zeros(1)],
        [np.eye(1)],
    )  # fmt: skip
    assert found is not None
    assert found.slopes[0].tolist() == [[0.5]]
    assert not found.tied
    modulus = load("from scipy import special\n\n" + CHOSEN.format("special.i0e(x)"))
    assert slopes.survey(modulus, [np.zeros(1)], [np.eye(1)]).close


def test_helpers_take_exact_derivatives_and_fall_back_to_differences():
    source = CORPUS.helpers.sources["derivative"]
    text = f"import numpy as np\n\n{source}\n\n"
    for body, differenced in [("np.exp(x) * x", 0), ("np.nanmedian(x) * x", 1)]:
        call = load(f"{text}def g(x):\n    return {body}\n\n\ndef f(x):\n    "
                    "return derivative(g, 0, x)\n")  # fmt: skip
        slopes.install(call.__globals__)
        x = np.array([0.5, 1.5, 4.0])
        with slopes.watching() as seen:
            found = call(x)
        assert seen.differenced == differenced
        if not differenced:
            assert np.allclose(found, np.diag(np.exp(x) * (x + 1)), rtol=1e-14, atol=0)


def test_what_is_differentiated_again_counts_as_differenced_where_a_rule_is_only_close():
    source = CORPUS.helpers.sources["derivative"]
    text = f"import numpy as np\nfrom scipy import special\n\n{source}\n\n"
    for given, differenced in [("", 0), (", step=1e-4", 1)]:
        call = load(f"{text}def f(x):\n    return derivative(special.kv, 1, 2.0, x{given})\n")
        slopes.install(call.__globals__)
        with slopes.watching() as seen:
            call(np.array([0.5, 1.5]))
        assert seen.differenced == differenced
        assert seen.approximate


@pytest.mark.parametrize(
    ("expression", "x", "tied"),
    [
        ("np.sqrt(np.square(x - x))", [1.0, 2.0], True),
        ("np.sqrt(np.square(x))", [1.0, 2.0], False),
        ("np.log(np.where(np.arange(2) == 0, 0.0, x))", [1.0, 2.0], True),
        ("np.arccosh(np.maximum(x, 1.0))", [0.5, 3.0], True),
        ("np.logaddexp(x, np.array([-np.inf, 0.0]))", [0.5, 3.0], False),
        ("np.clip(0.0, x[0], x[1])", [2.0, 1.0], True),
        ("np.clip(0.0, x[0], x[1])", [1.0, 1.0], True),
        ("np.clip(0.0, x[0], x[1])", [1.0, 2.0], False),
    ],
)
def test_a_slope_without_bound_is_a_convention_even_of_what_does_not_move(expression, x, tied):
    x = np.array(x)
    with np.errstate(all="ignore"):
        found = slopes.survey(load(CHOSEN.format(expression)), [x], [np.eye(2)])
    assert found is not None
    assert found.tied is tied


def test_a_second_derivative_wears_as_fast_as_its_argument_moves():
    call, x, moves = load(CHOSEN.format("np.tanh(50.0 * x)")), [np.array([0.1])], [np.eye(1)]
    slopes_of = [
        slopes.survey(call, x, moves, wear=wear, twice=twice).slopes[0]
        for wear, twice in ((0.0, False), (1e-6, False), (1e-6, True))
    ]
    off = [slope.item() - slopes_of[0].item() for slope in slopes_of]
    assert off == pytest.approx([0.0, 50e-6, 50e-6 * 101.0])
