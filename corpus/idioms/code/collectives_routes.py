"""Collectives from messages: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def scan_by_all_to_all(x, *, devices, operation):
    """Accumulate along a sharded axis, which an all-to-all makes local for a while."""
    mesh = jax.make_mesh((devices,), ("rows",), (jax.sharding.AxisType.Auto,))
    accumulate = {
        "sum": partial(jnp.cumsum, axis=0),
        "logsumexp": partial(lax.cumlogsumexp, axis=0),
        "max": partial(lax.cummax, axis=0),
    }[operation]

    def scan(x):
        columns = lax.all_to_all(x, "rows", split_axis=1, concat_axis=0, tiled=True)
        columns = accumulate(columns)
        return lax.all_to_all(columns, "rows", split_axis=0, concat_axis=1, tiled=True)

    rows = jax.P("rows", None)
    return jax.shard_map(scan, mesh=mesh, in_specs=rows, out_specs=rows)(x)


def scan_by_all_to_all_reference(x, *, devices, operation):
    def combine(prefix):
        if operation == "sum":
            return np.sum(prefix, axis=0)
        top = np.max(prefix, axis=0)
        if operation == "max":
            return top
        return top + np.log(np.sum(np.exp(prefix - top), axis=0))

    return np.stack([combine(x[: i + 1]) for i in range(len(x))])


def ring_all_reduce(gradients, *, devices, average):
    """Add up one vector per device around a ring: reduce-scatter, then all-gather."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("ring",))
    forward = [(i, (i + 1) % devices) for i in range(devices)]

    @jax.shard_map(mesh=mesh, in_specs=jax.P("ring"), out_specs=jax.P("ring"))
    def all_reduce(local):
        rank = lax.axis_index("ring")
        chunks = local.reshape(devices, -1)
        for step in range(devices - 1):
            sent = chunks[(rank - step) % devices]
            received = lax.ppermute(sent, "ring", forward)
            chunks = chunks.at[(rank - step - 1) % devices].add(received)
        # Now each device has the total of the chunk after its own.
        for step in range(devices - 1):
            sent = chunks[(rank - step + 1) % devices]
            received = lax.ppermute(sent, "ring", forward)
            chunks = chunks.at[(rank - step) % devices].set(received)
        total = chunks.reshape(local.shape)
        return total / devices if average else total

    return all_reduce(gradients)


def ring_all_reduce_reference(gradients, *, devices, average):
    total = np.sum(gradients, axis=0)
    return np.stack([total / devices if average else total] * devices)


def butterfly_all_reduce(x, *, devices, operation):
    """Combine all devices' values by exchanges at doubling distances."""
    mesh = jax.make_mesh((devices,), ("cube",), (jax.sharding.AxisType.Auto,))
    combine = {
        "sum": jnp.add,
        "max": jnp.maximum,
        "logaddexp": jnp.logaddexp,
    }[operation]

    def all_reduce(x):
        distance = 1
        while distance < devices:
            partners = [(i, i ^ distance) for i in range(devices)]
            x = combine(x, lax.ppermute(x, "cube", partners))
            distance *= 2
        return x

    spec = jax.P("cube", None)
    return jax.shard_map(all_reduce, mesh=mesh, in_specs=spec, out_specs=spec)(x)


def butterfly_all_reduce_reference(x, *, devices, operation):
    blocks = x.reshape(devices, -1, x.shape[1])
    if operation == "sum":
        result = sum(blocks)
    else:
        result = np.max(blocks, axis=0)
        if operation == "logaddexp":
            result = result + np.log(np.sum(np.exp(blocks - result), axis=0))
    return np.concatenate([result] * devices)


def binomial_tree_broadcast(x, scale, *, devices, operation):
    """Reduce to the first device along a binomial tree, then send the result back."""
    mesh = jax.make_mesh((devices,), ("node",), (jax.sharding.AxisType.Auto,))
    distances = [1 << k for k in range(devices.bit_length() - 1)]

    def tree(x, scale):
        rank = lax.axis_index("node")
        for distance in distances:
            edges = [(i, i - distance) for i in range(distance, devices, 2 * distance)]
            received = lax.ppermute(x, "node", edges)
            receives = rank % (2 * distance) == 0
            merged = jnp.hypot(x, received) if operation == "hypot" else x + received
            x = jnp.where(receives, merged, x)
        x = jnp.tanh(scale * x)
        for distance in reversed(distances):
            edges = [(i, i + distance) for i in range(0, devices, 2 * distance)]
            received = lax.ppermute(x, "node", edges)
            x = jnp.where(rank % (2 * distance) == distance, received, x)
        return x

    return jax.shard_map(
        tree, mesh=mesh, in_specs=(jax.P("node"), jax.P()), out_specs=jax.P("node")
    )(x, scale)


def binomial_tree_broadcast_reference(x, scale, *, devices, operation):
    blocks = x.reshape(devices, -1)
    if operation == "hypot":
        root = np.sqrt(np.sum(blocks**2, axis=0))
    else:
        root = np.sum(blocks, axis=0)
    return np.concatenate([np.tanh(scale * root)] * devices)


def gossip_averaging(x, *, devices, weight, rounds, topology):
    """Neighbors mix their values until all are near the mean."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("agent",))
    if topology == "ring":
        neighbors = [
            [(i, (i + step) % devices) for i in range(devices)] for step in (1, -1)
        ]
    else:  # on a hypercube
        dimensions = devices.bit_length() - 1
        neighbors = [
            [(i, i ^ (1 << k)) for i in range(devices)] for k in range(dimensions)
        ]

    @jax.shard_map(mesh=mesh, in_specs=jax.P("agent"), out_specs=jax.P("agent"))
    def mix(x):
        def talk(_, x):
            received = [lax.ppermute(x, "agent", edges) for edges in neighbors]
            return x + weight * sum(other - x for other in received)

        return lax.fori_loop(0, rounds, talk, x)

    return mix(x)


def gossip_averaging_reference(x, *, devices, weight, rounds, topology):
    laplacian = np.zeros((devices, devices))
    for i in range(devices):
        if topology == "ring":
            others = [(i + 1) % devices, (i - 1) % devices]
        else:
            others = [j for j in range(devices) if bin(i ^ j).count("1") == 1]
        for j in others:
            laplacian[i, i] += 1
            laplacian[i, j] -= 1
    mixing = np.eye(devices) - weight * laplacian
    for _ in range(rounds):
        x = mixing @ x
    return x


def odd_even_merge_sort(keys, *, devices, descending):
    """Sort a sharded vector: neighbors merge their blocks, and split them again."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))

    def sort(block):
        size = block.shape[0]
        rank = lax.axis_index("x")
        block = jnp.sort(block)
        for phase in range(devices):
            first = phase % 2
            lefts = range(first, devices - 1, 2)
            edges = [(i, i + 1) for i in lefts] + [(i + 1, i) for i in lefts]
            received = lax.ppermute(block, "x", edges)
            merged = jnp.sort(jnp.concatenate([block, received]))
            is_left = (rank - first) % 2 == 0
            kept = jnp.where(is_left, merged[:size], merged[size:])
            has_partner = (rank >= first) & (rank < first + 2 * len(lefts))
            block = jnp.where(has_partner, kept, block)
        return block

    spec = jax.P("x")
    result = jax.shard_map(sort, mesh=mesh, in_specs=spec, out_specs=spec)(keys)
    return result[::-1] if descending else result


def odd_even_merge_sort_reference(keys, *, devices, descending):
    # By counting how many come before each.
    result = np.zeros_like(keys)
    for key in keys:
        before = np.sum(keys > key) if descending else np.sum(keys < key)
        result[before] = key
    return result


def hierarchical_all_reduce(gradients, *, nodes, cores, max_norm):
    """Average gradients within nodes, then between them, and clip by the norm."""
    axes = ("node", "core")
    mesh = jax.make_mesh((nodes, cores), axes, (jax.sharding.AxisType.Auto,) * 2)

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=jax.P(axes, None),
        out_specs=jax.P(),
        check_vma=False,
    )
    def all_reduce(gradient):
        shard = lax.psum_scatter(gradient[0], "core", tiled=True)
        # Only a part of the vector goes over the slow network.
        shard = lax.psum(shard, "node") / (nodes * cores)
        norm = jnp.sqrt(lax.psum(jnp.sum(jnp.square(shard)), "core"))
        shard = shard * jnp.minimum(1.0, max_norm / norm)
        return lax.all_gather(shard, "core", tiled=True)

    return all_reduce(gradients)


def hierarchical_all_reduce_reference(gradients, *, nodes, cores, max_norm):
    mean = np.sum(gradients, axis=0) / len(gradients)
    norm = np.sqrt(np.sum(mean**2))
    return mean * max_norm / np.maximum(norm, max_norm)
