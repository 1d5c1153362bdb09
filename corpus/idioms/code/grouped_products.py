"""Grouped products: JAX, and NumPy row by row."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def ragged_expert_layers(tokens, weights, biases, choices, *, gain):
    """Each token through the layer of its expert, all in one grouped product."""
    # A batch of grouped products needs all operands batched: one after the other.
    product = jax.custom_batching.sequential_vmap(lax.ragged_dot)
    order = jnp.argsort(choices, stable=True)
    sizes = jnp.bincount(choices, length=weights.shape[0]).astype(jnp.int32)
    # The bias is the weight of an input of one.
    layers = jnp.concatenate([weights, biases[:, None]], axis=1)
    inputs = jnp.concatenate([gain * tokens, jnp.ones_like(tokens[:, :1])], axis=1)
    grouped = product(inputs[order], layers, sizes)
    return jnp.zeros_like(grouped).at[order].set(jnp.tanh(grouped)), sizes


def ragged_expert_layers_reference(tokens, weights, biases, choices, *, gain):
    rows = [
        np.tanh(
            biases[choice] + sum(gain * x * w for x, w in zip(token, weights[choice]))
        )
        for token, choice in zip(tokens, choices)
    ]
    experts = range(len(weights))
    sizes = [sum(choice == expert for choice in choices) for expert in experts]
    return np.array(rows), np.array(sizes, dtype=np.int32)
