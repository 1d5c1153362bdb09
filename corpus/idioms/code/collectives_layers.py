"""Layers in parallel: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def column_parallel_linear(x, weight, bias, *, devices, gather):
    """A dense layer whose output features are split over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def layer(x, weight, bias):
        y = x @ weight + bias
        if gather == "features":
            return lax.all_gather(y, "model", axis=1, tiled=True)
        return y

    # Gathered features are the same everywhere, which JAX does not track.
    out_specs = jax.P() if gather == "features" else jax.P(None, "model")
    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(jax.P(), jax.P(None, "model"), jax.P("model")),
        out_specs=out_specs,
        check_vma=gather != "features",
    )(x, weight, bias)


def column_parallel_linear_reference(x, weight, bias, *, devices, gather):
    y = np.zeros((x.shape[0], weight.shape[1]))
    for n, j in np.ndindex(y.shape):
        y[n, j] = np.sum(x[n] * weight[:, j]) + bias[j]
    return y


def row_parallel_linear(x, weight, bias, *, devices, scatter):
    """A dense layer split over its input features: partial sums add up."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def layer(x, weight, bias):
        partial_sums = x @ weight
        if scatter:
            # Each device keeps only its share of the rows.
            return lax.psum_scatter(partial_sums, "model", tiled=True) + bias
        return lax.psum(partial_sums, "model") + bias

    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(jax.P(None, "model"), jax.P("model", None), jax.P()),
        out_specs=jax.P("model") if scatter else jax.P(),
    )(x, weight, bias)


def row_parallel_linear_reference(x, weight, bias, *, devices, scatter):
    y = np.zeros((x.shape[0], weight.shape[1]))
    for n, j in np.ndindex(y.shape):
        y[n, j] = np.sum(x[n] * weight[:, j]) + bias[j]
    return y


def tensor_parallel_mlp(x, w_in, w_out, *, devices, activation, residual):
    """A feed-forward block split over its hidden units, with one sum over devices."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("tp",))
    activate = {"silu": jax.nn.silu, "tanh": jnp.tanh, "softplus": jax.nn.softplus}

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P(None, "tp"), jax.P("tp", None)),
        out_specs=jax.P(),
    )
    def block(x, w_in, w_out):
        hidden = activate[activation](x @ w_in)
        return lax.psum(hidden @ w_out, "tp")

    y = block(x, w_in, w_out)
    return x + y if residual else y


def tensor_parallel_mlp_reference(x, w_in, w_out, *, devices, activation, residual):
    y = x.copy() if residual else np.zeros_like(x)
    for n in range(len(x)):
        for h in range(w_in.shape[1]):
            z = np.sum(x[n] * w_in[:, h])
            if activation == "silu":
                z = z / (1 + np.exp(-z))
            elif activation == "tanh":
                z = np.tanh(z)
            else:
                z = np.log(1 + np.exp(z))
            y[n] = y[n] + z * w_out[h]
    return y


def tensor_parallel_attention(x, w_qkv, w_out, *, devices, causal):
    """Self-attention whose heads are split over devices."""
    mesh = jax.make_mesh((devices,), ("heads",), (jax.sharding.AxisType.Auto,))

    def attend(x, w_qkv, w_out):
        query, key, value = jnp.einsum("nd,sdhk->shnk", x, w_qkv)
        scores = jnp.einsum("hqk,hsk->hqs", query, key) * query.shape[-1] ** -0.5
        if causal:
            visible = jnp.tri(x.shape[0], dtype=bool)
            scores = jnp.where(visible, scores, jnp.finfo(x.dtype).min)
        answers = jax.nn.softmax(scores, axis=-1) @ value
        return lax.psum(jnp.einsum("hnk,hkd->nd", answers, w_out), "heads")

    in_specs = (jax.P(), jax.P(None, None, "heads", None), jax.P("heads"))
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=in_specs, out_specs=jax.P())
    return sharded(x, w_qkv, w_out)


def tensor_parallel_attention_reference(x, w_qkv, w_out, *, devices, causal):
    length, _ = x.shape
    _, _, heads, depth = w_qkv.shape
    result = np.zeros(x.shape)
    for h in range(heads):
        query, key, value = (x @ w_qkv[s, :, h] for s in range(3))
        for i in range(length):
            seen = i + 1 if causal else length
            scores = key[:seen] @ query[i] / np.sqrt(depth)
            weights = np.exp(scores - np.max(scores))
            answer = weights @ value[:seen] / np.sum(weights)
            result[i] = result[i] + answer @ w_out[h]
    return result


def feature_sharded_layer_norm(x, scale, offset, *, devices, eps, rms):
    """Normalize rows whose features are spread over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def normalize(x, scale, offset):
        if not rms:
            x = x - lax.pmean(jnp.mean(x, axis=-1, keepdims=True), "model")
        power = lax.pmean(jnp.mean(jnp.square(x), axis=-1, keepdims=True), "model")
        return x * lax.rsqrt(power + eps) * scale + offset

    features = jax.P(None, "model")
    vector = jax.P("model")
    return jax.shard_map(
        normalize,
        mesh=mesh,
        in_specs=(features, vector, vector),
        out_specs=features,
    )(x, scale, offset)


def feature_sharded_layer_norm_reference(x, scale, offset, *, devices, eps, rms):
    result = np.zeros_like(x)
    for n, row in enumerate(x):
        centered = row if rms else row - np.sum(row) / row.size
        power = np.sum(centered**2) / row.size
        result[n] = centered / np.sqrt(power + eps) * scale + offset
    return result


def synchronized_batch_norm(x, scale, offset, running, *, devices, momentum, eps):
    """Batch norm by the moments of all devices' examples; also the running moments."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("batch",))

    def normalize(x, scale, offset, running):
        moments = jnp.stack([jnp.mean(x, axis=0), jnp.mean(x * x, axis=0)])
        mean, square = lax.pmean(moments, "batch")
        variance = square - mean * mean
        y = (x - mean) * lax.rsqrt(variance + eps) * scale + offset
        running = momentum * running + (1.0 - momentum) * jnp.stack([mean, variance])
        return y, running

    return jax.shard_map(
        normalize,
        mesh=mesh,
        in_specs=(jax.P("batch"), jax.P(), jax.P(), jax.P()),
        out_specs=(jax.P("batch"), jax.P()),
    )(x, scale, offset, running)


def synchronized_batch_norm_reference(
    x, scale, offset, running, *, devices, momentum, eps
):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum(x * x, axis=0) / len(x) - mean * mean
    y = (x - mean) / np.sqrt(variance + eps) * scale + offset
    old, new = momentum * running, np.array([mean, variance])
    return y, old + new - momentum * new


def vocab_parallel_embedding(tokens, table, *, devices, scatter):
    """Look up tokens in a table whose rows are split over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def embed(tokens, table):
        local = tokens - lax.axis_index("model") * table.shape[0]
        mine = (local >= 0) & (local < table.shape[0])
        rows = jnp.where(mine[:, None], table[jnp.where(mine, local, 0)], 0.0)
        if scatter:
            return lax.psum_scatter(rows, "model", scatter_dimension=0, tiled=True)
        return lax.psum(rows, "model")

    out_specs = jax.P("model") if scatter else jax.P()
    in_specs = (jax.P(), jax.P("model", None))
    rows = jax.shard_map(embed, mesh=mesh, in_specs=in_specs, out_specs=out_specs)(
        tokens, table
    )
    return rows * jnp.sqrt(jnp.array(table.shape[1], table.dtype))


def vocab_parallel_embedding_reference(tokens, table, *, devices, scatter):
    rows = [table[token] * np.sqrt(table.shape[1]) for token in tokens]
    return np.stack(rows)


def vocab_parallel_cross_entropy(logits, targets, *, devices, smoothing):
    """Cross entropy of logits whose vocabulary is split over devices."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("vocab",))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(None, "vocab"), jax.P()),
        out_specs=jax.P(),
    )
    def cross_entropy(logits, targets):
        size = logits.shape[1]
        # Shifting changes nothing, so neither does it have a gradient.
        top = lax.pmax(lax.stop_gradient(jnp.max(logits, axis=1)), "vocab")
        shifted = logits - top[:, None]
        norm = jnp.log(lax.psum(jnp.sum(jnp.exp(shifted), axis=1), "vocab"))
        local = targets - lax.axis_index("vocab") * size
        mine = (local >= 0) & (local < size)
        place = jnp.clip(local, 0, size - 1)[:, None]
        picked = jnp.take_along_axis(shifted, place, axis=1)[:, 0]
        picked = lax.psum(jnp.where(mine, picked, 0.0), "vocab")
        uniform = lax.pmean(jnp.mean(shifted, axis=1), "vocab")
        return norm - (1.0 - smoothing) * picked - smoothing * uniform

    return cross_entropy(logits, targets)


def vocab_parallel_cross_entropy_reference(logits, targets, *, devices, smoothing):
    losses = np.zeros(len(logits))
    for n, (row, target) in enumerate(zip(logits, targets)):
        log_probs = row - np.log(np.sum(np.exp(row)))
        uniform = np.sum(log_probs) / row.size
        losses[n] = -(1 - smoothing) * log_probs[target] - smoothing * uniform
    return losses


def expert_parallel_dispatch(x, w_router, w_in, w_out, *, devices, capacity):
    """A mixture of experts, one per device: tokens travel there and back."""
    mesh = jax.make_mesh((devices,), ("expert",), (jax.sharding.AxisType.Auto,))

    def layer(x, w_router, w_in, w_out):
        probabilities = jax.nn.softmax(x @ w_router, axis=-1)
        expert = jnp.argmax(probabilities, axis=-1)
        gate = jnp.max(probabilities, axis=-1, keepdims=True)
        chosen = jax.nn.one_hot(expert, devices, dtype=jnp.int32)
        # Each device may send so many tokens to an expert; the rest stay as they are.
        place = jnp.sum(jnp.cumsum(chosen, axis=0) * chosen, axis=1) - 1
        outgoing = jnp.zeros((devices, capacity, x.shape[1]), x.dtype)
        outgoing = outgoing.at[expert, place].set(x, mode="drop")
        incoming = lax.all_to_all(outgoing, "expert", split_axis=0, concat_axis=0)
        answers = jax.nn.silu(incoming @ w_in[0]) @ w_out[0]
        returned = lax.all_to_all(answers, "expert", split_axis=0, concat_axis=0)
        answer = returned.at[expert, place].get(mode="fill", fill_value=0.0)
        return x + gate * answer

    sharded = jax.P("expert")
    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(sharded, jax.P(), sharded, sharded),
        out_specs=sharded,
    )(x, w_router, w_in, w_out)


def expert_parallel_dispatch_reference(x, w_router, w_in, w_out, *, devices, capacity):
    result = x.copy()
    share = len(x) // devices
    for start in range(0, len(x), share):
        sent = [0] * devices
        for n in range(start, start + share):
            scores = np.exp(w_router.T @ x[n])
            expert = int(np.argmax(scores))
            sent[expert] += 1
            if sent[expert] <= capacity:
                hidden = w_in[expert].T @ x[n]
                hidden = hidden / (1 + np.exp(-hidden))
                gate = scores[expert] / np.sum(scores)
                result[n] = result[n] + gate * (w_out[expert].T @ hidden)
    return result
