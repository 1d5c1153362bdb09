"""Derivatives of solutions: JAX, and NumPy for what the rules say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def equilibrium_pullback(weights, inputs, bias, z_bar, *, iterations):
    """A layer's fixed point, and a cotangent pulled back by another fixed point."""

    def apply(params, inputs, z):
        weights, bias = params
        return jnp.tanh(weights @ z + inputs + bias)

    @jax.custom_vjp
    def equilibrium(params, inputs):
        return forward(params, inputs)[0]

    def forward(params, inputs):
        def iterate(_, z):
            return apply(params, inputs, z)

        z = lax.fori_loop(0, iterations, iterate, jnp.zeros_like(inputs))
        return z, (params, inputs, z)

    def backward(residuals, z_bar):
        params, inputs, z = residuals
        _, pull_to_state = jax.vjp(lambda z: apply(params, inputs, z), z)

        def iterate(_, adjoint):
            return z_bar + pull_to_state(adjoint)[0]

        adjoint = lax.fori_loop(0, iterations, iterate, z_bar)
        _, pull_to_inputs = jax.vjp(lambda p, x: apply(p, x, z), params, inputs)
        return pull_to_inputs(adjoint)

    equilibrium.defvjp(forward, backward)
    norm = jnp.max(jnp.sum(jnp.abs(weights), axis=1))
    params = weights * (0.5 / norm), bias
    z, pull_back = jax.vjp(equilibrium, params, inputs)
    (d_weights, d_bias), d_inputs = pull_back(z_bar)
    return z, d_weights, d_bias + d_inputs


def equilibrium_pullback_reference(weights, inputs, bias, z_bar, *, iterations):
    size = len(weights)
    rows = np.array([np.sum(np.abs(row)) for row in weights])
    weights = weights / (2 * np.max(rows))
    z = np.zeros(size)
    for _ in range(70):
        z = np.tanh(weights @ z + inputs + bias)
    # The adjoint of the fixed point solves a linear system.
    slopes = 1 - z * z
    adjoint = np.linalg.solve((np.eye(size) - slopes[:, None] * weights).T, z_bar)
    inner = adjoint * slopes
    return z, np.outer(inner, z), 2 * inner


def ridge_argmin_pullback(x, y, penalty, weights_bar, *, intercept):
    """Ridge regression, and a cotangent pulled back through its normal equations."""

    @jax.custom_vjp
    def solve(x, y, penalty):
        return forward(x, y, penalty)[0]

    def forward(x, y, penalty):
        identity = jnp.eye(x.shape[1], dtype=x.dtype)
        factor = jax.scipy.linalg.cho_factor(x.T @ x + penalty * identity)
        weights = jax.scipy.linalg.cho_solve(factor, x.T @ y)
        return weights, (x, y, weights, factor[0])

    def backward(residuals, weights_bar):
        x, y, weights, factor = residuals
        adjoint = jax.scipy.linalg.cho_solve((factor, False), weights_bar)
        moved = x @ adjoint
        by_x = jnp.outer(y - x @ weights, adjoint) - jnp.outer(moved, weights)
        return by_x, moved, -jnp.vdot(adjoint, weights)

    solve.defvjp(forward, backward)

    def regress(x, y, penalty):
        if intercept:
            x, y = x - jnp.mean(x, axis=0), y - jnp.mean(y)
        return solve(x, y, penalty)

    weights, pull_back = jax.vjp(regress, x, y, penalty)
    return weights, pull_back(weights_bar)


def ridge_argmin_pullback_reference(x, y, penalty, weights_bar, *, intercept):
    count, size = x.shape
    center = np.eye(count) - (1 / count if intercept else 0.0)
    x, y = center @ x, center @ y
    inverse = np.linalg.inv(x.T @ x + penalty * np.eye(size))
    weights = inverse @ (x.T @ y)
    by_x, by_y = np.zeros_like(x), np.zeros_like(y)
    for n in range(count):
        right = inverse @ x[n]
        by_y[n] = np.sum(weights_bar * right)
        for k in range(size):
            # One element of the matrix moves.
            pushed = np.zeros(size)
            pushed[k] = y[n] - np.sum(x[n] * weights)
            by_x[n, k] = np.sum(weights_bar * (inverse @ pushed - weights[k] * right))
    by_penalty = -np.sum(weights_bar * (inverse @ weights))
    return weights, (center @ by_x, center @ by_y, by_penalty)


def ball_projection_tangent(x, radius, x_tangent, radius_tangent, *, norm):
    """Project rows onto a ball; how the projection moves with the rows and the ball."""

    def size_of(x):
        if norm == "largest":
            return jnp.max(jnp.abs(x), axis=-1, keepdims=True)
        return jnp.sqrt(jnp.sum(x * x, axis=-1, keepdims=True))

    @jax.custom_jvp
    def project(x, radius):
        if norm == "largest":
            return jnp.clip(x, -radius, radius)
        return x * jnp.minimum(1.0, radius / size_of(x))

    @project.defjvp
    def project_jvp(primals, tangents):
        (x, radius), (x_tangent, radius_tangent) = primals, tangents
        outside = size_of(x) > radius
        if norm == "largest":
            moved = jnp.where(
                jnp.abs(x) > radius, jnp.sign(x) * radius_tangent, x_tangent
            )
        else:
            normal = x / size_of(x)
            along = jnp.sum(normal * x_tangent, axis=-1, keepdims=True)
            tangential = radius / size_of(x) * (x_tangent - along * normal)
            moved = tangential + radius_tangent * normal
        return project(x, radius), jnp.where(outside, moved, x_tangent)

    return jax.jvp(project, (x, radius), (x_tangent, radius_tangent))


def ball_projection_tangent_reference(x, radius, x_tangent, radius_tangent, *, norm):
    value, change = x.copy(), x_tangent.copy()
    for n, row in enumerate(x):
        if norm == "largest":
            for k in range(len(row)):
                if np.abs(row[k]) > radius:
                    value[n, k] = np.sign(row[k]) * radius
                    change[n, k] = np.sign(row[k]) * radius_tangent
            continue
        length = np.sqrt(np.sum(row**2))
        if length > radius:
            value[n] = row * radius / length
            shrink = radius * np.sum(row * x_tangent[n]) / length**3
            scale = radius / length
            change[n] = (
                scale * x_tangent[n] - shrink * row + radius_tangent / length * row
            )
    return value, change


@jax.custom_gradient
def log_cosh(x):
    """Logarithm of the hyperbolic cosine."""
    # Even, and a line far from zero, where the cosine itself would overflow.
    size = jnp.abs(x)
    value = size + jnp.log1p(jnp.exp(-2.0 * size)) - jnp.log(2.0)
    return value, lambda cotangent: (jnp.tanh(x) * cotangent,)


def robust_fit_gradient(x, weights, y, *, width):
    """Log-cosh loss of a linear fit, with a gradient that is given beside the value."""

    def loss(weights):
        residuals = (x @ weights - y) / width
        return width * jnp.mean(log_cosh(residuals))

    return jax.value_and_grad(loss)(weights)


def robust_fit_gradient_reference(x, weights, y, *, width):
    value, gradient = np.zeros(()), np.zeros_like(weights)
    for row, target in zip(x, y):
        residual = (np.sum(row * weights) - target) / width
        value = value + width * np.log(np.cosh(residual)) / len(x)
        gradient = gradient + np.tanh(residual) * row / len(x)
    return value, gradient


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _contraction_limit(step, start, *captured):
    """Where repeated steps from a start end, by the step's captured values."""
    return _contraction_forward(step, start, *captured)[0]


def _contraction_forward(step, start, *captured):
    last = lax.fori_loop(0, 64, lambda _, z: step(z, *captured), start)
    return last, (last, captured)


def _contraction_backward(step, residuals, cotangent):
    last, captured = residuals
    _, pull_back = jax.vjp(step, last, *captured)

    def refine(_, adjoint):
        return cotangent + pull_back(adjoint)[0]

    adjoint = lax.fori_loop(0, 64, refine, cotangent)
    return jnp.zeros_like(last), *pull_back(adjoint)[1:]


_contraction_limit.defvjp(_contraction_forward, _contraction_backward)


def closure_converted_limit(scale, offset, z_bar, *, function):
    """Limit of a step that closes over what one differentiates by."""

    def limit(scale, offset):
        def step(z):
            bent = jnp.cos(z) if function == "cosine" else jnp.tanh(z)
            return 0.5 * scale * bent + offset

        start = jnp.zeros_like(offset)
        converted, captured = jax.closure_convert(step, start)
        return _contraction_limit(converted, start, *captured)

    z, pull_back = jax.vjp(limit, scale, offset)
    return z, *pull_back(z_bar)


def closure_converted_limit_reference(scale, offset, z_bar, *, function):
    z = np.zeros_like(offset)
    for _ in range(80):
        bent = np.cos(z) if function == "cosine" else np.tanh(z)
        z = scale * bent / 2 + offset
    bent = np.cos(z) if function == "cosine" else np.tanh(z)
    slope = -np.sin(z) if function == "cosine" else 1 - np.tanh(z) ** 2
    adjoint = z_bar / (1 - scale * slope / 2)
    return z, np.sum(adjoint * bent) / 2, adjoint


def custom_root_tangent(a, b, a_tangent, b_tangent, *, equation):
    """Roots by Newton's method, and how they move, by JAX's implicit rule."""

    def excess(x, a, b):
        if equation == "cubic":
            return x**3 + a * x - b
        if equation == "exponential":
            return x * jnp.exp(a * x) - b
        return x + jnp.log(x) - a * b

    def newton(function, start):
        def step(_, x):
            value, slope = jax.jvp(function, (x,), (jnp.ones_like(x),))
            return x - value / slope

        return lax.fori_loop(0, 12, step, start)

    def divide(linear, y):
        return y / linear(jnp.ones_like(y))

    def root(a, b):
        def function(x):
            return excess(x, a, b)

        return lax.custom_root(function, jnp.ones_like(a), newton, divide)

    return jax.vmap(lambda *args: jax.jvp(root, args[:2], args[2:]))(
        a, b, a_tangent, b_tangent
    )


def custom_root_tangent_reference(a, b, a_tangent, b_tangent, *, equation):
    def excess(x):
        if equation == "cubic":
            return x**3 + a * x - b
        if equation == "exponential":
            return x * np.exp(a * x) - b
        return x + np.log(x) - a * b

    low, high = np.full_like(a, 1e-3), np.full_like(a, 6.0)
    for _ in range(80):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    x = (low + high) / 2
    if equation == "cubic":
        change = (b_tangent - x * a_tangent) / (3 * x**2 + a)
    elif equation == "exponential":
        change = (b_tangent * np.exp(-a * x) - x * x * a_tangent) / (1 + a * x)
    else:
        change = (a * b_tangent + b * a_tangent) * x / (x + 1)
    return x, change
