"""Samplers, of noise that is given: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def gumbel_noise(uniforms):
    """Gumbel variates by inverting their distribution."""
    return -jnp.log(-jnp.log(uniforms))


def stratified_resample(log_weights, uniforms):
    """Ancestors of particles from one draw in each stratum, and the effective size."""
    count = log_weights.shape[0]
    weights = jax.nn.softmax(log_weights)
    points = (jnp.arange(count, dtype=weights.dtype) + uniforms) / count
    ancestors = jnp.searchsorted(jnp.cumsum(weights), points)
    effective = 1.0 / jnp.sum(jnp.square(weights))
    return jnp.minimum(ancestors, count - 1).astype(jnp.int32), effective


def stratified_resample_reference(log_weights, uniforms):
    count = len(log_weights)
    weights = np.exp(log_weights)
    ancestors = np.zeros(count, dtype=np.int32)
    for i in range(count):
        target = (i + uniforms[i]) * np.sum(weights) / count
        while ancestors[i] < count - 1 and np.sum(weights[: ancestors[i] + 1]) < target:
            ancestors[i] += 1
    return ancestors, np.sum(weights) ** 2 / np.sum(weights**2)


def residual_resample(weights, uniforms):
    """Copy each particle as often as its weight says, and draw for the remainder."""
    count = weights.shape[0]
    expected = count * weights / jnp.sum(weights)
    copies = jnp.floor(expected).astype(jnp.int32)
    certain = jnp.sum(copies)
    cumulative = jnp.cumsum(expected - copies)
    drawn = jnp.searchsorted(cumulative, uniforms * cumulative[-1])
    copied = jnp.repeat(jnp.arange(count), copies, total_repeat_length=count)
    ancestors = jnp.where(jnp.arange(count) < certain, copied, drawn)
    return jnp.minimum(ancestors, count - 1).astype(jnp.int32), copies


def residual_resample_reference(weights, uniforms):
    count = len(weights)
    shares = weights / np.sum(weights) * count
    copies = [int(np.floor(share)) for share in shares]
    ancestors = [i for i in range(count) for _ in range(copies[i])]
    rests = [share - whole for share, whole in zip(shares, copies)]
    for slot in range(len(ancestors), count):
        pointer, i = uniforms[slot] * sum(rests), 0
        while pointer > rests[i] and i < count - 1:
            pointer = pointer - rests[i]
            i += 1
        ancestors.append(i)
    return np.array(ancestors, dtype=np.int32), np.array(copies, dtype=np.int32)


def box_muller(first, second):
    """Two independent Gaussian variates from two uniform ones."""
    radius = jnp.sqrt(-2.0 * jnp.log(first))
    angle = 2.0 * jnp.pi * second
    return radius * jnp.cos(angle), radius * jnp.sin(angle)


def box_muller_reference(first, second):
    # The square of the radius is exponential, the direction uniform.
    squares = 2.0 * np.log(1.0 / first)
    half = np.exp(1j * np.pi * second)
    x = np.sqrt(squares) * (half.real**2 - half.imag**2)
    return x, np.sqrt(squares) * (2.0 * half.real * half.imag)


def marsaglia_polar(u, v):
    """Gaussian variates from points of a square that lie inside the unit circle."""
    squares = u * u + v * v
    accepted = (squares < 1.0) & (squares > 0.0)
    safe = jnp.where(accepted, squares, 0.5)
    factor = jnp.sqrt(-2.0 * jnp.log(safe) / safe)
    zero = jnp.zeros_like(u)
    x = jnp.where(accepted, u * factor, zero)
    y = jnp.where(accepted, v * factor, zero)
    return x, y, accepted


def marsaglia_polar_reference(u, v):
    x, y = np.zeros(u.shape), np.zeros(u.shape)
    accepted = np.zeros(u.shape, dtype=bool)
    for i in np.ndindex(*u.shape):
        radius = np.sqrt(u[i] ** 2 + v[i] ** 2)
        if 0 < radius < 1:
            length = 2.0 * np.sqrt(-np.log(radius))
            x[i], y[i] = u[i] / radius * length, v[i] / radius * length
            accepted[i] = True
    return x, y, accepted


def inverse_transform_sample(uniforms, location, scale, *, family):
    """Variates of a location-scale family by inverting its distribution."""
    if family == "exponential":
        standard = -jnp.log(1.0 - uniforms)
    elif family == "laplace":
        centered = uniforms - 0.5
        standard = -jnp.sign(centered) * jnp.log(1.0 - 2.0 * jnp.abs(centered))
    elif family == "cauchy":
        standard = jnp.tan(jnp.pi * (uniforms - 0.5))
    elif family == "weibull":
        standard = (-jnp.log(1.0 - uniforms)) ** (1.0 / 1.5)
    elif family == "logistic":
        standard = jnp.log(uniforms / (1.0 - uniforms))
    else:
        standard = gumbel_noise(uniforms)
    return location + scale * standard


def inverse_transform_sample_reference(uniforms, location, scale, *, family):
    quantiles = {
        "exponential": lambda u: np.log(1.0 / (1.0 - u)),
        "laplace": lambda u: np.log(2 * u) if u < 0.5 else np.log(0.5 / (1.0 - u)),
        "cauchy": lambda u: np.sin(np.pi * (u - 0.5)) / np.cos(np.pi * (u - 0.5)),
        "weibull": lambda u: np.cbrt(np.log(1.0 - u) ** 2),
        "logistic": lambda u: np.log(u / (1.0 - u)),
        "gumbel": lambda u: -np.log(np.log(1.0 / u)),
    }
    draws = np.zeros(uniforms.shape)
    for n, k in np.ndindex(*uniforms.shape):
        draws[n, k] = location[k] + scale[k] * quantiles[family](uniforms[n, k])
    return draws


def correlated_normal_sample(mean, covariance, noise):
    """Reparameterized draws from a Gaussian, with their log densities."""
    factor = jnp.linalg.cholesky(covariance)
    draws = mean + noise @ factor.T
    log_volume = jnp.sum(jnp.log(jnp.diagonal(factor)))
    squares = jnp.sum(jnp.square(noise), axis=-1)
    constant = 0.5 * mean.shape[0] * jnp.log(2.0 * jnp.pi)
    return draws, -0.5 * squares - log_volume - constant


def correlated_normal_sample_reference(mean, covariance, noise):
    size = len(mean)
    factor = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            rest = covariance[i, j] - np.sum(factor[i, :j] * factor[j, :j])
            factor[i, j] = np.sqrt(rest) if i == j else rest / factor[j, j]
    offsets = np.array([np.sum(factor * z, axis=1) for z in noise])
    solved = np.linalg.solve(covariance, offsets.T).T
    volume = np.linalg.det(2.0 * np.pi * covariance)
    distances = np.sum(offsets * solved, axis=1)
    return mean + offsets, -0.5 * (distances + np.log(volume))


def latin_hypercube(scores, jitter, low, high):
    """A design with one point in each slice of every dimension."""
    count = scores.shape[0]
    ranks = jnp.argsort(jnp.argsort(scores, axis=0), axis=0).astype(jitter.dtype)
    return low + (high - low) * (ranks + jitter) / count


def latin_hypercube_reference(scores, jitter, low, high):
    count, dimensions = scores.shape
    design = np.zeros((count, dimensions))
    for d in range(dimensions):
        width = (high[d] - low[d]) / count
        for i in range(count):
            cell = int(np.sum(scores[:, d] < scores[i, d]))
            design[i, d] = low[d] + width * cell + width * jitter[i, d]
    return design


def square_root_diffusion(start, noise, *, speed, mean, volatility, dt):
    """Paths of a square-root diffusion by Euler-Maruyama with full truncation."""

    def step(x, z):
        # The process may become negative; what drives it may not.
        level = jax.nn.relu(x)
        drift = speed * (mean - level) * dt
        x = x + drift + volatility * jnp.sqrt(level * dt) * z
        return x, jax.nn.relu(x)

    _, path = lax.scan(step, start, noise)
    return path


def square_root_diffusion_reference(start, noise, *, speed, mean, volatility, dt):
    steps, count = noise.shape
    path = np.zeros((steps, count))
    for n in range(count):
        x = start[n]
        for t in range(steps):
            level = x if x > 0 else 0.0
            x = x - dt * speed * level + dt * speed * mean
            x = x + volatility * np.sqrt(dt) * np.sqrt(level) * noise[t, n]
            path[t, n] = max(x, 0.0)
    return path


def half_normal_rejection(uniforms, decisions):
    """Half-normal draws, each the first accepted of several exponential proposals."""
    proposals = -jnp.log(1.0 - uniforms)
    accepted = decisions <= jnp.exp(-0.5 * jnp.square(proposals - 1.0))
    first = jnp.argmax(accepted, axis=-1)
    draws = jnp.take_along_axis(proposals, first[:, None], axis=-1)[:, 0]
    return draws, accepted


def half_normal_rejection_reference(uniforms, decisions):
    draws, accepted = [], np.zeros(decisions.shape, dtype=bool)
    for n, (row, tests) in enumerate(zip(uniforms, decisions)):
        proposals = [np.log(1.0 / (1.0 - u)) for u in row]
        for k, x in enumerate(proposals):
            # The ratio of the densities, whose envelope touches at one.
            accepted[n, k] = tests[k] <= np.exp(x - x**2 / 2) / np.exp(0.5)
        good = [x for x, keep in zip(proposals, accepted[n]) if keep]
        draws.append(good[0] if good else proposals[0])
    return np.array(draws), accepted


def gamma_rejection(shapes, normals, uniforms):
    """Gamma draws from cubes of shifted Gaussian proposals."""
    d = shapes[:, None] - 1.0 / 3.0
    base = 1.0 + normals * lax.rsqrt(9.0 * d)
    positive = base > 0
    cube = jnp.where(positive, base, 1.0) ** 3
    bound = 0.5 * jnp.square(normals) + d * (1.0 - cube + jnp.log(cube))
    accepted = positive & (jnp.log(uniforms) < bound)
    first = jnp.argmax(accepted, axis=-1)[:, None]
    return jnp.take_along_axis(d * cube, first, axis=-1)[:, 0], accepted


def gamma_rejection_reference(shapes, normals, uniforms):
    count, attempts = normals.shape
    draws, accepted = np.zeros(count), np.zeros((count, attempts), dtype=bool)
    for n in range(count):
        d = shapes[n] - np.array(1.0) / 3.0
        for k in range(attempts):
            root = 1.0 + normals[n, k] / (3.0 * np.sqrt(d))
            if root > 0:
                slack = d - d * root**3 + 3.0 * d * np.log(root)
                limit = np.exp(slack + normals[n, k] ** 2 / 2)
                accepted[n, k] = uniforms[n, k] < limit
        chosen = int(np.argmax(accepted[n]))
        root = 1.0 + normals[n, chosen] / (3.0 * np.sqrt(d))
        draws[n] = d * root**3 if root > 0 else d
    return draws, accepted


BASES = (2, 3, 5, 7)


def radical_inverse(indices, base, digits, dtype):
    """Mirror the digits of integers at the point."""

    def step(_, state):
        left, weight, value = state
        left, digit = jnp.divmod(left, base)
        weight = weight / base
        return left, weight, value + digit.astype(dtype) * weight

    start = (indices, jnp.ones((), dtype=dtype), jnp.zeros(indices.shape, dtype=dtype))
    return lax.fori_loop(0, digits, step, start)[2]


def halton_points(indices, shift, *, skip):
    """Points of the Halton sequence, shifted modulo one."""
    columns = [
        radical_inverse(indices + skip, base, 8, shift.dtype)
        for base in BASES[: shift.shape[0]]
    ]
    return (jnp.stack(columns, axis=-1) + shift) % 1.0


def halton_points_reference(indices, shift, *, skip):
    points = np.zeros((len(indices), len(shift)))
    for d, base in enumerate([2, 3, 5, 7][: len(shift)]):
        for i, index in enumerate(indices):
            left, mirrored, power = int(index) + skip, 0, 1
            while left:
                left, digit = divmod(left, base)
                mirrored, power = mirrored * base + digit, power * base
            value = np.array(float(mirrored)) / power + shift[d]
            points[i, d] = value - 1.0 if value >= 1 else value
    return points


def product_poisson_sample(rates, uniforms):
    """Poisson counts by how many uniform variates keep a product above a bound."""
    products = jnp.cumprod(uniforms, axis=-1)
    return jnp.sum(products > jnp.exp(-rates)[:, None], axis=-1)


def product_poisson_sample_reference(rates, uniforms):
    counts = []
    for rate, row in zip(rates, uniforms):
        # Arrivals within the unit of time, with exponential gaps.
        time, arrivals = np.array(0.0), 0
        for u in row:
            time = time - np.log(u)
            if time >= rate:
                break
            arrivals += 1
        counts.append(arrivals)
    return np.array(counts, dtype=np.int64)


def stick_breaking_weights(uniforms, *, concentration):
    """Weights of a truncated Dirichlet process, broken off a stick one by one."""
    kept = (1.0 - uniforms) ** (1.0 / concentration)
    remaining = jnp.cumprod(kept, axis=-1)
    left = jnp.pad(remaining, ((0, 0), (1, 0)), constant_values=1.0)
    pieces = (1.0 - kept) * left[:, :-1]
    return jnp.concatenate([pieces, left[:, -1:]], axis=-1)


def stick_breaking_weights_reference(uniforms, *, concentration):
    count, sticks = uniforms.shape
    weights = np.zeros((count, sticks + 1))
    for n in range(count):
        stick = np.array(1.0)
        for k in range(sticks):
            kept = stick * np.power(1.0 - uniforms[n, k], 1.0 / concentration)
            weights[n, k] = stick - kept
            stick = kept
        weights[n, sticks] = stick
    return weights


def gaussian_copula_sample(factor, noise, scales, *, marginal):
    """Dependent draws with given marginals, by the quantiles of Gaussian draws."""
    # Rows of unit length make the covariance a correlation matrix.
    factor = factor / jnp.linalg.norm(factor, axis=1, keepdims=True)
    normals = noise @ factor.T
    above = 0.5 * lax.erfc(normals / jnp.sqrt(jnp.asarray(2.0, noise.dtype)))
    if marginal == "exponential":
        return -scales * jnp.log(above)
    if marginal == "pareto":
        return scales * above ** (-1.0 / 3.0)
    return scales * (1.0 - above)


def gaussian_copula_sample_reference(factor, noise, scales, *, marginal):
    count, size = noise.shape
    draws = np.zeros((count, size))
    for n in range(count):
        for k in range(size):
            length = np.sqrt(np.sum(factor[k] ** 2))
            z = np.sum(factor[k] * noise[n]) / length
            if marginal == "exponential":
                draws[n, k] = scales[k] * -special.log_ndtr(-z)
            elif marginal == "pareto":
                draws[n, k] = scales[k] / np.cbrt(special.ndtr(-z))
            else:
                draws[n, k] = scales[k] * special.ndtr(z)
    return draws


def gillespie_birth_death(population, waits, choices, *, birth, death, immigration):
    """Exact paths of a birth-death process with immigration."""

    def step(state, inputs):
        time, size = state
        wait, choice = inputs
        arrivals = birth * size.astype(wait.dtype) + immigration
        total = arrivals + death * size.astype(wait.dtype)
        time = time - jnp.log(wait) / total
        size = size + jnp.where(choice * total < arrivals, 1, -1).astype(size.dtype)
        return (time, size), (time, size)

    start = (jnp.zeros((), dtype=waits.dtype), population)
    _, (times, sizes) = lax.scan(step, start, (waits, choices))
    return times, sizes


def gillespie_birth_death_reference(
    population, waits, choices, *, birth, death, immigration
):
    times, sizes = np.zeros(len(waits)), np.zeros(len(waits), dtype=np.int32)
    time, size = np.array(0.0), int(population)
    for k in range(len(waits)):
        rates = np.array([birth * size, immigration, death * size])
        time = time + np.log(1.0 / waits[k]) / np.sum(rates)
        dies = choices[k] * np.sum(rates) >= rates[0] + rates[1]
        size = size - 1 if dies else size + 1
        times[k], sizes[k] = time, size
    return times, sizes


def hierarchical_ray_samples(edges, weights, uniforms):
    """Depths along rays from piecewise constant densities between edges."""
    weights = weights + 1e-5
    probs = weights / jnp.sum(weights, axis=-1, keepdims=True)
    cdf = jnp.pad(jnp.cumsum(probs, axis=-1), ((0, 0), (1, 0)))
    bins = jax.vmap(locate_bins)(cdf, uniforms)
    start = jnp.take_along_axis(edges, bins, axis=-1)
    end = jnp.take_along_axis(edges, bins + 1, axis=-1)
    below = jnp.take_along_axis(cdf, bins, axis=-1)
    mass = jnp.take_along_axis(probs, bins, axis=-1)
    return start + (uniforms - below) / mass * (end - start)


def locate_bins(cdf, uniforms):
    """The bins of a distribution into which values fall."""
    bins = jnp.searchsorted(cdf, uniforms, side="right") - 1
    return jnp.clip(bins, 0, len(cdf) - 2)


def hierarchical_ray_samples_reference(edges, weights, uniforms):
    rays, count = uniforms.shape
    depths = np.zeros((rays, count))
    for r in range(rays):
        shares = (weights[r] + 1e-5) / np.sum(weights[r] + 1e-5)
        for i in range(count):
            left, k = uniforms[r, i], 0
            while k < len(shares) - 1 and left >= shares[k]:
                left = left - shares[k]
                k += 1
            fraction = left / shares[k]
            depths[r, i] = (1.0 - fraction) * edges[r, k] + fraction * edges[r, k + 1]
    return depths


def markov_chain_path(logits, start, uniforms):
    """A path of a Markov chain by inverting its transitions, with its likelihood."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    cumulative = jnp.cumsum(jnp.exp(log_probs), axis=-1)

    def step(state, uniform):
        following = jnp.searchsorted(cumulative[state, :-1], uniform)
        following = following.astype(state.dtype)
        return following, (following, log_probs[state, following])

    _, (path, terms) = lax.scan(step, start, uniforms)
    return path, jnp.sum(terms)


def markov_chain_path_reference(logits, start, uniforms):
    path, total = [int(start)], np.array(0.0)
    for uniform in uniforms:
        weights = np.exp(logits[path[-1]])
        probs = weights / np.sum(weights)
        state, reached = 0, probs[0]
        while reached < uniform and state < len(probs) - 1:
            state += 1
            reached = reached + probs[state]
        total = total + np.log(probs[state])
        path.append(state)
    return np.array(path[1:], dtype=np.int32), total


def reservoir_sample(items, uniforms, *, size):
    """A random sample of a stream whose length is not known beforehand."""

    def step(reservoir, inputs):
        item, seen, uniform = inputs
        place = jnp.floor(uniform * (seen + 1)).astype(seen.dtype)
        # Places past the end leave the reservoir as it is.
        return reservoir.at[place].set(item, mode="drop"), place < size

    seen = jnp.arange(size, items.shape[0], dtype=jnp.int32)
    stream = (items[size:], seen, uniforms[size:])
    reservoir, replaced = lax.scan(step, items[:size], stream)
    return reservoir, jnp.sum(replaced)


def reservoir_sample_reference(items, uniforms, *, size):
    kept, replaced = list(range(size)), 0
    for i in range(size, len(items)):
        for place in range(size):
            # Each place is hit with probability 1 / (i + 1).
            if place <= uniforms[i] * (i + 1) < place + 1:
                kept[place] = i
                replaced += 1
    return np.array([items[i] for i in kept]), replaced


def fisher_yates_shuffle(items, uniforms):
    """Shuffle items by swapping each with a random one before it."""
    count = items.shape[0]

    def swap(k, order):
        i = count - 1 - k
        j = jnp.floor(uniforms[i] * (i + 1)).astype(jnp.int32)
        return order.at[i].set(order[j]).at[j].set(order[i])

    order = lax.fori_loop(0, count - 1, swap, jnp.arange(count, dtype=jnp.int32))
    return items[order], order


def fisher_yates_shuffle_reference(items, uniforms):
    left, order = list(range(len(items))), []
    for i in range(len(items) - 1, 0, -1):
        j = int(np.floor(uniforms[i] * (i + 1)))
        # Striking out the chosen one, its place goes to the last that is left.
        order.append(left[j])
        left[j] = left[-1]
        left.pop()
    order = np.array([left[0], *order[::-1]], dtype=np.int32)
    return np.array([items[i] for i in order]), order


def brownian_bridge_path(normals, *, levels, horizon):
    """A Brownian path whose coarse shape is fixed before its details."""
    count = 2**levels
    path = jnp.zeros(count + 1, dtype=normals.dtype)
    path = path.at[count].set(horizon**0.5 * normals[0])
    used = 1
    for level in range(levels):
        stride = count // 2**level
        middles = jnp.arange(stride // 2, count, stride)
        means = 0.5 * (path[middles - stride // 2] + path[middles + stride // 2])
        # Half of the standard deviation over the interval.
        deviation = 0.5 * (horizon * stride / count) ** 0.5
        details = normals[used : used + 2**level]
        path = path.at[middles].set(means + deviation * details)
        used += 2**level
    return path


def brownian_bridge_path_reference(normals, *, levels, horizon):
    count = 2**levels
    times = np.array([horizon * i / count for i in range(count + 1)])
    known = {0: np.array(0.0), count: np.sqrt(horizon) * normals[0]}
    for z in normals[1:]:
        # The next point halves the first of the longest gaps.
        points = sorted(known)
        gaps = [points[i + 1] - points[i] for i in range(len(points) - 1)]
        left = points[gaps.index(max(gaps))]
        right = left + max(gaps)
        t = (left + right) // 2
        before, after = times[t] - times[left], times[right] - times[t]
        mean = (after * known[left] + before * known[right]) / (before + after)
        known[t] = mean + np.sqrt(before * after / (before + after)) * z
    return np.array([known[i] for i in range(count + 1)])
