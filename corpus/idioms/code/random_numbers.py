"""Random numbers from explicit keys: JAX, and NumPy from the definition.

Numbers are drawn in float32, of which the bits are the same with and without x64 mode.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from scipy import special


def threefry(key, low):
    # Twenty rounds, and a word of the key after every fourth (Salmon et al., 2011). The
    # high words of the counters are zero.
    mask = 0xFFFFFFFF
    words = [word.astype(np.uint64) if np.ndim(word) else int(word) for word in key]
    words.append(words[0] ^ words[1] ^ 0x1BD11BDA)
    y = (np.asarray(low, dtype=np.uint64) + words[1]) & mask
    x = np.zeros_like(y) + words[0]
    for turn in range(20):
        x = (x + y) & mask
        left = np.uint64((13, 15, 26, 6, 17, 29, 16, 24)[turn % 8])
        y = ((y << left | y >> (32 - left)) & mask) ^ x
        if turn % 4 == 3:
            count = turn // 4 + 1
            x = (x + words[count % 3]) & mask
            y = (y + words[(count + 1) % 3] + count) & mask
    return x, y


def seeded(seed):
    return [0, int(seed)]


def split_key(key, count=2):
    return np.stack(threefry(key, np.arange(count)), axis=1)


def fold_key(key, number):
    return [int(word) for word in threefry(key, int(number))]


def split_keys(keys, count=2):
    # The parts of many keys; their words go together with counters in the last axis.
    words = np.stack(threefry(keys.T[..., None], np.arange(count)))
    return [words[..., part : part + 1] for part in range(count)]


def raw_bits(key, shape):
    x, y = threefry(key, np.arange(int(np.prod(shape))).reshape(shape))
    return x ^ y


def unit_uniforms(key, shape):
    # Multiples of 2^-23, in an array of their own so that what follows may round.
    return np.array((raw_bits(key, shape) >> 9).astype(float) * 2.0**-23)


def positive_uniforms(key, shape):
    return np.maximum(unit_uniforms(key, shape), 2.0**-126)


def random_integers(key, shape, low, high):
    # Two words for each, as one would favor some remainders.
    first, second = split_key(key)
    span = np.asarray(high).astype(np.uint64) - np.asarray(low).astype(np.uint64)
    mask = 0xFFFFFFFF
    shift = (2**16 % span) ** 2 % span
    product = (raw_bits(first, shape) % span * shift) & mask
    offsets = ((product + raw_bits(second, shape) % span) & mask) % span
    return (offsets.astype(np.int64) + low).astype(np.int32)


def shuffled_positions(key, count):
    order = np.arange(count)
    for _ in range(int(np.ceil(3 * np.log(max(1, count)) / np.log(2**32 - 1)))):
        key, subkey = split_key(key)
        order = order[np.argsort(raw_bits(subkey, (count,)), kind="stable")]
    return order


def standard_normals(key, shape, dtype):
    """Standard normal numbers, the same ones in every precision."""
    lowest = -1.0 + 2.0**-24
    uniforms = random.uniform(key, shape, jnp.float32, minval=lowest)
    return 2.0**0.5 * lax.erf_inv(uniforms.astype(dtype))


def standard_normals_reference(key, shape):
    # Quantiles of the upper half, with its sign: as well conditioned as the error
    # function is near one.
    uniforms = 2.0 * unit_uniforms(key, shape) - (1.0 - 2.0**-24)
    signs = np.sign(uniforms)
    return signs * special.ndtri(np.array(0.5 + 0.5 * np.abs(uniforms)))


def random_signs(key, shape, dtype):
    """Fair coin tosses, of -1 and 1."""
    return 2.0 * random.bernoulli(key, jnp.float32(0.5), shape).astype(dtype) - 1.0


def random_signs_reference(key, shape):
    return np.where(unit_uniforms(key, shape) < 0.5, 1.0, -1.0)


def random_words(seed, *, rows, columns, width):
    """Random bits as unsigned integers of some width."""
    words = random.bits(random.key(seed), (rows, columns), dtype=f"uint{width}")
    return words.astype(jnp.uint32)


def random_words_reference(seed, *, rows, columns, width):
    words = raw_bits(seeded(seed), (rows, columns)) % 2**width
    return words.astype(np.uint32)


def monobit_p_value(key, *, count, width):
    """Whether zeros and ones are about as many: excess of ones, and its p-value."""
    words = random.bits(key, (count,), dtype=f"uint{width}")
    ones = jnp.sum(lax.population_count(words).astype(jnp.int32), dtype=jnp.int32)
    excess = 2 * ones - count * width
    deviation = jnp.abs(excess).astype(jnp.float32) / (2 * count * width) ** 0.5
    return excess, lax.erfc(deviation)


def monobit_p_value_reference(key, *, count, width):
    words = raw_bits(key, (count,))
    bits = [int(word) >> place & 1 for word in words for place in range(width)]
    total = np.array(sum(1 if bit else -1 for bit in bits), dtype=np.int32)
    statistic = np.abs(np.array(1.0 * total)) / np.sqrt(np.array(1.0 * len(bits)))
    return total, special.erfc(statistic / np.sqrt(2))


def runs_p_value(seed, *, count):
    """Whether runs of equal bits are as long as chance makes them, with a p-value."""
    words = random.bits(random.key(seed), (count,), dtype=jnp.uint8)
    bits = jnp.unpackbits(words)
    size = bits.shape[0]
    runs = 1 + jnp.sum(bits[1:] != bits[:-1], dtype=jnp.int32)
    share = jnp.mean(bits, dtype=jnp.float32)
    spread = 2.0 * share * (1.0 - share)
    distance = jnp.abs(runs.astype(jnp.float32) - size * spread)
    return runs, lax.erfc(distance / (2 * size) ** 0.5 / spread)


def runs_p_value_reference(seed, *, count):
    words = raw_bits(seeded(seed), (count,))
    text = "".join(f"{int(word) % 256:08b}" for word in words)
    runs = 1 + text.count("01") + text.count("10")
    share = np.array(float(text.count("1"))) / len(text)
    mean = 2 * len(text) * share * (1 - share)
    scale = 2 * np.sqrt(2.0 * len(text)) * share * (1 - share)
    return np.int32(runs), special.erfc(np.abs(runs - mean) / scale)


def key_tree(seed, *, branches, leaves):
    """Keys of a tree of two levels, and a random word for each of its leaves."""
    keys = random.split(random.key(seed), (branches, leaves))
    words = jax.vmap(jax.vmap(lambda key: random.bits(key, dtype=jnp.uint32)))(keys)
    return random.key_data(keys), words


def key_tree_reference(seed, *, branches, leaves):
    keys = split_key(seeded(seed), branches * leaves)
    words = np.array([raw_bits(key, ()) for key in keys]).reshape(branches, leaves)
    keys = keys.reshape(branches, leaves, 2)
    return keys.astype(np.uint32), words.astype(np.uint32)


def step_keys(seed, steps, *, epoch, draws):
    """Keys that depend on the epoch and the step alone, and their first draws."""
    epoch_key = random.fold_in(random.key(seed), epoch)
    keys = jax.vmap(lambda step: random.fold_in(epoch_key, step))(steps)
    uniforms = jax.vmap(lambda key: random.uniform(key, (draws,), jnp.float32))(keys)
    return random.key_data(keys), uniforms


def step_keys_reference(seed, steps, *, epoch, draws):
    epoch_key = fold_key(seeded(seed), epoch)
    keys = [fold_key(epoch_key, step) for step in steps]
    uniforms = [unit_uniforms(key, (draws,)) for key in keys]
    return np.array(keys, dtype=np.uint32), np.array(uniforms)


def experiment_arms(key, users, *, arms):
    """Arms of an experiment by user, and how many users each arm has."""

    def assign(user):
        bits = random.bits(random.fold_in(key, user), dtype=jnp.uint32)
        return (bits % arms).astype(jnp.int32)

    assigned = jax.vmap(assign)(users)
    return assigned, jnp.zeros(arms, dtype=jnp.int32).at[assigned].add(1)


def experiment_arms_reference(key, users, *, arms):
    assigned = [int(raw_bits(fold_key(key, user), ())) % arms for user in users]
    counts = [assigned.count(arm) for arm in range(arms)]
    return np.array(assigned, dtype=np.int32), np.array(counts, dtype=np.int32)


def carried_key_walk(key, start, drift, *, steps, noise):
    """A random walk whose key is split again at each step."""

    def step(carry, _):
        key, position = carry
        key, draw_key = random.split(key)
        if noise == "sign":
            jump = random_signs(draw_key, start.shape, start.dtype)
        else:
            jump = random.uniform(draw_key, start.shape, jnp.float32, -1.0, 1.0)
        position = position + drift + jump.astype(start.dtype)
        return (key, position), position

    (key, _), path = lax.scan(step, (key, start), length=steps)
    return path, key


def carried_key_walk_reference(key, start, drift, *, steps, noise):
    path = []
    for _ in range(steps):
        key, draw_key = split_key(key)
        if noise == "sign":
            jump = random_signs_reference(draw_key, start.shape)
        else:
            jump = 2 * unit_uniforms(draw_key, start.shape) - 1
        start = start + jump + drift
        path.append(start)
    return np.array(path), key.astype(np.uint32)


def common_random_numbers(seed, spot, bump, *, count, volatility, strike):
    """How an option's price changes, with the same noise on both sides."""
    key = random.key(seed)

    def price(key, spot):
        noise = standard_normals(key, (count,), spot.dtype)
        growth = jnp.exp(volatility * noise - 0.5 * volatility**2)
        return jnp.mean(jax.nn.relu(spot * growth - strike))

    up, down = price(random.clone(key), spot + bump), price(key, spot - bump)
    return (up - down) / (2.0 * bump)


def common_random_numbers_reference(seed, spot, bump, *, count, volatility, strike):
    total = np.zeros(())
    for noise in standard_normals_reference(seeded(seed), (count,)):
        growth = np.exp(volatility * noise) / np.exp(np.array(volatility**2 / 2))
        for side in (1, -1):
            gain = np.maximum((spot + side * bump) * growth - strike, 0)
            total = total + side * gain
    return total / count / (2 * bump)


def uniform_box_points(seed, low, width, *, count):
    """Points of a box, and their squared distances from its center."""
    shape = (count, *low.shape)
    uniforms = random.uniform(random.key(seed), shape, jnp.float32).astype(low.dtype)
    points = low + width * uniforms
    center = low + 0.5 * width
    return points, jnp.sum(jnp.square(points - center), axis=-1)


def uniform_box_points_reference(seed, low, width, *, count):
    shares = unit_uniforms(seeded(seed), (count, len(low)))
    points = (1 - shares) * low + shares * (low + width)
    squares = [np.sum((width * (share - 0.5)) ** 2) for share in shares]
    return points, np.array(squares)


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


def integers_between(seed, low, span, *, count, dtype):
    """Integers of ranges that differ from column to column."""
    shape = (count, low.shape[0])
    draws = random.randint(random.key(seed), shape, low, low + span, dtype=dtype)
    return draws.astype(jnp.int32)


def integers_between_reference(seed, low, span, *, count, dtype):
    key = seeded(seed)
    high = low + span
    if dtype in ("uint8", "int8"):  # what does not fit is drawn from what does
        smallest, largest = (0, 255) if dtype == "uint8" else (-128, 127)
        low = np.clip(low, smallest, largest)
        high = np.clip(high, smallest, largest + 1)
    return random_integers(key, (count, len(low)), low, high)


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


def poisson_arrivals(seed, rates, *, events, horizon):
    """Arrival times of Poisson processes, and how many come before a horizon."""
    shape = (rates.shape[0], events)
    waits = random.exponential(random.key(seed), shape, jnp.float32)
    times = jnp.cumsum(waits / rates[:, None], axis=1)
    return times, jnp.sum(times < horizon, axis=1, dtype=jnp.int32)


def poisson_arrivals_reference(seed, rates, *, events, horizon):
    uniforms = unit_uniforms(seeded(seed), (len(rates), events))
    times, counts = np.zeros(uniforms.shape), np.zeros(len(rates), dtype=np.int32)
    for i, rate in enumerate(rates):
        time = 0.0
        for j in range(events):
            time = time - np.log1p(-uniforms[i, j]) / rate
            times[i, j] = time
            counts[i] += time < horizon
    return times, counts


def laplace_mechanism(key, values, *, bound, epsilon):
    """A sum of clipped values, private by noise as wide as one value can change it."""
    clipped = jnp.clip(values, -bound, bound)
    noise = random.laplace(key, (values.shape[1],), jnp.float32)
    return jnp.sum(clipped, axis=0) + 2.0 * bound / epsilon * noise


def laplace_mechanism_reference(key, values, *, bound, epsilon):
    shares = unit_uniforms(key, (values.shape[1],))
    uniforms = np.maximum(2 * shares - (1 - 2.0**-24), -1 + 2.0**-24)
    noise = np.sign(uniforms) * np.log1p(-np.abs(uniforms))
    totals = sum(np.minimum(np.maximum(row, -bound), bound) for row in values)
    return totals + noise * 2 * bound / epsilon


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


def cauchy_flight(seed, start, *, steps, longest):
    """A flight with rare long jumps, none of them beyond a limit."""
    jumps = random.cauchy(random.key(seed), (steps, *start.shape), jnp.float32)
    return start + jnp.cumsum(jnp.clip(jumps, -longest, longest), axis=0)


def cauchy_flight_reference(seed, start, *, steps, longest):
    shares = unit_uniforms(seeded(seed), (steps, *start.shape))
    uniforms = np.array(shares * (1 - 2.0**-23) + 2.0**-23)
    path, position = [], start
    for angles in np.pi * (uniforms - 0.5):
        jump = np.sin(angles) / np.cos(angles)
        position = position + np.minimum(np.maximum(jump, -longest), longest)
        path.append(position)
    return np.array(path)


def spsa_gradient(key, parameters, matrix, *, samples, radius):
    """A gradient from pairs of values alone, all coordinates being moved at once."""

    def loss(x):
        return 0.5 * x @ matrix @ x + jnp.sum(jnp.cos(x))

    def estimate(key):
        signs = random_signs(key, parameters.shape, parameters.dtype)
        up, down = loss(parameters + radius * signs), loss(parameters - radius * signs)
        return (up - down) / (2.0 * radius) * signs

    return jnp.mean(jax.vmap(estimate)(random.split(key, samples)), axis=0)


def spsa_gradient_reference(key, parameters, matrix, *, samples, radius):
    total = np.zeros(parameters.shape)
    for subkey in split_key(key, samples):
        signs = random_signs_reference(subkey, parameters.shape)
        for side in (1, -1):
            x = parameters + side * radius * signs
            value = np.sum(matrix * np.outer(x, x)) / 2 + np.sum(np.cos(x))
            total = total + side * value / (2 * radius * signs)
    return total / samples


def trace_estimate(seed, matrix, *, probes, noise):
    """The trace of a matrix from products with random vectors alone."""
    keys = random.split(random.key(seed), probes)

    def probe(key):
        if noise == "sign":
            vector = random_signs(key, matrix.shape[:1], matrix.dtype)
        else:
            vector = standard_normals(key, matrix.shape[:1], matrix.dtype)
        return jnp.vdot(vector, matrix @ vector)

    return jnp.mean(lax.map(probe, keys))


def trace_estimate_reference(seed, matrix, *, probes, noise):
    draw = random_signs_reference if noise == "sign" else standard_normals_reference
    weights = np.zeros(matrix.shape)
    for key in split_key(seeded(seed), probes):
        vector = draw(key, (len(matrix),))
        weights = weights + np.outer(vector, vector)
    return np.sum(matrix * weights) / probes


def bounded_normals(key, lower, upper, *, samples):
    """Draws of a normal distribution between bounds, and their mean."""
    shape = (samples, *lower.shape)
    draws = random.truncated_normal(key, lower, upper, shape, jnp.float32)
    return draws, jnp.mean(draws, axis=0)


def bounded_normals_reference(key, lower, upper, *, samples):
    shares = unit_uniforms(key, (samples, *lower.shape))
    low, high = special.ndtr(lower), special.ndtr(upper)
    draws = special.ndtri(low + shares * (high - low))
    return draws, np.sum(draws, axis=0) / samples


def thermal_speeds(seed, masses, *, count, temperature):
    """Speeds of particles of a gas, and the mean energy of each kind."""
    shape = (count, *masses.shape)
    speeds = random.maxwell(random.key(seed), shape, jnp.float32)
    speeds = speeds * jnp.sqrt(temperature / masses)
    return speeds, jnp.mean(0.5 * masses * jnp.square(speeds), axis=0)


def thermal_speeds_reference(seed, masses, *, count, temperature):
    shape = (count, len(masses), 3)
    velocities = standard_normals_reference(seeded(seed), shape)
    velocities = velocities * np.sqrt(temperature / masses)[:, None]
    squares = np.sum(velocities * velocities, axis=2)
    return np.sqrt(squares), masses * np.sum(squares, axis=0) / (2 * count)


def pareto_concentration(key, exponents, *, count):
    """Draws of incomes, and their Gini coefficients."""
    shape = (count, *exponents.shape)
    incomes = random.pareto(key, exponents, shape, jnp.float32)
    ordered = jnp.sort(incomes, axis=0)
    ranks = jnp.arange(1, count + 1, dtype=jnp.float32)[:, None]
    weighted = jnp.sum((2.0 * ranks - count - 1.0) * ordered, axis=0)
    return incomes, weighted / (count * jnp.sum(incomes, axis=0))


def pareto_concentration_reference(key, exponents, *, count):
    rests = 1 - unit_uniforms(key, (count, len(exponents)))
    incomes = np.power(rests, -1 / exponents)
    gini = []
    for column in incomes.T:
        differences = np.abs(column[:, None] - column)
        gini.append(np.sum(differences) / (2 * count * np.sum(column)))
    return incomes, np.array(gini)


def censored_lifetimes(seed, scales, *, count, concentration, limit):
    """Lifetimes observed up to a limit, and the rate that they suggest."""
    shape = (count, *scales.shape)
    key = random.key(seed)
    lifetimes = random.weibull_min(key, scales, concentration, shape, jnp.float32)
    observed = jnp.minimum(lifetimes, limit)
    failed = lifetimes < limit
    hazards = jnp.sum((observed / scales) ** concentration, axis=0)
    failures = jnp.sum(failed, axis=0, dtype=jnp.float32)
    return observed, failed, failures / hazards


def censored_lifetimes_reference(seed, scales, *, count, concentration, limit):
    uniforms = unit_uniforms(seeded(seed), (count, len(scales)))
    exponentials = -np.log1p(-uniforms)
    lifetimes = np.power(exponentials, 1 / concentration) * scales
    failed = lifetimes < limit
    ends = np.power(limit / scales, concentration)
    hazards = np.sum(np.where(failed, exponentials, ends), axis=0)
    return np.where(failed, lifetimes, limit), failed, np.sum(failed, axis=0) / hazards


def fading_capacity(key, scales, *, count, snr):
    """Gains of fading channels, and the mean rate at which they can carry bits."""
    gains = random.rayleigh(key, scales, (count, *scales.shape), jnp.float32)
    rates = jnp.log2(1.0 + snr * jnp.square(gains))
    return gains, jnp.mean(rates, axis=0)


def fading_capacity_reference(key, scales, *, count, snr):
    energies = -2 * np.log(positive_uniforms(key, (count, len(scales))))
    rates = np.log(1 + snr * energies * scales * scales) / np.log(2.0)
    return np.sqrt(energies) * scales, np.sum(rates, axis=0) / count


def project_durations(seed, least, likely, most, *, count):
    """Durations of a project whose tasks follow one another, and their quartiles."""
    shape = (count, *least.shape)
    key = random.key(seed)
    tasks = random.triangular(
        key, least, least + likely, least + likely + most, shape, jnp.float32
    )
    durations = jnp.sum(tasks, axis=1)
    return durations, jnp.quantile(durations, jnp.array([0.25, 0.5, 0.75]))


def project_durations_reference(seed, least, likely, most, *, count):
    uniforms = unit_uniforms(seeded(seed), (count, len(least)))
    durations = []
    for row in uniforms:
        total = np.zeros(())
        for u, low, left, right in zip(row, least, likely, most):
            width = left + right
            if u * width < left:
                total = total + low + np.sqrt(u * width * left)
            else:
                total = total + low + width - np.sqrt((1 - u) * width * right)
        durations.append(total)
    ordered = np.sort(np.array(durations))
    quartiles = []
    for quarter in (1, 2, 3):
        below, rest = divmod(quarter * (count - 1), 4)
        above = min(below + 1, count - 1)
        step = ordered[above] - ordered[below]
        quartiles.append(ordered[below] + step * (rest / 4))
    return np.array(durations), np.array(quartiles)


def correlated_draws(key, mean, covariance, *, count):
    """Draws of a multivariate normal distribution, and their covariance matrix."""
    draws = random.multivariate_normal(key, mean, covariance, (count,), jnp.float32)
    return draws, jnp.cov(draws, rowvar=False)


def correlated_draws_reference(key, mean, covariance, *, count):
    factor = np.linalg.cholesky(covariance)
    noise = standard_normals_reference(key, (count, len(mean)))
    draws = np.array([mean + factor @ row for row in noise])
    centered = draws - np.sum(draws, axis=0) / count
    return draws, centered.T @ centered / (count - 1)


def asset_paths(seed, prices, *, steps, drift, volatility, maturity):
    """Paths of asset prices, and the means along each."""
    step = maturity / steps
    shape = (steps, *prices.shape)
    noise = standard_normals(random.key(seed), shape, prices.dtype)
    growth = (drift - 0.5 * volatility**2) * step + volatility * step**0.5 * noise
    paths = prices * jnp.exp(jnp.cumsum(growth, axis=0))
    return paths, jnp.mean(paths, axis=0)


def asset_paths_reference(seed, prices, *, steps, drift, volatility, maturity):
    noise = standard_normals_reference(seeded(seed), (steps, len(prices)))
    step = maturity / steps
    mean = np.exp(np.array(drift * step))
    paths = []
    for row in noise:
        martingale = np.exp(volatility * np.sqrt(step) * row - volatility**2 * step / 2)
        prices = prices * mean * martingale
        paths.append(prices)
    return np.array(paths), sum(paths) / steps


def retry_delays(key, failure, *, clients, base, cap):
    """Attempts until success of clients, and how long each has waited between."""
    shape = (clients, *failure.shape)
    attempts = random.geometric(key, 1.0 - failure, shape, jnp.int32)
    # Each wait is twice the one before it.
    waits = jnp.ldexp(jnp.float32(base), attempts - 1) - base
    return attempts, jnp.mean(jnp.minimum(waits, cap), axis=0)


def retry_delays_reference(key, failure, *, clients, base, cap):
    uniforms = np.where((u := unit_uniforms(key, (clients, len(failure)))) == 0, 1.0, u)
    attempts = np.ones(uniforms.shape, dtype=np.int32)
    waits = np.zeros(len(failure))
    for client, channel in np.ndindex(*uniforms.shape):
        chance, delay, wait = failure[channel], 1.0 * base, 0.0
        while uniforms[client, channel] <= chance:
            attempts[client, channel] += 1
            chance, wait, delay = chance * failure[channel], wait + delay, delay * 2
        waits[channel] += min(wait, 1.0 * cap)
    return attempts, waits / clients


def random_rotation(seed, points, *, directions):
    """Project points on a random orthonormal frame, and what this leaves of them."""
    key = random.key(seed)
    frame = random.orthogonal(key, points.shape[1], (), jnp.float32, m=directions)
    shadows = points @ frame
    return shadows, points - shadows @ frame.T


def random_rotation_reference(seed, points, *, directions):
    size = points.shape[1]
    columns = []
    for column in standard_normals_reference(seeded(seed), (size, directions)).T:
        for other in columns:
            column = column - np.sum(other * column) * other
        columns.append(column / np.sqrt(np.sum(column * column)))
    frame = np.array(columns).T
    shadows = points @ frame
    return shadows, points @ (np.eye(size) - frame @ frame.T)


def first_passages(key, distances, *, count, drift):
    """Times at which drifting particles first reach a distance, and their means."""
    means = distances / drift
    shape = (count, *means.shape)
    # Draws have a scale of one, which a mean of its square over the scale makes up for.
    times = random.wald(key, means / jnp.square(distances), shape, jnp.float32)
    times = times * jnp.square(distances)
    return times, jnp.mean(times, axis=0)


def first_passages_reference(key, distances, *, count, drift):
    normal_key, uniform_key = split_key(key)
    shape = (count, len(distances))
    squares = standard_normals_reference(normal_key, shape) ** 2
    uniforms = unit_uniforms(uniform_key, shape)
    # The density's exponent at a time is a square: solve for the time, in the units in
    # which the scale is one, and pick one of both roots.
    mean = np.array(distances / drift / distances**2)
    spread = mean * np.sqrt(mean * squares + (mean * squares / 2) ** 2)
    smaller = mean + mean * mean * squares / 2 - spread
    larger = mean * mean / smaller
    times = np.where(uniforms * (mean + smaller) <= mean, smaller, larger)
    times = times * distances**2
    return times, np.sum(times, axis=0) / count


def keyed_dropout(key, x, *, rate, shared):
    """Zero entries at random and scale the others; some axes may share their mask."""
    batch, length, features = x.shape
    shape = {
        "none": (batch, length, features),
        "length": (batch, 1, features),
        "features": (batch, length, 1),
    }[shared]
    keep = random.bernoulli(key, jnp.float32(1.0 - rate), shape)
    return jnp.where(keep, x / (1.0 - rate), 0.0)


def keyed_dropout_reference(key, x, *, rate, shared):
    batch, length, features = x.shape
    if shared == "length":
        shape = (batch, 1, features)
    elif shared == "features":
        shape = (batch, length, 1)
    else:
        shape = x.shape
    mask = unit_uniforms(key, shape) < np.float32(1.0 - rate)
    return x * mask / (1 - rate)


def stochastic_depth(seed, x, weights, *, last_rate, mode):
    """Residual layers that are skipped at random, the later the more often."""
    layers = weights.shape[0]
    keys = random.split(random.key(seed), layers)
    survivals = 1.0 - last_rate * jnp.arange(1, layers + 1, dtype=x.dtype) / layers
    shape = (x.shape[0], 1) if mode == "row" else (1, 1)

    def layer(x, inputs):
        key, survival, weight = inputs
        keep = random.bernoulli(key, survival.astype(jnp.float32), shape)
        return x + keep / survival * jnp.tanh(x @ weight), None

    x, _ = lax.scan(layer, x, (keys, survivals, weights))
    return x


def stochastic_depth_reference(seed, x, weights, *, last_rate, mode):
    layers = len(weights)
    for i, key in enumerate(split_key(seeded(seed), layers)):
        survival = np.array(1 - last_rate * (i + 1) / layers)
        uniforms = unit_uniforms(key, (len(x) if mode == "row" else 1,))
        branch = np.tanh(x @ weights[i]) / survival
        x = x + np.where(uniforms < survival, 1.0, 0.0)[:, None] * branch
    return x


def drop_connect(key, x, weights, bias, *, rate, activation):
    """A layer whose single weights are dropped at random."""
    keep = random.bernoulli(key, jnp.float32(1.0 - rate), weights.shape)
    masked = jnp.where(keep, weights, 0.0) / (1.0 - rate)
    y = x @ masked + bias
    return jnp.tanh(y) if activation == "tanh" else jax.nn.softplus(y)


def drop_connect_reference(key, x, weights, bias, *, rate, activation):
    mask = unit_uniforms(key, weights.shape) < np.float32(1.0 - rate)
    y = np.zeros((len(x), len(bias)))
    for i, j in np.ndindex(*y.shape):
        kept = [k for k in range(x.shape[1]) if mask[k, j]]
        y[i, j] = bias[j] + np.sum(x[i, kept] * weights[kept, j]) / (1 - rate)
    return np.tanh(y) if activation == "tanh" else np.log(1 + np.exp(y))


def variational_rnn(key, inputs, weights, recurrent, *, rate):
    """A recurrent network that drops the same units at each of its steps."""
    input_key, state_key = random.split(key)
    keep = 1.0 - rate
    probability = jnp.float32(keep)
    input_mask = random.bernoulli(input_key, probability, inputs.shape[1:]) / keep
    state_mask = random.bernoulli(state_key, probability, recurrent.shape[1:]) / keep
    input_mask = input_mask.astype(inputs.dtype)
    state_mask = state_mask.astype(inputs.dtype)

    def step(state, x):
        masked = (state_mask * state) @ recurrent
        state = jnp.tanh((input_mask * x) @ weights + masked)
        return state, state

    start = jnp.zeros_like(recurrent[0])
    return lax.scan(step, start, inputs)[1]


def variational_rnn_reference(key, inputs, weights, recurrent, *, rate):
    input_key, state_key = split_key(key)
    threshold = np.float32(1 - rate)
    read = np.flatnonzero(unit_uniforms(input_key, inputs.shape[1:]) < threshold)
    kept = np.flatnonzero(unit_uniforms(state_key, (len(recurrent),)) < threshold)
    state, states = np.zeros(len(recurrent)), []
    for x in inputs:
        driven = x[read] @ weights[read] + state[kept] @ recurrent[kept]
        state = np.tanh(driven / (1 - rate))
        states.append(state)
    return np.array(states)


def random_block_dropout(seed, image, *, block, rate):
    """Drop squares of an image at random, and scale what is left by its share."""
    height, width, _ = image.shape
    places = (height - block + 1) * (width - block + 1)
    seed_rate = rate * height * width / block**2 / places
    shape = (height - block + 1, width - block + 1)
    corners = random.bernoulli(random.key(seed), jnp.float32(seed_rate), shape)
    padded = jnp.pad(corners.astype(image.dtype), block - 1)
    lowest = jnp.zeros((), image.dtype)
    dropped = lax.reduce_window(
        padded, lowest, lax.max, (block, block), (1, 1), "VALID"
    )
    mask = 1.0 - dropped
    share = jnp.maximum(jnp.mean(mask), 1.0 / (height * width))
    return image * mask[:, :, None] / share


def random_block_dropout_reference(seed, image, *, block, rate):
    height, width, _ = image.shape
    rows, columns = height - block + 1, width - block + 1
    seed_rate = np.float32(rate * height * width / block**2 / (rows * columns))
    mask = np.ones((height, width))
    corners = unit_uniforms(seeded(seed), (rows, columns)) < seed_rate
    for i, j in np.argwhere(corners):
        mask[i : i + block, j : j + block] = 0.0
    kept = max(int(np.count_nonzero(mask)), 1)
    return image * mask[:, :, None] * (height * width) / kept


def initialized_network(key, x, *, widths, scheme):
    """Outputs of a network with weights that an initializer has drawn."""
    initializer = {
        "he": jax.nn.initializers.he_uniform(),
        "glorot": jax.nn.initializers.glorot_uniform(),
        "lecun": jax.nn.initializers.lecun_uniform(),
    }[scheme]
    for width in widths:
        key, layer_key = random.split(key)
        weights = initializer(layer_key, (x.shape[1], width), jnp.float32)
        x = jnp.tanh(x @ weights)
    return x


def initialized_network_reference(key, x, *, widths, scheme):
    for width in widths:
        key, layer_key = split_key(key)
        fan_in = x.shape[1]
        variance = {"he": 2 / fan_in, "glorot": 2 / (fan_in + width)}
        limit = np.sqrt(np.array(3 * variance.get(scheme, 1 / fan_in)))
        uniforms = unit_uniforms(layer_key, (fan_in, width))
        x = np.tanh(x @ (limit * (2 * uniforms - 1)))
    return x


def truncated_initializer(seed, *, inputs, outputs, scheme):
    """Weights of a truncated normal distribution, with the variance of a scheme."""
    initializer = {
        "he": jax.nn.initializers.he_normal(),
        "glorot": jax.nn.initializers.glorot_normal(),
        "lecun": jax.nn.initializers.lecun_normal(),
    }[scheme]
    return initializer(random.key(seed), (inputs, outputs), jnp.float32)


def truncated_initializer_reference(seed, *, inputs, outputs, scheme):
    shares = unit_uniforms(seeded(seed), (inputs, outputs))
    low = special.ndtr(np.array(-2.0))
    normals = special.ndtri(low + shares * (1 - 2 * low))
    # Two deviations on either side leave this much of the variance.
    kept = 1 - 4 * np.exp(-2.0) / np.sqrt(2 * np.pi) / (1 - 2 * low)
    variance = {"he": 2 / inputs, "glorot": 2 / (inputs + outputs)}
    return normals * np.sqrt(variance.get(scheme, 1 / inputs) / kept)


def private_gradient(key, gradients, *, clip, multiplier):
    """The mean of examples' clipped gradients, with noise of the clip's size."""
    norms = jnp.sqrt(jnp.sum(jnp.square(gradients), axis=1, keepdims=True))
    clipped = gradients * jnp.minimum(1.0, clip / norms)
    noise = standard_normals(key, gradients.shape[1:], gradients.dtype)
    return (jnp.sum(clipped, axis=0) + multiplier * clip * noise) / gradients.shape[0]


def private_gradient_reference(key, gradients, *, clip, multiplier):
    total = multiplier * clip * standard_normals_reference(key, gradients.shape[1:])
    for gradient in gradients:
        total = total + gradient / np.maximum(np.linalg.norm(gradient) / clip, 1.0)
    return total / len(gradients)


def random_crops(key, images, *, size, flip):
    """A random window of each image, mirrored for half of them."""
    height, width = images.shape[1:3]

    def augment(key, image):
        row_key, column_key, flip_key = random.split(key, 3)
        row = random.randint(row_key, (), 0, height - size + 1, dtype=jnp.int32)
        column = random.randint(column_key, (), 0, width - size + 1, dtype=jnp.int32)
        crop = lax.dynamic_slice_in_dim(image, row, size, axis=0)
        crop = lax.dynamic_slice_in_dim(crop, column, size, axis=1)
        if not flip:
            return crop
        mirrored = random.bernoulli(flip_key, jnp.float32(0.5))
        return jnp.where(mirrored, crop[:, ::-1], crop)

    return jax.vmap(augment)(random.split(key, images.shape[0]), images)


def random_crops_reference(key, images, *, size, flip):
    count, height, width, _ = images.shape
    crops = []
    for subkey, image in zip(split_key(key, count), images):
        row_key, column_key, flip_key = split_key(subkey, 3)
        row = int(random_integers(row_key, (), 0, height - size + 1))
        column = int(random_integers(column_key, (), 0, width - size + 1))
        columns = np.arange(column, column + size)
        if flip and unit_uniforms(flip_key, ()) < 0.5:
            columns = columns[::-1]
        crops.append(image[row : row + size][:, columns])
    return np.array(crops)


def cutout_squares(seed, images, fill, *, size):
    """Cover a square of each image, which may reach over its border."""
    count, height, width, _ = images.shape
    row_key, column_key = random.split(random.key(seed))
    rows = random.randint(row_key, (count, 1, 1), 0, height, dtype=jnp.int32)
    columns = random.randint(column_key, (count, 1, 1), 0, width, dtype=jnp.int32)
    below = jnp.arange(height, dtype=jnp.int32)[:, None] - rows + size // 2
    right = jnp.arange(width, dtype=jnp.int32) - columns + size // 2
    inside = (below >= 0) & (below < size) & (right >= 0) & (right < size)
    return jnp.where(inside[..., None], fill, images)


def cutout_squares_reference(seed, images, fill, *, size):
    count, height, width, _ = images.shape
    row_key, column_key = split_key(seeded(seed))
    rows = random_integers(row_key, (count,), 0, height)
    columns = random_integers(column_key, (count,), 0, width)
    covered = np.array(images)
    for image, row, column in zip(range(count), rows, columns):
        top, left = row - size // 2, column - size // 2
        for i in range(max(top, 0), min(top + size, height)):
            for j in range(max(left, 0), min(left + size, width)):
                covered[image, i, j] = fill
    return covered


def keyed_mixup(key, inputs, targets, *, per_example):
    """Mix examples with others in random shares, and their targets likewise."""
    count = inputs.shape[0]
    order_key, share_key = random.split(key)
    order = random.permutation(order_key, count)
    shares = random.uniform(share_key, (count if per_example else 1, 1), jnp.float32)
    shares = shares.astype(inputs.dtype)
    mixed_inputs = shares * inputs + (1.0 - shares) * inputs[order]
    return mixed_inputs, shares * targets + (1.0 - shares) * targets[order]


def keyed_mixup_reference(key, inputs, targets, *, per_example):
    count = len(inputs)
    order_key, share_key = split_key(key)
    shares = unit_uniforms(share_key, (count if per_example else 1,)) * np.ones(count)
    mixing = np.diag(shares)
    for i, j in enumerate(shuffled_positions(order_key, count)):
        mixing[i, j] = mixing[i, j] + 1 - shares[i]
    return mixing @ inputs, mixing @ targets


def random_cut_mix(seed, first, second, *, least):
    """Paste a random rectangle of one image into another, and its share of the area."""
    height, width, _ = first.shape
    keys = random.split(random.key(seed), 4)
    tall = random.randint(keys[0], (), least, height, dtype=jnp.int32)
    wide = random.randint(keys[1], (), least, width, dtype=jnp.int32)
    top = random.randint(keys[2], (), 0, height - tall + 1, dtype=jnp.int32)
    left = random.randint(keys[3], (), 0, width - wide + 1, dtype=jnp.int32)
    below = jnp.arange(height, dtype=jnp.int32)[:, None] - top
    right = jnp.arange(width, dtype=jnp.int32) - left
    inside = (below >= 0) & (below < tall) & (right >= 0) & (right < wide)
    share = (tall * wide).astype(first.dtype) / (height * width)
    return jnp.where(inside[..., None], second, first), share


def random_cut_mix_reference(seed, first, second, *, least):
    height, width, _ = first.shape
    keys = split_key(seeded(seed), 4)
    tall = int(random_integers(keys[0], (), least, height))
    wide = int(random_integers(keys[1], (), least, width))
    top = int(random_integers(keys[2], (), 0, height - tall + 1))
    left = int(random_integers(keys[3], (), 0, width - wide + 1))
    mixed = np.array(first)
    patch = np.s_[top : top + tall, left : left + wide]
    mixed[patch] = second[patch]
    return mixed, np.array(1.0 * tall * wide) / (height * width)


def colour_jitter(key, images, *, brightness, contrast, saturation):
    """Change brightness, contrast and saturation of each image at random."""
    weights = jnp.array([0.299, 0.587, 0.114], dtype=images.dtype)

    def jitter(key, image):
        factors = random.uniform(key, (3,), jnp.float32, -1.0, 1.0).astype(image.dtype)
        image = image * (1.0 + brightness * factors[0])
        mean = jnp.mean(image @ weights)
        image = mean + (image - mean) * (1.0 + contrast * factors[1])
        gray = (image @ weights)[..., None]
        return gray + (image - gray) * (1.0 + saturation * factors[2])

    return jax.vmap(jitter)(random.split(key, images.shape[0]), images)


def colour_jitter_reference(key, images, *, brightness, contrast, saturation):
    changed = []
    for subkey, image in zip(split_key(key, len(images)), images):
        a, b, c = 2 * unit_uniforms(subkey, (3,)) - 1
        image = image + image * brightness * a
        red, green, blue = np.moveaxis(image, 2, 0)
        mean = np.mean(0.299 * red + 0.587 * green + 0.114 * blue)
        image = image * (1 + contrast * b) - mean * contrast * b
        red, green, blue = np.moveaxis(image, 2, 0)
        gray = (0.299 * red + 0.587 * green + 0.114 * blue)[:, :, None]
        changed.append(image * (1 + saturation * c) - gray * saturation * c)
    return np.array(changed)


def fourier_features(seed, x, y, *, features, scale):
    """A Gaussian kernel estimated by cosines of random frequencies and phases."""
    frequency_key, phase_key = random.split(random.key(seed))
    frequencies = standard_normals(frequency_key, (features, x.shape[1]), x.dtype)
    phases = random.uniform(phase_key, (features,), jnp.float32).astype(x.dtype)

    def embed(points):
        angles = points @ frequencies.T / scale + 2.0 * jnp.pi * phases
        return (2.0 / features) ** 0.5 * jnp.cos(angles)

    return embed(x) @ embed(y).T


def fourier_features_reference(seed, x, y, *, features, scale):
    frequency_key, phase_key = split_key(seeded(seed))
    shape = (features, x.shape[1])
    frequencies = standard_normals_reference(frequency_key, shape) / scale
    phases = 4 * np.pi * unit_uniforms(phase_key, (features,))
    kernel = np.zeros((len(x), len(y)))
    for i, j in np.ndindex(*kernel.shape):
        # A product of cosines is a cosine of the difference and one of the sum.
        differences = np.cos(frequencies @ x[i] - frequencies @ y[j])
        sums = np.cos(frequencies @ x[i] + frequencies @ y[j] + phases)
        kernel[i, j] = np.sum(differences + sums) / features
    return kernel


def evidence_lower_bound(key, x, weights, mean, log_variance, *, samples, beta):
    """Evidence lower bound of a Gaussian autoencoder, by draws of its latents."""
    noise = standard_normals(key, (samples, *mean.shape), x.dtype)
    latents = mean + jnp.exp(0.5 * log_variance) * noise
    residuals = x - jnp.tanh(latents @ weights)
    likelihood = -0.5 * jnp.mean(jnp.sum(jnp.square(residuals), axis=-1), axis=0)
    terms = 1.0 + log_variance - jnp.square(mean) - jnp.exp(log_variance)
    return likelihood + 0.5 * beta * jnp.sum(terms, axis=-1)


def evidence_lower_bound_reference(
    key, x, weights, mean, log_variance, *, samples, beta
):
    noise = standard_normals_reference(key, (samples, *mean.shape))
    bounds = []
    for b in range(len(x)):
        deviation = np.sqrt(np.exp(log_variance[b]))
        errors = [
            np.sum((np.tanh((mean[b] + deviation * z) @ weights) - x[b]) ** 2)
            for z in noise[:, b]
        ]
        divergence = np.sum(deviation**2 + mean[b] ** 2 - 1 - 2 * np.log(deviation))
        bounds.append(-sum(errors) / samples / 2 - beta * divergence / 2)
    return np.array(bounds)


def circle_area(key, radii, *, count):
    """Estimates of areas of circles from the share of points that fall inside."""
    points = random.uniform(key, (count, 2), jnp.float32, -1.0, 1.0)
    distances = jnp.sum(jnp.square(points), axis=1)
    inside = distances[:, None] < jnp.square(radii.astype(jnp.float32))
    hits = jnp.sum(inside, axis=0, dtype=jnp.int32)
    return hits, 4.0 * hits.astype(radii.dtype) / count


def circle_area_reference(key, radii, *, count):
    x, y = (2 * unit_uniforms(key, (count, 2)) - 1).T
    hits = [int(np.sum(np.sqrt(x * x + y * y) < radius)) for radius in radii]
    return np.array(hits, dtype=np.int32), 4 * np.array(1.0 * np.array(hits)) / count


def antithetic_option(seed, spots, *, pairs, strike, volatility, rate, kind):
    """Prices of options from pairs of opposite draws, and their standard errors."""
    noise = standard_normals(random.key(seed), (pairs, 1), spots.dtype)
    both = jnp.stack([noise, -noise])
    ends = spots * jnp.exp(rate - 0.5 * volatility**2 + volatility * both)
    gains = ends - strike if kind == "call" else strike - ends
    discounted = jnp.exp(-rate) * jax.nn.relu(gains)
    means = jnp.mean(discounted, axis=0)
    errors = jnp.std(means, axis=0, ddof=1) / pairs**0.5
    return jnp.mean(means, axis=0), errors


def antithetic_option_reference(seed, spots, *, pairs, strike, volatility, rate, kind):
    noise = standard_normals_reference(seeded(seed), (pairs,))
    sign = 1 if kind == "call" else -1
    discount = np.exp(np.array(-rate))
    payoffs = np.zeros((pairs, len(spots)))
    for pair in range(pairs):
        for z in (noise[pair], -noise[pair]):
            end = spots * np.exp(volatility * z - volatility**2 / 2) / discount
            payoffs[pair] += np.maximum(sign * (end - strike), 0) * discount / 2
    prices = np.sum(payoffs, axis=0) / pairs
    squares = np.sum((payoffs - prices) ** 2, axis=0)
    return prices, np.sqrt(squares / (pairs * (pairs - 1)))


def tail_probability(key, threshold, *, count):
    """The normal distribution's tail by draws around its edge, reweighted."""
    noise = standard_normals(key, (count,), threshold.dtype)
    draws = noise + threshold[:, None]
    ratios = jnp.exp(0.5 * jnp.square(noise) - 0.5 * jnp.square(draws))
    return jnp.mean(jnp.where(draws > threshold[:, None], ratios, 0.0), axis=1)


def tail_probability_reference(key, threshold, *, count):
    noise = standard_normals_reference(key, (count,))
    above = noise[noise > 0]
    estimates = [np.sum(np.exp(-edge * (above + edge / 2))) for edge in threshold]
    return np.array(estimates) / count


def lattice_walks(seed, *, walkers, steps, dimensions):
    """Walks on a square lattice: where they end, and how often they came home."""
    key = random.key(seed)
    moves = random.randint(key, (steps, walkers), 0, 2 * dimensions, dtype=jnp.int32)
    signs = (2 * (moves % 2) - 1)[..., None]
    axes = jax.nn.one_hot(moves // 2, dimensions, dtype=jnp.int32)
    places = jnp.cumsum(signs * axes, axis=0, dtype=jnp.int32)
    home = jnp.all(places == 0, axis=-1)
    return places[-1], jnp.sum(home, axis=0, dtype=jnp.int32)


def lattice_walks_reference(seed, *, walkers, steps, dimensions):
    moves = random_integers(seeded(seed), (steps, walkers), 0, 2 * dimensions)
    ends = np.zeros((walkers, dimensions), dtype=np.int32)
    visits = np.zeros(walkers, dtype=np.int32)
    for walker in range(walkers):
        for move in moves[:, walker]:
            ends[walker, move // 2] += 1 if move % 2 else -1
            visits[walker] += not ends[walker].any()
    return ends, visits


def metropolis_draws(key, start, *, steps, width, target):
    """A chain of the Metropolis algorithm, and how many of its moves were accepted."""

    def log_density(x):
        if target == "normal":
            return -0.5 * jnp.sum(jnp.square(x))
        return jnp.sum(jnp.logaddexp(-jnp.square(x - 1.5), -jnp.square(x + 1.5)))

    def step(carry, key):
        x, accepted = carry
        move_key, accept_key = random.split(key)
        move = random.uniform(move_key, x.shape, jnp.float32, -1.0, 1.0)
        proposal = x + width * move.astype(x.dtype)
        uniform = random.uniform(accept_key, (), jnp.float32).astype(x.dtype)
        accept = jnp.log(uniform) < log_density(proposal) - log_density(x)
        x = jnp.where(accept, proposal, x)
        return (x, accepted + accept), x

    carry = (start, jnp.int32(0))
    (_, accepted), chain = lax.scan(step, carry, random.split(key, steps))
    return chain, accepted


def metropolis_draws_reference(key, start, *, steps, width, target):
    def density(x):
        if target == "normal":
            return np.exp(-np.sum(x * x) / 2)
        return np.prod(np.exp(-((x - 1.5) ** 2)) + np.exp(-((x + 1.5) ** 2)))

    x, chain, accepted = start, [], 0
    for subkey in split_key(key, steps):
        move_key, accept_key = split_key(subkey)
        proposal = x + (2 * unit_uniforms(move_key, x.shape) - 1) * width
        if unit_uniforms(accept_key, ()) * density(x) < density(proposal):
            x, accepted = proposal, accepted + 1
        chain.append(x)
    return np.array(chain), np.int32(accepted)


def ising_gibbs(key, spins, *, sweeps, coupling):
    """Heat-bath sweeps of an Ising model on a torus, black sites before white ones."""
    height, width = spins.shape
    rows, columns = jnp.indices(spins.shape, dtype=jnp.int32)
    colors = (rows + columns) % 2

    def half_sweep(spins, inputs):
        key, color = inputs
        moves = ((1, 0), (-1, 0), (1, 1), (-1, 1))
        fields = sum(jnp.roll(spins, shift, axis) for shift, axis in moves)
        chances = jax.nn.sigmoid(2.0 * coupling * fields.astype(jnp.float32))
        up = random.uniform(key, (height, width), jnp.float32) < chances
        flipped = jnp.where(up, 1, -1).astype(spins.dtype)
        return jnp.where(colors == color, flipped, spins), None

    signs = jnp.where(spins, 1, -1).astype(jnp.int32)
    keys = random.split(key, 2 * sweeps)
    order = jnp.arange(2 * sweeps, dtype=jnp.int32) % 2
    signs, _ = lax.scan(half_sweep, signs, (keys, order))
    return signs, jnp.sum(signs, dtype=jnp.int32)


def ising_gibbs_reference(key, spins, *, sweeps, coupling):
    height, width = spins.shape
    signs = np.where(spins, 1, -1).astype(np.int32)
    for half, subkey in enumerate(split_key(key, 2 * sweeps)):
        uniforms = unit_uniforms(subkey, spins.shape)
        for i, j in np.ndindex(height, width):
            if (i + j) % 2 == half % 2:
                field = signs[i - 1, j] + signs[(i + 1) % height, j]
                field = field + signs[i, j - 1] + signs[i, (j + 1) % width]
                odds = np.exp(np.array(2.0 * coupling * field))
                signs[i, j] = 1 if uniforms[i, j] * (1 + odds) < odds else -1
    return signs, np.sum(signs, dtype=np.int32)


def sparse_projection(key, points, *, dimensions):
    """Project points on sparse random signs, which keeps distances about the same."""
    faces = random.randint(key, (points.shape[1], dimensions), 0, 6, dtype=jnp.int32)
    signs = jnp.where(faces == 0, 1.0, jnp.where(faces == 1, -1.0, 0.0))
    return (3.0 / dimensions) ** 0.5 * (points @ signs.astype(points.dtype))


def sparse_projection_reference(key, points, *, dimensions):
    faces = random_integers(key, (points.shape[1], dimensions), 0, 6)
    projected = np.zeros((len(points), dimensions))
    for k in range(dimensions):
        plus, minus = faces[:, k] == 0, faces[:, k] == 1
        sums = np.sum(points[:, plus], axis=1) - np.sum(points[:, minus], axis=1)
        projected[:, k] = sums * np.sqrt(3.0 / dimensions)
    return projected


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


def keyed_latin_hypercube(seed, low, high, *, count, centered):
    """Points of a box, with one in each slice along every axis."""
    order_key, jitter_key = random.split(random.key(seed))
    keys = random.split(order_key, low.shape[0])
    slices = jax.vmap(lambda key: random.permutation(key, count))(keys).T
    if centered:
        jitter = jnp.full(slices.shape, 0.5, dtype=low.dtype)
    else:
        jitter = random.uniform(jitter_key, slices.shape, jnp.float32)
    shares = (slices.astype(low.dtype) + jitter.astype(low.dtype)) / count
    return low + (high - low) * shares


def keyed_latin_hypercube_reference(seed, low, high, *, count, centered):
    order_key, jitter_key = split_key(seeded(seed))
    jitter = unit_uniforms(jitter_key, (count, len(low)))
    points = np.zeros((count, len(low)))
    for d, subkey in enumerate(split_key(order_key, len(low))):
        width = (high[d] - low[d]) / count
        for i, place in enumerate(shuffled_positions(subkey, count)):
            offset = 0.5 if centered else jitter[i, d]
            points[i, d] = low[d] + place * width + offset * width
    return points


def policy_gradient_estimate(key, logits, rewards, *, episodes, baseline):
    """The score-function estimate of how a policy's logits change the mean reward."""
    actions = random.categorical(key, logits.astype(jnp.float32), shape=(episodes,))
    gains = rewards[actions]
    if baseline:  # the mean of the other episodes leaves no bias
        gains = gains - (jnp.sum(gains) - gains) / (episodes - 1)

    def surrogate(logits):
        return jnp.mean(jax.nn.log_softmax(logits)[actions] * gains)

    return jax.grad(surrogate)(logits)


def policy_gradient_estimate_reference(key, logits, rewards, *, episodes, baseline):
    size = len(logits)
    clocks = -np.log(positive_uniforms(key, (episodes, size)))
    weights = np.exp(logits)
    actions = [int(np.argmin(row / weights)) for row in clocks]
    gradient = np.zeros(size)
    for i, action in enumerate(actions):
        gain = rewards[action]
        if baseline:
            gain = gain - np.mean(rewards[actions[:i] + actions[i + 1 :]])
        score = np.eye(size)[action] - weights / np.sum(weights)
        gradient = gradient + gain * score
    return gradient / episodes


def evolution_gradient(seed, parameters, targets, *, pairs, deviation, shaped):
    """Search directions from the fitness of mirrored perturbations."""
    keys = random.split(random.key(seed), pairs)
    noise = jax.vmap(
        lambda key: standard_normals(key, parameters.shape, parameters.dtype)
    )(keys)
    noise = jnp.concatenate([noise, -noise])
    candidates = parameters + deviation * noise
    fitness = -jnp.sum(jnp.square(jnp.sin(candidates) - targets), axis=1)
    if shaped:  # only the order counts
        ranks = jnp.argsort(jnp.argsort(fitness)).astype(parameters.dtype)
        fitness = ranks / (2 * pairs - 1) - 0.5
    return fitness @ noise / (2 * pairs * deviation)


def evolution_gradient_reference(
    seed, parameters, targets, *, pairs, deviation, shaped
):
    noise, fitness = [], []
    for sign in (1, -1):
        for key in split_key(seeded(seed), pairs):
            step = sign * standard_normals_reference(key, parameters.shape)
            errors = np.sin(parameters + step * deviation) - targets
            noise.append(step)
            fitness.append(-np.sum(errors * errors))
    fitness = np.array(fitness)
    if shaped:
        below = np.array([np.sum(fitness < value) for value in fitness])
        fitness = below / (2 * pairs - 1) - 0.5
    total = sum(value * step for value, step in zip(fitness, noise))
    return total / (2 * pairs * deviation)


def thompson_bandit(key, means, *, rounds, prior_deviation, noise):
    """Choose arms by draws from what is known of them, and learn from the rewards."""

    def play(carry, key):
        counts, totals = carry
        draw_key, reward_key = random.split(key)
        precision = prior_deviation**-2 + counts
        draws = random.normal(draw_key, means.shape, jnp.float32)
        arm = jnp.argmax(totals / precision + draws / jnp.sqrt(precision))
        reward = means[arm] + noise * random.normal(reward_key, (), jnp.float32)
        carry = counts.at[arm].add(1.0), totals.at[arm].add(reward)
        return carry, arm.astype(jnp.int32)

    start = (jnp.zeros_like(means), jnp.zeros_like(means))
    (_, totals), arms = lax.scan(play, start, random.split(key, rounds))
    return arms, totals


def thompson_bandit_reference(key, means, *, rounds, prior_deviation, noise):
    draw_keys, reward_keys = split_keys(split_key(key, rounds))
    draws = standard_normals_reference(draw_keys, means.shape)
    errors = standard_normals_reference(reward_keys, (1,))[:, 0]
    arms, rewards = [], []
    for draw, error in zip(draws, errors):
        scores = []
        for k in range(len(means)):
            seen = [r for arm, r in zip(arms, rewards) if arm == k]
            variance = 1.0 / (1.0 / prior_deviation**2 + len(seen))
            scores.append(variance * sum(seen) + draw[k] * variance**0.5)
        arms.append(int(np.argmax(np.array(scores))))
        rewards.append(means[arms[-1]] + noise * error)
    totals = np.zeros(len(means))
    for arm, reward in zip(arms, rewards):
        totals[arm] += reward
    return np.array(arms, dtype=np.int32), totals


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


def random_graph(seed, *, nodes, probability):
    """The edges of a random graph, and how many each node has."""
    uniforms = random.uniform(random.key(seed), (nodes, nodes), jnp.float32)
    above = jnp.triu(uniforms < probability, k=1)
    edges = above | above.T
    triangles = jnp.einsum("ij,jk,ki->", *[edges.astype(jnp.int32)] * 3) // 6
    return edges, jnp.sum(edges, axis=1, dtype=jnp.int32), triangles


def random_graph_reference(seed, *, nodes, probability):
    uniforms = unit_uniforms(seeded(seed), (nodes, nodes))
    edges = np.zeros((nodes, nodes), dtype=bool)
    for i in range(nodes):
        for j in range(i + 1, nodes):
            edges[i, j] = edges[j, i] = uniforms[i, j] < np.float32(probability)
    triangles = 0
    for i, j, k in np.ndindex(nodes, nodes, nodes):
        triangles += i < j < k and edges[i, j] and edges[j, k] and edges[i, k]
    degrees = np.array([np.count_nonzero(row) for row in edges], dtype=np.int32)
    return edges, degrees, np.int32(triangles)


def keyed_langevin(key, start, data, *, steps, rate, batch):
    """Stochastic gradient Langevin dynamics on batches of data drawn at each step."""
    count = data.shape[0]

    def step(position, i):
        batch_key, noise_key = random.split(random.fold_in(key, i))
        drawn = random.randint(batch_key, (batch,), 0, count, dtype=jnp.int32)
        # Robust to outliers: the gradient of a log-cosh of the residuals.
        residuals = jnp.tanh(data[drawn] - position)
        gradient = count / batch * jnp.sum(residuals, axis=0) - position
        noise = standard_normals(noise_key, position.shape, position.dtype)
        position = position + 0.5 * rate * gradient + rate**0.5 * noise
        return position, position

    _, path = lax.scan(step, start, jnp.arange(steps, dtype=jnp.int32))
    return path


def keyed_langevin_reference(key, start, data, *, steps, rate, batch):
    path = []
    for i in range(steps):
        batch_key, noise_key = split_key(fold_key(key, i))
        drawn = random_integers(batch_key, (batch,), 0, len(data))
        pull = sum(np.tanh(data[j] - start) for j in drawn) * len(data) / batch
        noise = standard_normals_reference(noise_key, start.shape)
        start = start * (1 - rate / 2) + pull * rate / 2 + noise * np.sqrt(rate)
        path.append(start)
    return np.array(path)
