"""Mutable references: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def accumulated_segments(values, segments, *, count, mean):
    """Sums or means of the rows of each segment, added up in place."""
    totals = jax.new_ref(jnp.zeros((count, values.shape[1]), values.dtype))
    sizes = jax.new_ref(jnp.zeros(count, values.dtype))

    def add(i, _):
        totals[segments[i]] += values[i]
        sizes[segments[i]] += 1.0

    lax.fori_loop(0, values.shape[0], add, None)
    sums = jax.freeze(totals)
    return sums / jnp.maximum(sizes[...], 1.0)[:, None] if mean else sums


def accumulated_segments_reference(values, segments, *, count, mean):
    result = []
    for segment in range(count):
        rows = values[segments == segment]
        total = np.sum(rows, axis=0)
        result.append(total / max(len(rows), 1) if mean else total)
    return np.array(result)


def blocked_product_in_place(left, right, *, block, by_depth):
    """A product of matrices, block by block into one accumulator."""
    rows, depth = left.shape[0] // block, left.shape[1] // block
    product = jax.new_ref(jnp.zeros((left.shape[0], right.shape[1]), left.dtype))

    def multiply(step, _):
        order = (depth, rows) if by_depth else (rows, depth)
        outer, inner = step // order[1], step % order[1]
        i, k = (inner, outer) if by_depth else (outer, inner)
        tile = lax.dynamic_slice(left, (i * block, k * block), (block, block))
        factor = lax.dynamic_slice_in_dim(right, k * block, block)
        for row in range(block):
            jax.ref.addupdate(product, i * block + row, tile[row] @ factor)

    lax.fori_loop(0, rows * depth, multiply, None)
    return product[...]


def blocked_product_in_place_reference(left, right, *, block, by_depth):
    return np.einsum("ik,kj->ij", left, right)


def gauss_seidel_sweeps(field, source, *, sweeps, relaxation):
    """Relax a chain between zeros in place, and the largest change at last."""
    size = field.shape[0]
    # A cell of zero at either end.
    cells = jax.new_ref(jnp.zeros(size + 2, field.dtype))
    change = jax.new_ref(jnp.zeros((), field.dtype))

    def place(i, _):
        cells[i + 1] = field[i]

    def relax(i, _):
        wanted = 0.5 * (cells[i - 1] + cells[i + 1] + source[i - 1])
        step = relaxation * (wanted - cells[i])
        cells[i] += step
        change[...] = jnp.maximum(change[...], jnp.abs(step))

    def sweep(_, carry):
        change[...] = jnp.zeros_like(change[...])
        return lax.fori_loop(1, size + 1, relax, carry)

    lax.fori_loop(0, size, place, None)
    lax.fori_loop(0, sweeps, sweep, None)
    return cells[1:-1], change[...]


def gauss_seidel_sweeps_reference(field, source, *, sweeps, relaxation):
    # A sweep solves with the lower triangle of the matrix.
    size = len(field)
    below = np.eye(size) / relaxation - 0.5 * np.eye(size, k=-1)
    above = (1 / relaxation - 1) * np.eye(size) + 0.5 * np.eye(size, k=1)
    for _ in range(sweeps):
        previous = field
        field = np.linalg.solve(below, above @ field + source / 2)
    return field, np.max(np.abs(field - previous))


def ring_buffer_replay(stream, queries, *, size, decay):
    """Write a stream to a ring buffer of fading entries, and read some of them back."""
    buffer = jax.new_ref(jnp.zeros((size, stream.shape[1]), stream.dtype))

    def push(i, total):
        buffer[...] = decay * buffer[...]
        evicted = jax.ref.swap(buffer, i % size, stream[i])
        return total + evicted

    total = lax.fori_loop(0, stream.shape[0], push, jnp.zeros_like(stream[0]))
    return buffer[queries % size] + total, buffer[...]


def ring_buffer_replay_reference(stream, queries, *, size, decay):
    last = len(stream) - 1
    buffer = [np.zeros(stream.shape[1]) for _ in range(size)]
    evicted = np.zeros(stream.shape[1])
    for i, row in enumerate(stream):
        if i + size <= last:
            # Pushed out when it has faded once for each entry since.
            evicted = evicted + np.prod(np.full(size, decay)) * row
        else:
            buffer[i % size] = np.prod(np.full(last - i, decay)) * row
    return np.array([buffer[q % size] + evicted for q in queries]), np.array(buffer)


def insertion_sort_swaps(values, *, descending, scale):
    """Sort by exchanging neighbours in place, and how many exchanges that takes."""
    cells = jax.new_ref(jnp.zeros(values.shape, values.dtype))
    exchanges = jax.new_ref(jnp.zeros((), jnp.int32))

    def place(i, _):
        cells[i] = scale * values[i]

    def compare(step, _):
        i = step % (values.shape[0] - 1)
        first, second = cells[i], cells[i + 1]
        wrong = first < second if descending else first > second
        cells[i] = jnp.where(wrong, second, first)
        cells[i + 1] = jnp.where(wrong, first, second)
        exchanges[...] += wrong.astype(jnp.int32)

    lax.fori_loop(0, values.shape[0], place, None)
    lax.fori_loop(0, (values.shape[0] - 1) ** 2, compare, None)
    return jax.freeze(cells), jax.freeze(exchanges)


def insertion_sort_swaps_reference(values, *, descending, scale):
    # Exchanges of neighbours undo one inversion each.
    size = len(values)
    sign = -1 if descending else 1
    inversions = sum(
        sign * values[i] > sign * values[j]
        for i in range(size)
        for j in range(i + 1, size)
    )
    ordered = sorted((scale * int(v) for v in values), reverse=descending)
    return np.array(ordered, dtype=np.int32), np.array(inversions, dtype=np.int32)


def histogram_in_place(pixels, weights, *, levels):
    """How many pixels have each level, and the mean weight of those."""
    counts = jax.new_ref(jnp.zeros(levels, jnp.int32))
    means = jax.new_ref(jnp.zeros(levels, weights.dtype))

    def visit(_, pixel):
        level, weight = pixel
        counts[level] += 1
        # Running means need no second pass.
        means[level] += (weight - means[level]) / counts[level].astype(weight.dtype)
        return None, None

    lax.scan(visit, None, (pixels.ravel(), weights.ravel()))
    return jax.freeze(counts), jax.freeze(means)


def histogram_in_place_reference(pixels, weights, *, levels):
    counts, means = [], []
    for level in range(levels):
        chosen = [weights[at] for at in np.ndindex(pixels.shape) if pixels[at] == level]
        counts.append(len(chosen))
        means.append(sum(chosen) / len(chosen) if chosen else np.zeros(()))
    return np.array(counts, dtype=np.int32), np.array(means)
