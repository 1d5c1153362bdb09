"""Sequences in blocks: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def ring_attention(query, key, value, *, devices, causal):
    """Attention over a sharded sequence: keys and values travel around a ring."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("seq",))
    ring = [(i, (i + 1) % devices) for i in range(devices)]

    def attend(query, key, value):
        length, depth = query.shape
        rank = lax.axis_index("seq")
        rows = rank * length + jnp.arange(length)[:, None]
        total = jnp.zeros_like(query)
        norm = jnp.zeros_like(query[:, :1])
        top = jnp.full_like(norm, -1e30)
        for step in range(devices):
            scores = query @ key.T * depth**-0.5
            if causal:
                origin = (rank - step) % devices
                columns = origin * length + jnp.arange(length)
                scores = jnp.where(columns <= rows, scores, -1e30)
            new_top = jnp.maximum(top, jnp.max(scores, axis=1, keepdims=True))
            weights = jnp.exp(scores - new_top)
            rescale = jnp.exp(top - new_top)
            norm = rescale * norm + jnp.sum(weights, axis=1, keepdims=True)
            total = rescale * total + weights @ value
            top = new_top
            if step + 1 < devices:
                key, value = lax.ppermute((key, value), "seq", ring)
        return total / norm

    spec = jax.P("seq", None)
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=spec, out_specs=spec)
    return sharded(query, key, value)


def ring_attention_reference(query, key, value, *, devices, causal):
    result = np.zeros_like(query)
    for i in range(len(query)):
        seen = i + 1 if causal else len(key)
        scores = key[:seen] @ query[i] / np.sqrt(query.shape[1])
        weights = np.exp(scores - np.max(scores))
        result[i] = weights @ value[:seen] / np.sum(weights)
    return result


def ulysses_attention(query, key, value, *, devices, causal):
    """Attention that swaps a sharded sequence for sharded heads by all-to-alls."""
    mesh = jax.make_mesh((devices,), ("seq",), (jax.sharding.AxisType.Auto,))
    to_heads = partial(lax.all_to_all, split_axis=1, concat_axis=0, tiled=True)
    to_sequence = partial(lax.all_to_all, split_axis=0, concat_axis=1, tiled=True)

    def attend(query, key, value):
        query, key, value = (to_heads(x, "seq") for x in (query, key, value))
        scores = jnp.einsum("qhd,khd->hqk", query, key) * query.shape[-1] ** -0.5
        if causal:
            length = query.shape[0]
            visible = jnp.tril(jnp.ones((length, length), dtype=bool))
            scores = jnp.where(visible, scores, -jnp.inf)
        answer = jnp.einsum("hqk,khd->qhd", jax.nn.softmax(scores, axis=-1), value)
        return to_sequence(answer, "seq")

    spec = jax.P("seq", None, None)
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=spec, out_specs=spec)
    return sharded(query, key, value)


def ulysses_attention_reference(query, key, value, *, devices, causal):
    length, heads, depth = query.shape
    result = np.zeros_like(query)
    for h in range(heads):
        for i in range(length):
            seen = i + 1 if causal else length
            scores = key[:seen, h] @ query[i, h] / np.sqrt(depth)
            weights = np.exp(scores - np.max(scores))
            result[i, h] = weights @ value[:seen, h] / np.sum(weights)
    return result


def sequence_parallel_block(x, scale, w_in, w_out, *, devices, eps):
    """Norm on shards of the sequence, feed-forward on shards of the hidden units."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("model"), jax.P(), jax.P(None, "model"), jax.P("model")),
        out_specs=jax.P("model"),
    )
    def block(x, scale, w_in, w_out):
        power = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        normalized = x * lax.rsqrt(power + eps) * scale
        # All tokens meet each device's hidden units; the sums return to their tokens.
        tokens = lax.all_gather(normalized, "model", axis=0, tiled=True)
        hidden = jax.nn.silu(tokens @ w_in)
        return x + lax.psum_scatter(hidden @ w_out, "model", tiled=True)

    return block(x, scale, w_in, w_out)


def sequence_parallel_block_reference(x, scale, w_in, w_out, *, devices, eps):
    result = np.zeros_like(x)
    for n, row in enumerate(x):
        normalized = row / np.sqrt(np.sum(row**2) / row.size + eps) * scale
        hidden = w_in.T @ normalized
        result[n] = row + w_out.T @ (hidden / (1 + np.exp(-hidden)))
    return result


def sharded_linear_recurrence(decay, inputs, start, *, devices, method):
    """A linear recurrence along a sharded sequence: local scans, then carries."""
    mesh = jax.make_mesh((devices,), ("time",), (jax.sharding.AxisType.Auto,))

    def compose(first, second):
        return first[0] * second[0], second[0] * first[1] + second[1]

    def recur(decay, inputs, start):
        factors, states = lax.associative_scan(compose, (decay, inputs))
        if method == "chain":
            # One device after the other learns the state before its own part.
            edges = [(i, i + 1) for i in range(devices - 1)]
            first = lax.axis_index("time") == 0
            before = jnp.where(first, start, 0.0)
            for _ in range(devices - 1):
                after = factors[-1] * before + states[-1]
                before = jnp.where(first, start, lax.ppermute(after, "time", edges))
        else:
            everyone = lax.all_gather((factors[-1], states[-1]), "time")
            factor, state = lax.associative_scan(compose, everyone)
            ends = jnp.concatenate([start[None], factor * start + state])
            before = ends[lax.axis_index("time")]
        return factors * before + states

    rows = jax.P("time")
    return jax.shard_map(
        recur, mesh=mesh, in_specs=(rows, rows, jax.P()), out_specs=rows
    )(decay, inputs, start)


def sharded_linear_recurrence_reference(decay, inputs, start, *, devices, method):
    state, states = start, []
    for factor, update in zip(decay, inputs):
        state = factor * state + update
        states.append(state)
    return np.stack(states)


def sequence_parallel_rotary(x, *, devices, base, interleaved):
    """Rotate features by positions that each device counts from its own place."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("seq",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("seq"), out_specs=jax.P("seq"))
    def rotate(x):
        length, features = x.shape
        start = lax.axis_index("seq") * length
        positions = (start + jnp.arange(length)).astype(x.dtype)
        exponents = jnp.arange(0, features, 2, dtype=x.dtype) / features
        angles = positions[:, None] * base**-exponents
        cosine, sine = jnp.cos(angles), jnp.sin(angles)
        if interleaved:
            even, odd = x[:, ::2], x[:, 1::2]
            pairs = [even * cosine - odd * sine, even * sine + odd * cosine]
            return jnp.stack(pairs, axis=-1).reshape(x.shape)
        first, second = jnp.split(x, 2, axis=1)
        rotated = [first * cosine - second * sine, first * sine + second * cosine]
        return jnp.concatenate(rotated, axis=1)

    return rotate(x)


def sequence_parallel_rotary_reference(x, *, devices, base, interleaved):
    length, features = x.shape
    half = features // 2
    result = np.zeros_like(x)
    for n in range(length):
        for k in range(half):
            i, j = (2 * k, 2 * k + 1) if interleaved else (k, half + k)
            angle = n * np.exp(np.log(np.array(base)) * (-2 * k / features))
            result[n, i] = np.cos(angle) * x[n, i] - np.sin(angle) * x[n, j]
            result[n, j] = np.sin(angle) * x[n, i] + np.cos(angle) * x[n, j]
    return result


def split_cache_decode(query, keys, values, length, *, devices):
    """Attend from one token to a cache split over devices, some of it still empty."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("cache",))

    def attend(query, keys, values, length):
        size = keys.shape[0]
        place = lax.axis_index("cache") * size + jnp.arange(size)
        scores = jnp.einsum("hd,thd->ht", query, keys) * query.shape[-1] ** -0.5
        scores = jnp.where(place < length, scores, jnp.finfo(scores.dtype).min)
        top = lax.pmax(lax.stop_gradient(jnp.max(scores, axis=1)), "cache")
        weights = jnp.exp(scores - top[:, None])
        total = jnp.einsum("ht,thd->hd", weights, values)
        total, norm = lax.psum((total, jnp.sum(weights, axis=1)), "cache")
        return total / norm[:, None]

    return jax.shard_map(
        attend,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("cache"), jax.P("cache"), jax.P()),
        out_specs=jax.P(),
    )(query, keys, values, length)


def split_cache_decode_reference(query, keys, values, length, *, devices):
    result = np.zeros_like(query)
    for h, row in enumerate(query):
        seen = keys[: int(length), h]
        weights = np.exp(seen @ row / np.sqrt(row.size))
        result[h] = weights @ values[: int(length), h] / np.sum(weights)
    return result
