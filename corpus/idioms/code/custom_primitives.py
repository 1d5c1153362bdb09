"""New primitives and rules of batching: JAX, and NumPy for what the rules say."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def stacked_matvec_rule(matrices, vectors, offset, *, activation):
    """A matrix-vector product whose batching rule is one contraction of all."""
    bend = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[activation]

    @jax.custom_batching.custom_vmap
    def apply(matrix, vector):
        return bend(matrix @ vector + offset)

    @apply.def_vmap
    def apply_batched(size, in_batched, matrix, vector):
        left = "bij" if in_batched[0] else "ij"
        right = "bj" if in_batched[1] else "j"
        products = jnp.einsum(f"{left},{right}->bi", matrix, vector)
        return bend(products + offset), True

    together = jax.vmap(apply)(matrices, vectors)
    return together, jax.vmap(apply, in_axes=(0, None))(matrices, vectors[0])


def stacked_matvec_rule_reference(matrices, vectors, offset, *, activation):
    def apply(matrix, vector):
        z = np.array([np.sum(row * vector) for row in matrix]) + offset
        return np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z))

    together = [apply(a, b) for a, b in zip(matrices, vectors)]
    return np.stack(together), np.stack([apply(a, vectors[0]) for a in matrices])


def batch_aware_standardize(x, *, eps, center):
    """Divide a vector by its own size; a batch, as its rule says, by all rows' size."""

    @jax.custom_batching.custom_vmap
    def standardize(row):
        return row * lax.rsqrt(jnp.mean(jnp.square(row)) + eps)

    @standardize.def_vmap
    def standardize_batch(size, in_batched, rows):
        # Each feature by the moments of the batch.
        if center:
            rows = rows - jnp.mean(rows, axis=0)
        return rows * lax.rsqrt(jnp.sum(rows**2, axis=0) / size + eps), True

    return jax.vmap(standardize)(x)


def batch_aware_standardize_reference(x, *, eps, center):
    result = np.zeros_like(x)
    for k, column in enumerate(x.T):
        moved = column - np.sum(column) / len(x) if center else column
        result[:, k] = moved / np.sqrt(np.sum(moved * moved) / len(x) + eps)
    return result


def _multiply_add_primitive():
    """Make a primitive with every rule that JAX's transformations ask for."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    multiply_add = Primitive("multiply_add")

    @multiply_add.def_impl
    def implementation(x, y, z):
        return x * y + z

    @multiply_add.def_abstract_eval
    def abstract_evaluation(x, y, z):
        return jax.core.ShapedArray(x.shape, x.dtype)

    mlir.register_lowering(
        multiply_add, mlir.lower_fun(implementation, multiple_results=False)
    )

    def jvp(primals, tangents):
        x, y, z = primals
        x_dot, y_dot, z_dot = map(ad.instantiate_zeros, tangents)
        moved = multiply_add.bind(x_dot, y, z_dot)
        return multiply_add.bind(x, y, z), multiply_add.bind(x, y_dot, moved)

    def transpose(cotangent, x, y, z):
        if isinstance(cotangent, ad.Zero):
            return cotangent, cotangent, cotangent
        nothing = jnp.zeros_like(cotangent)
        by_x = by_y = None
        if ad.is_undefined_primal(x):
            by_x = multiply_add.bind(cotangent, y, nothing)
        if ad.is_undefined_primal(y):
            by_y = multiply_add.bind(x, cotangent, nothing)
        return by_x, by_y, cotangent if ad.is_undefined_primal(z) else None

    def batch(args, axes):
        size = next(x.shape[axis] for x, axis in zip(args, axes) if axis is not None)
        moved = [batching.bdim_at_front(x, axis, size) for x, axis in zip(args, axes)]
        return multiply_add.bind(*moved), 0

    ad.primitive_jvps[multiply_add] = jvp
    ad.primitive_transposes[multiply_add] = transpose
    batching.primitive_batchers[multiply_add] = batch
    return multiply_add


multiply_add_p = _multiply_add_primitive()


def multiply_add_polynomial(x, coefficients, *, transform):
    """Evaluate a polynomial by a primitive of its own, and transform it."""

    def evaluate(x):
        total = coefficients[0]
        for coefficient in coefficients[1:]:
            total = multiply_add_p.bind(total, x, coefficient)
        return total

    if transform == "slope":
        return jax.vmap(jax.grad(evaluate))(x)
    if transform == "tangent":
        return jax.vmap(lambda x: jax.jvp(evaluate, (x,), (x,))[1])(x)
    if transform == "curvature":
        return jax.vmap(jax.grad(jax.grad(evaluate)))(x)
    return jax.vmap(evaluate)(x)


def multiply_add_polynomial_reference(x, coefficients, *, transform):
    degree = len(coefficients) - 1
    total = np.zeros_like(x)
    for i, coefficient in enumerate(coefficients):
        power = degree - i
        if transform == "slope":
            term = power * x ** max(power - 1, 0)
        elif transform == "tangent":
            term = power * x**power
        elif transform == "curvature":
            term = power * (power - 1) * x ** max(power - 2, 0)
        else:
            term = x**power
        total = total + coefficient * term
    return total


def _rotation_primitive():
    """Make a linear primitive that rotates the last axis, and knows its transpose."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    rotate = Primitive("rotate")

    def implementation(x, *, shift):
        split = -shift % x.shape[-1]
        return jnp.concatenate([x[..., split:], x[..., :split]], axis=-1)

    rotate.def_impl(implementation)
    rotate.def_abstract_eval(lambda x, *, shift: jax.core.ShapedArray(x.shape, x.dtype))
    mlir.register_lowering(
        rotate, mlir.lower_fun(implementation, multiple_results=False)
    )
    # The way back turns the other way.
    ad.deflinear2(
        rotate, lambda cotangent, _, *, shift: [rotate.bind(cotangent, shift=-shift)]
    )

    def batch(args, axes, *, shift):
        (x,), (axis,) = args, axes
        return rotate.bind(jnp.moveaxis(x, axis, 0), shift=shift), 0

    batching.primitive_batchers[rotate] = batch
    return rotate


rotate_p = _rotation_primitive()


def rotated_filter_pullback(x, taps, y_bar, *, stride):
    """Filter rows on a circle by rotations, and pull a cotangent back through them."""

    def apply(x, taps):
        parts = [tap * rotate_p.bind(x, shift=k * stride) for k, tap in enumerate(taps)]
        return jnp.tanh(sum(parts))

    def row_pullback(x, y_bar):
        y, pull_back = jax.vjp(apply, x, taps)
        return y, *pull_back(y_bar)

    y, by_x, by_taps = jax.vmap(row_pullback)(x, y_bar)
    return y, by_x, jnp.sum(by_taps, axis=0)


def rotated_filter_pullback_reference(x, taps, y_bar, *, stride):
    batch, size = x.shape
    y, by_x, by_taps = np.zeros_like(x), np.zeros_like(x), np.zeros_like(taps)
    for b in range(batch):
        for n in range(size):
            places = [(n - k * stride) % size for k in range(len(taps))]
            y[b, n] = np.tanh(np.sum(taps * x[b, places]))
            slope = y_bar[b, n] * (1 - y[b, n] ** 2)
            for k, place in enumerate(places):
                by_x[b, place] = by_x[b, place] + slope * taps[k]
                by_taps[k] = by_taps[k] + slope * x[b, place]
    return y, by_x, by_taps


def _waveform_primitive(wave):
    """Make an elementwise primitive that is lowered to StableHLO by hand."""
    from jax.extend.core import Primitive
    from jax.extend.mlir.dialects import stablehlo
    from jax.interpreters import ad, batching, mlir

    waveform = Primitive(f"{wave}_of_square")
    waveform.def_impl(jax.jit(waveform.bind))
    waveform.def_abstract_eval(lambda x: jax.core.ShapedArray(x.shape, x.dtype))

    def lower(context, x):
        square = stablehlo.multiply(x, x)
        return [(stablehlo.sine if wave == "sine" else stablehlo.cosine)(square)]

    mlir.register_lowering(waveform, lower)
    if wave == "sine":
        ad.defjvp(waveform, lambda t, x: 2.0 * x * jnp.cos(x * x) * t)
    else:
        ad.defjvp(waveform, lambda t, x: -2.0 * x * jnp.sin(x * x) * t)
    batching.defvectorized(waveform)
    return waveform


def chirp_energy_gradient(x, weights, *, wave):
    """Energy of weighted chirps, whose primitive has a lowering of its own."""
    waveform = _waveform_primitive(wave)

    def energy(x):
        return 0.5 * jnp.square(jnp.vdot(weights, waveform.bind(x)))

    return jax.vmap(jax.value_and_grad(energy))(x)


def chirp_energy_gradient_reference(x, weights, *, wave):
    phase = 0.0 if wave == "sine" else np.pi / 2
    energies, gradients = np.zeros(len(x)), np.zeros_like(x)
    for n, row in enumerate(x):
        signal = np.sum(weights * np.sin(row**2 + phase))
        energies[n] = signal**2 / 2
        gradients[n] = signal * weights * np.cos(row**2 + phase) * 2 * row
    return energies, gradients


def _polar_primitive():
    """Make a primitive of two results: length and angle of a point in the plane."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    polar = Primitive("polar")
    polar.multiple_results = True

    def implementation(x, y):
        return [jnp.sqrt(x * x + y * y), jnp.arctan2(y, x)]

    polar.def_impl(implementation)
    polar.def_abstract_eval(
        lambda x, y: [jax.core.ShapedArray(x.shape, x.dtype) for _ in range(2)]
    )
    mlir.register_lowering(polar, mlir.lower_fun(implementation, multiple_results=True))

    def jvp(primals, tangents):
        x, y = primals
        x_dot, y_dot = map(ad.instantiate_zeros, tangents)
        length, angle = polar.bind(x, y)
        along = (x * x_dot + y * y_dot) / length
        around = (x * y_dot - y * x_dot) / (length * length)
        return [length, angle], [along, around]

    def batch(args, axes):
        size = next(x.shape[axis] for x, axis in zip(args, axes) if axis is not None)
        moved = [batching.bdim_at_front(x, axis, size) for x, axis in zip(args, axes)]
        return polar.bind(*moved), [0, 0]

    ad.primitive_jvps[polar] = jvp
    batching.primitive_batchers[polar] = batch
    return polar


polar_p = _polar_primitive()


def polar_spiral_tangent(points, velocities, *, pitch):
    """Move points to where a spiral meets them, and their velocities with them."""

    def unwind(point):
        length, angle = polar_p.bind(point[0], point[1])
        return jnp.stack([length * jnp.cos(pitch * angle), length - pitch * angle])

    def tangent(point, velocity):
        return jax.jvp(unwind, (point,), (velocity,))

    return jax.vmap(tangent)(points, velocities)


def polar_spiral_tangent_reference(points, velocities, *, pitch):
    value, change = np.zeros_like(points), np.zeros_like(points)
    for n, ((x, y), (u, v)) in enumerate(zip(points, velocities)):
        length, angle = np.hypot(x, y), np.arctan2(y, x)
        slope = np.array([[x / length, y / length], [-y / length**2, x / length**2]])
        along, around = slope @ np.array([u, v])
        cosine, sine = np.cos(pitch * angle), np.sin(pitch * angle)
        value[n] = np.array([length * cosine, length - pitch * angle])
        turned = along * cosine - length * sine * pitch * around
        change[n] = np.array([turned, along - pitch * around])
    return value, change


def _decay_primitive():
    """Make a primitive for fading running sums, whose transpose runs backward."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    decay = Primitive("decay")

    def implementation(x, *, factor, reverse):
        def step(total, row):
            total = factor * total + row
            return total, total

        return lax.scan(step, jnp.zeros_like(x[0]), x, reverse=reverse)[1]

    decay.def_impl(implementation)
    decay.def_abstract_eval(
        lambda x, *, factor, reverse: jax.core.ShapedArray(x.shape, x.dtype)
    )
    mlir.register_lowering(
        decay, mlir.lower_fun(implementation, multiple_results=False)
    )

    def transpose(cotangent, x, *, factor, reverse):
        return [decay.bind(cotangent, factor=factor, reverse=not reverse)]

    def batch(args, axes, *, factor, reverse):
        # Time stays in front.
        (x,), (axis,) = args, axes
        moved = jnp.moveaxis(x, axis, 1)
        return decay.bind(moved, factor=factor, reverse=reverse), 1

    ad.deflinear2(decay, transpose)
    batching.primitive_batchers[decay] = batch
    return decay


decay_p = _decay_primitive()


def fading_sum_pullback(x, gains, y_bar, *, factor, reverse):
    """Fading running sums of gated inputs, and a cotangent pulled back through time."""

    def respond(x, gains):
        sums = decay_p.bind(x * gains, factor=factor, reverse=reverse)
        return jax.nn.softplus(sums)

    y, pull_back = jax.vjp(jax.vmap(respond, in_axes=(0, None)), x, gains)
    return y, *pull_back(y_bar)


def fading_sum_pullback_reference(x, gains, y_bar, *, factor, reverse):
    length = x.shape[1]
    weights = np.zeros((length, length))
    for t in range(length):
        for s in range(length):
            gap = s - t if reverse else t - s
            if gap >= 0:
                weights[t, s] = factor**gap
    y, by_x, by_gains = np.zeros_like(x), np.zeros_like(x), np.zeros_like(gains)
    for b in range(len(x)):
        growth = np.exp(weights @ (x[b] * gains))
        y[b] = np.log(1 + growth)
        back = weights.T @ (y_bar[b] * growth / (1 + growth))
        by_x[b] = back * gains
        by_gains = by_gains + back * x[b]
    return y, by_x, by_gains


def linear_call_stencil(field, coefficient, y_bar, *, flux):
    """A linear stencil and its transpose, both written out by hand."""

    def difference(coefficient, field):
        gaps = field[1:] - field[:-1]
        return gaps * coefficient if flux else gaps + coefficient * field[1:]

    def accumulate(coefficient, gaps):
        kept = gaps * coefficient if flux else gaps
        field = jnp.pad(kept, (1, 0)) - jnp.pad(kept, (0, 1))
        return field if flux else field + jnp.pad(coefficient * gaps, (1, 0))

    def pull(field, coefficient, y_bar):
        def apply(field):
            call = jax.custom_derivatives.linear_call
            return call(difference, accumulate, coefficient, field)

        value, pull_back = jax.vjp(apply, field)
        return value, pull_back(y_bar)[0]

    return jax.custom_batching.sequential_vmap(pull)(field, coefficient, y_bar)


def linear_call_stencil_reference(field, coefficient, y_bar, *, flux):
    size = len(field)
    matrix = np.zeros((size - 1, size))
    for i in range(size - 1):
        matrix[i, i], matrix[i, i + 1] = -1.0, 1.0
        if flux:
            matrix[i] = matrix[i] * coefficient[i]
        else:
            matrix[i, i + 1] = 1.0 + coefficient[i]
    return matrix @ field, matrix.T @ y_bar
