"""Sampled categories, of noise that is given: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .samplers import gumbel_noise


def gumbel_max_sample(logits, uniforms, *, temperature):
    """Draw from categorical distributions, with the log probability of each draw."""
    log_probs = jax.nn.log_softmax(logits / temperature, axis=-1)
    draws = jnp.argmax(log_probs + gumbel_noise(uniforms), axis=-1)
    return draws, jnp.take_along_axis(log_probs, draws[:, None], axis=-1)[:, 0]


def gumbel_max_sample_reference(logits, uniforms, *, temperature):
    draws, log_probs = [], []
    for row, uniform in zip(logits, uniforms):
        rates = np.exp(row / temperature)
        # The first of competing exponential clocks to ring.
        draws.append(int(np.argmin(-np.log(uniform) / rates)))
        log_probs.append(np.log(rates[draws[-1]] / np.sum(rates)))
    return np.array(draws, dtype=np.int64), np.array(log_probs)


def gumbel_softmax_sample(logits, uniforms, *, temperature, hard):
    """A relaxed draw from categorical distributions, optionally discretized."""
    soft = jax.nn.softmax((logits + gumbel_noise(uniforms)) / temperature, axis=-1)
    if not hard:
        return soft
    winners = jnp.argmax(soft, axis=-1)
    one_hot = jax.nn.one_hot(winners, logits.shape[-1], dtype=soft.dtype)
    # Straight through: the value is discrete, the gradient that of the relaxation.
    return one_hot + (soft - lax.stop_gradient(soft))


def gumbel_softmax_sample_reference(logits, uniforms, *, temperature, hard):
    samples = np.zeros(logits.shape)
    for b in range(len(logits)):
        weights = np.exp(logits[b] / temperature)
        weights = weights / (-np.log(uniforms[b])) ** (1.0 / temperature)
        if hard:
            samples[b, np.argmax(weights)] = 1.0
        else:
            samples[b] = weights / np.sum(weights)
    return samples


def gumbel_top_k_sample(logits, uniforms, *, k):
    """Draw several categories without replacement, in the order of the draws."""
    perturbed = logits + gumbel_noise(uniforms)
    scores, draws = lax.top_k(perturbed, k)
    log_probs = jnp.take_along_axis(jax.nn.log_softmax(logits), draws, axis=-1)
    # What is left for each draw is the mass that earlier draws have not taken.
    taken = jnp.cumsum(jnp.exp(log_probs), axis=-1) - jnp.exp(log_probs)
    return draws, scores, log_probs - jnp.log(1.0 - taken)


def gumbel_top_k_sample_reference(logits, uniforms, *, k):
    batch = len(logits)
    draws = np.zeros((batch, k), dtype=np.int32)
    scores, log_probs = np.zeros((batch, k)), np.zeros((batch, k))
    for b in range(batch):
        left = list(range(logits.shape[1]))
        for i in range(k):
            noisy = logits[b, left] - np.log(np.log(1.0 / uniforms[b, left]))
            place = int(np.argmax(noisy))
            weights = np.exp(logits[b, left])
            scores[b, i] = noisy[place]
            log_probs[b, i] = np.log(weights[place] / np.sum(weights))
            draws[b, i] = left.pop(place)
    return draws, scores, log_probs


def top_k_sample(logits, uniforms, *, k, temperature):
    """Draw one of the k most likely tokens by inverting their distribution."""
    top_logits, top_tokens = lax.top_k(logits, k)
    probs = jax.nn.softmax(top_logits / temperature, axis=-1)
    below = jnp.cumsum(probs, axis=-1) < uniforms[:, None]
    places = jnp.minimum(jnp.sum(below, axis=-1, keepdims=True), k - 1)
    tokens = jnp.take_along_axis(top_tokens, places, axis=-1)[:, 0]
    return tokens, probs


def top_k_sample_reference(logits, uniforms, *, k, temperature):
    tokens = np.zeros(len(logits), dtype=np.int32)
    probs = np.zeros((len(logits), k))
    for b, row in enumerate(logits):
        order = sorted(range(len(row)), key=lambda i: -float(row[i]))[:k]
        weights = [np.exp(row[i] / temperature) for i in order]
        total, reached, place = sum(weights), weights[0], 0
        while reached < uniforms[b] * total and place < k - 1:
            place += 1
            reached = reached + weights[place]
        tokens[b] = order[place]
        probs[b] = np.array(weights) / total
    return tokens, probs


def nucleus_filter(logits, *, top_p):
    """Keep the fewest tokens whose probabilities reach a given sum."""
    order = jnp.argsort(-logits, axis=-1)
    sorted_probs = jax.nn.softmax(jnp.take_along_axis(logits, order, axis=-1), axis=-1)
    # A token is kept if those before it do not suffice; the first always is.
    before = jnp.cumsum(sorted_probs, axis=-1) - sorted_probs
    ranks = jnp.argsort(order, axis=-1)
    keep = jnp.take_along_axis(before < top_p, ranks, axis=-1)
    return jnp.where(keep, logits, -jnp.inf)


def nucleus_filter_reference(logits, *, top_p):
    filtered = np.full(logits.shape, -np.inf)
    for b, row in enumerate(logits):
        probs = np.exp(row) / np.sum(np.exp(row))
        mass = 0.0
        for token in np.argsort(-row, kind="stable"):
            if mass >= top_p:
                break
            filtered[b, token] = row[token]
            mass = mass + probs[token]
    return filtered


def min_p_sample(logits, uniforms, *, min_p, temperature):
    """Draw a token that is not too unlikely in comparison with the likeliest."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    likeliest = jnp.max(log_probs, axis=-1, keepdims=True)
    plausible = log_probs >= likeliest + jnp.log(min_p)
    scaled = jnp.where(plausible, log_probs / temperature, -jnp.inf)
    tokens = jnp.argmax(scaled + gumbel_noise(uniforms), axis=-1)
    return tokens, jax.nn.softmax(scaled, axis=-1)


def min_p_sample_reference(logits, uniforms, *, min_p, temperature):
    tokens, probs = np.zeros(len(logits), dtype=np.int64), np.zeros(logits.shape)
    for b, row in enumerate(logits):
        candidates = [
            v for v in range(len(row)) if np.exp(row[v] - np.max(row)) >= min_p
        ]
        weights = np.exp(row[candidates] / temperature)
        probs[b, candidates] = weights / np.sum(weights)
        clocks = -np.log(uniforms[b, candidates]) / weights
        tokens[b] = candidates[int(np.argmin(clocks))]
    return tokens, probs


def typical_filter(logits, *, mass, penalty):
    """Keep the tokens whose information content is closest to the expected one."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    probs = jnp.exp(log_probs)
    entropy = -jnp.sum(probs * log_probs, axis=-1, keepdims=True)
    order = jnp.argsort(jnp.abs(log_probs + entropy), axis=-1)
    cumulative = jnp.cumsum(jnp.take_along_axis(probs, order, axis=-1), axis=-1)
    last = jnp.sum(cumulative < mass, axis=-1, keepdims=True)
    ranks = jnp.argsort(order, axis=-1)
    return jnp.where(ranks <= last, log_probs, log_probs - penalty)


def typical_filter_reference(logits, *, mass, penalty):
    filtered = np.zeros(logits.shape)
    for b, row in enumerate(logits):
        probs = np.exp(row) / np.sum(np.exp(row))
        surprise = np.log(1.0 / probs)
        unusual = np.abs(surprise - np.sum(probs * surprise))
        total, filtered[b] = 0.0, -surprise - penalty
        for token in np.argsort(unusual):
            filtered[b, token] = -surprise[token]
            total = total + probs[token]
            if total >= mass:
                break
    return filtered


def penalize_repetition(logits, tokens, *, repetition, frequency, presence):
    """Make tokens less likely that have already been generated."""
    rows = jnp.arange(logits.shape[0])[:, None]
    counts = jnp.zeros_like(logits).at[rows, tokens].add(1.0)
    seen = counts > 0
    scaled = jnp.where(logits > 0, logits / repetition, logits * repetition)
    penalty = frequency * counts + presence * seen
    return jnp.where(seen, scaled, logits) - penalty


def penalize_repetition_reference(logits, tokens, *, repetition, frequency, presence):
    changed = np.array(logits)
    for b, history in enumerate(tokens):
        for token in {int(t) for t in history}:
            times = int(np.sum(history == token))
            logit = logits[b, token]
            logit = logit / repetition if logit > 0 else logit * repetition
            changed[b, token] = logit - frequency * times - presence
    return changed


def contrastive_decoding(expert_logits, amateur_logits, *, plausibility, strength):
    """Prefer tokens that an expert finds likelier than an amateur does."""
    expert = jax.nn.log_softmax(expert_logits, axis=-1)
    amateur = jax.nn.log_softmax(amateur_logits, axis=-1)
    best = jnp.max(expert, axis=-1, keepdims=True)
    plausible = expert >= jnp.log(plausibility) + best
    scores = (1.0 + strength) * expert - strength * amateur
    scores = jnp.where(plausible, scores, -jnp.inf)
    return scores, jnp.argmax(scores, axis=-1)


def contrastive_decoding_reference(
    expert_logits, amateur_logits, *, plausibility, strength
):
    scores = np.full(expert_logits.shape, -np.inf)
    for b in range(len(expert_logits)):
        expert = np.exp(expert_logits[b]) / np.sum(np.exp(expert_logits[b]))
        amateur = np.exp(amateur_logits[b]) / np.sum(np.exp(amateur_logits[b]))
        for v in range(len(expert)):
            if expert[v] / np.max(expert) >= plausibility:
                ratio = expert[v] / amateur[v]
                scores[b, v] = np.log(expert[v]) + strength * np.log(ratio)
    return scores, np.array([int(np.argmax(row)) for row in scores], dtype=np.int64)


def speculative_acceptance(target_logits, draft_logits, tokens, uniforms):
    """How many drafted tokens to accept, and the distribution of the next one."""
    target = jax.nn.softmax(target_logits, axis=-1)
    draft = jax.nn.softmax(draft_logits, axis=-1)
    places = jnp.arange(len(tokens))
    ratios = target[places, tokens] / draft[places, tokens]
    # The first rejection, or the end of the draft.
    accepted = jnp.argmin(jnp.append(uniforms <= ratios, False))
    padded = jnp.pad(draft, ((0, 1), (0, 0)))
    residual = jax.nn.relu(target[accepted] - padded[accepted])
    return accepted, residual / jnp.sum(residual)


def speculative_acceptance_reference(target_logits, draft_logits, tokens, uniforms):
    accepted = 0
    for t, token in enumerate(tokens):
        p = np.exp(target_logits[t]) / np.sum(np.exp(target_logits[t]))
        q = np.exp(draft_logits[t]) / np.sum(np.exp(draft_logits[t]))
        if uniforms[t] * q[token] > p[token]:
            excess = np.where(p > q, p - q, 0.0)
            return accepted, excess / np.sum(excess)
        accepted += 1
    weights = np.exp(target_logits[accepted])
    return accepted, weights / np.sum(weights)


def hard_concrete_gate(log_alpha, uniforms, *, temperature, stretch):
    """Gates that are often exactly zero or one, and the chance that they are open."""
    noise = jnp.log(uniforms / (1.0 - uniforms))
    soft = jax.nn.sigmoid((noise + log_alpha) / temperature)
    gates = jnp.clip(soft * (1.0 + 2.0 * stretch) - stretch, 0.0, 1.0)
    offset = temperature * jnp.log(stretch / (1.0 + stretch))
    return gates, jnp.sum(jax.nn.sigmoid(log_alpha - offset))


def hard_concrete_gate_reference(log_alpha, uniforms, *, temperature, stretch):
    gates, open_chance = np.zeros(log_alpha.shape), np.array(0.0)
    for i in range(len(log_alpha)):
        odds = uniforms[i] / (1.0 - uniforms[i]) * np.exp(log_alpha[i])
        powered = np.power(odds, 1.0 / temperature)
        wide = -stretch + (1.0 + 2.0 * stretch) * powered / (1.0 + powered)
        gates[i] = min(max(wide, 0.0), 1.0)
        limit = np.power(np.array(stretch / (1.0 + stretch)), temperature)
        open_chance = open_chance + 1.0 / (1.0 + limit / np.exp(log_alpha[i]))
    return gates, open_chance
