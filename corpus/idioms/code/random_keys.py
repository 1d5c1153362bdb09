"""Keys and bits: JAX, and NumPy from the definition.

Numbers are drawn in float32, of which the bits are the same with and without x64 mode.
The references of the other files ``random_*`` and of ``bit_generators`` draw theirs
with what is here.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from scipy import special


def threefry(key, low, high=0):
    # Twenty rounds, and a word of the key after every fourth (Salmon et al., 2011), of
    # counters that have two words each.
    mask = 0xFFFFFFFF
    words = [word.astype(np.uint64) if np.ndim(word) else int(word) for word in key]
    words.append(words[0] ^ words[1] ^ 0x1BD11BDA)
    y = (np.asarray(low, dtype=np.uint64) + words[1]) & mask
    x = (np.zeros_like(y) + np.asarray(high, dtype=np.uint64) + words[0]) & mask
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
