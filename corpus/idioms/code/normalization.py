"""Normalization layers: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def layer_norm(x, scale, bias, *, eps):
    """Normalize each feature vector to zero mean and unit variance; scale and shift."""
    mean = jnp.mean(x, axis=-1, keepdims=True)
    centered = x - mean
    variance = jnp.mean(jnp.square(centered), axis=-1, keepdims=True)
    return centered * lax.rsqrt(variance + eps) * scale + bias


def layer_norm_reference(x, scale, bias, *, eps):
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + eps) * scale + bias


def rms_norm(x, gain, *, eps, unit_offset):
    """Divide each feature vector by its root mean square."""
    mean_square = jnp.mean(x * x, axis=-1, keepdims=True)
    normed = x * lax.rsqrt(mean_square + eps)
    # A gain that starts at zero decays towards the identity.
    return normed * (1.0 + gain if unit_offset else gain)


def rms_norm_reference(x, gain, *, eps, unit_offset):
    rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)
    return x / rms * (gain + 1.0 if unit_offset else gain)
