"""Grids in blocks whose edges are exchanged: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def heat_equation_halos(u, *, devices, diffusivity, steps, periodic):
    """Explicit steps of the heat equation; neighbors exchange one point per step."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))
    rightward = [(i, i + 1) for i in range(devices - 1)]
    leftward = [(i + 1, i) for i in range(devices - 1)]
    if periodic:
        rightward.append((devices - 1, 0))
        leftward.append((0, devices - 1))

    def evolve(u):
        def step(u, _):
            # Who receives nothing gets zeros, which is the wall's temperature.
            left = lax.ppermute(u[-1:], "x", rightward)
            right = lax.ppermute(u[:1], "x", leftward)
            padded = jnp.concatenate([left, u, right])
            return u + diffusivity * (padded[2:] - 2.0 * u + padded[:-2]), None

        return lax.scan(step, u, length=steps)[0]

    spec = jax.P("x")
    return jax.shard_map(evolve, mesh=mesh, in_specs=spec, out_specs=spec)(u)


def heat_equation_halos_reference(u, *, devices, diffusivity, steps, periodic):
    for _ in range(steps):
        new = np.zeros_like(u)
        for i in range(len(u)):
            left = u[i - 1] if periodic or i else 0.0
            right = u[(i + 1) % len(u)] if periodic or i + 1 < len(u) else 0.0
            new[i] = (1 - 2 * diffusivity) * u[i] + diffusivity * (left + right)
        u = new
    return u


def jacobi_poisson_blocks(source, *, rows, columns, sweeps):
    """Jacobi sweeps for Poisson's equation on a grid of blocks, zero at the border."""
    axes = ("row", "column")
    mesh = jax.make_mesh((rows, columns), axes, (jax.sharding.AxisType.Auto,) * 2)

    def shift(edge, axis, size, step):
        edges = [(i, i + step) for i in range(size) if 0 <= i + step < size]
        return lax.ppermute(edge, axis, edges)

    def solve(source):
        def sweep(_, u):
            above = shift(u[-1:], "row", rows, 1)
            below = shift(u[:1], "row", rows, -1)
            left = shift(u[:, -1:], "column", columns, 1)
            right = shift(u[:, :1], "column", columns, -1)
            vertical = jnp.concatenate([above, u, below])
            horizontal = jnp.concatenate([left, u, right], axis=1)
            around = vertical[:-2] + vertical[2:]
            around += horizontal[:, :-2] + horizontal[:, 2:]
            return 0.25 * (around + source)

        return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(source))

    blocks = jax.P(*axes)
    return jax.shard_map(solve, mesh=mesh, in_specs=blocks, out_specs=blocks)(source)


def jacobi_poisson_blocks_reference(source, *, rows, columns, sweeps):
    height, width = source.shape
    u = np.zeros((height + 2, width + 2))
    for _ in range(sweeps):
        new = np.zeros_like(u)
        for i in range(1, height + 1):
            for j in range(1, width + 1):
                around = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
                new[i, j] = (around + source[i - 1, j - 1]) / 4
        u = new
    return u[1:-1, 1:-1]


def game_of_life_blocks(cells, *, rows, columns, generations):
    """Conway's game of life on a torus of blocks, with halos from all eight sides."""
    mesh = jax.make_mesh((rows, columns), ("y", "x"), (jax.sharding.AxisType.Auto,) * 2)

    def with_halo(block, name, axis):
        size = lax.axis_size(name)
        ahead = [(i, (i + 1) % size) for i in range(size)]
        behind = [(target, origin) for origin, target in ahead]
        last = lax.slice_in_dim(block, block.shape[axis] - 1, None, axis=axis)
        first = lax.slice_in_dim(block, 0, 1, axis=axis)
        before = lax.ppermute(last, name, ahead)
        after = lax.ppermute(first, name, behind)
        return jnp.concatenate([before, block, after], axis=axis)

    def live(block):
        def generation(_, block):
            # The second exchange carries the corners of the first.
            halo = with_halo(with_halo(block, "y", 0), "x", 1)
            height, width = block.shape
            around = sum(
                halo[i : i + height, j : j + width]
                for i in range(3)
                for j in range(3)
                if (i, j) != (1, 1)
            )
            born, stays = around == 3, (around == 2) & (block == 1)
            return (born | stays).astype(block.dtype)

        return lax.fori_loop(0, generations, generation, block)

    spec = jax.P("y", "x")
    return jax.shard_map(live, mesh=mesh, in_specs=spec, out_specs=spec)(cells)


def game_of_life_blocks_reference(cells, *, rows, columns, generations):
    height, width = cells.shape
    for _ in range(generations):
        new = np.zeros_like(cells)
        for i in range(height):
            for j in range(width):
                around = -int(cells[i, j])
                for a in (-1, 0, 1):
                    for b in (-1, 0, 1):
                        around += int(cells[(i + a) % height, (j + b) % width])
                new[i, j] = around == 3 or (around == 2 and cells[i, j] == 1)
        cells = new
    return cells


def spatially_parallel_convolution(image, kernel, *, rows, columns, periodic):
    """Convolve an image of tiles, each with a margin of its neighbors."""
    mesh = jax.make_mesh((rows, columns), ("y", "x"), (jax.sharding.AxisType.Auto,) * 2)

    def with_margin(tile, name, axis):
        size = lax.axis_size(name)
        edges = [(i, i + 1) for i in range(size - 1)]
        if periodic:
            edges.append((size - 1, 0))
        margin = kernel.shape[axis] // 2
        last = lax.slice_in_dim(tile, tile.shape[axis] - margin, None, axis=axis)
        first = lax.slice_in_dim(tile, 0, margin, axis=axis)
        before = lax.ppermute(last, name, edges)
        after = lax.ppermute(first, name, [(j, i) for i, j in edges])
        return jnp.concatenate([before, tile, after], axis=axis)

    def convolve(tile, kernel):
        tile = with_margin(with_margin(tile, "y", 0), "x", 1)
        return lax.conv(tile[None, None], kernel[None, None], (1, 1), "VALID")[0, 0]

    return jax.shard_map(
        convolve,
        mesh=mesh,
        in_specs=(jax.P("y", "x"), jax.P()),
        out_specs=jax.P("y", "x"),
    )(image, kernel)


def spatially_parallel_convolution_reference(image, kernel, *, rows, columns, periodic):
    height, width = image.shape
    result = np.zeros_like(image)
    for (a, b), weight in np.ndenumerate(kernel):
        down, right = a - kernel.shape[0] // 2, b - kernel.shape[1] // 2
        for i, j in np.ndindex(image.shape):
            y, x = i + down, j + right
            if periodic:
                y, x = y % height, x % width
            if 0 <= y < height and 0 <= x < width:
                result[i, j] = result[i, j] + weight * image[y, x]
    return result


def causal_convolution_halo(x, kernel, *, devices, gated):
    """Causal depthwise convolution of a sharded sequence: the left sends its past."""
    mesh = jax.make_mesh((devices,), ("time",), (jax.sharding.AxisType.Auto,))
    edges = [(i, i + 1) for i in range(devices - 1)]

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("time", None), jax.P()),
        out_specs=jax.P("time", None),
    )
    def convolve(x, kernel):
        taps, length = kernel.shape[0], x.shape[0]
        past = lax.ppermute(x[length - taps + 1 :], "time", edges)
        padded = jnp.concatenate([past, x])
        y = sum(kernel[k] * padded[k : k + length] for k in range(taps))
        return x * jax.nn.sigmoid(y) if gated else y

    return convolve(x, kernel)


def causal_convolution_halo_reference(x, kernel, *, devices, gated):
    taps = len(kernel)
    result = np.zeros_like(x)
    for n in range(len(x)):
        total = np.zeros(x.shape[1])
        for back in range(min(taps, n + 1)):
            total = total + kernel[taps - 1 - back] * x[n - back]
        result[n] = x[n] / (1 + np.exp(-total)) if gated else total
    return result
