"""Long lines are broken where ruff breaks them."""

import subprocess
import sys

import pytest

from jaxsmith.program.layout import statement
from jaxsmith.vocabulary.code import LEVELS, Code, fill, infix

LONG = [
    "x = (image - jnp.mean(image, axis=(0, 2), keepdims=True)) / jnp.sqrt(jnp.var(image) + 1e-3)",
    "y = projected - 2.0 * (projected @ positive) / (positive @ positive) * positive + 1.0 - x",
    "z = ids.astype(jnp.float32) + average - jnp.max(1.5 ** jnp.tanh(interpolation + ids) + 1.0)",
    "x = jnp.sum(jax.scipy.special.factorial(positive), axis=(0, 1), where=mask) / jnp.maximum("
    "jnp.sum(mask, axis=(0, 1)), 1)",
    "return coefficients @ jnp.linalg.solve(jnp.matmul(features, weights), targets[:, None]), y",
    "return stack([-0.5 * jnp.sum(jnp.square(jax.nn.relu(features)[:, None] - weights), axis=1)])",
    "return f(lambda x, codes, matrix, target, counts, batch, labels, weights, features, y: sums("
    "g(x, codes, matrix, target, counts, batch, labels, weights, features, y)), argnums=0)",
    "return jax.jvp(loss, (scale, warmth))(scale, temperature, images, texts, scale_dot, text_dot)",
    "return jax.vjp(loss, a, b)[1](points_dot, rotation_dot, translation_dot, focal_dot, centers)",
    "x = first_operand + second_operand * third_operand_of_all - fourth_operand * fifth_operand",
]


@pytest.mark.parametrize("text", LONG)
def test_a_long_statement_is_broken_as_ruff_breaks_it(text):
    lines = ["def f(x):", *statement(text, 1)]
    source = "\n".join(lines) + "\n"
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    done = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True)
    assert done.stdout == source


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        (Code("x"), Code("2"), "x**2"),
        (Code("0.5"), Code("1.5**window", LEVELS["power"]), "0.5**1.5**window"),
        (Code("0.5"), Code("y ** (0.1 * x)", LEVELS["power"]), "0.5**y ** (0.1 * x)"),
        (Code("x**3", LEVELS["power"]), Code("2"), "(x**3) ** 2"),
        (Code("x"), Code("f(y)"), "x ** f(y)"),
    ],
)
def test_a_power_of_simple_operands_is_hugged(base, exponent, text):
    assert fill(infix("**"), [base, exponent], {}) == text


def test_what_is_around_an_operand_counts():
    chain = [Code("x**0.5", LEVELS["power"]), Code("0.9")]
    assert fill("{1} ** {0:unary}", chain, {}) == "0.9**x**0.5"
    assert fill("jnp.abs({0}) ** 2", [Code("z")], {}) == "jnp.abs(z) ** 2"
    assert fill("jnp.sum({0} ** 2)", [Code("z")], {}) == "jnp.sum(z**2)"
