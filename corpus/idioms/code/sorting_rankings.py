"""Rankings and how good they are: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def weighted_ranking_area(scores, labels, weights):
    """The chance that a positive outranks a negative; a tie is half a win."""
    order = jnp.argsort(scores)
    ordered = scores[order]
    negative = jnp.where(labels, 0.0, weights)[order]
    below = jnp.pad(jnp.cumsum(negative), (1, 0))
    first = jnp.searchsorted(ordered, scores, side="left")
    last = jnp.searchsorted(ordered, scores, side="right")
    positive = jnp.where(labels, weights, 0.0)
    wins = jnp.sum(positive * 0.5 * (below[first] + below[last]))
    pairs = jnp.sum(positive) * below[-1]
    return jnp.where(pairs > 0, wins / jnp.where(pairs > 0, pairs, 1.0), 0.5)


def weighted_ranking_area_reference(scores, labels, weights):
    wins, pairs = np.zeros(()), np.zeros(())
    for i in range(len(scores)):
        for j in range(len(scores)):
            if labels[i] and not labels[j]:
                share = (scores[i] > scores[j]) + (scores[i] == scores[j]) / 2
                pairs = pairs + weights[i] * weights[j]
                wins = wins + share * weights[i] * weights[j]
    return wins / pairs if pairs > 0 else np.zeros(()) + 0.5


def average_precision(scores, relevant, *, cutoff):
    """Mean precision at the places of relevant items, of all that could be found."""
    order = jnp.argsort(-scores, axis=-1)[:, :cutoff]
    hits = jnp.take_along_axis(relevant, order, axis=-1).astype(scores.dtype)
    places = jnp.arange(1, cutoff + 1, dtype=scores.dtype)
    precision = jnp.cumsum(hits, axis=-1) / places
    possible = jnp.minimum(jnp.sum(relevant, axis=-1), cutoff)
    return jnp.sum(precision * hits, axis=-1) / jnp.maximum(possible, 1)


def average_precision_reference(scores, relevant, *, cutoff):
    results = []
    for row, wanted in zip(scores, relevant):
        order = sorted(range(len(row)), key=lambda i: -row[i])[:cutoff]
        found, total = 0, np.zeros(())
        for place, i in enumerate(order, start=1):
            if wanted[i]:
                found += 1
                total = total + found / place
        results.append(total / max(min(int(np.sum(wanted)), cutoff), 1))
    return np.stack(results)


def kendall_counts(x, y):
    """Pairs in the same and in opposite order, and those tied in either."""
    dx = jnp.sign(x[:, None] - x)
    dy = jnp.sign(y[:, None] - y)
    upper = jnp.triu(jnp.ones((x.shape[0], x.shape[0]), dtype=bool), k=1)

    def count(condition):
        return jnp.sum(condition & upper, dtype=jnp.int32)

    return jnp.stack(
        [count(dx * dy > 0), count(dx * dy < 0), count(dx == 0), count(dy == 0)]
    )


def kendall_counts_reference(x, y):
    counts = [0, 0, 0, 0]
    pairs = list(zip(x.tolist(), y.tolist()))
    for i, (a, b) in enumerate(pairs):
        for c, d in pairs[:i]:
            counts[0] += (a < c and b < d) or (a > c and b > d)
            counts[1] += (a < c and b > d) or (a > c and b < d)
            counts[2] += a == c
            counts[3] += b == d
    return np.array(counts, dtype=np.int32)


def discounted_gain(scores, grades, *, cutoff, linear):
    """The gain of a ranking, less for later places, relative to the best one."""
    gains = grades.astype(scores.dtype)
    if not linear:
        gains = jnp.exp2(gains) - 1.0
    places = jnp.arange(cutoff, dtype=scores.dtype)
    discounts = 1.0 / jnp.log2(places + 2.0)
    ranked = jnp.take_along_axis(gains, jnp.argsort(-scores, axis=-1), axis=-1)
    ideal = jnp.sort(gains, axis=-1, descending=True)
    best = ideal[:, :cutoff] @ discounts
    return jnp.where(
        best > 0, ranked[:, :cutoff] @ discounts / (best + (best == 0)), 0.0
    )


def discounted_gain_reference(scores, grades, *, cutoff, linear):
    results = []
    for row, marks in zip(scores, grades.tolist()):
        gains = [mark if linear else 2**mark - 1 for mark in marks]
        order = sorted(range(len(row)), key=lambda i: -row[i])
        total = best = np.zeros(())
        for place in range(cutoff):
            discount = math.log(2) / np.log(np.zeros(()) + place + 2)
            total = total + gains[order[place]] * discount
            best = best + sorted(gains)[len(gains) - 1 - place] * discount
        results.append(total / best if best > 0 else best)
    return np.stack(results)


def reciprocal_ranks(scores, targets):
    """One over the rank of each row's target, its rank, and their mean."""
    wanted = jnp.take_along_axis(scores, targets[:, None], axis=-1)
    ranks = 1 + jnp.sum(scores > wanted, axis=-1, dtype=jnp.int32)
    return ranks, jnp.mean(1.0 / ranks.astype(scores.dtype))


def reciprocal_ranks_reference(scores, targets):
    ranks = []
    for row, target in zip(scores, targets.tolist()):
        order = sorted(range(len(row)), key=lambda i: -row[i])
        ranks.append(order.index(target) + 1)
    total = sum(1 / (np.zeros(()) + rank) for rank in ranks)
    return np.array(ranks, dtype=np.int32), total / len(ranks)


def suppress_intervals(starts, lengths, scores, *, threshold):
    """Keep intervals that no better one overlaps too much; scores of the others."""
    order = jnp.argsort(-scores)
    begin = starts[order]
    end = begin + lengths[order]
    shared = jnp.minimum(end[:, None], end) - jnp.maximum(begin[:, None], begin)
    union = jnp.maximum(end[:, None], end) - jnp.minimum(begin[:, None], begin)
    overlaps = shared / union > threshold

    def decide(kept, i):
        earlier = jnp.arange(kept.shape[0]) < i
        return kept.at[i].set(~jnp.any(kept & earlier & overlaps[i])), None

    everything = jnp.ones(scores.shape[0], dtype=bool)
    kept, _ = lax.scan(decide, everything, jnp.arange(scores.shape[0]))
    chosen = jnp.zeros_like(kept).at[order].set(kept)
    return chosen, jnp.where(chosen, 0.0, scores)


def suppress_intervals_reference(starts, lengths, scores, *, threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    chosen = np.zeros(len(scores), dtype=bool)
    while left:
        best = left.pop(0)
        chosen[best] = True
        rest = []
        for i in left:
            low = np.maximum(starts[best], starts[i])
            high = np.minimum(starts[best] + lengths[best], starts[i] + lengths[i])
            shared = np.maximum(high - low, 0.0)
            apart = lengths[best] + lengths[i] - shared
            # Disjoint intervals never suppress each other.
            if not shared > threshold * apart:
                rest.append(i)
        left = rest
    return chosen, np.where(chosen, 0.0, scores)


def dominance_fronts(points):
    """Peel off points that no remaining one beats in every coordinate; their rounds."""
    no_worse = jnp.all(points[:, None] <= points[None], axis=-1)
    better = jnp.any(points[:, None] < points[None], axis=-1)
    dominates = no_worse & better

    def peel(state):
        fronts, wave = state
        left = fronts < 0
        beaten = jnp.any(dominates & left[:, None], axis=0)
        return jnp.where(left & ~beaten, wave, fronts), wave + 1

    start = jnp.full(points.shape[0], -1, dtype=jnp.int32)
    return lax.while_loop(
        lambda state: jnp.any(state[0] < 0), peel, (start, jnp.int32(0))
    )


def dominance_fronts_reference(points):
    rows = points.tolist()
    count = len(rows)

    def beats(a, b):
        return a != b and all(x <= y for x, y in zip(a, b))

    # The longest chain of points that beat each other and lead to each.
    fronts = [0] * count
    for i in sorted(range(count), key=lambda i: sum(rows[i])):
        before = [fronts[j] for j in range(count) if beats(rows[j], rows[i])]
        fronts[i] = max(before, default=-1) + 1
    return np.array(fronts, dtype=np.int32), np.array(max(fronts) + 1, dtype=np.int32)


def crowding_distance(objectives, *, rim):
    """How far apart the neighbors of each point are, summed over the objectives."""
    order = jnp.argsort(objectives, axis=0)
    ordered = jnp.sort(objectives, axis=0)
    spans = ordered[-1] - ordered[0]
    gaps = (ordered[2:] - ordered[:-2]) / spans
    gaps = jnp.pad(gaps, ((1, 1), (0, 0)), constant_values=rim)
    columns = jnp.broadcast_to(jnp.arange(objectives.shape[1]), order.shape)
    placed = jnp.zeros_like(objectives).at[order, columns].set(gaps)
    return jnp.sum(placed, axis=1)


def crowding_distance_reference(objectives, *, rim):
    distances = []
    for point in objectives:
        total = np.zeros(())
        for c in range(objectives.shape[1]):
            column = objectives[:, c]
            above = [value for value in column if value > point[c]]
            below = [value for value in column if value < point[c]]
            if above and below:
                gap = np.min(np.stack(above)) - np.max(np.stack(below))
                total = total + gap / (np.max(column) - np.min(column))
            else:
                total = total + rim
        distances.append(total)
    return np.stack(distances)


def citation_indices(citations):
    """Per row, the h-index and the g-index of counts of citations."""
    ordered = jnp.sort(citations, axis=-1, descending=True)
    places = jnp.arange(1, citations.shape[-1] + 1, dtype=citations.dtype)
    hirsch = jnp.sum(ordered >= places, axis=-1, dtype=jnp.int32)
    totals = jnp.cumsum(ordered, axis=-1, dtype=citations.dtype)
    return hirsch, jnp.sum(totals >= places**2, axis=-1, dtype=jnp.int32)


def citation_indices_reference(citations):
    hirsch, egghe = [], []
    for row in citations.tolist():
        sizes = range(len(row) + 1)
        best = sorted(row, reverse=True)
        hirsch.append(max(h for h in sizes if sum(c >= h for c in row) >= h))
        egghe.append(max(g for g in sizes if sum(best[:g]) >= g * g))
    return np.array(hirsch, dtype=np.int32), np.array(egghe, dtype=np.int32)
