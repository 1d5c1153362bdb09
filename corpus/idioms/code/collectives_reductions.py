"""Reductions of sharded arrays: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def weighted_mean_all_reduce(x, weights, *, devices, mean):
    """Weighted mean of rows that are spread over devices."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def average(x, weights):
        values = jnp.square(x) if mean == "quadratic" else x
        total, mass = lax.psum((weights @ values, jnp.sum(weights)), "data")
        return jnp.sqrt(total / mass) if mean == "quadratic" else total / mass

    rows = jax.P("data")
    return jax.shard_map(average, mesh=mesh, in_specs=rows, out_specs=jax.P())(
        x, weights
    )


def weighted_mean_all_reduce_reference(x, weights, *, devices, mean):
    power = {"arithmetic": 1, "quadratic": 2}[mean]
    total = np.zeros(x.shape[1])
    for row, weight in zip(x, weights):
        total = total + weight * row**power
    means = total / np.sum(weights)
    return means if power == 1 else np.sqrt(means)


def min_max_scale_sharded(x, *, devices, per_column, symmetric):
    """Scale values to the range of all devices' data."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("data"), out_specs=jax.P("data"))
    def scale(x):
        axis = 0 if per_column else None
        low = lax.pmin(jnp.min(x, axis=axis), "data")
        high = lax.pmax(jnp.max(x, axis=axis), "data")
        scaled = (x - low) / (high - low)
        return 2.0 * scaled - 1.0 if symmetric else scaled

    return scale(x)


def min_max_scale_sharded_reference(x, *, devices, per_column, symmetric):
    scaled = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape):
        group = x[:, j] if per_column else x
        low, high = np.min(group), np.max(group)
        above, below = x[i, j] - low, high - x[i, j]
        share = above / (above + below)
        scaled[i, j] = share - (1 - share) if symmetric else share
    return scaled


def distributed_argmax(x, *, devices, smallest):
    """Place and value of the extreme element of a vector spread over devices."""
    mesh = jax.make_mesh((devices,), ("shard",), (jax.sharding.AxisType.Auto,))

    @partial(jax.shard_map, mesh=mesh, in_specs=jax.P("shard"), out_specs=jax.P())
    def search(x):
        keys = -x if smallest else x
        place = jnp.argmax(keys)
        best = lax.pmax(keys[place], "shard")
        offset = lax.axis_index("shard") * x.shape[0]
        # Of equal elements the first counts, as on one device.
        far = x.shape[0] * lax.axis_size("shard")
        place = lax.pmin(jnp.where(keys[place] == best, offset + place, far), "shard")
        return place, -best if smallest else best

    return search(x)


def distributed_argmax_reference(x, *, devices, smallest):
    place = 0
    for i in range(len(x)):
        if (x[i] < x[place]) if smallest else (x[i] > x[place]):
            place = i
    return np.array(place), x[place]


def pairwise_distances_gathered(x, *, devices, tiled, squared):
    """Distances between all rows: every device gathers the others' rows."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("rows",))

    def distances(x):
        everything = lax.all_gather(x, "rows", tiled=tiled).reshape(-1, x.shape[1])
        products = x @ everything.T
        norms = jnp.sum(x * x, axis=1)[:, None] + jnp.sum(everything**2, axis=1)
        gaps = jnp.maximum(norms - 2.0 * products, 0.0)
        return gaps if squared else jnp.sqrt(gaps + 1.0)

    rows = jax.P("rows", None)
    return jax.shard_map(distances, mesh=mesh, in_specs=rows, out_specs=rows)(x)


def pairwise_distances_gathered_reference(x, *, devices, tiled, squared):
    norms = np.sum(x * x, axis=1)
    products = np.sum(x[:, None] * x, axis=2)
    gaps = np.maximum(norms[:, None] + norms - 2 * products, 0)
    return gaps if squared else np.sqrt(gaps + 1)


def sharded_softmax(logits, *, devices, temperature, log):
    """Softmax over a dimension that is split over devices."""
    mesh = jax.make_mesh((devices,), ("classes",), (jax.sharding.AxisType.Auto,))
    spec = jax.P(None, "classes")

    @jax.shard_map(mesh=mesh, in_specs=spec, out_specs=spec)
    def softmax(logits):
        scaled = logits / temperature
        top = jnp.max(lax.stop_gradient(scaled), axis=-1, keepdims=True)
        shifted = scaled - lax.pmax(top, "classes")
        total = lax.psum(jnp.sum(jnp.exp(shifted), axis=-1, keepdims=True), "classes")
        return shifted - jnp.log(total) if log else jnp.exp(shifted) / total

    return softmax(logits)


def sharded_softmax_reference(logits, *, devices, temperature, log):
    result = np.zeros_like(logits)
    for n, row in enumerate(logits):
        weights = np.exp(row / temperature)
        probs = weights / np.sum(weights)
        result[n] = np.log(probs) if log else probs
    return result


def gathered_logsumexp(x, weights, *, devices, order):
    """Logarithm of a weighted mean of exponentials, from every device's partial one."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    def combine(x, weights):
        scaled = order * x
        total = jax.nn.logsumexp(scaled, axis=0, b=weights[:, None])
        totals = lax.all_gather(total, "data")
        masses = lax.all_gather(jnp.sum(weights), "data")
        return (jax.nn.logsumexp(totals, axis=0) - jnp.log(jnp.sum(masses))) / order

    return jax.shard_map(
        combine,
        mesh=mesh,
        in_specs=jax.P("data"),
        out_specs=jax.P(),
        # That all devices gather the same is not tracked.
        check_vma=False,
    )(x, weights)


def gathered_logsumexp_reference(x, weights, *, devices, order):
    mean = np.zeros(x.shape[1])
    for row, weight in zip(x, weights):
        mean = mean + weight * np.exp(order * row)
    return np.log(mean / np.sum(weights)) / order


def distributed_top_k(x, *, devices, k):
    """Largest elements of a sharded vector, by candidates from every device."""
    mesh = jax.make_mesh((devices,), ("shard",), (jax.sharding.AxisType.Auto,))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=jax.P("shard"),
        out_specs=jax.P(),
        check_vma=False,
    )
    def search(x):
        values, places = lax.top_k(x, min(k, x.shape[0]))
        places += lax.axis_index("shard") * x.shape[0]
        values, places = lax.all_gather((values, places), "shard", tiled=True)
        best, order = lax.top_k(values, k)
        return best, places[order]

    return search(x)


def distributed_top_k_reference(x, *, devices, k):
    left = list(range(len(x)))
    chosen = []
    for _ in range(k):
        best = left[0]
        for place in left:
            if x[place] > x[best]:
                best = place
        chosen.append(best)
        left.remove(best)
    return np.array([x[i] for i in chosen]), np.array(chosen, dtype=np.int32)


def distributed_moments(x, *, devices, correction):
    """Mean and variance of sharded rows, merged pairwise along a hypercube."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("cube",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("cube"), out_specs=jax.P("cube"))
    def moments(x):
        mean = jnp.mean(x, axis=0)
        squares = jnp.sum(jnp.square(x - mean), axis=0)
        count, distance = x.shape[0], 1
        while distance < devices:
            pairs = [(i, i ^ distance) for i in range(devices)]
            other_mean, other_squares = lax.ppermute((mean, squares), "cube", pairs)
            gap = other_mean - mean
            squares = squares + other_squares + 0.5 * count * jnp.square(gap)
            mean = 0.5 * (mean + other_mean)
            count, distance = 2 * count, 2 * distance
        return mean[None], squares[None] / (count - correction)

    mean, variance = moments(x)
    return mean[0], variance[-1]


def distributed_moments_reference(x, *, devices, correction):
    mean = sum(x) / len(x)
    squares = np.zeros_like(mean)
    for row in x:
        squares = squares + (row - mean) ** 2
    return mean, squares / (len(x) - correction)


def distributed_histogram(values, *, devices, bins, cumulative):
    """Count sharded values; each device ends up with the totals of its own bins."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def histogram(values):
        counts = jnp.zeros(devices * bins, jnp.int32).at[values].add(1)
        counts = lax.psum_scatter(counts, "data", tiled=True)
        if not cumulative:
            return counts
        totals = lax.all_gather(jnp.sum(counts, dtype=jnp.int32), "data")
        before = jnp.arange(devices) < lax.axis_index("data")
        offset = jnp.sum(jnp.where(before, totals, 0), dtype=jnp.int32)
        return offset + jnp.cumsum(counts, dtype=jnp.int32)

    spec = jax.P("data")
    return jax.shard_map(histogram, mesh=mesh, in_specs=spec, out_specs=spec)(values)


def distributed_histogram_reference(values, *, devices, bins, cumulative):
    counts = [0] * (devices * bins)
    for value in values:
        counts[value] += 1
    if cumulative:
        counts = [sum(counts[: i + 1]) for i in range(len(counts))]
    return np.array(counts, dtype=np.int32)


def distributed_prefix_sum(x, *, devices, method, exclusive):
    """Prefix sums of a sharded vector: local ones, shifted by what came before."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))

    def total_before(total):
        if method == "gather":
            earlier = jnp.arange(devices) < lax.axis_index("x")
            return jnp.sum(jnp.where(earlier, lax.all_gather(total, "x"), 0.0))
        # At doubling distances, after a shift by one.
        step, edges = 1, [(i, i + 1) for i in range(devices - 1)]
        before = lax.ppermute(total, "x", edges)
        while step < devices:
            edges = [(i, i + step) for i in range(devices - step)]
            before += lax.ppermute(before, "x", edges)
            step *= 2
        return before

    @jax.shard_map(mesh=mesh, in_specs=jax.P("x"), out_specs=jax.P("x"))
    def prefix_sum(x):
        sums = jnp.cumsum(x)
        offset = total_before(sums[-1])
        return offset + (sums - x if exclusive else sums)

    return prefix_sum(x)


def distributed_prefix_sum_reference(x, *, devices, method, exclusive):
    last = 0 if exclusive else 1
    return np.array([np.sum(x[: i + last]) for i in range(len(x))])
