"""Matrices in blocks: JAX, and NumPy for the whole arrays."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def ring_matmul(left, right, *, devices, pattern):
    """A sharded matrix product whose transfers around a ring hide behind its parts."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))
    ring = [(i, (i - 1) % devices) for i in range(devices)]

    def gather_and_multiply(left, right):
        # The rows of the right matrix come by, each to meet its columns of the left.
        rank, size = lax.axis_index("x"), right.shape[0]
        total = jnp.zeros((left.shape[0], right.shape[1]), left.dtype)
        total = lax.pcast(total, "x", to="varying")
        for step in range(devices):
            start = (rank + step) % devices * size
            total += lax.dynamic_slice_in_dim(left, start, size, axis=1) @ right
            if step + 1 < devices:
                right = lax.ppermute(right, "x", ring)
        return total

    def multiply_and_scatter(left, right):
        # Sums of row blocks travel, and end at the device whose rows they are.
        rank, size = lax.axis_index("x"), left.shape[0] // devices
        total = jnp.zeros((size, right.shape[1]), left.dtype)
        total = lax.pcast(total, "x", to="varying")
        for step in range(1, devices + 1):
            start = (rank + step) % devices * size
            total += lax.dynamic_slice_in_dim(left, start, size) @ right
            if step < devices:
                total = lax.ppermute(total, "x", ring)
        return total

    rows, columns = jax.P("x", None), jax.P(None, "x")
    if pattern == "gather":
        multiply, in_specs = gather_and_multiply, (rows, rows)
    else:
        multiply, in_specs = multiply_and_scatter, (columns, rows)
    sharded = jax.shard_map(multiply, mesh=mesh, in_specs=in_specs, out_specs=rows)
    return sharded(left, right)


def ring_matmul_reference(left, right, *, devices, pattern):
    product = np.zeros((left.shape[0], right.shape[1]))
    for i, j in np.ndindex(product.shape):
        product[i, j] = np.sum(left[i] * right[:, j])
    return product


def summa_matmul(left, right, *, rows, columns, panels):
    """Multiply on a grid of devices by broadcasting panels along rows and columns."""
    mesh = jax.make_mesh((rows, columns), ("i", "j"), (jax.sharding.AxisType.Auto,) * 2)

    def broadcast(block, axis, owner):
        mine = lax.axis_index(axis) == owner
        return lax.psum(jnp.where(mine, block, jnp.zeros_like(block)), axis)

    @jax.shard_map(mesh=mesh, in_specs=jax.P("i", "j"), out_specs=jax.P("i", "j"))
    def multiply(left, right):
        width = left.shape[1] * columns // panels
        total = jnp.zeros((left.shape[0], right.shape[1]), left.dtype)
        total = lax.pcast(total, ("i", "j"), to="varying")
        for start in range(0, panels * width, width):
            owner, offset = divmod(start, left.shape[1])
            panel = broadcast(left[:, offset : offset + width], "j", owner)
            owner, offset = divmod(start, right.shape[0])
            total += panel @ broadcast(right[offset : offset + width], "i", owner)
        return total

    return multiply(left, right)


def summa_matmul_reference(left, right, *, rows, columns, panels):
    product = np.zeros((left.shape[0], right.shape[1]))
    for k in range(left.shape[1]):
        product = product + np.outer(left[:, k], right[k])
    return product


def cannon_matmul(left, right, *, accumulate):
    """Multiply on two by two devices: skew the blocks, then shift them step by step."""
    size = 2
    mesh = jax.make_mesh((size, size), ("i", "j"), (jax.sharding.AxisType.Auto,) * 2)
    cells = [(i, j) for i in range(size) for j in range(size)]

    def move(block, target):
        flat = [
            (i * size + j, target(i, j)[0] % size * size + target(i, j)[1] % size)
            for i, j in cells
        ]
        return lax.ppermute(block, ("i", "j"), flat)

    @jax.shard_map(mesh=mesh, in_specs=jax.P("i", "j"), out_specs=jax.P("i", "j"))
    def multiply(left, right):
        start = left
        left = move(left, lambda i, j: (i, j - i))
        right = move(right, lambda i, j: (i - j, j))
        total = left @ right
        for _ in range(1, size):
            left = move(left, lambda i, j: (i, j - 1))
            right = move(right, lambda i, j: (i - 1, j))
            total += left @ right
        return start + total if accumulate else total

    return multiply(left, right)


def cannon_matmul_reference(left, right, *, accumulate):
    product = np.zeros(left.shape)
    for i, j in np.ndindex(left.shape):
        product[i, j] = np.sum(left[i] * right[:, j])
    return left + product if accumulate else product


def fft_by_transpose(image, *, devices, amplitude, centered):
    """Power spectrum of a sharded image, by transforms of rows and then of columns."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))

    def spectrum(rows):
        partly = jnp.fft.fft(rows, axis=1)
        columns = lax.all_to_all(partly, "x", split_axis=1, concat_axis=0, tiled=True)
        transformed = jnp.fft.fft(columns, axis=0)
        power = jnp.square(transformed.real) + jnp.square(transformed.imag)
        power = power / columns.shape[0]
        return jnp.log1p(jnp.sqrt(power)) if amplitude else power

    power = jax.shard_map(
        spectrum, mesh=mesh, in_specs=jax.P("x", None), out_specs=jax.P(None, "x")
    )(image)
    return jnp.fft.fftshift(power) if centered else power


def fft_by_transpose_reference(image, *, devices, amplitude, centered):
    def wave(size, function):
        grid = np.arange(size)
        return function(2 * np.pi * (np.outer(grid, grid) % size) / size)

    height, width = image.shape
    down, across = wave(height, np.cos), wave(width, np.cos)
    down_sine, across_sine = wave(height, np.sin), wave(width, np.sin)
    real = down @ image @ across - down_sine @ image @ across_sine
    imaginary = down @ image @ across_sine + down_sine @ image @ across
    power = (real**2 + imaginary**2) / height
    if amplitude:
        power = np.log(1 + np.sqrt(power))
    if centered:
        power = np.roll(power, (height // 2, width // 2), axis=(0, 1))
    return power


def four_step_fft(signal, window, *, devices, inner):
    """Power spectrum of one long signal as a matrix of short transforms."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))
    length = signal.shape[0]
    outer = length // inner

    def transform(columns):
        # Element j of the signal is in row j // inner and column j % inner.
        partly = jnp.fft.fft(columns, axis=0)
        width = columns.shape[1]
        column = lax.axis_index("x") * width + jnp.arange(width)
        turns = (jnp.arange(outer)[:, None] * column) % length / length
        partly = partly * lax.complex(
            jnp.cos(2.0 * jnp.pi * turns), -jnp.sin(2.0 * jnp.pi * turns)
        ).astype(partly.dtype)
        rows = lax.all_to_all(partly, "x", split_axis=0, concat_axis=1, tiled=True)
        return jnp.square(jnp.abs(jnp.fft.fft(rows, axis=1))).T

    columns = (signal * window).reshape(outer, inner)
    spec = jax.P(None, "x")
    power = jax.shard_map(transform, mesh=mesh, in_specs=spec, out_specs=spec)(columns)
    return power.reshape(length) / length


def four_step_fft_reference(signal, window, *, devices, inner):
    length = len(signal)
    grid = np.arange(length)
    angles = 2 * np.pi * (np.outer(grid, grid) % length) / length
    shaped = signal * window
    real, imaginary = np.cos(angles) @ shaped, np.sin(angles) @ shaped
    return (real * real + imaginary * imaginary) / length


def tall_skinny_least_squares(matrix, right, *, devices, ridge):
    """Least squares by QR of every device's rows, then of the triangles together."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("rows",))

    def reduce(rows, right):
        q, r = jnp.linalg.qr(rows)
        return r, q.T @ right

    @jax.shard_map(mesh=mesh, in_specs=jax.P("rows"), out_specs=jax.P("rows"))
    def reduce_locally(rows, right):
        return reduce(rows, right)

    triangles, shadows = reduce_locally(matrix, right)
    width = matrix.shape[1]
    if ridge:
        penalty = jnp.sqrt(jnp.array(ridge, matrix.dtype)) * jnp.eye(width)
        triangles = jnp.concatenate([triangles, penalty.astype(matrix.dtype)])
        shadows = jnp.concatenate([shadows, jnp.zeros(width, right.dtype)])
    r, shadow = reduce(triangles, shadows)
    return jax.scipy.linalg.solve_triangular(r, shadow)


def tall_skinny_least_squares_reference(matrix, right, *, devices, ridge):
    normal = matrix.T @ matrix + ridge * np.eye(matrix.shape[1])
    return np.linalg.solve(normal, matrix.T @ right)
