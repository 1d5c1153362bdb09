"""Histograms, distinct values and sets: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def frequent_codes(codes, *, bins, k):
    """How often the most frequent codes occur, and which they are."""
    counts = jnp.zeros(bins, dtype=jnp.int32).at[codes].add(1)
    return lax.top_k(counts, k)


def frequent_codes_reference(codes, *, bins, k):
    flat = codes.tolist()
    ranked = sorted((-flat.count(code), code) for code in range(bins))[:k]
    counts = np.array([-count for count, _ in ranked], dtype=np.int32)
    return counts, np.array([code for _, code in ranked], dtype=np.int32)


def bucket_codes(values, edges, *, right):
    """The bucket of each value between edges that rise or fall."""
    rising = jnp.sort(edges)
    return jnp.digitize(values, rising, right=right), jnp.digitize(
        values, rising[::-1], right=right
    )


def bucket_codes_reference(values, edges, *, right):
    rising = np.zeros(values.shape, dtype=np.int32)
    falling = np.zeros(values.shape, dtype=np.int32)
    for place, value in np.ndenumerate(values):
        for edge in edges:
            rising[place] += bool(edge < value if right else edge <= value)
            falling[place] += bool(edge >= value if right else edge > value)
    return rising, falling


def weighted_counts(codes, weights, *, length):
    """How much weight each code has; codes beyond the last are left out."""
    return jnp.bincount(codes, weights=weights, length=length)


def weighted_counts_reference(codes, weights, *, length):
    totals = [np.sum(weights[codes == code]) for code in range(length)]
    return np.stack(totals)


def joint_counts(rows, columns, *, height, width):
    """A contingency table of two codes, with its margins."""
    flat = jnp.bincount(rows * width + columns, length=height * width)
    table = flat.reshape(height, width).astype(jnp.int32)
    down = jnp.sum(table, axis=0, dtype=jnp.int32)
    across = jnp.sum(table, axis=1, dtype=jnp.int32)
    return table, across, down


def joint_counts_reference(rows, columns, *, height, width):
    pairs = list(zip(rows.tolist(), columns.tolist()))
    table = [[pairs.count((i, j)) for j in range(width)] for i in range(height)]
    table = np.array(table, dtype=np.int32)
    across = np.array([sum(row) for row in table.tolist()], dtype=np.int32)
    down = np.array([sum(row) for row in table.T.tolist()], dtype=np.int32)
    return table, across, down


def weighted_histogram(values, weights, *, bins, low, high, density):
    """A histogram over a fixed range, and its edges."""
    return jnp.histogram(
        values, bins=bins, range=(low, high), weights=weights, density=density
    )


def weighted_histogram_reference(values, weights, *, bins, low, high, density):
    width = (high - low) / bins
    shares = (np.zeros(bins + 1) + np.arange(bins + 1)) / bins
    edges = (1 - shares) * low + shares * high
    totals = []
    for k in range(bins):
        # The last bin holds its upper edge too.
        below = values <= high if k == bins - 1 else values < edges[k + 1]
        inside = (values >= edges[k]) & below
        totals.append(np.sum(np.where(inside, weights, 0.0)))
    totals = np.stack(totals)
    return (totals / np.sum(totals) / width if density else totals), edges


def distinct_codes(codes, *, size, fill):
    """Distinct codes in order, where each first occurs, and how often."""
    return jnp.unique(
        codes, return_index=True, return_counts=True, size=size, fill_value=fill
    )


def distinct_codes_reference(codes, *, size, fill):
    flat = codes.tolist()
    found = sorted(set(flat))[:size]
    places = [flat.index(code) for code in found]
    counts = [flat.count(code) for code in found]
    rest = size - len(found)
    # What is filled up counts as not occurring, at the place of the smallest code.
    return (
        np.array(found + [fill] * rest, dtype=codes.dtype),
        np.array(places + [places[0]] * rest),
        np.array(counts + [0] * rest),
    )


def code_ranks(codes):
    """Distinct values of a matrix, and which of them each element is."""
    values, ranks = jnp.unique(codes, return_inverse=True, size=codes.size)
    return values, ranks


def code_ranks_reference(codes):
    found = sorted(set(codes.reshape(-1).tolist()))
    ranks = np.array([found.index(code) for code in codes.reshape(-1).tolist()])
    # Without a fill value the smallest is repeated.
    values = found + [found[0]] * (codes.size - len(found))
    return np.array(values, dtype=codes.dtype), ranks.reshape(codes.shape)


def distinct_rows(rows, *, size):
    """Distinct rows of a matrix in lexicographic order, and how often they occur."""
    return jnp.unique(rows, axis=0, return_counts=True, size=size, fill_value=-1)


def distinct_rows_reference(rows, *, size):
    tuples = [tuple(row) for row in rows.tolist()]
    found = sorted(set(tuples))[:size]
    counts = [tuples.count(row) for row in found]
    rest = size - len(found)
    found += [(-1,) * rows.shape[1]] * rest
    return np.array(found, dtype=rows.dtype), np.array(counts + [0] * rest)


def majority_element(votes):
    """Whoever more than half vote for, else -1, by pairing off those that differ."""

    def pair_off(state, vote):
        candidate, lead = state
        candidate = jnp.where(lead == 0, vote, candidate)
        lead = jnp.where(candidate == vote, lead + 1, lead - 1)
        return (candidate, lead), lead

    (candidate, _), leads = lax.scan(pair_off, (votes[0], jnp.int32(0)), votes)
    support = jnp.sum(votes == candidate, dtype=jnp.int32)
    return jnp.where(2 * support > votes.shape[0], candidate, -1), leads


def majority_element_reference(votes):
    ballots = votes.tolist()
    winners = [v for v in set(ballots) if 2 * ballots.count(v) > len(ballots)]
    # Unpaired ballots are all alike.
    unpaired, leads = [], []
    for ballot in ballots:
        if unpaired and unpaired[-1] != ballot:
            unpaired.pop()
        else:
            unpaired.append(ballot)
        leads.append(len(unpaired))
    winner = winners[0] if winners else -1
    return np.array(winner, dtype=np.int32), np.array(leads, dtype=np.int32)


def row_modes(codes):
    """The most frequent code of each row, the smallest of a tie, and its count."""

    def mode(row):
        ordered = jnp.sort(row)
        after = jnp.searchsorted(ordered, ordered, side="right")
        before = jnp.searchsorted(ordered, ordered, side="left")
        counts = after - before
        place = jnp.argmax(counts)
        return ordered[place], counts[place]

    return jax.vmap(mode)(codes)


def row_modes_reference(codes):
    modes, counts = [], []
    for row in codes.tolist():
        best = max(sorted(set(row)), key=row.count)
        modes.append(best)
        counts.append(row.count(best))
    return np.array(modes, dtype=codes.dtype), np.array(counts, dtype=np.int32)


def match_histogram(source, target, *, levels):
    """Recode an image so that its levels are spread like those of another."""
    source_counts = jnp.bincount(source.reshape(-1), length=levels)
    target_counts = jnp.bincount(target.reshape(-1), length=levels)
    # Shares of pixels, over a common denominator.
    reached = jnp.cumsum(source_counts) * target.size
    available = jnp.cumsum(target_counts) * source.size
    codes = jnp.searchsorted(available, reached, side="left")
    return codes[source]


def match_histogram_reference(source, target, *, levels):
    here, there = source.reshape(-1).tolist(), target.reshape(-1).tolist()
    table = []
    for level in range(levels):
        needed = sum(value <= level for value in here) * len(there)
        code = 0
        while sum(value <= code for value in there) * len(here) < needed:
            code += 1
        table.append(code)
    return np.array(table, dtype=np.int32)[source]


def member_mask(codes, allowed, *, invert):
    """Which elements are among some codes, and how many of each row."""
    mask = jnp.isin(codes, allowed, invert=invert)
    return mask, jnp.sum(mask, axis=-1, dtype=jnp.int32)


def member_mask_reference(codes, allowed, *, invert):
    listed = set(allowed.tolist())
    mask = [[(code in listed) != invert for code in row] for row in codes.tolist()]
    counts = np.array([sum(row) for row in mask], dtype=np.int32)
    return np.array(mask), counts


def combine_sets(x, y, *, operation, size):
    """Distinct codes in order that are in either, in the first only, or in just one."""
    combine = {
        "union": jnp.union1d,
        "difference": jnp.setdiff1d,
        "exclusive": jnp.setxor1d,
        "common": jnp.intersect1d,
    }[operation]
    return combine(x, y, size=size, fill_value=-1)


def combine_sets_reference(x, y, *, operation, size):
    first, second = set(x.tolist()), set(y.tolist())
    found = {
        "union": first | second,
        "difference": first - second,
        "exclusive": first ^ second,
        "common": first & second,
    }[operation]
    found = sorted(found)[:size]
    return np.array(found + [-1] * (size - len(found)), dtype=x.dtype)


def equal_frequency_bins(values, *, bins):
    """Split values into bins of nearly equal counts; the codes and each bin's mean."""
    count = values.shape[0]
    ranks = jnp.argsort(jnp.argsort(values))
    codes = (ranks * bins // count).astype(jnp.int32)
    sums = jax.ops.segment_sum(values, codes, bins)
    sizes = jax.ops.segment_sum(jnp.ones_like(values), codes, bins)
    return codes, sums / sizes


def equal_frequency_bins_reference(values, *, bins):
    count = len(values)
    codes = np.zeros(count, dtype=np.int32)
    order = sorted(range(count), key=lambda i: values[i])
    means = []
    for k in range(bins):
        # From ceil(k n / m) up to ceil((k + 1) n / m).
        members = order[-(-k * count // bins) : -(-(k + 1) * count // bins)]
        codes[members] = k
        means.append(sum(values[i] for i in members) / len(members))
    return codes, np.stack(means)
