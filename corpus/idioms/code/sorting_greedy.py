"""Sweeps and greedy choices: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def merge_intervals(starts, lengths):
    """Unite closed intervals that touch, in order; -1 fills up the rest."""
    order = jnp.argsort(starts)
    begin = starts[order]
    end = begin + lengths[order]
    reach = lax.cummax(end)
    # An interval opens a new group where all before it have ended.
    opens = jnp.concatenate([jnp.ones(1, dtype=bool), begin[1:] > reach[:-1]])
    group = jnp.cumsum(opens, dtype=jnp.int32) - 1
    empty = jnp.full_like(starts, -1)
    count = starts.shape[0]
    target = jnp.where(opens, group, count)
    return (
        empty.at[target].set(begin, mode="drop"),
        empty.at[group].max(end),
        group[-1] + 1,
    )


def merge_intervals_reference(starts, lengths):
    covered = set()
    for start, length in zip(starts.tolist(), lengths.tolist()):
        # Doubled, so that the gap between neighbors is seen.
        covered |= set(range(2 * start, 2 * (start + length) + 1))
    begins = sorted(x // 2 for x in covered if x - 1 not in covered)
    ends = sorted(x // 2 for x in covered if x + 1 not in covered)
    rest = [-1] * (len(starts) - len(begins))
    return (
        np.array(begins + rest, dtype=np.int32),
        np.array(ends + rest, dtype=np.int32),
        np.array(len(begins), dtype=np.int32),
    )


def busiest_time(arrivals, stays):
    """The most guests at once, and when that is first so: a sweep over events."""
    count = arrivals.shape[0]
    times = jnp.concatenate([arrivals, arrivals + stays])
    changes = jnp.repeat(jnp.array([1, -1], dtype=jnp.int32), count)
    # Who leaves makes room for who comes at the same time.
    times, changes = lax.sort((times, changes), num_keys=2)
    present = jnp.cumsum(changes, dtype=jnp.int32)
    peak = jnp.argmax(present)
    return present[peak], times[peak]


def busiest_time_reference(arrivals, stays):
    guests = list(zip(arrivals.tolist(), (arrivals + stays).tolist()))
    best, when = 0, 0
    for time in sorted(arrivals.tolist()):
        present = sum(begin <= time < end for begin, end in guests)
        if present > best:
            best, when = present, time
    return np.array(best, dtype=np.int32), np.array(when, dtype=np.int32)


def count_inversions(values):
    """Pairs of each row that are out of order."""
    out_of_order = values[:, :, None] > values[:, None, :]
    pairs = jnp.triu(out_of_order, k=1)
    return jnp.sum(pairs, axis=(1, 2), dtype=jnp.int32)


def count_inversions_reference(values):
    def sort_and_count(row):
        if len(row) < 2:
            return row, 0
        left, first = sort_and_count(row[: len(row) // 2])
        right, second = sort_and_count(row[len(row) // 2 :])
        merged, across = [], 0
        while left and right:
            if right[0] < left[0]:
                across += len(left)
                merged.append(right.pop(0))
            else:
                merged.append(left.pop(0))
        return merged + left + right, first + second + across

    counts = [sort_and_count(row)[1] for row in values.tolist()]
    return np.array(counts, dtype=np.int32)


def smaller_before(codes, *, bins):
    """How many lesser codes came before each, from a tree of partial counts."""

    def total(tree, place):
        def step(state):
            place, total = state
            return place & (place - 1), total + tree[place]

        return lax.while_loop(lambda state: state[0] > 0, step, (place, jnp.int32(0)))[
            1
        ]

    def increment(tree, place):
        def step(state):
            place, tree = state
            return place + (place & -place), tree.at[place].add(1)

        return lax.while_loop(lambda state: state[0] <= bins, step, (place, tree))[1]

    def visit(tree, code):
        # Codes count from zero and places in the tree from one.
        return increment(tree, code + 1), total(tree, code)

    return lax.scan(visit, jnp.zeros(bins + 1, dtype=jnp.int32), codes)[1]


def smaller_before_reference(codes, *, bins):
    flat = codes.tolist()
    counts = [sum(other < code for other in flat[:i]) for i, code in enumerate(flat)]
    return np.array(counts, dtype=np.int32)


def patience_piles(cards):
    """Put each card on the first pile whose top is not less; piles and their tops."""

    def place(tops, card):
        pile = jnp.searchsorted(tops, card, side="left")
        return tops.at[pile].set(card), pile

    empty = jnp.full(cards.shape[0], 99, dtype=cards.dtype)
    tops, piles = lax.scan(place, empty, cards)
    return piles, tops


def patience_piles_reference(cards):
    tops, piles = [], []
    for card in cards.tolist():
        fitting = [i for i, top in enumerate(tops) if top >= card]
        if fitting:
            tops[fitting[0]] = card
            piles.append(fitting[0])
        else:
            piles.append(len(tops))
            tops.append(card)
    tops += [99] * (len(cards) - len(tops))
    return np.array(piles, dtype=np.int32), np.array(tops, dtype=cards.dtype)


def running_best(scores, *, last):
    """The greatest score of each prefix of a row, and where it was first or last."""

    def better(first, second):
        second_wins = second[0] >= first[0] if last else second[0] > first[0]
        return tuple(
            jnp.where(second_wins, b, a) for a, b in zip(first, second, strict=True)
        )

    places = lax.broadcasted_iota(jnp.int32, scores.shape, 1)
    return lax.associative_scan(better, (scores, places), axis=1)


def running_best_reference(scores, *, last):
    values, places = np.zeros_like(scores), np.zeros(scores.shape, dtype=np.int32)
    for i, row in enumerate(scores.tolist()):
        for t in range(len(row)):
            best = max(row[: t + 1])
            values[i, t] = best
            same = [s for s in range(t + 1) if row[s] == best]
            places[i, t] = same[-1] if last else same[0]
    return values, places


def dependency_levels(edges):
    """Waves of tasks whose predecessors are done; edges lead to higher numbers."""
    edges = jnp.triu(edges, k=1)
    count = edges.shape[0]

    def start_ready(state):
        levels, wave = state
        waiting = levels < 0
        blocked = jnp.any(edges & waiting[:, None], axis=0)
        return jnp.where(waiting & ~blocked, wave, levels), wave + 1

    levels = jnp.full(count, -1, dtype=jnp.int32)
    return lax.while_loop(
        lambda state: jnp.any(state[0] < 0), start_ready, (levels, jnp.int32(0))
    )


def dependency_levels_reference(edges):
    levels = []
    for j in range(len(edges)):
        # The longest path to each task.
        before = [levels[i] for i in range(j) if edges[i, j]]
        levels.append(max(before, default=-1) + 1)
    return np.array(levels, dtype=np.int32), np.array(max(levels) + 1, dtype=np.int32)


def huffman_merges(weights):
    """Merge the two least weights until one is left; every sum, and the code's cost."""
    count = weights.shape[0]
    highest = jnp.iinfo(weights.dtype).max

    def take_least(pool):
        place = jnp.argmin(pool)
        return pool.at[place].set(highest), pool[place], place

    def merge(pool, _):
        pool, first, _ = take_least(pool)
        pool, second, place = take_least(pool)
        total = first + second
        return pool.at[place].set(total), total

    _, sums = lax.scan(merge, weights, None, length=count - 1)
    return sums, jnp.sum(sums, dtype=weights.dtype)


def huffman_merges_reference(weights):
    pool, sums = weights.tolist(), []
    while len(pool) > 1:
        pool.sort()
        pool = [pool[0] + pool[1], *pool[2:]]
        sums.append(pool[0])
    return np.array(sums, dtype=weights.dtype), np.array(sum(sums), dtype=weights.dtype)


def schedule_by_ratio(durations, weights):
    """Do short and important jobs first: the order, and the weighted waiting time."""
    order = jnp.argsort(durations / weights)
    finished = jnp.cumsum(durations[order])
    return order, jnp.sum(weights[order] * finished)


def schedule_by_ratio_reference(durations, weights):
    count = len(durations)

    def before(i, j):
        mine, other = durations[i] * weights[j], durations[j] * weights[i]
        return mine < other or (mine == other and i < j)

    ranks = [
        sum(bool(before(j, i)) for j in range(count) if j != i) for i in range(count)
    ]
    total = np.zeros(())
    for i in range(count):
        waited = sum(durations[j] for j in range(count) if ranks[j] <= ranks[i])
        total = total + weights[i] * waited
    return np.argsort(ranks), total


def earliest_deadlines(durations, deadlines):
    """Do what is due first: when each job is done, and the worst delay."""
    order = jnp.argsort(deadlines)
    finished = jnp.cumsum(durations[order], dtype=durations.dtype)
    worst = jnp.max(finished - deadlines[order])
    return jnp.zeros_like(finished).at[order].set(finished), worst


def earliest_deadlines_reference(durations, deadlines):
    jobs = list(zip(deadlines.tolist(), range(len(deadlines)), durations.tolist()))
    finished = [
        sum(length for due, k, length in jobs if (due, k) <= (job[0], job[1]))
        for job in jobs
    ]
    worst = max(done - job[0] for done, job in zip(finished, jobs))
    return np.array(finished, dtype=np.int32), np.array(worst, dtype=np.int32)


def select_activities(starts, lengths):
    """As many activities as fit one after another, and the end of the last."""
    ends = starts + lengths
    order = jnp.lexsort((starts, ends))

    def decide(free, i):
        fits = starts[i] >= free
        return jnp.where(fits, ends[i], free), fits

    free, fits = lax.scan(decide, jnp.zeros_like(starts[0]), order)
    chosen = jnp.zeros(starts.shape[0], dtype=bool).at[order].set(fits)
    return chosen, free


def select_activities_reference(starts, lengths):
    jobs = [
        (s + n, s, i) for i, (s, n) in enumerate(zip(starts.tolist(), lengths.tolist()))
    ]
    chosen = np.zeros(len(jobs), dtype=bool)
    left, free = list(jobs), 0
    while left:
        end, _, i = min(left)
        chosen[i], free = True, end
        left = [job for job in left if job[1] >= free and job[2] != i]
    return chosen, np.array(free, dtype=np.int32)


def stable_marriage(suitors, reviewers):
    """Pair two groups by their scores of each other, as the first group likes best."""
    count = suitors.shape[0]
    wishes = jnp.argsort(-suitors, axis=1)
    index = jnp.arange(count)

    def propose(state):
        asked, engaged = state
        target = wishes[index, jnp.minimum(asked, count - 1)]
        # Each reviewer hears all who stand before it, and keeps the best.
        offers = jnp.where(target[:, None] == index, reviewers.T, -jnp.inf)
        best = jnp.argmax(offers, axis=0)
        engaged = best[target] == index
        return jnp.where(engaged, asked, asked + 1), engaged

    start = jnp.zeros(count, dtype=jnp.int32), jnp.zeros(count, dtype=bool)
    asked, _ = lax.while_loop(lambda state: ~jnp.all(state[1]), propose, start)
    return wishes[index, asked], asked


def stable_marriage_reference(suitors, reviewers):
    count = len(suitors)
    wishes = [sorted(range(count), key=lambda j: -suitors[i, j]) for i in range(count)]
    engaged, asked, free = {}, [0] * count, list(range(count))
    while free:
        suitor = free.pop()
        target = wishes[suitor][asked[suitor]]
        rival = engaged.get(target)
        if rival is None or reviewers[target, suitor] > reviewers[target, rival]:
            engaged[target] = suitor
            loser = rival
        else:
            loser = suitor
        if loser is not None:
            asked[loser] += 1
            free.append(loser)
    partners = {suitor: target for target, suitor in engaged.items()}
    return np.array([partners[i] for i in range(count)]), np.array(
        asked, dtype=np.int32
    )
