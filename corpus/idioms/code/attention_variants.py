"""Variants of attention: JAX, and NumPy from the definition."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def attend(query, key, value, bias=0.0, visible=None):
    """Softmax attention over the second last axis of the keys."""
    logits = query @ jnp.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1]) + bias
    if visible is not None:
        logits = jnp.where(visible, logits, jnp.finfo(logits.dtype).min)
    return jax.nn.softmax(logits, axis=-1) @ value


def mix_reference(logits, values):
    """Mean of the values, weighted by the exponentials of their logits."""
    weights = np.exp(logits - np.max(logits))
    return weights / np.sum(weights) @ values


def rotary_embedding(x, positions, *, base, interleaved):
    """Rotate pairs of features by angles proportional to the position."""
    dim = x.shape[-1]
    frequencies = base ** (-jnp.arange(0, dim, 2, dtype=x.dtype) / dim)
    angles = positions.astype(x.dtype)[:, None, None] * frequencies
    cos, sin = jnp.cos(angles), jnp.sin(angles)
    if interleaved:
        first, second = x[..., ::2], x[..., 1::2]
    else:
        first, second = jnp.split(x, 2, axis=-1)
    rotated = (first * cos - second * sin, second * cos + first * sin)
    if interleaved:
        return jnp.stack(rotated, axis=-1).reshape(x.shape)
    return jnp.concatenate(rotated, axis=-1)


def rotary_embedding_reference(x, positions, *, base, interleaved):
    dim = x.shape[-1]
    output = np.zeros_like(x)
    for t, position in enumerate(positions):
        for i in range(dim // 2):
            angle = position * base ** np.array(-2.0 * i / dim)
            pair = [2 * i, 2 * i + 1] if interleaved else [i, i + dim // 2]
            cos, sin = np.cos(angle), np.sin(angle)
            rotation = np.array([[cos, -sin], [sin, cos]])
            output[:, t][..., pair] = x[:, t][..., pair] @ rotation.T
    return output


def linear_bias_attention(query, key, value, *, causal, decay):
    """Attention whose logits fall linearly with distance, at a slope for each head."""
    heads, length, _ = query.shape
    slopes = 2.0 ** (-decay * jnp.arange(1, heads + 1, dtype=query.dtype) / heads)
    steps = jnp.arange(length)
    distance = steps[:, None] - steps[None, :]
    visible = distance >= 0 if causal else None

    def head(q, k, v, slope):
        return attend(q, k, v, -slope * jnp.abs(distance), visible)

    return jax.vmap(head)(query, key, value, slopes)


def linear_bias_attention_reference(query, key, value, *, causal, decay):
    heads, length, dim = query.shape
    gaps = np.arange(length)[:, None] - np.arange(length)
    slopes = np.array([2.0 ** (-decay * (h + 1) / heads) for h in range(heads)])
    scores = np.sum(query[:, :, None] * key[:, None], axis=3) / np.sqrt(dim)
    weights = np.exp(scores - slopes[:, None, None] * np.abs(gaps))
    weights = np.where(gaps < 0, 0.0, weights) if causal else weights
    return weights / np.sum(weights, axis=2, keepdims=True) @ value


def grouped_query_attention(query, key, value, *, causal):
    """Attention in which several query heads share one head of keys and values."""
    batch, length, heads, dim = query.shape
    groups = key.shape[2]
    query = query.reshape(batch, length, groups, heads // groups, dim)
    logits = jnp.einsum("btgrd,bsgd->bgrts", query, key) * dim**-0.5
    if causal:
        visible = jnp.arange(key.shape[1]) <= jnp.arange(length)[:, None]
        logits = jnp.where(visible, logits, -jnp.inf)
    weights = jax.nn.softmax(logits, axis=-1)
    mixed = jnp.einsum("bgrts,bsgd->btgrd", weights, value)
    return mixed.reshape(batch, length, heads, dim)


def grouped_query_attention_reference(query, key, value, *, causal):
    batch, length, heads, dim = query.shape
    shared = heads // key.shape[2]
    output = np.zeros_like(query)
    for b in range(batch):
        for h in range(heads):
            keys, values = key[b, :, h // shared], value[b, :, h // shared]
            for t in range(length):
                seen = t + 1 if causal else len(keys)
                logits = keys[:seen] @ query[b, t, h] / np.sqrt(dim)
                output[b, t, h] = mix_reference(logits, values[:seen])
    return output


def rolling_cache_decode(queries, keys, values, *, window):
    """Attend token by token, with the latest keys and values in a ring buffer."""
    scale = queries.shape[-1] ** -0.5

    def decode(cache, token):
        cached_keys, cached_values = cache
        step, query, key, value = token
        slot = step % window
        cached_keys = lax.dynamic_update_index_in_dim(cached_keys, key, slot, 0)
        cached_values = lax.dynamic_update_index_in_dim(cached_values, value, slot, 0)
        # Until the buffer has been filled once, its end is empty.
        filled = jnp.arange(window) <= step
        logits = jnp.where(filled, cached_keys @ query * scale, -jnp.inf)
        output = jax.nn.softmax(logits) @ cached_values
        return (cached_keys, cached_values), output

    empty = (
        jnp.zeros((window, keys.shape[1]), keys.dtype),
        jnp.zeros((window, values.shape[1]), values.dtype),
    )
    tokens = (jnp.arange(len(queries)), queries, keys, values)
    _, outputs = lax.scan(decode, empty, tokens)
    return outputs


def rolling_cache_decode_reference(queries, keys, values, *, window):
    output = np.zeros_like(values)
    for t in range(len(queries)):
        first = max(t - window + 1, 0)
        logits = keys[first : t + 1] @ queries[t] / np.sqrt(queries.shape[1])
        output[t] = mix_reference(logits, values[first : t + 1])
    return output


def sliding_window_attention(query, key, value, *, radius, global_tokens):
    """Attention within a window, but for global tokens that see and are seen."""
    steps = jnp.arange(query.shape[-2])
    near = jnp.abs(steps[:, None] - steps[None, :]) <= radius
    is_global = steps < global_tokens
    visible = near | is_global[:, None] | is_global[None, :]
    return attend(query, key, value, visible=visible)


def sliding_window_attention_reference(query, key, value, *, radius, global_tokens):
    heads, length, dim = query.shape
    output = np.zeros_like(query)
    for h in range(heads):
        for t in range(length):
            seen = [
                s
                for s in range(length)
                if abs(s - t) <= radius or min(s, t) < global_tokens
            ]
            logits = key[h, seen] @ query[h, t] / np.sqrt(dim)
            output[h, t] = mix_reference(logits, value[h, seen])
    return output


def linear_attention(query, key, value, *, causal):
    """Attention with a kernel instead of the softmax, in time linear in the length."""
    query, key = jax.nn.elu(query) + 1.0, jax.nn.elu(key) + 1.0
    if not causal:
        normalizer = query @ jnp.sum(key, axis=0)
        return query @ (key.T @ value) / normalizer[:, None]

    def step(state, token):
        memory, total = state
        q, k, v = token
        memory = memory + jnp.outer(k, v)
        total = total + k
        return (memory, total), q @ memory / (q @ total)

    empty = (jnp.zeros_like(key.T @ value), jnp.zeros_like(key[0]))
    return lax.scan(step, empty, (query, key, value))[1]


def linear_attention_reference(query, key, value, *, causal):
    def feature_map(x):
        return np.where(x > 0.0, x + 1.0, np.exp(np.minimum(x, 0.0)))

    similarity = feature_map(query) @ feature_map(key).T
    if causal:
        similarity = np.tril(similarity)
    return similarity @ value / np.sum(similarity, axis=1, keepdims=True)


def padded_cross_attention(queries, memory, lengths, w_query, w_kv, w_out, *, heads):
    """Multi-head attention to a batch of sequences that are padded at their ends."""

    def split_heads(x):
        return jnp.moveaxis(x.reshape(*x.shape[:-1], heads, -1), -2, -3)

    key, value = jnp.split(memory @ w_kv, 2, axis=-1)
    valid = jnp.arange(memory.shape[1]) < lengths[:, None]
    mixed = attend(
        split_heads(queries @ w_query),
        split_heads(key),
        split_heads(value),
        visible=valid[:, None, None, :],
    )
    return jnp.moveaxis(mixed, -3, -2).reshape(queries.shape) @ w_out


def padded_cross_attention_reference(
    queries, memory, lengths, w_query, w_kv, w_out, *, heads
):
    batch, length, dim = queries.shape
    size = dim // heads
    output = np.zeros_like(queries)
    for b in range(batch):
        known = memory[b, : lengths[b]]
        for h in range(heads):
            part = slice(h * size, (h + 1) * size)
            keys = known @ w_kv[:, :dim][:, part]
            values = known @ w_kv[:, dim:][:, part]
            for t in range(length):
                logits = keys @ (queries[b, t] @ w_query[:, part]) / np.sqrt(size)
                output[b, t] += mix_reference(logits, values) @ w_out[part]
    return output


def relative_bucket(offset, bidirectional, buckets, max_distance):
    """Number relative positions, far ones on a logarithmic scale."""
    if bidirectional:
        buckets //= 2
        start = jnp.where(offset > 0, buckets, 0)
        distance = jnp.abs(offset)
    else:
        start = 0
        distance = jnp.maximum(-offset, 0)
    exact = buckets // 2
    ratio = jnp.maximum(distance, 1) / exact
    far = exact + jnp.log(ratio) / math.log(max_distance / exact) * (buckets - exact)
    far = jnp.minimum(far.astype(distance.dtype), buckets - 1)
    return start + jnp.where(distance < exact, distance, far)


def relative_bucket_attention(query, key, value, table, *, bidirectional, max_distance):
    """Attention with a learned bias for each bucket of relative positions."""
    steps = jnp.arange(query.shape[1])
    offset = steps[None, :] - steps[:, None]
    bucket = relative_bucket(offset, bidirectional, table.shape[0], max_distance)
    # The scale is part of the initialization of the weights, so the logits have none.
    logits = jnp.einsum("htd,hsd->hts", query, key) + jnp.moveaxis(table[bucket], -1, 0)
    if not bidirectional:
        logits = jnp.where(offset <= 0, logits, -jnp.inf)
    return jax.nn.softmax(logits, axis=-1) @ value


def relative_bucket_attention_reference(
    query, key, value, table, *, bidirectional, max_distance
):
    heads, length, _ = query.shape
    half = len(table) // 2 if bidirectional else len(table)
    exact = half // 2
    ratio = max_distance / exact
    limits = [exact * ratio ** (k / (half - exact)) for k in range(1, half - exact)]
    output = np.zeros_like(query)
    for h in range(heads):
        for t in range(length):
            seen = length if bidirectional else t + 1
            logits = key[h, :seen] @ query[h, t]
            for s in range(seen):
                distance = abs(t - s)
                bucket = min(distance, exact)
                bucket += sum(distance >= limit for limit in limits)
                logits[s] += table[bucket + half if s > t else bucket, h]
            output[h, t] = mix_reference(logits, value[h, :seen])
    return output


def shifted_window_attention(x, w_qkv, bias_table, *, window, shift):
    """Self-attention within the windows of an image that is shifted cyclically."""
    batch, height, width, dim = x.shape
    rows, cols = height // window, width // window

    def windows(grid):
        tiles = grid.reshape(len(grid), rows, window, cols, window, -1)
        return jnp.swapaxes(tiles, 2, 3).reshape(len(grid), rows * cols, window**2, -1)

    # Pixels that the shift brought together from opposite sides don't see each other.
    row_wrapped = jnp.arange(height) >= height - shift
    col_wrapped = jnp.arange(width) >= width - shift
    region = windows((2 * row_wrapped[:, None] + col_wrapped)[None, ..., None])
    visible = region == jnp.swapaxes(region, -1, -2)

    offset = jnp.arange(window)[:, None] - jnp.arange(window) + window - 1
    row_offset, col_offset = offset[:, None, :, None], offset[None, :, None, :]
    index = (row_offset * (2 * window - 1) + col_offset).reshape(window**2, window**2)

    shifted = jnp.roll(x, (-shift, -shift), axis=(1, 2))
    query, key, value = jnp.split(windows(shifted) @ w_qkv, 3, axis=-1)
    mixed = attend(query, key, value, bias_table[index], visible)
    tiles = mixed.reshape(batch, rows, cols, window, window, dim)
    image = jnp.swapaxes(tiles, 2, 3).reshape(x.shape)
    return jnp.roll(image, (shift, shift), axis=(1, 2))


def shifted_window_attention_reference(x, w_qkv, bias_table, *, window, shift):
    batch, height, width, dim = x.shape
    # For all pairs of pixels: whether they meet in a window, and how far apart.
    i, j = np.divmod(np.arange(height * width), width)
    row, col = (i - shift) % height, (j - shift) % width
    # A pixel is wrapped where the shift has moved it to the far side.
    traits = np.stack([row // window, col // window, i < shift, j < shift])
    seen = np.all(traits[:, :, None] == traits[:, None], axis=0)
    entry = (row[:, None] - row + window - 1) * (2 * window - 1)
    entry = np.where(seen, entry + col[:, None] - col + window - 1, 0)
    projected = x.reshape(batch, height * width, dim) @ w_qkv
    query, key = projected[..., :dim], projected[..., dim : 2 * dim]
    scores = np.einsum("bpd,bqd->bpq", query, key) / np.sqrt(dim) + bias_table[entry]
    weights = np.where(seen, np.exp(scores), 0.0)
    weights = weights / np.sum(weights, axis=2, keepdims=True)
    return (weights @ projected[..., 2 * dim :]).reshape(x.shape)


def relative_shift_attention(query, key, value, distances, content_bias, place_bias):
    """Causal attention to a memory and itself with encodings of relative distances."""
    heads, length, dim = query.shape
    total = key.shape[1]
    content = jnp.einsum("htd,hsd->hts", query + content_bias[:, None], key)
    placed = jnp.einsum("htd,sd->hts", query + place_bias[:, None], distances)
    # Padding and reinterpreting the rows moves each one column further than the last.
    padded = jnp.pad(placed, ((0, 0), (0, 0), (1, 0)))
    padded = padded.reshape(heads, total + 1, length)
    placed = padded[:, 1:].reshape(heads, length, total)
    visible = jnp.tril(jnp.ones((length, total), dtype=bool), total - length)
    logits = jnp.where(visible, (content + placed) / math.sqrt(dim), -jnp.inf)
    return jax.nn.softmax(logits, axis=-1) @ value


def relative_shift_attention_reference(
    query, key, value, distances, content_bias, place_bias
):
    _, length, dim = query.shape
    total = key.shape[1]
    now = np.arange(total - length, total)[:, None]
    ages = now - np.arange(total)
    encodings = distances[total - 1 - np.maximum(ages, 0)]
    content = np.einsum("htd,hsd->hts", query + content_bias[:, None], key)
    place = np.einsum("htd,tsd->hts", query + place_bias[:, None], encodings)
    weights = np.where(ages >= 0, np.exp((content + place) / np.sqrt(dim)), 0.0)
    return weights / np.sum(weights, axis=2, keepdims=True) @ value


def talking_heads_attention(query, key, value, mix_logits, mix_weights):
    """Attention whose heads exchange information before and after the softmax."""
    logits = jnp.einsum("thd,shd->hts", query, key) / math.sqrt(query.shape[-1])
    logits = jnp.einsum("hts,hg->gts", logits, mix_logits)
    weights = jax.nn.softmax(logits, axis=-1)
    weights = jnp.einsum("gts,gh->hts", weights, mix_weights)
    return jnp.einsum("hts,shd->thd", weights, value)


def talking_heads_attention_reference(query, key, value, mix_logits, mix_weights):
    length, heads, dim = query.shape
    output = np.zeros_like(query)
    for t in range(length):
        scores = np.stack(
            [key[:, h] @ query[t, h] / np.sqrt(dim) for h in range(heads)]
        )
        for g in range(mix_logits.shape[1]):
            weights = np.exp(mix_logits[:, g] @ scores)
            weights = weights / np.sum(weights)
            for h in range(heads):
                output[t, h] += mix_weights[g, h] * (weights @ value[:, h])
    return output


def chunked_attention(query, key, value, *, chunk):
    """Attention that sees the keys a chunk at a time and never holds all logits."""
    scale = query.shape[-1] ** -0.5
    keys = key.reshape(-1, chunk, key.shape[-1])
    values = value.reshape(-1, chunk, value.shape[-1])

    def absorb(carry, block):
        peak, total, output = carry
        block_keys, block_values = block
        logits = query @ block_keys.T * scale
        new_peak = jnp.maximum(peak, jnp.max(logits, axis=-1, keepdims=True))
        # What was summed so far is relative to the old maximum.
        correction = jnp.exp(peak - new_peak)
        weights = jnp.exp(logits - new_peak)
        total = total * correction + jnp.sum(weights, axis=-1, keepdims=True)
        output = output * correction + weights @ block_values
        return (new_peak, total, output), None

    zeros = jnp.zeros_like(query[:, :1])
    empty = (zeros - jnp.inf, zeros, jnp.zeros((len(query), value.shape[1]), key.dtype))
    (peak, total, output), _ = lax.scan(absorb, empty, (keys, values))
    return output / total, (peak + jnp.log(total))[:, 0]


def chunked_attention_reference(query, key, value, *, chunk):
    output = np.zeros((len(query), value.shape[1]))
    log_totals = np.zeros(len(query))
    for t in range(len(query)):
        total = np.zeros(())
        for start in range(0, len(key), chunk):
            part = slice(start, start + chunk)
            weights = np.exp(key[part] @ query[t] / np.sqrt(query.shape[1]))
            total = total + np.sum(weights)
            output[t] += weights @ value[part]
        output[t] /= total
        log_totals[t] = np.log(total)
    return output, log_totals


def differential_attention(query, key, value, lambda_query, lambda_key, *, depth):
    """Subtract one attention map from another to cancel what both attend to."""
    initial = 0.8 - 0.6 * math.exp(-0.3 * (depth - 1))
    first, second = jnp.exp(jnp.sum(lambda_query * lambda_key, axis=-1))
    balance = first - second + initial
    logits = jnp.einsum("tmd,smd->mts", query, key) / math.sqrt(query.shape[-1])
    attended, noise = jax.nn.softmax(logits, axis=-1)
    output = (attended - balance * noise) @ value
    mean_square = jnp.mean(output**2, axis=-1, keepdims=True)
    return (1.0 - initial) * output * lax.rsqrt(mean_square + 1e-5)


def differential_attention_reference(
    query, key, value, lambda_query, lambda_key, *, depth
):
    initial = 0.8 - 0.6 * np.exp(-0.3 * (depth - 1))
    balance = np.exp(lambda_query[0] @ lambda_key[0])
    balance = balance - np.exp(lambda_query[1] @ lambda_key[1]) + initial
    output = np.zeros((len(query), value.shape[1]))
    for t in range(len(query)):
        maps = [
            mix_reference(key[:, m] @ query[t, m] / np.sqrt(query.shape[2]), value)
            for m in range(2)
        ]
        difference = maps[0] - balance * maps[1]
        scale = np.sqrt(np.sum(difference**2) / value.shape[1] + 1e-5)
        output[t] = difference / scale * (1.0 - initial)
    return output


def random_feature_attention(query, key, value, projection, *, causal):
    """Estimate softmax attention with positive random features."""

    def features(x, stabilizer_axis):
        x = x * x.shape[-1] ** -0.25
        exponents = x @ projection.T - 0.5 * jnp.sum(x**2, axis=-1, keepdims=True)
        peak = jnp.max(exponents, axis=stabilizer_axis, keepdims=True)
        return jnp.exp(exponents - lax.stop_gradient(peak))

    # The stabilizer of a query cancels in its ratio; the keys must share one.
    q, k = features(query, -1), features(key, None)
    if causal:
        memory = jnp.cumsum(jnp.einsum("tm,td->tmd", k, value), axis=0)
        total = jnp.cumsum(k, axis=0)
        numerator = jnp.einsum("tm,tmd->td", q, memory)
        return numerator / jnp.sum(q * total, axis=-1, keepdims=True)
    return q @ (k.T @ value) / (q @ jnp.sum(k, axis=0))[:, None]


def random_feature_attention_reference(query, key, value, projection, *, causal):
    scale = query.shape[1] ** 0.25
    q, k = query / scale, key / scale
    shifts = 0.5 * (np.sum(q**2, axis=1)[:, None] + np.sum(k**2, axis=1))
    logits = (q[:, None] + k) @ projection.T - shifts[..., None]
    kernel = np.mean(np.exp(logits), axis=2)
    if causal:
        kernel = np.tril(kernel)
    return kernel @ value / np.sum(kernel, axis=1, keepdims=True)


def low_rank_attention(query, key, value, project_keys, project_values):
    """Attention to a few learned combinations of the keys and of the values."""
    return attend(query, project_keys @ key, project_values @ value)


def low_rank_attention_reference(query, key, value, project_keys, project_values):
    heads, length, dim = query.shape
    output = np.zeros_like(query)
    for h in range(heads):
        keys = np.einsum("ks,sd->kd", project_keys, key[h])
        values = np.einsum("ks,sd->kd", project_values, value[h])
        for t in range(length):
            logits = np.sum(keys * query[h, t], axis=1) / np.sqrt(dim)
            output[h, t] = mix_reference(logits, values)
    return output


def additive_attention(query, memory, lengths, w_query, w_memory, w_score):
    """Attention scored by a small perceptron; returns the context and its weights."""

    def example(q, states, length):
        energies = jnp.tanh(q @ w_query + states @ w_memory) @ w_score
        valid = jnp.arange(len(states)) < length
        weights = jax.nn.softmax(energies, where=valid)
        return weights @ states, weights

    return jax.vmap(example)(query, memory, lengths)


def additive_attention_reference(query, memory, lengths, w_query, w_memory, w_score):
    batch, length, dim = memory.shape
    contexts = np.zeros((batch, dim))
    weights = np.zeros((batch, length))
    for b in range(batch):
        for s in range(lengths[b]):
            hidden = np.tanh(w_query.T @ query[b] + w_memory.T @ memory[b, s])
            weights[b, s] = np.exp(np.sum(w_score * hidden))
        weights[b] /= np.sum(weights[b])
        for s in range(lengths[b]):
            contexts[b] += weights[b, s] * memory[b, s]
    return contexts, weights


def latent_attention(x, w_query, w_compress, w_key, w_value, w_out):
    """Causal attention over compressed states that each head decompresses itself."""
    latent = x @ w_compress
    # Decompression is linear, so it moves over to the queries and the outputs.
    query = jnp.einsum("td,hde,hre->htr", x, w_query, w_key)
    logits = query @ latent.T / math.sqrt(w_query.shape[-1])
    logits = jnp.where(jnp.tri(len(x), dtype=bool), logits, -jnp.inf)
    mixed = jax.nn.softmax(logits, axis=-1) @ latent
    return jnp.einsum("htr,hre,hed->td", mixed, w_value, w_out)


def latent_attention_reference(x, w_query, w_compress, w_key, w_value, w_out):
    output = np.zeros_like(x)
    for h in range(len(w_query)):
        queries = x @ w_query[h]
        keys = x @ w_compress @ w_key[h]
        values = x @ w_compress @ w_value[h]
        for t in range(len(x)):
            logits = keys[: t + 1] @ queries[t] / np.sqrt(w_query.shape[2])
            output[t] += mix_reference(logits, values[: t + 1]) @ w_out[h]
    return output


def softcapped_attention(query, key, value, *, cap, causal):
    """Attention whose logits are kept within a cap by a hyperbolic tangent."""
    logits = jnp.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])
    logits = cap * jnp.tanh(logits / cap)
    if causal:
        logits = jnp.where(jnp.tri(*logits.shape[-2:], dtype=bool), logits, -jnp.inf)
    return jnp.einsum("...ts,...sd->...td", jax.nn.softmax(logits), value)


def softcapped_attention_reference(query, key, value, *, cap, causal):
    batch, length, dim = query.shape
    output = np.zeros_like(query)
    for b in range(batch):
        for t in range(length):
            seen = t + 1 if causal else key.shape[1]
            logits = key[b, :seen] @ query[b, t] / np.sqrt(dim)
            logits = cap * (1.0 - 2.0 / (np.exp(2.0 * logits / cap) + 1.0))
            output[b, t] = mix_reference(logits, value[b, :seen])
    return output


def query_key_normalized_attention(query, key, value, gain, *, eps):
    """Attention by cosine similarity, with a learned temperature."""

    def normalize(x):
        return x * lax.rsqrt(jnp.sum(x * x, axis=-1, keepdims=True) + eps)

    cosines = jnp.einsum("htd,hsd->hts", normalize(query), normalize(key))
    return jax.nn.softmax(gain * cosines, axis=-1) @ value


def query_key_normalized_attention_reference(query, key, value, gain, *, eps):
    heads, length, _ = query.shape
    output = np.zeros_like(query)
    for h in range(heads):
        for t in range(length):
            q = query[h, t] / np.sqrt(np.sum(query[h, t] ** 2) + eps)
            lengths = np.sqrt(np.sum(key[h] ** 2, axis=1) + eps)
            output[h, t] = mix_reference(gain * (key[h] @ q / lengths), value[h])
    return output


def attention_with_sinks(query, key, value, sinks, *, causal):
    """Attention in which every head may also attend to nothing, by a learned logit."""
    heads, length, dim = query.shape
    logits = jnp.einsum("htd,hsd->hts", query, key) / math.sqrt(dim)
    if causal:
        logits = jnp.where(jnp.tri(length, dtype=bool), logits, -jnp.inf)
    column = jnp.broadcast_to(sinks[:, None, None], (heads, length, 1))
    weights = jax.nn.softmax(jnp.concatenate([logits, column], axis=-1), axis=-1)
    return weights[..., :-1] @ value


def attention_with_sinks_reference(query, key, value, sinks, *, causal):
    heads, length, dim = query.shape
    output = np.zeros_like(query)
    for h in range(heads):
        for t in range(length):
            seen = t + 1 if causal else length
            weights = np.exp(key[h, :seen] @ query[h, t] / np.sqrt(dim))
            total = np.sum(weights) + np.exp(sinks[h])
            output[h, t] = weights @ value[h, :seen] / total
    return output


def axial_attention(images, w_rows, w_columns, *, rows_first):
    """Self-attention along one axis of an image, then along the other."""

    def along_rows(grid):
        return grid + attend(*jnp.split(grid @ w_rows, 3, axis=-1))

    def along_columns(grid):
        grid = jnp.swapaxes(grid, 1, 2)
        grid = grid + attend(*jnp.split(grid @ w_columns, 3, axis=-1))
        return jnp.swapaxes(grid, 1, 2)

    if rows_first:
        return along_columns(along_rows(images))
    return along_rows(along_columns(images))


def line_attention_reference(lines, weight):
    dim = lines.shape[-1]
    query, key, value = np.split(lines @ weight, 3, axis=-1)
    logits = query @ np.swapaxes(key, -1, -2) / np.sqrt(dim)
    powers = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return lines + powers @ value / np.sum(powers, axis=-1, keepdims=True)


def axial_attention_reference(images, w_rows, w_columns, *, rows_first):
    output = images
    for along_rows in (rows_first, not rows_first):
        if along_rows:
            output = line_attention_reference(output, w_rows)
        else:
            columns = np.swapaxes(output, 1, 2)
            columns = line_attention_reference(columns, w_columns)
            output = np.swapaxes(columns, 1, 2)
    return output


def slot_attention(features, slots, w_query, w_key, w_value, w_gru, u_gru, *, rounds):
    """Let slots compete for the features of a scene, and update them by a GRU."""
    key, value = features @ w_key, features @ w_value

    def update(_, state):
        logits = (state @ w_query) @ key.T / math.sqrt(key.shape[-1])
        # The softmax over slots makes them compete; then each slot takes a mean.
        weights = jax.nn.softmax(logits, axis=0) + 1e-8
        weights = weights / jnp.sum(weights, axis=1, keepdims=True)
        seen = weights @ value
        reset_in, gate_in, new_in = jnp.split(seen @ w_gru, 3, axis=-1)
        reset_state, gate_state, new_state = jnp.split(state @ u_gru, 3, axis=-1)
        reset = jax.nn.sigmoid(reset_in + reset_state)
        gate = jax.nn.sigmoid(gate_in + gate_state)
        candidate = jnp.tanh(new_in + reset * new_state)
        return (1.0 - gate) * candidate + gate * state

    return lax.fori_loop(0, rounds, update, slots)


def slot_attention_reference(
    features, slots, w_query, w_key, w_value, w_gru, u_gru, *, rounds
):
    dim = slots.shape[1]
    for _ in range(rounds):
        powers = np.exp((slots @ w_query) @ (features @ w_key).T / np.sqrt(dim))
        weights = powers / np.sum(powers, axis=0) + 1e-8
        seen = weights @ features @ w_value / np.sum(weights, axis=1, keepdims=True)
        a, b = seen @ w_gru, slots @ u_gru
        gates = 1.0 / (1.0 + np.exp(-(a + b)[:, : 2 * dim]))
        reset, gate = gates[:, :dim], gates[:, dim:]
        new = np.tanh(a[:, 2 * dim :] + reset * b[:, 2 * dim :])
        slots = gate * slots + (1.0 - gate) * new
    return slots


def gated_attention_pooling(instances, bags, w_tanh, w_gate, w_score, *, num_bags):
    """Mean of the instances of each bag, weighted by gated attention."""
    hidden = jnp.tanh(instances @ w_tanh) * jax.nn.sigmoid(instances @ w_gate)
    scores = hidden @ w_score
    sums = partial(jax.ops.segment_sum, segment_ids=bags, num_segments=num_bags)
    peaks = jax.ops.segment_max(scores, bags, num_segments=num_bags)
    weights = jnp.exp(scores - peaks[bags])
    weights = weights / sums(weights)[bags]
    return sums(weights[:, None] * instances)


def gated_attention_pooling_reference(
    instances, bags, w_tanh, w_gate, w_score, *, num_bags
):
    output = np.zeros((num_bags, instances.shape[1]))
    for bag in range(num_bags):
        members = instances[bags == bag]
        if len(members):
            gates = 1.0 / (1.0 + np.exp(-(members @ w_gate)))
            scores = (np.tanh(members @ w_tanh) * gates) @ w_score
            output[bag] = mix_reference(scores, members)
    return output


def memory_addressing(memory, key, strength, gate, shift, sharpness, previous):
    """Where a neural Turing machine reads: by content, then shifted and sharpened."""
    norms = jnp.linalg.norm(memory, axis=-1) * jnp.linalg.norm(key)
    content = jax.nn.softmax(strength * (memory @ key) / norms)
    gated = gate * content + (1.0 - gate) * previous
    # A circular convolution with weights for moves of -1, 0 and 1.
    moves = jnp.stack([jnp.roll(gated, move) for move in (-1, 0, 1)])
    shifted = jax.nn.softmax(shift) @ moves
    sharpened = shifted**sharpness
    weights = sharpened / jnp.sum(sharpened)
    return weights, weights @ memory


def memory_addressing_reference(
    memory, key, strength, gate, shift, sharpness, previous
):
    count = len(memory)
    content = np.zeros(count)
    for i in range(count):
        cosine = np.sum(memory[i] * key) / np.sqrt(
            np.sum(memory[i] ** 2) * np.sum(key**2)
        )
        content[i] = np.exp(strength * cosine)
    gated = gate * content / np.sum(content) + (1.0 - gate) * previous
    moves = np.exp(shift) / np.sum(np.exp(shift))
    weights = np.zeros(count)
    for i in range(count):
        for j in range(count):
            for move in (-1, 0, 1):
                if (j + move) % count == i:
                    weights[i] += gated[j] * moves[move + 1]
    weights = weights**sharpness
    weights = weights / np.sum(weights)
    return weights, np.sum(weights[:, None] * memory, axis=0)


def pointer_generator(vocabulary_logits, attention_logits, source, gate_logits):
    """Mix generating a word from the vocabulary with copying one from the source."""
    generate = jax.nn.sigmoid(gate_logits)[:, None]
    vocabulary = generate * jax.nn.softmax(vocabulary_logits, axis=-1)
    copied = (1.0 - generate) * jax.nn.softmax(attention_logits, axis=-1)
    rows = jnp.arange(len(source))[:, None]
    # Words that occur several times in the source add up.
    return jnp.log(vocabulary.at[rows, source].add(copied))


def pointer_generator_reference(
    vocabulary_logits, attention_logits, source, gate_logits
):
    output = np.zeros_like(vocabulary_logits)
    for b in range(len(source)):
        generate = 1.0 / (1.0 + np.exp(-gate_logits[b]))
        words = np.exp(vocabulary_logits[b])
        copies = np.exp(attention_logits[b])
        for word in range(len(words)):
            copied = np.sum(copies[source[b] == word]) / np.sum(copies)
            drawn = words[word] / np.sum(words)
            output[b, word] = np.log(generate * drawn + (1.0 - generate) * copied)
    return output
