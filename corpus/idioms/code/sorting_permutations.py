"""Permutations, curves and strings: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def morton_order(points, *, bits):
    """Interleave the bits of coordinates, and the order of points along that curve."""
    codes = jnp.zeros(points.shape[0], dtype=points.dtype)
    for bit in range(bits):
        for axis in range(points.shape[1]):
            place = bit * points.shape[1] + axis
            codes = codes | (((points[:, axis] >> bit) & 1) << place)
    return codes, jnp.argsort(codes)


def morton_order_reference(points, *, bits):
    codes = []
    for point in points.tolist():
        # Digits of the coordinates, the highest first, the last axis before the others.
        digits = [f"{value:0{bits}b}" for value in point[::-1]]
        codes.append(int("".join("".join(level) for level in zip(*digits)), 2))
    order = sorted(range(len(codes)), key=lambda i: (codes[i], i))
    return np.array(codes, dtype=points.dtype), np.array(order)


def hilbert_index(x, y, *, bits):
    """How far along a Hilbert curve each cell of a square grid is."""
    distance = jnp.zeros_like(x)
    for level in reversed(range(bits)):
        side = 1 << level
        right, up = (x & side) > 0, (y & side) > 0
        quadrant = jnp.where(right, jnp.where(up, 2, 3), jnp.where(up, 1, 0))
        distance = distance + side * side * quadrant
        # The lower quadrants are turned over.
        x, y = x & (side - 1), y & (side - 1)
        flipped = right & ~up
        x, y = jnp.where(flipped, side - 1 - x, x), jnp.where(flipped, side - 1 - y, y)
        x, y = jnp.where(up, x, y), jnp.where(up, y, x)
    return distance


def hilbert_index_reference(x, y, *, bits):
    # The curve itself, by its rules of replacement.
    path = "A"
    for _ in range(bits):
        rules = {"A": "+BF-AFA-FB+", "B": "-AF+BFB+FA-"}
        path = "".join(rules.get(letter, letter) for letter in path)
    place, heading = (0, 0), (1, 0)
    cells = [place]
    for letter in path:
        if letter == "+":
            heading = (-heading[1], heading[0])
        elif letter == "-":
            heading = (heading[1], -heading[0])
        elif letter == "F":
            place = (place[0] + heading[0], place[1] + heading[1])
            cells.append(place)
    steps = [cells.index(cell) for cell in zip(x.tolist(), y.tolist())]
    return np.array(steps, dtype=x.dtype)


def lehmer_code(permutations):
    """How many later elements are less than each, and the rank among permutations."""
    count = permutations.shape[-1]
    less = permutations[:, None, :] < permutations[:, :, None]
    code = jnp.sum(jnp.triu(less, k=1), axis=-1, dtype=permutations.dtype)
    factorials = [math.factorial(count - 1 - i) for i in range(count)]
    weights = jnp.array(factorials, dtype=permutations.dtype)
    return code, jnp.sum(code * weights, axis=-1, dtype=permutations.dtype)


def lehmer_code_reference(permutations):
    codes, ranks = [], []
    for row in permutations.tolist():
        rest, code, rank = sorted(row), [], 0
        for element in row:
            code.append(rest.index(element))
            rank = rank * len(rest) + code[-1]
            rest.remove(element)
        codes.append(code)
        ranks.append(rank)
    return np.array(codes, np.int32), np.array(ranks, np.int32)


def unrank_permutation(ranks, *, size):
    """The permutations of some ranks in lexicographic order."""

    def build(rank):
        taken = jnp.zeros(size, dtype=bool)
        chosen = []
        for i in range(size):
            digit = rank // math.factorial(size - 1 - i)
            rank = rank % math.factorial(size - 1 - i)
            free = jnp.cumsum(~taken, dtype=jnp.int32) - 1
            pick = jnp.argmax((free == digit) & ~taken).astype(jnp.int32)
            taken = taken.at[pick].set(True)
            chosen.append(pick)
        return jnp.stack(chosen)

    return jax.vmap(build)(ranks)


def unrank_permutation_reference(ranks, *, size):
    def successor(line):
        i = max(k for k in range(size - 1) if line[k] < line[k + 1])
        j = max(k for k in range(i + 1, size) if line[k] > line[i])
        line = list(line)
        line[i], line[j] = line[j], line[i]
        return line[: i + 1] + line[:i:-1]

    rows = [list(range(size))]
    for _ in range(int(np.max(ranks))):
        rows.append(successor(rows[-1]))
    return np.array([rows[rank] for rank in ranks.tolist()], dtype=np.int32)


def next_permutation(line):
    """The next arrangement in lexicographic order; after the last comes the first."""
    count = line.shape[0]
    index = jnp.arange(count)
    rises = jnp.pad(line[:-1] < line[1:], (0, 1))
    # The last rise, and the last element behind it that is greater.
    pivot = count - 1 - jnp.argmax(rises[::-1])
    greater = (line > line[pivot]) & (index > pivot)
    other = count - 1 - jnp.argmax(greater[::-1])
    swapped = line.at[pivot].set(line[other]).at[other].set(line[pivot])
    # What is behind the pivot falls: turn it around.
    turned = swapped[jnp.where(index > pivot, pivot + count - index, index)]
    exists = jnp.any(rises)
    return jnp.where(exists, turned, line[::-1]), exists


def next_permutation_reference(line):
    values = line.tolist()
    for i in reversed(range(len(values) - 1)):
        # The shortest tail that can grow: its least greater head, then the rest sorted.
        greater = [value for value in values[i + 1 :] if value > values[i]]
        if greater:
            tail = sorted(values[i:])
            tail.remove(min(greater))
            result = [*values[:i], min(greater), *tail]
            return np.array(result, dtype=line.dtype), np.array(True)
    return np.array(sorted(values), dtype=line.dtype), np.array(False)


def permutation_power(permutation, items, *, exponent):
    """Apply a permutation many times over, by squaring it."""
    result = jnp.arange(permutation.shape[0], dtype=permutation.dtype)
    square = permutation
    while exponent:
        if exponent & 1:
            result = square[result]
        square = square[square]
        exponent >>= 1
    return result, items[result]


def permutation_power_reference(permutation, items, *, exponent):
    line = list(range(len(permutation)))
    for _ in range(exponent):
        line = [int(permutation[i]) for i in line]
    return np.array(line, dtype=permutation.dtype), items[line]


def permutation_cycles(permutation):
    """The least element of each cycle, how many cycles there are, and the parity."""
    count = permutation.shape[0]
    labels, jumps = jnp.arange(count, dtype=permutation.dtype), permutation
    # The reach of the jumps doubles each time.
    for _ in range(count.bit_length()):
        labels = jnp.minimum(labels, labels[jumps])
        jumps = jumps[jumps]
    leaders = labels == jnp.arange(count, dtype=permutation.dtype)
    cycles = jnp.sum(leaders, dtype=jnp.int32)
    return labels, cycles, (count - cycles) % 2 == 1


def permutation_cycles_reference(permutation):
    labels = []
    for i in range(len(permutation)):
        cycle, at = [i], int(permutation[i])
        while at != i:
            cycle.append(at)
            at = int(permutation[at])
        labels.append(min(cycle))
    flat = permutation.tolist()
    inversions = sum(a > b for i, b in enumerate(flat) for a in flat[:i])
    cycles = len(set(labels))
    return (
        np.array(labels, dtype=permutation.dtype),
        np.array(cycles, dtype=np.int32),
        np.array(inversions % 2 == 1),
    )


def invert_orders(keys, payload):
    """The stable rank of each key of a row, and the payload put there."""
    order = jnp.argsort(keys, axis=-1)
    index = jnp.broadcast_to(jnp.arange(keys.shape[-1], dtype=order.dtype), keys.shape)
    empty = jnp.zeros_like(order)
    ranks = jnp.put_along_axis(empty, order, index, axis=-1, inplace=False)
    return ranks, jnp.take_along_axis(payload, order, axis=-1)


def invert_orders_reference(keys, payload):
    ranks = np.zeros(keys.shape, dtype=np.int64)
    moved = np.zeros(payload.shape)
    for b, row in enumerate(keys.tolist()):
        for i, key in enumerate(row):
            ties = sum(other == key for other in row[:i])
            ranks[b, i] = sum(other < key for other in row) + ties
            moved[b, ranks[b, i]] = payload[b, i]
    return ranks, moved


def suffix_array(text):
    """The order of the suffixes of a text, by doubling how much of them is compared."""
    count = text.shape[0]
    index = jnp.arange(count)
    ranks = text
    width = 1
    while True:
        # What is behind the end comes before everything.
        behind = jnp.where(index + width < count, jnp.roll(ranks, -width), -1)
        order = jnp.lexsort((behind, ranks))
        first, second = ranks[order], behind[order]
        differs = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
        dense = jnp.pad(jnp.cumsum(differs, dtype=text.dtype), (1, 0))
        ranks = jnp.zeros_like(text).at[order].set(dense)
        width *= 2
        if width >= count:
            return order, ranks


def suffix_array_reference(text):
    letters = text.tolist()
    order = sorted(range(len(letters)), key=lambda i: letters[i:])
    ranks = [order.index(i) for i in range(len(letters))]
    return np.array(order), np.array(ranks, dtype=text.dtype)


def block_sort_transform(text, *, alphabet):
    """The last letters of a text's sorted rotations, and where it is among them."""
    count = text.shape[0]
    index = jnp.arange(count)
    rotations = text[(index[:, None] + index) % count]
    order = jnp.lexsort(rotations.T[::-1])
    last = rotations[order, -1]
    starts = jnp.searchsorted(jnp.sort(text), jnp.arange(alphabet, dtype=text.dtype))
    return last, jnp.argmin(order), starts


def block_sort_transform_reference(text, *, alphabet):
    letters = text.tolist()
    turned = [(letters[i:] + letters[:i], i) for i in range(len(letters))]
    ordered = sorted(turned)
    last = np.array([rotation[-1] for rotation, _ in ordered], dtype=text.dtype)
    starts = [sum(letter < k for letter in letters) for k in range(alphabet)]
    place = [i for _, i in ordered].index(0)
    return last, np.array(place), np.array(starts, dtype=np.int32)


def move_to_front(codes, *, alphabet):
    """Code each symbol by its place in a list that it then goes to the front of."""
    index = jnp.arange(alphabet, dtype=codes.dtype)

    def visit(table, code):
        place = jnp.argmax(table == code).astype(jnp.int32)
        shifted = jnp.roll(table, 1).at[0].set(code)
        return jnp.where(index <= place, shifted, table), place

    return lax.scan(visit, index, codes)


def move_to_front_reference(codes, *, alphabet):
    table, places = list(range(alphabet)), []
    for code in codes.tolist():
        places.append(table.index(code))
        table.remove(code)
        table.insert(0, code)
    return np.array(table, dtype=codes.dtype), np.array(places, dtype=np.int32)
