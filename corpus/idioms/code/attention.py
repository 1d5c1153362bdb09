"""Attention: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np


def attention(query, key, value, *, causal):
    """Scaled dot-product attention over batches and heads."""
    logits = jnp.einsum("bthd,bshd->bhts", query, key) / jnp.sqrt(query.shape[-1])
    if causal:
        queries, keys = logits.shape[-2:]
        visible = jnp.tril(jnp.ones((queries, keys), dtype=bool))
        logits = jnp.where(visible, logits, jnp.finfo(logits.dtype).min)
    weights = jax.nn.softmax(logits, axis=-1)
    return jnp.einsum("bhts,bshd->bthd", weights, value)


def attention_reference(query, key, value, *, causal):
    batch, length, heads, size = query.shape
    output = np.zeros_like(query)
    for b in range(batch):
        for h in range(heads):
            for t in range(length):
                seen = t + 1 if causal else key.shape[1]
                logits = key[b, :seen, h] @ query[b, t, h] / np.sqrt(size)
                weights = np.exp(logits - logits.max())
                output[b, t, h] = weights / weights.sum() @ value[b, :seen, h]
    return output
