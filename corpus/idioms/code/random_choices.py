"""Draws from what there is: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from .random_keys import (
    fold_key,
    positive_uniforms,
    random_integers,
    raw_bits,
    seeded,
    shuffled_positions,
    split_key,
    split_keys,
    unit_uniforms,
)


def dice_totals(key, *, throws, dice, sides):
    """Sums of dice, and how often each sum came up."""
    faces = random.randint(key, (throws, dice), 1, sides + 1, dtype=jnp.int32)
    totals = jnp.sum(faces, axis=1, dtype=jnp.int32)
    return totals, jnp.zeros(dice * sides + 1, dtype=jnp.int32).at[totals].add(1)


def dice_totals_reference(key, *, throws, dice, sides):
    faces = random_integers(key, (throws, dice), 1, sides + 1)
    totals = np.array([sum(row) for row in faces.tolist()], dtype=np.int32)
    counts = np.bincount(totals, minlength=dice * sides + 1)
    return totals, counts.astype(np.int32)


def epoch_batches(seed, data, *, epoch, batch):
    """Data in an order of the epoch's own, cut into batches without a rest."""
    key = random.fold_in(random.key(seed), epoch)
    order = random.permutation(key, data.shape[0])
    count = data.shape[0] // batch
    order = order[: count * batch].reshape(count, batch)
    return data[order], order


def epoch_batches_reference(seed, data, *, epoch, batch):
    order = shuffled_positions(fold_key(seeded(seed), epoch), len(data))
    starts = range(0, len(data) - batch + 1, batch)
    order = np.array([order[start : start + batch] for start in starts])
    return np.array([[data[i] for i in row] for row in order]), order


def permuted_table(key, table, *, axis, independent):
    """Shuffle a table along an axis: whole lines, or each line on its own."""
    return random.permutation(key, table, axis=axis, independent=independent)


def permuted_table_reference(key, table, *, axis, independent):
    if not independent:
        return np.take(table, shuffled_positions(key, table.shape[axis]), axis)
    for _ in range(int(np.ceil(3 * np.log(table.size) / np.log(2**32 - 1)))):
        key, subkey = split_key(key)
        ranks = np.argsort(raw_bits(subkey, table.shape), axis=axis, kind="stable")
        table = np.take_along_axis(table, ranks, axis)
    return table


def bootstrap_spread(key, values, *, replicates, statistic):
    """Statistics of samples drawn with replacement, and their standard deviation."""
    count = values.shape[0]

    def replicate(key):
        drawn = random.randint(key, (count,), 0, count, dtype=jnp.int32)
        sample = values[drawn]
        return jnp.mean(sample) if statistic == "mean" else jnp.max(sample)

    estimates = jax.vmap(replicate)(random.split(key, replicates))
    return estimates, jnp.std(estimates, ddof=1)


def bootstrap_spread_reference(key, values, *, replicates, statistic):
    estimates = []
    for subkey in split_key(key, replicates):
        drawn = random_integers(subkey, (len(values),), 0, len(values))
        times = np.bincount(drawn, minlength=len(values))
        if statistic == "mean":
            estimates.append(np.sum(times * values) / len(values))
        else:
            estimates.append(np.max(values[times > 0]))
    estimates = np.array(estimates)
    residuals = estimates - np.mean(estimates)
    return estimates, np.sqrt(np.sum(residuals**2) / (replicates - 1))


def weighted_draws(key, items, weights, *, draws):
    """Items drawn with replacement, in proportion to their weights."""
    probabilities = weights / jnp.sum(weights)
    drawn = random.choice(key, items.shape[0], (draws,), p=probabilities)
    return items[drawn], drawn


def weighted_draws_reference(key, items, weights, *, draws):
    total = np.sum(weights)
    drawn = np.zeros(draws, dtype=np.int64)
    for i, uniform in enumerate(unit_uniforms(key, (draws,))):
        while np.sum(weights[: drawn[i] + 1]) < (1 - uniform) * total:
            drawn[i] += 1
    return items[drawn], drawn


def sampled_subset(seed, values, *, size):
    """Some of the values, each at most once, and an estimate of the sum of all."""
    count = values.shape[0]
    chosen = random.choice(random.key(seed), count, (size,), replace=False)
    return chosen, jnp.sum(values[chosen]) * (count / size)


def sampled_subset_reference(seed, values, *, size):
    chosen = shuffled_positions(seeded(seed), len(values))[:size]
    return chosen, np.mean(values[chosen]) * len(values)


def weighted_subset(key, weights, *, size):
    """Positions drawn without replacement, the heavier ones sooner."""
    count = weights.shape[0]
    return random.choice(key, count, (size,), replace=False, p=weights)


def weighted_subset_reference(key, weights, *, size):
    # The first of exponential clocks that run at the rates of the weights.
    uniforms = positive_uniforms(key, (len(weights),))
    return np.argsort(np.log(1 / uniforms) / weights)[:size]


def sampled_tokens(key, logits, *, draws, temperature):
    """Draws of tokens from the same logits, and their log probabilities."""
    scaled = logits / temperature
    tokens = random.categorical(key, scaled, shape=(draws, logits.shape[0]))
    log_probs = jax.nn.log_softmax(scaled, axis=-1)
    rows = jnp.arange(logits.shape[0])
    return tokens, log_probs[rows, tokens]


def sampled_tokens_reference(key, logits, *, draws, temperature):
    rows, size = logits.shape
    clocks = -np.log(positive_uniforms(key, (draws, rows, size)))
    tokens = np.zeros((draws, rows), dtype=np.int64)
    log_probs = np.zeros((draws, rows))
    for row in range(rows):
        weights = np.exp(logits[row] / temperature)
        for draw in range(draws):
            token = int(np.argmin(clocks[draw, row] / weights))
            tokens[draw, row] = token
            log_probs[draw, row] = np.log(weights[token] / np.sum(weights))
    return tokens, log_probs


def distinct_tokens(seed, logits, *, draws):
    """Tokens drawn without replacement for each row of logits."""
    shape = (draws, logits.shape[0])
    tokens = random.categorical(random.key(seed), logits, shape=shape, replace=False)
    return tokens.astype(jnp.int32)


def distinct_tokens_reference(seed, logits, *, draws):
    clocks = np.log(1 / positive_uniforms(seeded(seed), logits.shape))
    order = np.argsort(clocks / np.exp(logits), axis=1)
    return order[:, :draws].T.astype(np.int32)


def relaxed_category(key, logits, *, temperature, hard):
    """A relaxed draw of a category; if hard, one-hot with its gradient."""
    tiny = jnp.finfo(jnp.float32).tiny
    uniforms = random.uniform(key, logits.shape, jnp.float32, minval=tiny)
    gumbels = -jnp.log(-jnp.log(uniforms.astype(logits.dtype)))
    relaxed = jax.nn.softmax((logits + gumbels) / temperature, axis=-1)
    if not hard:
        return relaxed
    choice = jnp.argmax(relaxed, axis=-1)
    exact = jax.nn.one_hot(choice, logits.shape[-1], dtype=logits.dtype)
    return relaxed + lax.stop_gradient(exact - relaxed)


def relaxed_category_reference(key, logits, *, temperature, hard):
    clocks = -np.log(positive_uniforms(key, logits.shape))
    relaxed = np.zeros(logits.shape)
    for i, row in enumerate(np.exp(logits) / clocks):
        shares = np.power(row / np.max(row), 1 / temperature)
        winner = np.eye(len(row))[np.argmax(row)]
        relaxed[i] = winner if hard else shares / np.sum(shares)
    return relaxed


def binary_concrete(key, logits, *, samples, temperature):
    """Relaxed draws of bits, and the relative entropy of the bits to fair ones."""
    noise = random.logistic(key, (samples, *logits.shape), jnp.float32)
    relaxed = jax.nn.sigmoid((logits + noise) / temperature)
    ones = jax.nn.sigmoid(logits)
    entropy = jax.nn.softplus(logits) - ones * logits
    return relaxed, jnp.sum(jnp.log(2.0) - entropy)


def binary_concrete_reference(key, logits, *, samples, temperature):
    uniforms = positive_uniforms(key, (samples, *logits.shape))
    odds = np.exp(logits) * uniforms / (1 - uniforms)
    relaxed = 1 - 1 / (1 + np.power(odds, 1 / temperature))
    ones = 1 / (1 + np.exp(-logits))
    total = np.sum(ones * np.log(2 * ones) + (1 - ones) * np.log(2 * (1 - ones)))
    return relaxed, total


def masked_language_batch(key, tokens, *, vocabulary, rate):
    """Tokens to predict, most of them hidden by a mask or replaced at random."""
    mask_token = vocabulary
    choose_key, kind_key, token_key = random.split(key, 3)
    chosen = random.bernoulli(choose_key, jnp.float32(rate), tokens.shape)
    kinds = random.randint(kind_key, tokens.shape, 0, 10, dtype=jnp.int32)
    others = random.randint(token_key, tokens.shape, 0, vocabulary, dtype=jnp.int32)
    replaced = jnp.where(kinds < 8, mask_token, jnp.where(kinds == 8, others, tokens))
    inputs = jnp.where(chosen, replaced, tokens)
    return inputs, jnp.where(chosen, tokens, -1)


def masked_language_batch_reference(key, tokens, *, vocabulary, rate):
    choose_key, kind_key, token_key = split_key(key, 3)
    uniforms = unit_uniforms(choose_key, tokens.shape)
    kinds = random_integers(kind_key, tokens.shape, 0, 10)
    others = random_integers(token_key, tokens.shape, 0, vocabulary)
    inputs, targets = np.array(tokens), np.full(tokens.shape, -1, dtype=np.int32)
    for place in np.ndindex(*tokens.shape):
        if uniforms[place] < np.float32(rate):
            targets[place] = tokens[place]
            if kinds[place] < 8:
                inputs[place] = vocabulary
            elif kinds[place] == 8:
                inputs[place] = others[place]
    return inputs, targets


def keyed_reservoir(seed, stream, *, size):
    """A sample of fixed size of a stream that is read once."""
    key = random.key(seed)

    def read(carry, inputs):
        reservoir, places = carry
        i, item = inputs
        slot = random.randint(random.fold_in(key, i), (), 0, i + 1, dtype=jnp.int32)
        # A slot outside of the reservoir leaves it as it is.
        reservoir = reservoir.at[slot].set(item, mode="drop")
        return (reservoir, places.at[slot].set(i, mode="drop")), None

    start = (stream[:size], jnp.arange(size, dtype=jnp.int32))
    later = jnp.arange(size, stream.shape[0], dtype=jnp.int32)
    (reservoir, places), _ = lax.scan(read, start, (later, stream[size:]))
    return reservoir, places


def keyed_reservoir_reference(seed, stream, *, size):
    places = list(range(size))
    for i in range(size, len(stream)):
        slot = int(random_integers(fold_key(seeded(seed), i), (), 0, i + 1))
        if slot < size:
            places[slot] = i
    return stream[places], np.array(places, dtype=np.int32)


def spread_centers(key, points, *, centers):
    """Starting centers for k-means, drawn by squared distance from those before."""
    first_key, *keys = random.split(key, centers)
    count = points.shape[0]
    chosen = [random.randint(first_key, (), 0, count, dtype=jnp.int32)]
    nearest = jnp.full(count, jnp.inf, dtype=points.dtype)
    for center_key in keys:
        offsets = points - points[chosen[-1]]
        nearest = jnp.minimum(nearest, jnp.sum(jnp.square(offsets), axis=1))
        uniform = random.uniform(center_key, (), jnp.float32).astype(points.dtype)
        cumulative = jnp.cumsum(nearest)
        center = jnp.searchsorted(cumulative, uniform * cumulative[-1], side="right")
        chosen.append(jnp.minimum(center, count - 1).astype(jnp.int32))
    chosen = jnp.stack(chosen)
    return chosen, points[chosen]


def spread_centers_reference(key, points, *, centers):
    first_key, *keys = split_key(key, centers)
    chosen = [int(random_integers(first_key, (), 0, len(points)))]
    for center_key in keys:
        weights = np.array(
            [min(np.sum((x - points[c]) ** 2) for c in chosen) for x in points]
        )
        rest = unit_uniforms(center_key, ()) * np.sum(weights)
        center = 0
        while center < len(points) - 1 and rest >= weights[center]:
            rest = rest - weights[center]
            center += 1
        chosen.append(center)
    return np.array(chosen, dtype=np.int32), points[chosen]


def permutation_p_value(seed, first, second, *, shuffles):
    """How often relabeled groups differ at least as much as the groups given."""
    pooled = jnp.concatenate([first, second])
    size = first.shape[0]

    def difference(values):
        return jnp.abs(jnp.mean(values[:size]) - jnp.mean(values[size:]))

    observed = difference(pooled)
    keys = random.split(random.key(seed), shuffles)
    shuffled = jax.vmap(lambda key: difference(random.permutation(key, pooled)))(keys)
    # Relabelings may equal the given labels; rounding must not tell these apart.
    extreme = jnp.sum(shuffled >= observed * (1.0 - 1e-4), dtype=jnp.int32)
    return extreme, observed


def permutation_p_value_reference(seed, first, second, *, shuffles):
    pooled = np.concatenate([first, second])
    observed = np.abs(np.mean(first) - np.mean(second))
    total, size = np.sum(pooled), len(first)
    # So few are shuffled in one round: sorted by random words.
    _, subkeys = split_keys(split_key(seeded(seed), shuffles))
    orders = np.argsort(raw_bits(subkeys, (len(pooled),)), axis=1, kind="stable")
    parts = np.sum(pooled[orders[:, :size]], axis=1)
    gaps = np.abs(parts / size - (total - parts) / len(second))
    extreme = np.sum(gaps >= 0.9999 * observed)
    return np.int32(extreme), observed


def random_patch_mask(key, patches, *, keep):
    """Keep few patches of each image, and say which those are and how to restore."""
    count, length, _ = patches.shape
    noise = random.uniform(key, (count, length), jnp.float32)
    order = jnp.argsort(noise, axis=1)
    restore = jnp.argsort(order, axis=1)
    kept = jnp.take_along_axis(patches, order[:, :keep, None], axis=1)
    return kept, restore >= keep, restore


def random_patch_mask_reference(key, patches, *, keep):
    count, length, _ = patches.shape
    noise = unit_uniforms(key, (count, length))
    restore = np.zeros((count, length), dtype=np.int64)
    kept = np.zeros((count, keep, patches.shape[2]))
    for i, j in np.ndindex(count, length):
        rank = int(np.sum(noise[i] < noise[i, j]))
        rank += int(np.sum(noise[i, :j] == noise[i, j]))
        restore[i, j] = rank
        if rank < keep:
            kept[i, rank] = patches[i, j]
    return kept, restore >= keep, restore
