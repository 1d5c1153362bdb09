"""Clustering: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _pairwise_squared(x, y):
    return jnp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)


def lloyd_kmeans(points, centers, *, steps):
    """Alternate between nearest centers and means; centers, labels and inertia."""
    size = centers.shape[0]

    def step(_, centers):
        labels = jnp.argmin(_pairwise_squared(points, centers), axis=1)
        sums = jax.ops.segment_sum(points, labels, num_segments=size)
        ones = jnp.ones(points.shape[0], dtype=points.dtype)
        counts = jax.ops.segment_sum(ones, labels, num_segments=size)[:, None]
        # A center that lost all its points stays where it is.
        return jnp.where(counts > 0, sums / jnp.maximum(counts, 1.0), centers)

    centers = lax.fori_loop(0, steps, step, centers)
    distances = _pairwise_squared(points, centers)
    return centers, jnp.argmin(distances, axis=1), jnp.sum(jnp.min(distances, axis=1))


def lloyd_kmeans_reference(points, centers, *, steps):
    def assign(centers):
        costs = [[np.sum((p - c) ** 2) for c in centers] for p in points]
        nearest = [min(range(len(row)), key=row.__getitem__) for row in costs]
        return nearest, sum(row[k] for row, k in zip(costs, nearest))

    for _ in range(steps):
        labels, _ = assign(centers)
        moved = np.array(centers)
        for k in range(len(centers)):
            members = [point for point, label in zip(points, labels) if label == k]
            if members:
                moved[k] = sum(members) / len(members)
        centers = moved
    labels, inertia = assign(centers)
    return centers, np.array(labels), inertia


def kmeans_plus_plus(points, uniforms, *, power):
    """Seed centers one by one, with probabilities that grow with the distance."""
    count = points.shape[0]

    def pick(nearest, uniform):
        cumulative = jnp.cumsum(nearest)
        index = jnp.searchsorted(cumulative, uniform * cumulative[-1], side="right")
        index = jnp.minimum(index, count - 1)
        distances = jnp.sum((points - points[index]) ** 2, axis=1) ** (0.5 * power)
        return jnp.minimum(nearest, distances), index.astype(jnp.int32)

    # The first draw is uniform; distances replace its weights.
    first = jnp.minimum((uniforms[0] * count).astype(jnp.int32), count - 1)
    nearest = jnp.sum((points - points[first]) ** 2, axis=1) ** (0.5 * power)
    _, rest = lax.scan(pick, nearest, uniforms[1:])
    indices = jnp.concatenate([first[None], rest])
    return points[indices], indices


def kmeans_plus_plus_reference(points, uniforms, *, power):
    chosen = [int(np.floor(uniforms[0] * len(points)))]
    while len(chosen) < len(uniforms):
        weights = []
        for point in points:
            gaps = [np.sqrt(np.sum((point - points[c]) ** 2)) for c in chosen]
            weights.append(np.min(np.array(gaps)) ** power)
        target = uniforms[len(chosen)] * sum(weights)
        reached, index = weights[0], 0
        while reached <= target and index < len(points) - 1:
            index += 1
            reached = reached + weights[index]
        chosen.append(index)
    return points[chosen], np.array(chosen, dtype=np.int32)


def gaussian_mixture_em(x, logits, means, covs, *, ridge, tied):
    """Take an expectation-maximization step for a mixture of Gaussians."""
    count, size = x.shape

    def log_density(mean, cov):
        root = jnp.linalg.cholesky(cov)
        z = jax.scipy.linalg.solve_triangular(root, (x - mean).T, lower=True)
        log_det = jnp.sum(jnp.log(jnp.diagonal(root)))
        return -0.5 * (jnp.sum(z**2, axis=0) + size * jnp.log(2.0 * jnp.pi)) - log_det

    joint = jax.nn.log_softmax(logits)[:, None] + jax.vmap(log_density)(means, covs)
    responsibilities = jax.nn.softmax(joint, axis=0)
    totals = jnp.sum(responsibilities, axis=1)
    centers = responsibilities @ x / totals[:, None]
    deviations = x - centers[:, None, :]
    scatter = jnp.einsum("kn,kni,knj->kij", responsibilities, deviations, deviations)
    if tied:
        shared = jnp.sum(scatter, axis=0) / count
        spread = jnp.broadcast_to(shared, scatter.shape)
    else:
        spread = scatter / totals[:, None, None]
    return {
        "weights": totals / count,
        "means": centers,
        "covs": spread + ridge * jnp.eye(size, dtype=x.dtype),
        "log_likelihood": jnp.sum(jax.nn.logsumexp(joint, axis=0)),
    }


def gaussian_mixture_em_reference(x, logits, means, covs, *, ridge, tied):
    count, size = x.shape
    priors = np.exp(logits) / np.sum(np.exp(logits))
    gaps = x[:, None] - means
    distances = np.einsum("nki,kij,nkj->nk", gaps, np.linalg.inv(covs), gaps)
    volumes = np.sqrt(np.linalg.det(2 * np.pi * covs))
    shares = priors * np.exp(-distances / 2) / volumes
    masses = np.sum(shares, axis=1, keepdims=True)
    shares = shares / masses
    totals = np.sum(shares, axis=0)
    centers = np.einsum("nk,nd->kd", shares, x) / totals[:, None]
    gaps = x[:, None] - centers
    spreads = np.einsum("nk,nki,nkj->kij", shares, gaps, gaps)
    if tied:
        spreads = np.stack([np.sum(spreads, axis=0) / count] * len(means))
    else:
        spreads = spreads / totals[:, None, None]
    return {
        "weights": totals / count,
        "means": centers,
        "covs": spreads + ridge * np.eye(size),
        "log_likelihood": np.sum(np.log(masses)),
    }


def mean_shift(points, seeds, *, bandwidth, steps, blurring):
    """Climb from seeds to modes of a Gaussian density estimate; modes and heights."""
    scale = -0.5 / bandwidth**2

    def shift(modes, data):
        weights = jax.nn.softmax(scale * _pairwise_squared(modes, data), axis=1)
        return weights @ data

    def step(_, state):
        modes, data = state
        # The blurring variant moves the data too.
        return shift(modes, data), shift(data, data) if blurring else data

    modes, data = lax.fori_loop(0, steps, step, (seeds, points))
    return modes, jnp.mean(jnp.exp(scale * _pairwise_squared(modes, data)), axis=1)


def mean_shift_reference(points, seeds, *, bandwidth, steps, blurring):
    def weigh(modes, data):
        gaps = np.sum((modes[:, None] - data) ** 2, axis=2)
        return np.exp(-gaps / (2 * bandwidth * bandwidth))

    def shift(modes, data):
        weights = weigh(modes, data)
        total = np.einsum("mn,nd->md", weights, data)
        return total / np.sum(weights, axis=1, keepdims=True)

    modes, data = seeds, points
    for _ in range(steps):
        modes, data = shift(modes, data), shift(data, data) if blurring else data
    return modes, np.sum(weigh(modes, data), axis=1) / len(data)


def dbscan(points, *, radius, min_points):
    """Label clusters by their first core point and noise by -1; also who is core."""
    count = points.shape[0]
    near = _pairwise_squared(points, points) <= radius**2
    core = jnp.sum(near, axis=1) >= min_points
    reach = near & core
    own = jnp.where(core, jnp.arange(count, dtype=jnp.int32), count)

    def spread(labels):
        lowest = jnp.min(jnp.where(reach, labels, count), axis=1)
        return jnp.where(core, lowest, count)

    def changed(state):
        before, labels = state
        return jnp.any(before != labels)

    # Labels flow from core to core until each cluster has its lowest index.
    _, labels = lax.while_loop(
        changed, lambda s: (s[1], spread(s[1])), (own, spread(own))
    )
    labels = jnp.min(jnp.where(reach, labels, count), axis=1)
    return jnp.where(labels == count, -1, labels), core


def dbscan_reference(points, *, radius, min_points):
    count = len(points)
    neighbors = [
        [
            j
            for j in range(count)
            if np.sqrt(np.sum((points[i] - points[j]) ** 2)) <= radius
        ]
        for i in range(count)
    ]
    core = np.array([len(near) >= min_points for near in neighbors])
    labels = np.full(count, -1, dtype=np.int32)
    for i in range(count):
        if not core[i] or labels[i] >= 0:
            continue
        labels[i] = i
        queue = [i]
        while queue:
            for j in neighbors[queue.pop()]:
                if labels[j] < 0:
                    labels[j] = i
                    if core[j]:
                        queue.append(j)
    return labels, core


def affinity_propagation(points, preference, *, damping, steps):
    """Pass messages between points; their exemplars and the final evidence."""
    count = points.shape[0]
    rows = jnp.arange(count)
    diagonal = jnp.eye(count, dtype=bool)
    similarity = jnp.where(diagonal, preference, -_pairwise_squared(points, points))

    def step(_, messages):
        responsibility, availability = messages
        evidence = availability + similarity
        best = jnp.argmax(evidence, axis=1)
        first = evidence[rows, best]
        second = jnp.max(evidence.at[rows, best].set(-jnp.inf), axis=1)
        # Each candidate competes with the best of the others.
        rival = jnp.where(rows == best[:, None], second[:, None], first[:, None])
        responsibility = damping * responsibility + (1.0 - damping) * (
            similarity - rival
        )
        votes = jnp.where(diagonal, responsibility, jnp.maximum(responsibility, 0.0))
        support = jnp.sum(votes, axis=0) - votes
        support = jnp.where(diagonal, support, jnp.minimum(support, 0.0))
        availability = damping * availability + (1.0 - damping) * support
        return responsibility, availability

    zeros = jnp.zeros_like(similarity)
    responsibility, availability = lax.fori_loop(0, steps, step, (zeros, zeros))
    evidence = responsibility + availability
    return jnp.argmax(evidence, axis=1), evidence


def affinity_propagation_reference(points, preference, *, damping, steps):
    n = len(points)
    others = ~np.eye(n, dtype=bool)
    s = -np.sum((points[:, None] - points) ** 2, axis=2)
    s = np.where(others, s, preference)
    r, a = np.zeros((n, n)), np.zeros((n, n))
    for _ in range(steps):
        rivals = np.where(others, (a + s)[:, None], -np.inf)
        r = damping * r + (1 - damping) * (s - np.max(rivals, axis=2))
        # What all but the two concerned think of a candidate.
        support = np.einsum("ij,jk,jk->ik", others, others, np.maximum(r, 0))
        sent = np.where(others, np.minimum(np.diagonal(r) + support, 0), support)
        a = damping * a + (1 - damping) * sent
    return np.argmax(r + a, axis=1), r + a


def fuzzy_c_means(points, centers, *, fuzziness, steps):
    """Alternate between soft memberships and weighted means; both are returned."""

    def memberships(centers):
        # Points on a center would divide by zero.
        squared = jnp.maximum(_pairwise_squared(points, centers), 1e-6)
        return jax.nn.softmax(-jnp.log(squared) / (fuzziness - 1.0), axis=1)

    def step(_, centers):
        weights = memberships(centers) ** fuzziness
        return weights.T @ points / jnp.sum(weights, axis=0)[:, None]

    centers = lax.fori_loop(0, steps, step, centers)
    return centers, memberships(centers)


def fuzzy_c_means_reference(points, centers, *, fuzziness, steps):
    def memberships(centers):
        gaps = np.maximum(np.sum((points[:, None] - centers) ** 2, axis=2), 1e-6)
        ratios = (gaps[:, :, None] / gaps[:, None]) ** (1 / (fuzziness - 1))
        return 1 / np.sum(ratios, axis=2)

    for _ in range(steps):
        weights = memberships(centers) ** fuzziness
        total = np.einsum("nk,nd->kd", weights, points)
        centers = total / np.sum(weights, axis=0)[:, None]
    return centers, memberships(centers)


def self_organizing_map(samples, codebook, *, rate, radius):
    """Train a grid of units on samples in turn; the units and each sample's winner."""
    height, width, _ = codebook.shape
    rows, columns = jnp.meshgrid(jnp.arange(height), jnp.arange(width), indexing="ij")
    steps = samples.shape[0]

    def train(units, inputs):
        index, sample = inputs
        distances = jnp.sum((units - sample) ** 2, axis=-1)
        row, column = jnp.unravel_index(jnp.argmin(distances), distances.shape)
        # The learning rate and the neighborhood shrink together.
        remaining = 1.0 - index / steps
        grid_distance = (rows - row) ** 2 + (columns - column) ** 2
        pull = jnp.exp(-0.5 * grid_distance / (radius * remaining) ** 2)
        units = units + rate * remaining * pull[:, :, None] * (sample - units)
        return units, jnp.stack([row, column]).astype(jnp.int32)

    indices = jnp.arange(steps, dtype=samples.dtype)
    return lax.scan(train, codebook, (indices, samples))


def self_organizing_map_reference(samples, codebook, *, rate, radius):
    units = np.array(codebook)
    height, width, _ = units.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    winners = []
    for t, sample in enumerate(samples):
        costs = np.sum((units - sample) ** 2, axis=2)
        i, j = divmod(int(np.argmin(costs)), width)
        winners.append((i, j))
        left = (len(samples) - t) / len(samples)
        apart = np.zeros((height, width)) + (rows - i) ** 2 + (columns - j) ** 2
        pull = rate * left * np.exp(-apart / (2 * (radius * left) ** 2))[..., None]
        units = (1 - pull) * units + pull * sample
    return units, np.array(winners, dtype=np.int32)


def silhouette_score(points, labels, *, clusters, metric):
    """Compare distances to the own cluster with those to the nearest other one."""
    gaps = points[:, None, :] - points[None, :, :]
    if metric == "euclidean":
        distances = jnp.sqrt(jnp.sum(gaps**2, axis=-1))
    else:
        distances = jnp.sum(jnp.abs(gaps), axis=-1)
    members = jax.nn.one_hot(labels, clusters, dtype=points.dtype)
    sizes = jnp.sum(members, axis=0)
    totals = distances @ members
    own = members > 0
    # The distance to itself is zero and does not count.
    cohesion = jnp.sum(
        jnp.where(own, totals / jnp.maximum(sizes - 1.0, 1.0), 0.0), axis=1
    )
    others = jnp.where(own | (sizes == 0), jnp.inf, totals / jnp.maximum(sizes, 1.0))
    separation = jnp.min(others, axis=1)
    width = (separation - cohesion) / jnp.maximum(separation, cohesion)
    defined = (sizes[labels] > 1) & jnp.isfinite(separation)
    return jnp.where(defined, width, 0.0)


def silhouette_score_reference(points, labels, *, clusters, metric):
    count = len(points)
    gaps = points[:, None] - points
    if metric == "euclidean":
        lengths = np.sqrt(np.sum(gaps * gaps, axis=2))
    else:
        lengths = np.sum(np.abs(gaps), axis=2)
    inside = labels == np.arange(clusters)[:, None]
    others = inside[:, None] & ~np.eye(count, dtype=bool)
    sizes = np.sum(others, axis=2)
    totals = np.sum(np.where(others, lengths, 0.0), axis=2)
    means = np.where(sizes > 0, totals / np.maximum(sizes, 1), np.inf)
    own = means[labels, np.arange(count)]
    other = np.min(np.where(inside, np.inf, means), axis=0)
    widths = np.where(own < other, 1 - own / other, other / own - 1)
    return np.where(np.isfinite(own) & np.isfinite(other), widths, 0.0)


def single_linkage_ultrametric(points, *, cut):
    """Longest link on the best path between points, and clusters linked below a cut."""
    distances = jnp.sqrt(_pairwise_squared(points, points))

    def relax(k, links):
        through = jnp.maximum(links[:, k, None], links[None, k, :])
        return jnp.minimum(links, through)

    links = lax.fori_loop(0, points.shape[0], relax, distances)
    # The first point that is linked below the cut names the cluster.
    return links, jnp.argmax(links <= cut, axis=1)


def single_linkage_ultrametric_reference(points, *, cut):
    count = len(points)
    edges = [
        (np.sqrt(np.sum((points[i] - points[j]) ** 2)), i, j)
        for i in range(count)
        for j in range(i)
    ]
    links = np.zeros((count, count))
    clusters = [{i} for i in range(count)]
    names = np.arange(count)
    for length, i, j in sorted(edges, key=lambda edge: edge[0]):
        if j not in clusters[i]:
            for a in clusters[i]:
                for b in clusters[j]:
                    links[a, b] = links[b, a] = length
            merged = clusters[i] | clusters[j]
            for a in merged:
                clusters[a] = merged
                if length <= cut:
                    names[a] = min(merged)
    return links, names


def self_tuning_affinity(points, *, neighbor, normalize):
    """Affinities whose scale at each point is the distance to one of its neighbors."""
    squared = _pairwise_squared(points, points)
    # Column 0 of the sorted distances is the point itself.
    scale = jnp.sqrt(jnp.sort(squared, axis=1)[:, neighbor])
    affinity = jnp.exp(-squared / (scale[:, None] * scale))
    affinity = jnp.where(jnp.eye(points.shape[0], dtype=bool), 0.0, affinity)
    if normalize:
        root = lax.rsqrt(jnp.sum(affinity, axis=1))
        affinity = root[:, None] * affinity * root
    return affinity


def self_tuning_affinity_reference(points, *, neighbor, normalize):
    lengths = np.sqrt(np.sum((points[:, None] - points) ** 2, axis=2))
    near = np.sort(lengths, axis=1)[:, neighbor]
    affinity = np.exp(-lengths / near[:, None] * lengths / near)
    affinity = affinity * (1 - np.eye(len(points)))
    if normalize:
        degrees = np.diag(1 / np.sqrt(np.sum(affinity, axis=1)))
        affinity = degrees @ affinity @ degrees
    return affinity


def pam_build(points, weights, *, medoids):
    """Choose medoids greedily, each lowering the weighted total distance the most."""
    distances = jnp.sqrt(_pairwise_squared(points, points))

    def choose(nearest, _):
        costs = weights @ jnp.minimum(nearest[:, None], distances)
        best = jnp.argmin(costs)
        return jnp.minimum(nearest, distances[:, best]), best

    farthest = jnp.full_like(weights, jnp.inf)
    nearest, chosen = lax.scan(choose, farthest, length=medoids)
    return chosen, weights @ nearest


def pam_build_reference(points, weights, *, medoids):
    lengths = np.sqrt(np.sum((points[:, None] - points) ** 2, axis=2))
    chosen = []
    for _ in range(medoids):
        # Every set of the medoids so far and one more.
        sets = np.array([[*chosen, candidate] for candidate in range(len(points))])
        costs = weights @ np.min(lengths[:, sets], axis=2)
        chosen.append(int(np.argmin(costs)))
    return np.array(chosen), costs[chosen[-1]]
