"""Counter-based generators of bits: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from scipy import special

from .random_keys import fold_key, raw_bits, seeded, split_key, threefry


def units_of(bits):
    # Multiples of 2^-23, in an array of their own so that what follows may round.
    return np.array((bits >> np.uint64(9)).astype(float) * 2.0**-23)


def normals_of(bits):
    # Quantiles of the upper half, with its sign.
    uniforms = 2.0 * units_of(bits) - (1.0 - 2.0**-24)
    return np.sign(uniforms) * special.ndtri(np.array(0.5 + 0.5 * np.abs(uniforms)))


def philox_block(key, counter):
    # Ten rounds of two multiplications, of which high and low words change places.
    mask = 0xFFFFFFFF
    first, second = key
    words = list(counter)
    for turn in range(10):
        keys = (first + turn * 0x9E3779B9) & mask, (second + turn * 0xBB67AE85) & mask
        left, right = 0xD2511F53 * words[0], 0xCD9E8D57 * words[2]
        words = [
            (right >> 32) ^ words[1] ^ keys[0],
            right & mask,
            (left >> 32) ^ words[3] ^ keys[1],
            left & mask,
        ]
    return words


def philox_bits(state, shape):
    # The state is a key and where to count from; four words for each count. The high
    # half of the counter is the key again.
    key = [int(state[0]), int(state[1])]
    start = int(state[2]) | int(state[3]) << 32 | key[0] << 64 | key[1] << 96
    count = int(np.prod(shape))
    words = []
    for block in range(-(-count // 4)):
        number = (start + block) % 2**128
        counter = [number >> place & 0xFFFFFFFF for place in (0, 32, 64, 96)]
        words += philox_block(key, counter)
    after = ((start + -(-count // 4)) % 2**64) & 0xFFFFFFFFFFFFFFFF
    bits = np.array(words[:count], dtype=np.uint64).reshape(shape)
    return [*key, after & 0xFFFFFFFF, after >> 32], bits


def philox_words(state, mask, *, rows, columns, width, named):
    """Random words under a mask, and the state to go on from."""

    # A batch of states draws what each of them would draw by itself.
    @jax.custom_batching.sequential_vmap
    def draw(state):
        algorithm = "RNG_PHILOX" if named else "RNG_DEFAULT"
        return lax.rng_bit_generator(
            state,
            (rows, columns),
            dtype=f"uint{width}",
            algorithm=getattr(lax.RandomAlgorithm, algorithm),
        )

    state, bits = draw(state)
    return state, bits.astype(jnp.uint32) & mask


def philox_words_reference(state, mask, *, rows, columns, width, named):
    state, bits = philox_bits(state, (rows, columns))
    return np.array(state, dtype=np.uint32), (bits % 2**width).astype(np.uint32) & mask


def carried_state_walk(state, start, *, steps, width):
    """Walk on a lattice by the bits of a generator whose state is carried along."""

    @jax.custom_batching.sequential_vmap
    def draw(state):
        return lax.rng_bit_generator(state, start.shape, dtype=f"uint{width}")

    def step(carry, _):
        state, position = carry
        state, bits = draw(state)
        # The two lowest bits: whether to stay, and the way to go.
        way = 1 - 2 * (bits >> 1 & 1).astype(jnp.int32)
        position = position + way * (bits & 1).astype(jnp.int32)
        return (state, position), position

    (state, _), path = lax.scan(step, (state, start), length=steps)
    return state, path


def carried_state_walk_reference(state, start, *, steps, width):
    path = []
    for _ in range(steps):
        state, bits = philox_bits(state, start.shape)
        moves = [(0, 1, 0, -1)[int(word) % 4] for word in bits.reshape(-1)]
        start = start + np.array(moves, dtype=np.int32).reshape(start.shape)
        path.append(start)
    return np.array(state, dtype=np.uint32), np.array(path, dtype=np.int32)


def philox_rounding(state, x, *, samples):
    """Round up or down to half the digits, with chances that make the mean right."""

    @jax.custom_batching.sequential_vmap
    def draw(state):
        shape = (samples, *x.shape)
        return lax.rng_bit_generator(state, shape, dtype=jnp.uint16)[1]

    # Random bits carry into the half that is kept as often as the other half is large.
    words = lax.bitcast_convert_type(x, jnp.uint32) + draw(state).astype(jnp.uint32)
    kept = words & jnp.uint32(0xFFFF0000)
    rounded = lax.bitcast_convert_type(kept, jnp.float32)
    return rounded, jnp.mean(rounded, axis=0)


def philox_rounding_reference(state, x, *, samples):
    _, bits = philox_bits(state, (samples, *x.shape))
    # Seven digits after the first of a power of two.
    unit = np.exp2(np.floor(np.log2(np.abs(x))) - 7)
    below = np.floor(np.abs(x) / unit)
    share = np.abs(x) / unit - below
    chance = np.array((bits % 2**16).astype(float) / 2.0**16)
    rounded = np.sign(x) * unit * (below + (share + chance >= 1))
    return rounded, np.sum(rounded, axis=0) / samples


def hardware_dropout(seed, x, *, layer, rate, by_column):
    """Dropout of elements or columns, with the bits that hardware makes fastest."""

    @jax.custom_batching.sequential_vmap
    def keep(seed):
        key = random.fold_in(random.key(seed, impl="rbg"), layer)
        shape = x.shape[1:] if by_column else x.shape
        return random.uniform(key, shape, jnp.float32) >= rate

    return jnp.where(keep(seed), x / (1.0 - rate), 0.0)


def hardware_dropout_reference(seed, x, *, layer, rate, by_column):
    key = 2 * fold_key(seeded(seed), layer)
    _, bits = philox_bits(key, x.shape[1:] if by_column else x.shape)
    kept = np.broadcast_to(units_of(bits) >= np.float32(rate), x.shape)
    return np.where(kept, x / (1.0 - rate), 0.0)


def hardware_noise_schedule(seed, gradients, *, eta, gamma):
    """Gradients with normal noise that fades from step to step."""

    @jax.custom_batching.sequential_vmap
    def draw(seed):
        keys = random.split(random.key(seed, impl="rbg"), gradients.shape[0])
        lowest = -1.0 + 2.0**-24
        return jnp.stack(
            [
                random.uniform(key, gradients.shape[1:], jnp.float32, minval=lowest)
                for key in keys
            ]
        )

    normals = 2.0**0.5 * lax.erf_inv(draw(seed).astype(gradients.dtype))
    steps = jnp.arange(1, gradients.shape[0] + 1, dtype=gradients.dtype)
    deviation = jnp.sqrt(eta / steps**gamma)
    return gradients + deviation[:, None] * normals


def hardware_noise_schedule_reference(seed, gradients, *, eta, gamma):
    result = []
    for i, key in enumerate(split_key(seeded(seed), len(gradients))):
        _, bits = philox_bits(2 * key.tolist(), gradients.shape[1:])
        variance = eta * np.exp(-gamma * np.log(np.array(1.0 + i)))
        result.append(gradients[i] + np.sqrt(variance) * normals_of(bits))
    return np.array(result)


def threefry_counters(key, offset, *, count, stride):
    """Random words for counters from some offset on, and how many of them are odd."""
    from jax.extend.random import threefry_2x32

    counters = offset + stride * jnp.arange(count, dtype=jnp.uint32)
    words = jax.vmap(lambda at: threefry_2x32(key, jnp.stack([at, at ^ key[0]]))[0])(
        counters
    )
    return words, jnp.sum((words & 1).astype(jnp.int32), dtype=jnp.int32)


def threefry_counters_reference(key, offset, *, count, stride):
    counters = [(int(offset) + stride * i) % 2**32 for i in range(count)]
    words = [int(threefry(key, at ^ int(key[0]), at)[0]) for at in counters]
    odd = sum(word % 2 for word in words)
    return np.array(words, dtype=np.uint32), np.array(odd, dtype=np.int32)


def hashed_minibatches(key, rows, *, epochs, batch):
    """An order of the rows for every epoch, and the mean of its first batch."""
    from jax.extend.random import threefry_2x32

    count = rows.shape[0]

    def shuffle(epoch):
        counters = jnp.concatenate(
            [jnp.full(count, epoch, jnp.uint32), jnp.arange(count, dtype=jnp.uint32)]
        )
        order = jnp.argsort(threefry_2x32(key, counters)[count:])
        return order.astype(jnp.int32), jnp.mean(rows[order[:batch]], axis=0)

    return jax.vmap(shuffle)(jnp.arange(epochs, dtype=jnp.uint32))


def hashed_minibatches_reference(key, rows, *, epochs, batch):
    orders, means = [], []
    for epoch in range(epochs):
        words = threefry(key, np.arange(len(rows)), epoch)[1]
        order = sorted(range(len(rows)), key=lambda i: int(words[i]))
        orders.append(order)
        means.append(sum(rows[i] for i in order[:batch]) / batch)
    return np.array(orders, dtype=np.int32), np.array(means)


def random_pivot_selection(values, *, rank, largest):
    """The element of some rank in each row, and which elements come before it."""
    keys = -values if largest else values

    def select(row):
        def narrow(state):
            inside, rank = state
            size = jnp.sum(inside, dtype=jnp.int32)
            # Any element left will do: a random one halves them on average.
            share = lax.rng_uniform(jnp.float32(0), jnp.float32(1), ())
            place = jnp.minimum((share * size).astype(jnp.int32), size - 1)
            pivot = row[jnp.argmax(jnp.cumsum(inside) == place + 1)]
            below = inside & (row < pivot)
            count = jnp.sum(below, dtype=jnp.int32)
            above = inside & (row > pivot)
            inside = jnp.where(
                rank < count, below, jnp.where(rank > count, above, row == pivot)
            )
            rank = jnp.where(
                rank < count, rank, jnp.where(rank > count, rank - count - 1, 0)
            )
            return inside, rank

        start = jnp.ones(row.shape, bool), jnp.asarray(rank, jnp.int32)
        inside, _ = lax.while_loop(lambda state: jnp.sum(state[0]) > 1, narrow, start)
        return row[jnp.argmax(inside)]

    found = jax.vmap(select)(keys)
    return -found if largest else found, keys < found[:, None]


def random_pivot_selection_reference(values, *, rank, largest):
    found, before = [], []
    for row in values:
        order = sorted(range(len(row)), key=lambda i: -row[i] if largest else row[i])
        found.append(row[order[rank]])
        before.append([i in order[:rank] for i in range(len(row))])
    return np.array(found), np.array(before)


def product_check(left, right, errors, *, rounds):
    """Which claimed products of matrices are right, seen by random vectors alone."""
    size = left.shape[0]
    product = left @ right
    # Claims that are off in one row by the errors.
    claims = product + errors[:, None, :] * jnp.eye(size, dtype=jnp.int32)[0][:, None]
    vectors = lax.rng_uniform(jnp.int32(0), jnp.int32(2**12), (size, rounds))
    seen = left @ (right @ vectors)
    right_ones = jnp.all(claims @ vectors == seen, axis=(1, 2))
    return right_ones, jnp.sum(product, axis=0, dtype=jnp.int32)


def product_check_reference(left, right, errors, *, rounds):
    sums = [sum(int(a) for a in left @ column) for column in right.T]
    verdicts = [not any(row) for row in errors]
    return np.array(verdicts), np.array(sums, dtype=np.int32)


def random_pivot_rank(matrix, *, transposed):
    """Rank of a matrix over the integers modulo two, and its sums of columns."""
    rows = (matrix.T if transposed else matrix).astype(bool)

    def eliminate(column, state):
        rows, free, rank = state
        candidates = free & rows[:, column]
        # Whichever of the candidates is the pivot, the rank is the same.
        noise = lax.rng_uniform(jnp.float32(0), jnp.float32(1), free.shape)
        pivot = jnp.argmax(jnp.where(candidates, noise, -1.0))
        found = jnp.any(candidates)
        others = rows[:, column] & (jnp.arange(rows.shape[0]) != pivot) & found
        rows = rows ^ (others[:, None] & rows[pivot])
        free = free & ~((jnp.arange(rows.shape[0]) == pivot) & found)
        return rows, free, rank + found.astype(jnp.int32)

    start = rows, jnp.ones(rows.shape[0], bool), jnp.zeros((), jnp.int32)
    _, _, rank = lax.fori_loop(0, rows.shape[1], eliminate, start)
    return rank, jnp.sum(matrix, axis=0, dtype=jnp.int32)


def random_pivot_rank_reference(matrix, *, transposed):
    # A basis of the rows as bit patterns, one for each leading bit.
    basis = {}
    for row in matrix:
        word = sum(int(bit) << place for place, bit in enumerate(row))
        while word and word.bit_length() in basis:
            word ^= basis[word.bit_length()]
        if word:
            basis[word.bit_length()] = word
    sums = [sum(int(bit) for bit in column) for column in matrix.T]
    return np.array(len(basis), dtype=np.int32), np.array(sums, dtype=np.int32)


def log_gamma_variate(key, shape):
    # Cubes of normal numbers that are cut off and accepted; small shapes are raised by
    # one, and the variate lowered by a power of a uniform number.
    key, boost_key = split_key(key)
    boosted = shape + 1.0 if shape < 1 else shape
    d = boosted - 1.0 / 3.0
    c = 1.0 / (3.0 * np.sqrt(d))
    while True:
        key, normal_key, uniform_key = split_key(key, 3)
        v = np.array(-1.0)
        while v <= 0:
            normal_key, subkey = split_key(normal_key)
            x = normals_of(raw_bits(subkey, ()))
            v = 1.0 + c * x
        u = units_of(raw_bits(uniform_key, ()))
        if u < 1.0 - 0.0331 * x**4:
            break
        if u > 0 and np.log(u) < 0.5 * x**2 + d * (1.0 - v**3 + 3 * np.log(v)):
            break
    result = np.log(d) + 3.0 * np.log(v)
    if shape < 1:
        uniform = units_of(raw_bits(boost_key, ()))
        result = result + np.log1p(-uniform) / shape
    return result


def log_gamma_variates(key, shapes):
    keys = split_key(key, shapes.size)
    flat = [log_gamma_variate(k, shape) for k, shape in zip(keys, shapes.reshape(-1))]
    return np.array(flat).reshape(shapes.shape)


def gamma_waiting_times(seed, shapes, rates, *, draws, logarithm):
    """Waiting times for some events each, and the means of the times."""
    size = (draws, *shapes.shape)
    if logarithm:
        # Where shapes are small the times themselves would underflow.
        logs = random.loggamma(random.key(seed), shapes, size, jnp.float32)
        times = logs - jnp.log(rates)
    else:
        times = random.gamma(random.key(seed), shapes, size, jnp.float32) / rates
    return times, jnp.mean(times, axis=0)


def gamma_waiting_times_reference(seed, shapes, rates, *, draws, logarithm):
    tiled = np.broadcast_to(shapes, (draws, len(shapes)))
    logs = log_gamma_variates(seeded(seed), tiled) - np.log(rates)
    times = logs if logarithm else np.exp(logs)
    return times, np.sum(times, axis=0) / draws


def topic_mixtures(seed, concentration, logits, *, documents, scale):
    """Shares of topics in documents, and the probabilities of words that follow."""
    shares = random.dirichlet(
        random.key(seed), concentration, (documents,), jnp.float32
    )
    return shares, shares @ jax.nn.softmax(scale * logits)


def topic_mixtures_reference(seed, concentration, logits, *, documents, scale):
    tiled = np.broadcast_to(concentration, (documents, len(concentration)))
    logs = log_gamma_variates(seeded(seed), tiled)
    weights = np.exp(logs - np.max(logs, axis=1, keepdims=True))
    shares = weights / np.sum(weights, axis=1, keepdims=True)
    words = np.exp(scale * logits)
    words = words / np.sum(words, axis=1, keepdims=True)
    return shares, shares @ words


def beta_bandit(seed, wins, losses, *, rounds, prior):
    """Arms that Thompson sampling plays, by draws from their posteriors."""

    def play(key):
        a = wins.astype(jnp.float32) + prior
        b = losses.astype(jnp.float32) + prior
        draws = random.beta(key, a, b, dtype=jnp.float32)
        return jnp.argmax(draws).astype(jnp.int32), draws

    keys = random.split(random.key(seed), rounds)
    return jax.vmap(play)(keys)


def beta_bandit_reference(seed, wins, losses, *, rounds, prior):
    arms, draws = [], []
    for key in split_key(seeded(seed), rounds):
        first, second = split_key(key)
        a = log_gamma_variates(first, np.array(wins + prior))
        b = log_gamma_variates(second, np.array(losses + prior))
        shares = 1.0 / (1.0 + np.exp(b - a))
        draws.append(shares)
        arms.append(np.argmax(shares))
    return np.array(arms, dtype=np.int32), np.array(draws)


def heavy_tailed_walk(seed, start, freedom, *, steps, scale):
    """A random walk whose steps have Student's distribution."""
    shape = (steps, *start.shape)
    jumps = random.t(random.key(seed), freedom, shape, jnp.float32)
    return start + scale * jnp.cumsum(jumps, axis=0)


def heavy_tailed_walk_reference(seed, start, freedom, *, steps, scale):
    normal_key, gamma_key = split_key(seeded(seed))
    shape = (steps, len(start))
    normals = normals_of(raw_bits(normal_key, shape))
    half = np.broadcast_to(0.5 * freedom, shape)
    jumps = normals * np.sqrt(half / np.exp(log_gamma_variates(gamma_key, half)))
    path, position = [], start
    for jump in jumps:
        position = position + scale * jump
        path.append(position)
    return np.array(path)
