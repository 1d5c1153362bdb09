"""Searches: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def insertion_points(table, queries, *, side, method):
    """Where each query would go into a sorted table."""
    return jnp.searchsorted(table, queries, side=side, method=method)


def insertion_points_reference(table, queries, *, side, method):
    entries = table.tolist()
    places = np.zeros(queries.shape, dtype=np.int32)
    for place, query in np.ndenumerate(queries):
        before = sum(e < query or (side == "right" and e == query) for e in entries)
        places[place] = before
    return places


def marked_places(mask, *, size, fill):
    """Rows and columns of true elements in order, as many as fit."""
    rows, columns = jnp.nonzero(mask, size=size, fill_value=fill)
    return rows, columns


def marked_places_reference(mask, *, size, fill):
    found = [place for place in np.ndindex(*mask.shape) if mask[place]][:size]
    found += [(fill, fill)] * (size - len(found))
    return np.array([i for i, _ in found]), np.array([j for _, j in found])


def local_peaks(values, *, size):
    """Places and heights of elements that exceed all four neighbors, the first few."""
    padded = jnp.pad(values, 1, constant_values=-jnp.inf)
    height, width = values.shape
    around = jnp.stack(
        [
            padded[i : i + height, j : j + width]
            for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))
        ]
    )
    peaks = values > jnp.max(around, axis=0)
    places = jnp.argwhere(peaks, size=size, fill_value=-1)
    found = places[:, 0] >= 0
    heights = jnp.where(found, values[places[:, 0], places[:, 1]], 0.0)
    return places, heights


def local_peaks_reference(values, *, size):
    height, width = values.shape
    places, heights = [], []
    for i, j in np.ndindex(height, width):
        higher = [
            values[i, j] > values[a, b]
            for a, b in ((i - 1, j), (i, j - 1), (i, j + 1), (i + 1, j))
            if 0 <= a < height and 0 <= b < width
        ]
        if all(higher) and len(places) < size:
            places.append((i, j))
            heights.append(values[i, j])
    rest = size - len(places)
    heights = heights + [np.zeros(())] * rest
    return np.array(places + [(-1, -1)] * rest), np.stack(heights)


def next_occurrence(codes):
    """How far on each code comes again, or zero where it does not."""
    count = codes.shape[0]
    index = jnp.arange(count, dtype=jnp.int32)

    def look_back(nearest, step):
        code, place = step
        found = nearest[code]
        return nearest.at[code].set(place), jnp.where(found < count, found - place, 0)

    start = jnp.full(count, count, dtype=jnp.int32)
    return lax.scan(look_back, start, (codes, index), reverse=True)[1]


def next_occurrence_reference(codes):
    flat = codes.tolist()
    gaps = []
    for i, code in enumerate(flat):
        rest = flat[i + 1 :]
        gaps.append(rest.index(code) + 1 if code in rest else 0)
    return np.array(gaps, dtype=np.int32)


def lower_bounds(table, queries):
    """Binary searches of a sorted table, side by side, in a fixed number of steps."""
    size = table.shape[0]

    def halve(_, bounds):
        low, high = bounds
        middle = (low + high) // 2
        # Below the answer everything is less than the query.
        less = table[jnp.minimum(middle, size - 1)] < queries
        active = low < high
        low = jnp.where(active & less, middle + 1, low)
        return low, jnp.where(active & ~less, middle, high)

    low = jnp.zeros(queries.shape, dtype=jnp.int32)
    high = jnp.full(queries.shape, size, dtype=jnp.int32)
    return lax.fori_loop(0, size.bit_length(), halve, (low, high))[0]


def lower_bounds_reference(table, queries):
    return np.array([sum(table < query) for query in queries], dtype=np.int32)


def find_in_sorted(table, query):
    """Search a sorted table for one value by halving; also count the comparisons."""

    def unfinished(state):
        low, high, _, found = state
        return (low < high) & (found < 0)

    def halve(state):
        low, high, steps, found = state
        middle = (low + high) // 2
        value = table[middle]
        found = jnp.where(value == query, middle, found)
        low = jnp.where(value < query, middle + 1, low)
        high = jnp.where(value > query, middle, high)
        return low, high, steps + 1, found

    start = (jnp.int32(0), jnp.int32(table.shape[0]), jnp.int32(0), jnp.int32(-1))
    _, _, steps, found = lax.while_loop(unfinished, halve, start)
    return found, steps


def find_in_sorted_reference(table, query):
    entries, target = table.tolist(), int(query)

    def search(low, high, steps):
        if low >= high:
            return -1, steps
        middle = low + (high - low) // 2
        if entries[middle] == target:
            return middle, steps + 1
        if entries[middle] < target:
            return search(middle + 1, high, steps + 1)
        return search(low, middle, steps + 1)

    found, steps = search(0, len(entries), 0)
    return np.array(found, dtype=np.int32), np.array(steps, dtype=np.int32)


def saddleback_search(matrix, query):
    """Find a value in a matrix with sorted rows and columns, along a staircase."""
    rows, columns = matrix.shape
    matrix = jnp.sort(jnp.sort(matrix, axis=0), axis=1)

    def unfinished(state):
        i, j, _ = state
        inside = (i < rows) & (j >= 0)
        return inside & (matrix[jnp.minimum(i, rows - 1), jnp.maximum(j, 0)] != query)

    def walk(state):
        i, j, steps = state
        less = matrix[i, j] < query
        return jnp.where(less, i + 1, i), jnp.where(less, j, j - 1), steps + 1

    start = (jnp.int32(0), jnp.int32(columns - 1), jnp.int32(0))
    i, j, steps = lax.while_loop(unfinished, walk, start)
    return (i < rows) & (j >= 0), steps


def saddleback_search_reference(matrix, query):
    ordered = np.sort(np.sort(matrix, axis=0), axis=1).tolist()
    target, steps = int(query), 0
    row = ordered.pop(0)
    while row and row[-1] != target:
        steps += 1
        if row[-1] > target:
            row.pop()
        elif ordered:
            row = ordered.pop(0)[: len(row)]
        else:
            row = []
    return np.array(bool(row)), np.array(steps, dtype=np.int32)


def rank_by_bisection(values, *, k):
    """The k-th smallest integer, by halving the range that it is in."""

    def unfinished(bounds):
        return bounds[0] < bounds[1]

    def halve(bounds):
        low, high = bounds
        # Rounds down for negative numbers too.
        middle = low + (high - low) // 2
        enough = jnp.sum(values <= middle) > k
        return jnp.where(enough, low, middle + 1), jnp.where(enough, middle, high)

    bounds = jnp.min(values), jnp.max(values)
    return lax.while_loop(unfinished, halve, bounds)[0]


def rank_by_bisection_reference(values, *, k):
    return np.array(sorted(values.tolist())[k], dtype=values.dtype)


def radix_select(values, *, k, bits):
    """The k-th largest of each row, one bit after another from the highest."""
    prefix = jnp.zeros(values.shape[0], dtype=values.dtype)
    rank = jnp.full(values.shape[0], k, dtype=jnp.int32)
    for bit in reversed(range(bits)):
        candidate = prefix | (1 << bit)
        # How many share the bits so far, and have this one too.
        alike = (values >> bit) == (candidate >> bit)[:, None]
        count = jnp.sum(alike, axis=1, dtype=jnp.int32)
        prefix = jnp.where(count > rank, candidate, prefix)
        rank = jnp.where(count > rank, rank, rank - count)
    return prefix


def radix_select_reference(values, *, k, bits):
    ordered = [sorted(row, reverse=True) for row in values.tolist()]
    return np.array([row[k] for row in ordered], dtype=np.int32)


def quickselect(values, *, k):
    """The k-th smallest by partitions around pivots; also count the rounds."""

    def narrow(state):
        low, high, _, rounds, _ = state
        active = (values > low) & (values < high)
        pivot = values[jnp.argmax(active)]
        less = jnp.sum(values < pivot)
        same = jnp.sum(values == pivot)
        low = jnp.where(k >= less + same, pivot, low)
        high = jnp.where(k < less, pivot, high)
        return low, high, (less <= k) & (k < less + same), rounds + 1, pivot

    info = jnp.iinfo(values.dtype)
    low, high = (jnp.array(end, dtype=values.dtype) for end in (info.min, info.max))
    start = (low, high, jnp.array(False), jnp.int32(0), low)
    state = lax.while_loop(lambda state: ~state[2], narrow, start)
    return state[4], state[3]


def quickselect_reference(values, *, k):
    rest, rank, rounds = values.tolist(), k, 0
    while True:
        rounds += 1
        pivot = rest[0]
        less = [value for value in rest if value < pivot]
        greater = [value for value in rest if value > pivot]
        if rank < len(less):
            rest = less
        elif rank >= len(rest) - len(greater):
            rank -= len(rest) - len(greater)
            rest = greater
        else:
            break
    return np.array(pivot, dtype=values.dtype), np.array(rounds, dtype=np.int32)


def nearest_levels(values, levels):
    """Code each value by the nearest of a few levels; also the error that is left."""
    table = jnp.sort(levels)
    middles = 0.5 * (table[1:] + table[:-1])
    codes = jnp.searchsorted(middles, values)
    return codes, values - table[codes]


def nearest_levels_reference(values, levels):
    table = np.sort(levels)
    codes = np.zeros(values.shape, dtype=np.int32)
    errors = np.zeros(values.shape)
    for place in np.ndindex(*values.shape):
        gaps = values[place] - table
        codes[place] = int(np.argmin(np.abs(gaps)))
        errors[place] = gaps[codes[place]]
    return codes, errors


def windowed_maximum(values, *, window):
    """The greatest of every window, from running maxima of blocks in two directions."""
    batch, count = values.shape
    margin = -count % window
    padded = jnp.pad(values, ((0, 0), (0, margin)), constant_values=-jnp.inf)
    blocks = padded.reshape(batch, -1, window)
    forward = lax.cummax(blocks, axis=2).reshape(batch, -1)
    backward = lax.cummax(blocks, axis=2, reverse=True).reshape(batch, -1)
    last = count - window + 1
    return jnp.maximum(backward[:, :last], forward[:, window - 1 : count])


def windowed_maximum_reference(values, *, window):
    columns = [
        np.max(values[:, start : start + window], axis=1)
        for start in range(values.shape[1] - window + 1)
    ]
    return np.stack(columns, axis=1)


def next_greater(values):
    """How far it is to the next greater element of each row; zero where none is."""
    count = values.shape[-1]
    greater = values[:, None, :] > values[:, :, None]
    later = jnp.triu(greater, k=1)
    first = jnp.argmax(later, axis=-1).astype(jnp.int32)
    return jnp.where(
        jnp.any(later, axis=-1), first - jnp.arange(count, dtype=jnp.int32), 0
    )


def next_greater_reference(values):
    distances = np.zeros(values.shape, dtype=np.int32)
    for row, out in zip(values.tolist(), distances):
        waiting = []
        for i, value in enumerate(row):
            while waiting and row[waiting[-1]] < value:
                j = waiting.pop()
                out[j] = i - j
            waiting.append(i)
    return distances


def largest_rectangle(heights):
    """The largest rectangle under bars, and the largest that starts at each."""
    count = heights.shape[0]
    index = jnp.arange(count)
    # Row i holds the bars from i on; what is before never limits.
    ahead = index >= index[:, None]
    limits = jnp.where(ahead, heights, jnp.iinfo(heights.dtype).max)
    lowest = lax.cummin(limits, axis=1)
    widths = (index - index[:, None] + 1).astype(heights.dtype)
    areas = jnp.where(ahead, lowest, 0) * jnp.where(ahead, widths, 0)
    best = jnp.max(areas, axis=1)
    return jnp.max(best), best


def largest_rectangle_reference(heights):
    bars = heights.tolist()
    best = [
        max((j - i) * min(bars[i:j]) for j in range(i + 1, len(bars) + 1))
        for i in range(len(bars))
    ]
    # The overall best by a stack of rising bars.
    stack, largest = [], 0
    for j, bar in enumerate([*bars, 0]):
        start = j
        while stack and stack[-1][1] >= bar:
            start, height = stack.pop()
            largest = max(largest, height * (j - start))
        stack.append((start, bar))
    return np.array(largest, dtype=np.int32), np.array(best, dtype=np.int32)


def nearest_pair_sum(values, target):
    """How near two elements sum up to a target, by two ends that close in."""
    ordered = jnp.sort(values)

    def close_in(state):
        low, high, best, steps = state
        total = ordered[low] + ordered[high]
        nearer = jnp.abs(total - target) < jnp.abs(best - target)
        best = jnp.where(nearer, total, best)
        below = total < target
        return (
            jnp.where(below, low + 1, low),
            jnp.where(below, high, high - 1),
            best,
            steps,
        )

    low, high = jnp.int32(0), jnp.int32(values.shape[0] - 1)
    start = (low, high, ordered[0] + ordered[1], jnp.int32(0))
    state = lax.while_loop(lambda state: state[0] < state[1], close_in, start)
    return jnp.abs(state[2] - target)


def nearest_pair_sum_reference(values, target):
    flat, goal = values.tolist(), int(target)
    gaps = [abs(a + b - goal) for i, a in enumerate(flat) for b in flat[:i]]
    return np.array(min(gaps), dtype=np.int32)
