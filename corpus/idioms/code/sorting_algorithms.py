"""Sorting algorithms step by step: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def split_by_pivot(values, pivot, *, ways):
    """Move lesser elements before the others, keeping both in order."""
    if ways == 2:
        part = (values >= pivot).astype(jnp.int32)
    else:
        part = jnp.sign(values - pivot).astype(jnp.int32) + 1
    ones = part[:, None] == jnp.arange(ways)
    sizes = jnp.sum(ones, axis=0, dtype=jnp.int32)
    starts = jnp.cumsum(sizes, dtype=jnp.int32) - sizes
    within = jnp.cumsum(ones, axis=0, dtype=jnp.int32) - 1
    index = jnp.arange(values.shape[0])
    target = starts[part] + within[index, part]
    return jnp.zeros_like(values).at[target].set(values), sizes


def split_by_pivot_reference(values, pivot, *, ways):
    flat, pivot = values.tolist(), int(pivot)
    lesser = [v for v in flat if v < pivot]
    if ways == 2:
        parts = [lesser, [v for v in flat if v >= pivot]]
    else:
        equal = [v for v in flat if v == pivot]
        parts = [lesser, equal, [v for v in flat if v > pivot]]
    sizes = np.array([len(part) for part in parts], dtype=np.int32)
    return np.array([v for part in parts for v in part], dtype=values.dtype), sizes


def counting_sort(keys, payload, *, bins):
    """Sort by small keys without comparisons: count, sum up, and place."""
    counts = jnp.bincount(keys, length=bins)
    starts = jnp.cumsum(counts) - counts

    def place(starts, key):
        return starts.at[key].add(1), starts[key]

    _, targets = lax.scan(place, starts, keys)
    ordered = jnp.zeros_like(keys).at[targets].set(keys)
    return ordered, jnp.zeros_like(payload).at[targets].set(payload)


def counting_sort_reference(keys, payload, *, bins):
    flat = keys.tolist()
    order = [i for key in range(bins) for i, k in enumerate(flat) if k == key]
    return keys[order], payload[order]


def radix_sort(keys, *, digit_bits, passes):
    """Sort unsigned integers by their digits, the least significant first."""
    radix = 2**digit_bits

    def sort_by_digit(i, keys):
        digits = ((keys >> (digit_bits * i)) & (radix - 1)).astype(jnp.int32)
        ones = jax.nn.one_hot(digits, radix, dtype=jnp.int32)
        sizes = jnp.sum(ones, axis=0, dtype=jnp.int32)
        starts = jnp.cumsum(sizes, dtype=jnp.int32) - sizes
        within = jnp.sum((jnp.cumsum(ones, axis=0) - ones) * ones, axis=1)
        return jnp.zeros_like(keys).at[starts[digits] + within].set(keys)

    for i in range(passes):
        keys = sort_by_digit(i, keys)
    return keys


def radix_sort_reference(keys, *, digit_bits, passes):
    low = 2 ** (digit_bits * passes)
    return np.array(sorted(keys.tolist(), key=lambda key: key % low), dtype=np.uint32)


def bitonic_sort(values):
    """Sort rows whose size is a power of two by a network of compare and exchange."""
    size = values.shape[-1]
    index = jnp.arange(size)
    block = 2
    while block <= size:
        stride = block // 2
        while stride:
            partner = values[:, index ^ stride]
            # The lower of a pair takes the lesser one in rising blocks.
            lower = (index & stride) == 0
            rising = (index & block) == 0
            lesser = jnp.minimum(values, partner)
            greater = jnp.maximum(values, partner)
            values = jnp.where(lower == rising, lesser, greater)
            stride //= 2
        block *= 2
    return values


def bitonic_sort_reference(values):
    return np.stack([np.stack(sorted(row)) for row in values])


def batcher_merge_sort(values, *, descending):
    """Sort a row whose size is a power of two by Batcher's merging network."""
    size = values.shape[0]
    pairs = []
    p = 1
    while p < size:
        k = p
        while k:
            stage = [
                (i + j, i + j + k)
                for j in range(k % p, size - k, 2 * k)
                for i in range(min(k, size - j - k))
                if (i + j) // (2 * p) == (i + j + k) // (2 * p)
            ]
            pairs.append(stage)
            k //= 2
        p *= 2
    for stage in pairs:
        low = jnp.array([a for a, _ in stage])
        high = jnp.array([b for _, b in stage])
        lesser = jnp.minimum(values[low], values[high])
        greater = jnp.maximum(values[low], values[high])
        if descending:
            lesser, greater = greater, lesser
        values = values.at[low].set(lesser).at[high].set(greater)
    return values


def batcher_merge_sort_reference(values, *, descending):
    ordered = sorted(values)
    return np.stack(ordered[::-1] if descending else ordered)


def odd_even_transposition(values, *, rounds):
    """Exchange neighbors that are out of order, at even and odd places in turn."""

    def exchange(i, values):
        before = jnp.roll(values, 1)
        after = jnp.roll(values, -1)
        index = jnp.arange(values.shape[0])
        first = (index % 2 == i % 2) & (index < values.shape[0] - 1)
        second = (index % 2 != i % 2) & (index > 0)
        lesser = jnp.minimum(values, after)
        greater = jnp.maximum(values, before)
        return jnp.where(first, lesser, jnp.where(second, greater, values))

    return lax.fori_loop(0, rounds, exchange, values)


def odd_even_transposition_reference(values, *, rounds):
    line = list(values)
    for i in range(rounds):
        for j in range(i % 2, len(line) - 1, 2):
            if line[j] > line[j + 1]:
                line[j], line[j + 1] = line[j + 1], line[j]
    return np.stack(line)


def shear_sort(grid):
    """Sort a mesh in snake order: rows in alternating directions, then columns."""
    rows = grid.shape[0]
    backward = (jnp.arange(rows) % 2 == 1)[:, None]
    for _ in range(max(rows - 1, 1).bit_length()):
        forward = jnp.sort(grid, axis=1)
        grid = jnp.where(backward, forward[:, ::-1], forward)
        grid = jnp.sort(grid, axis=0)
    forward = jnp.sort(grid, axis=1)
    return jnp.where(backward, forward[:, ::-1], forward)


def shear_sort_reference(grid):
    rows, columns = grid.shape
    ordered = sorted(grid.reshape(-1))
    lines = [ordered[i * columns : (i + 1) * columns] for i in range(rows)]
    return np.stack(
        [np.stack(line[::-1] if i % 2 else line) for i, line in enumerate(lines)]
    )


def selection_sort(values):
    """Swap the least of what is left to the front, step by step; count the swaps."""
    count = values.shape[0]
    index = jnp.arange(count)

    def select(i, state):
        values, swaps = state
        least = jnp.argmin(jnp.where(index >= i, values, jnp.iinfo(values.dtype).max))
        swaps = swaps + (least != i).astype(jnp.int32)
        first, found = values[i], values[least]
        return values.at[least].set(first).at[i].set(found), swaps

    return lax.fori_loop(0, count - 1, select, (values, jnp.int32(0)))


def selection_sort_reference(values):
    line, swaps = values.tolist(), 0
    for i in range(len(line) - 1):
        least = line.index(min(line[i:]), i)
        swaps += least != i
        line[i], line[least] = line[least], line[i]
    return np.array(line, dtype=values.dtype), np.array(swaps, dtype=np.int32)


def insertion_trace(values, *, capacity):
    """Keep the smallest values seen so far in order; return them after every step."""

    def insert(queue, value):
        # What is greater moves up by one, and the last one falls off.
        shifted = jnp.concatenate([queue[:1], queue[:-1]])
        place = jnp.searchsorted(queue, value, side="right")
        index = jnp.arange(capacity)
        queue = jnp.where(index > place, shifted, queue)
        queue = jnp.where(index == place, value, queue)
        return queue, queue

    empty = jnp.full(capacity, jnp.iinfo(values.dtype).max, dtype=values.dtype)
    return lax.scan(insert, empty, values)[1]


def insertion_trace_reference(values, *, capacity):
    rows = []
    empty = np.iinfo(values.dtype).max
    for t in range(len(values)):
        kept = sorted(values[: t + 1].tolist())[:capacity]
        rows.append(kept + [empty] * (capacity - len(kept)))
    return np.array(rows, dtype=values.dtype)


def merge_sorted(first, second):
    """Merge sorted arrays by the places of elements; say which are of the second."""
    # Equal elements of the first come before those of the second.
    place_first = jnp.searchsorted(second, first, side="left")
    place_first += jnp.arange(first.shape[0], dtype=place_first.dtype)
    place_second = jnp.searchsorted(first, second, side="right")
    place_second += jnp.arange(second.shape[0], dtype=place_second.dtype)
    total = first.shape[0] + second.shape[0]
    merged = jnp.zeros(total, dtype=first.dtype)
    merged = merged.at[place_first].set(first).at[place_second].set(second)
    return merged, jnp.zeros(total, dtype=bool).at[place_second].set(True)


def merge_sorted_reference(first, second):
    left, right = first.tolist(), second.tolist()
    merged, origin = [], []
    while left or right:
        later = not left or (right and right[0] < left[0])
        merged.append((right if later else left).pop(0))
        origin.append(bool(later))
    return np.array(merged, dtype=first.dtype), np.array(origin)


def _sift_down(heap, place):
    """Swap an element with its lesser child until no child is less."""
    size = heap.shape[0]

    def lesser_child(heap, place):
        left = 2 * place + 1
        right = jnp.minimum(left + 1, size - 1)
        return jnp.where(heap[right] < heap[left], right, left)

    def is_greater(state):
        heap, place = state
        has_child = 2 * place + 1 < size
        return has_child & (heap[lesser_child(heap, place)] < heap[place])

    def swap(state):
        heap, place = state
        child = lesser_child(heap, place)
        return heap.at[place].set(heap[child]).at[child].set(heap[place]), child

    return lax.while_loop(is_greater, swap, (heap, place))[0]


def heap_sort(values, *, keep):
    """Build a heap from the bottom, then pop the smallest few."""

    def settle(heap, place):
        return _sift_down(heap, place), None

    places = jnp.arange(values.shape[0] // 2 - 1, -1, -1, dtype=jnp.int32)
    heap, _ = lax.scan(settle, values, places)
    highest = jnp.iinfo(values.dtype).max

    def pop(heap, _):
        return _sift_down(heap.at[0].set(highest), jnp.int32(0)), heap[0]

    return lax.scan(pop, heap, None, length=keep)[1]


def heap_sort_reference(values, *, keep):
    return np.array(sorted(values.tolist())[:keep], dtype=values.dtype)


def streaming_largest(values, *, k):
    """Hold the largest values of a stream in a heap; follow the least of them."""
    lowest = jnp.iinfo(values.dtype).min

    def offer(heap, value):
        replaced = _sift_down(heap.at[0].set(value), jnp.int32(0))
        heap = jnp.where(value > heap[0], replaced, heap)
        return heap, heap[0]

    start = jnp.full(k, lowest, dtype=values.dtype)
    heap, thresholds = lax.scan(offer, start, values)
    return jnp.sort(heap), thresholds


def streaming_largest_reference(values, *, k):
    lowest = int(np.iinfo(values.dtype).min)
    thresholds = []
    for t in range(len(values)):
        kept = sorted([lowest] * k + values[: t + 1].tolist())[-k:]
        thresholds.append(kept[0])
    return np.array(kept, values.dtype), np.array(thresholds, values.dtype)


def tournament_winners(scores, *, k):
    """The best few by knock-out rounds: the winner leaves, and the rest play again."""
    size = scores.shape[0]
    field = 1 << (size - 1).bit_length()
    padded = jnp.pad(scores, (0, field - size), constant_values=-jnp.inf)

    def play(scores):
        places = jnp.arange(field, dtype=jnp.int32)
        while places.shape[0] > 1:
            first, second = places[::2], places[1::2]
            places = jnp.where(scores[second] > scores[first], second, first)
        return places[0]

    def award(scores, _):
        winner = play(scores)
        return scores.at[winner].set(-jnp.inf), (winner, scores[winner])

    return lax.scan(award, padded, None, length=k)[1]


def tournament_winners_reference(scores, *, k):
    order = np.argsort(-scores, kind="stable")[:k]
    return order.astype(np.int32), scores[order]
