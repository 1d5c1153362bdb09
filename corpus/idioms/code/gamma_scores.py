"""Derivatives by shapes: JAX, and NumPy from the power series."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special


def incomplete_gamma_slope(shape, point):
    # The power series of the lower integral, term by term.
    total = np.zeros(())
    for k in range(80):
        order = shape + k + 1
        log_term = (shape + k) * np.log(point) - point - special.gammaln(order)
        total = total + np.exp(log_term) * (np.log(point) - special.digamma(order))
    return total


def gamma_shape_score(shapes, points, *, scale, upper):
    """Probabilities of gamma variables, and how they change with the shape."""
    probability = jax.scipy.special.gammaincc if upper else jax.scipy.special.gammainc
    value, pull = jax.vjp(lambda a: probability(a, points / scale), shapes)
    return value, pull(jnp.ones_like(value))[0]


def gamma_shape_score_reference(shapes, points, *, scale, upper):
    values, slopes = [], []
    for shape, point in zip(shapes, points):
        probability = special.gammaincc if upper else special.gammainc
        values.append(probability(shape, point / scale))
        slope = incomplete_gamma_slope(shape, point / scale)
        slopes.append(-slope if upper else slope)
    return np.array(values), np.array(slopes)


def poisson_threshold_sensitivity(thresholds, means, *, logarithm):
    """How the probability of few events changes as the count allowed does."""

    def at_most(threshold, mean):
        probability = jax.scipy.special.gammaincc(threshold + 1.0, mean)
        return jnp.log(probability) if logarithm else probability

    slope = jax.grad(at_most)
    over_means = jax.vmap(slope, in_axes=(None, 0))
    return jax.vmap(over_means, in_axes=(0, None))(thresholds, means)


def poisson_threshold_sensitivity_reference(thresholds, means, *, logarithm):
    result = np.zeros((len(thresholds), len(means)))
    for i, j in np.ndindex(result.shape):
        slope = -incomplete_gamma_slope(thresholds[i] + 1, means[j])
        if logarithm:
            slope = slope / special.gammaincc(thresholds[i] + 1, means[j])
        result[i, j] = slope
    return result
