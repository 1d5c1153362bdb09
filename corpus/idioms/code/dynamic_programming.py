"""Dynamic programming: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def edit_distance(source, target, *, insert, delete, substitute):
    """Weighted edit distance, and the distances to all prefixes of the target."""
    steps = insert * jnp.arange(target.shape[0] + 1, dtype=jnp.int32)

    def row(previous, symbol):
        replaced = previous[:-1] + substitute * (symbol != target)
        best = jnp.minimum(previous[1:] + delete, replaced)
        best = jnp.concatenate([previous[:1] + delete, best])
        # Insertions chain within a row: a running minimum does them all at once.
        row = lax.cummin(best - steps) + steps
        return row, None

    last, _ = lax.scan(row, steps, source)
    return last[-1], last


def edit_distance_reference(source, target, *, insert, delete, substitute):
    known = {}

    def distance(i, j):
        if (i, j) not in known:
            ways = [0] if i == j == 0 else []
            if i:
                ways.append(distance(i - 1, j) + delete)
            if j:
                ways.append(distance(i, j - 1) + insert)
            if i and j:
                same = source[i - 1] == target[j - 1]
                ways.append(distance(i - 1, j - 1) + (0 if same else substitute))
            known[i, j] = min(ways)
        return known[i, j]

    size = len(target)
    row = [distance(len(source), j) for j in range(size + 1)]
    return np.array(row[-1], dtype=np.int32), np.array(row, dtype=np.int32)


def ctc_loss(logits, labels, *, average):
    """Negative log probability of all alignments that collapse to the labels."""
    log_probs = jax.nn.log_softmax(logits)
    count = labels.shape[0]
    blank = 0
    # Blanks between, before and after the labels.
    states = jnp.full(2 * count + 1, blank, dtype=labels.dtype).at[1::2].set(labels)
    # A state may be skipped to from two before unless that would merge equal labels.
    skippable = jnp.zeros(states.shape, dtype=bool)
    skippable = skippable.at[3::2].set(labels[1:] != labels[:-1])
    never = jnp.full_like(log_probs[0, :1], -1e30)
    first = jnp.arange(2 * count + 1) < 2
    alpha = jnp.where(first, log_probs[0, states], never)

    def step(alpha, frame):
        once = jnp.concatenate([never, alpha[:-1]])
        twice = jnp.concatenate([never, once[:-1]])
        reached = jnp.logaddexp(alpha, once)
        reached = jnp.where(skippable, jnp.logaddexp(reached, twice), reached)
        return reached + frame[states], None

    alpha, _ = lax.scan(step, alpha, log_probs[1:])
    loss = -jnp.logaddexp(alpha[-1], alpha[-2])
    return loss / count if average else loss


def ctc_loss_reference(logits, labels, *, average):
    # Follow how many labels are out, and whether the last frame was a blank.
    frames, count = len(logits), len(labels)
    probs = np.array([np.exp(row) / np.sum(np.exp(row)) for row in logits])
    known = {}

    def mass(t, done, on_blank):
        if done < 0:
            return 0.0
        if t < 0:
            return 1.0 if done == 0 and on_blank else 0.0
        key = (t, done, on_blank)
        if key in known:
            return known[key]
        if on_blank:
            total = mass(t - 1, done, True) + mass(t - 1, done, False)
            total = total * probs[t, 0]
        elif done == 0:
            total = 0.0
        else:
            total = mass(t - 1, done, False) + mass(t - 1, done - 1, True)
            if done > 1 and labels[done - 1] != labels[done - 2]:
                total = total + mass(t - 1, done - 1, False)
            total = total * probs[t, labels[done - 1]]
        known[key] = total
        return total

    loss = -np.log(mass(frames - 1, count, True) + mass(frames - 1, count, False))
    return loss / count if average else loss


def transducer_loss(blank_logits, label_logits):
    """Negative log probability of a transducer's labels over all its alignments."""
    total = jnp.logaddexp(blank_logits, label_logits)
    blanks, labels = blank_logits - total, (label_logits - total)[:, :-1]
    # emitted[t, u] is the log probability of emitting the first u labels at frame t.
    emitted = jnp.pad(jnp.cumsum(labels, axis=1), ((0, 0), (1, 0)))

    def frame(alpha, inputs):
        emitted, blanks = inputs
        # Emissions chain within a frame, as a running sum relative to `emitted`.
        reached = lax.cumlogsumexp(alpha - emitted) + emitted
        return reached + blanks, None

    # Finite, as -inf would give gradients of nan.
    start = jnp.full_like(blanks[0], -1e30).at[0].set(0.0)
    alpha, _ = lax.scan(frame, start, (emitted, blanks))
    return -alpha[-1]


def transducer_loss_reference(blank_logits, label_logits):
    frames, size = blank_logits.shape
    stay = np.exp(blank_logits)
    stay = stay / (stay + np.exp(label_logits))
    mass = np.zeros((frames, size))
    for t in range(frames):
        for u in range(size):
            mass[t, u] = 1.0 if t == u == 0 else 0.0
            if t:
                mass[t, u] += mass[t - 1, u] * stay[t - 1, u]
            if u:
                mass[t, u] += mass[t, u - 1] * (1 - stay[t, u - 1])
    return -np.log(mass[-1, -1] * stay[-1, -1])


def viterbi_path(start, transitions, emissions):
    """Most probable states of a hidden Markov model, and their score."""
    start = jax.nn.log_softmax(start)
    transitions = jax.nn.log_softmax(transitions, axis=1)

    def forward(scores, emission):
        options = scores[:, None] + transitions
        return jnp.max(options, axis=0) + emission, jnp.argmax(options, axis=0)

    scores, pointers = lax.scan(forward, start + emissions[0], emissions[1:])

    def backward(state, pointer):
        return pointer[state], state

    last = jnp.argmax(scores)
    first, rest = lax.scan(backward, last, pointers, reverse=True)
    return jnp.concatenate([first[None], rest]), jnp.max(scores)


def viterbi_path_reference(start, transitions, emissions):
    # Keep the best path into each state.
    size = len(start)
    start = start - np.log(np.sum(np.exp(start)))
    totals = np.log(np.sum(np.exp(transitions), axis=1))
    best = [(start[k] + emissions[0, k], [k]) for k in range(size)]
    for row in emissions[1:]:
        longer = []
        for k in range(size):
            ways = [
                (score + transitions[path[-1], k] - totals[path[-1]], path)
                for score, path in best
            ]
            score, path = max(ways, key=lambda way: way[0])
            longer.append((score + row[k], [*path, k]))
        best = longer
    score, path = max(best, key=lambda way: way[0])
    return np.array(path), score


def forward_backward(start, transitions, emissions):
    """Posterior probabilities of hidden states, and the log likelihood."""
    log_transitions = jax.nn.log_softmax(transitions, axis=1)

    def forward(alpha, emission):
        alpha = jax.nn.logsumexp(alpha[:, None] + log_transitions, axis=0) + emission
        return alpha, alpha

    def backward(beta, emission):
        later = jax.nn.logsumexp(log_transitions + emission + beta, axis=1)
        return later, beta

    first = jax.nn.log_softmax(start) + emissions[0]
    last, alphas = lax.scan(forward, first, emissions[1:])
    alphas = jnp.concatenate([first[None], alphas])
    end = jnp.zeros_like(first)
    begin, betas = lax.scan(backward, end, emissions[1:], reverse=True)
    betas = jnp.concatenate([begin[None], betas])
    return jax.nn.softmax(alphas + betas, axis=1), jax.nn.logsumexp(last)


def forward_backward_reference(start, transitions, emissions):
    # By enumerating every path.
    length, size = emissions.shape
    prior = np.exp(start) / np.sum(np.exp(start))
    moves = np.array([np.exp(row) / np.sum(np.exp(row)) for row in transitions])
    likelihoods = np.exp(emissions)
    posterior = np.zeros((length, size))
    for path in np.ndindex(*[size] * length):
        weight = prior[path[0]] * likelihoods[0, path[0]]
        for t in range(1, length):
            weight = weight * moves[path[t - 1], path[t]] * likelihoods[t, path[t]]
        for t, state in enumerate(path):
            posterior[t, state] += weight
    total = np.sum(posterior[0])
    return posterior / total, np.log(total)


def parallel_forward_algorithm(start, transitions, emissions, *, tropical):
    """Forward messages as a prefix product of matrices in a semiring of logarithms."""
    reduce = jnp.max if tropical else jax.nn.logsumexp
    combined = transitions + emissions[:, None, :]
    # The first matrix has the same row everywhere, so any row of a product will do.
    first = jnp.broadcast_to(start + emissions[0], transitions.shape)

    def multiply(left, right):
        return reduce(left[..., :, :, None] + right[..., None, :, :], axis=-2)

    products = lax.associative_scan(multiply, combined.at[0].set(first))
    return products[:, 0]


def parallel_forward_algorithm_reference(start, transitions, emissions, *, tropical):
    message = start + emissions[0]
    messages = [message]
    for emission in emissions[1:]:
        moved = []
        for k in range(len(start)):
            terms = message + transitions[:, k]
            peak = np.max(terms)
            if not tropical:
                peak = peak + np.log(np.sum(np.exp(terms - peak)))
            moved.append(peak + emission[k])
        message = np.array(moved)
        messages.append(message)
    return np.array(messages)


def crf_log_likelihood(emissions, transitions, tags):
    """Log probability of tags in a linear-chain conditional random field."""

    def forward(alpha, emission):
        return jax.nn.logsumexp(alpha[:, None] + transitions, axis=0) + emission, None

    alpha, _ = lax.scan(forward, emissions[0], emissions[1:])
    unary = jnp.take_along_axis(emissions, tags[:, None], axis=1)
    pairwise = transitions[tags[:-1], tags[1:]]
    return jnp.sum(unary) + jnp.sum(pairwise) - jax.nn.logsumexp(alpha)


def crf_log_likelihood_reference(emissions, transitions, tags):
    # The normalizer is a sum over every sequence of tags.
    length, size = emissions.shape

    def score(path):
        total = emissions[0, path[0]]
        for t in range(1, length):
            total = total + transitions[path[t - 1], path[t]] + emissions[t, path[t]]
        return total

    scores = np.array([score(path) for path in np.ndindex(*[size] * length)])
    return -np.log(np.sum(np.exp(scores - score(tags))))


def dynamic_time_warping(x, y, *, radius, symmetric):
    """Cost of the best warping within a band, and all cumulative costs."""
    costs = jnp.sqrt(jnp.sum((x[:, None] - y[None]) ** 2, axis=-1))
    offsets = jnp.arange(x.shape[0])[:, None] - jnp.arange(y.shape[0])
    costs = jnp.where(jnp.abs(offsets) <= radius, costs, jnp.inf)
    # Symmetric steps weigh a diagonal as much as the two sides that it cuts off.
    diagonal_weight = 2.0 if symmetric else 1.0

    def cell(left, inputs):
        above, corner, cost = inputs
        straight = jnp.minimum(left, above) + cost
        value = jnp.minimum(straight, corner + diagonal_weight * cost)
        return value, value

    def row(previous, costs):
        _, values = lax.scan(cell, edge, (previous[1:], previous[:-1], costs))
        return jnp.append(edge, values), values

    edge = jnp.array(jnp.inf, dtype=costs.dtype)
    start = jnp.full_like(costs[0], jnp.inf, shape=y.shape[0] + 1).at[0].set(0.0)
    _, table = lax.scan(row, start, costs)
    return table[-1, -1], table


def dynamic_time_warping_reference(x, y, *, radius, symmetric):
    best = {}
    for i in range(len(x)):
        for j in range(max(0, i - radius), min(len(y), i + radius + 1)):
            cost = np.sqrt(np.sum((x[i] - y[j]) ** 2))
            both = 2 * cost if symmetric else cost
            ways = [both] if i == j == 0 else []
            for origin, step in (
                ((i - 1, j - 1), both),
                ((i - 1, j), cost),
                ((i, j - 1), cost),
            ):
                if origin in best:
                    ways.append(best[origin] + step)
            best[i, j] = np.min(np.array(ways))
    table = np.full((len(x), len(y)), np.inf)
    for cell, value in best.items():
        table[cell] = value
    return table[-1, -1], table


def soft_dtw(x, y, *, gamma):
    """Soft minimum of the costs of all warpings between two series."""
    costs = jnp.sum((x[:, None] - y[None]) ** 2, axis=-1)

    def cell(left, inputs):
        above, corner, cost = inputs
        ways = jnp.stack([left, above, corner])
        value = cost - gamma * jax.nn.logsumexp(-ways / gamma)
        return value, value

    def row(previous, costs):
        # Far away rather than infinite, which would give gradients of nan.
        far = jnp.full_like(costs[0], 1e8)
        _, values = lax.scan(cell, far, (previous[1:], previous[:-1], costs))
        return jnp.append(far, values), None

    start = jnp.full_like(costs[0], 1e8, shape=y.shape[0] + 1).at[0].set(0.0)
    last, _ = lax.scan(row, start, costs)
    return last[-1]


def soft_dtw_reference(x, y, *, gamma):
    # The partition function of all paths.
    mass = np.zeros((len(x) + 1, len(y) + 1))
    mass[0, 0] = 1.0
    for i in range(len(x)):
        for j in range(len(y)):
            cost = sum((a - b) ** 2 for a, b in zip(x[i], y[j]))
            into = mass[i, j] + mass[i, j + 1] + mass[i + 1, j]
            mass[i + 1, j + 1] = into * np.exp(-cost / gamma)
    return -gamma * np.log(mass[-1, -1])


def smith_waterman(x, y, *, match, mismatch, gap):
    """Best local alignment score, and the scores of alignments by where they end."""
    steps = gap * jnp.arange(1, y.shape[0] + 1, dtype=jnp.int32)

    def row(previous, symbol):
        corner = jnp.pad(previous[:-1], (1, 0))
        aligned = corner + jnp.where(symbol == y, match, mismatch)
        best = jnp.maximum(jnp.maximum(aligned, previous - gap), 0)
        # Gaps along the row decay from the best cell so far.
        scores = lax.cummax(best + steps) - steps
        return scores, scores

    _, table = lax.scan(row, jnp.zeros_like(steps), x)
    return jnp.max(table), table


def smith_waterman_reference(x, y, *, match, mismatch, gap):
    table = np.zeros((len(x) + 1, len(y) + 1), dtype=np.int32)
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            pair = match if x[i - 1] == y[j - 1] else mismatch
            ways = [0, table[i - 1, j - 1] + pair]
            ways += [table[i - k, j] - k * gap for k in range(1, i + 1)]
            ways += [table[i, j - k] - k * gap for k in range(1, j + 1)]
            table[i, j] = max(ways)
    return np.max(table), table[1:, 1:]


def gotoh_alignment(x, y, scores, *, gap_open, gap_extend):
    """Best global alignment score with affine gaps."""
    columns = jnp.arange(y.shape[0] + 1, dtype=scores.dtype)
    edge = -(gap_open + gap_extend * (columns - 1.0)).at[0].set(0.0)

    def cell(left, inputs):
        left_best, left_gap = left
        above_best, above_gap, corner, pair = inputs
        across = jnp.maximum(left_best - gap_open, left_gap - gap_extend)
        down = jnp.maximum(above_best - gap_open, above_gap - gap_extend)
        best = jnp.maximum(corner + pair, jnp.maximum(across, down))
        return (best, across), (best, down)

    def row(state, inputs):
        best, gaps = state
        index, symbol = inputs
        border = -(gap_open + gap_extend * index)
        never = jnp.full_like(border, -jnp.inf)
        above = (best[1:], gaps[1:], best[:-1], scores[symbol, y])
        _, (best, down) = lax.scan(cell, (border, never), above)
        return (jnp.append(border, best), jnp.append(never, down)), None

    rows = jnp.arange(x.shape[0], dtype=scores.dtype)
    (best, _), _ = lax.scan(row, (edge, jnp.full_like(edge, -jnp.inf)), (rows, x))
    return best[-1]


def gotoh_alignment_reference(x, y, scores, *, gap_open, gap_extend):
    # With gaps of every length instead of states.
    def gap(length):
        return gap_open + gap_extend * (length - 1) + np.zeros(())

    best = np.zeros((len(x) + 1, len(y) + 1))
    for i in range(len(x) + 1):
        for j in range(len(y) + 1):
            ways = [best[i - k, j] - gap(k) for k in range(1, i + 1)]
            ways += [best[i, j - k] - gap(k) for k in range(1, j + 1)]
            if i and j:
                ways.append(best[i - 1, j - 1] + scores[x[i - 1], y[j - 1]])
            if ways:
                best[i, j] = np.max(np.array(ways))
    return best[-1, -1]


def longest_common_subsequence(x, y, *, contiguous):
    """Lengths of the longest part that each prefix of x has in common with y."""

    def row(previous, symbol):
        corner = jnp.pad(previous[:-1], (1, 0)) + 1
        equal = symbol == y
        if contiguous:
            lengths = jnp.where(equal, corner, 0)
        else:
            lengths = lax.cummax(jnp.where(equal, corner, previous))
        return lengths, jnp.max(lengths)

    _, best = lax.scan(row, jnp.zeros(y.shape[0], dtype=jnp.int32), x)
    return lax.cummax(best)


def longest_common_subsequence_reference(x, y, *, contiguous):
    size = len(y)
    table = np.zeros((len(x) + 1, size + 1), dtype=np.int32)
    best = []
    for i in range(len(x)):
        for j in range(size):
            if x[i] == y[j]:
                table[i + 1, j + 1] = table[i, j] + 1
            elif not contiguous:
                table[i + 1, j + 1] = max(table[i, j + 1], table[i + 1, j])
        best.append(table[: i + 2].max())
    return np.array(best, dtype=np.int32)


def knapsack_values(values, weights, *, capacity, exact):
    """Largest value for every capacity, each item taken at most once."""
    room = jnp.arange(capacity + 1)

    def consider(table, item):
        value, weight = item
        rest = room - weight
        taken = jnp.where(rest >= 0, table[jnp.maximum(rest, 0)] + value, -jnp.inf)
        return jnp.maximum(table, taken), None

    # Where the weight must fit exactly, only an empty knapsack weighs nothing.
    table = jnp.where(exact & (room > 0), -jnp.inf, jnp.zeros_like(values[0]))
    return lax.scan(consider, table, (values, weights))[0]


def knapsack_values_reference(values, weights, *, capacity, exact):
    # By trying all subsets.
    best = np.full(capacity + 1, -np.inf)
    for subset in np.ndindex(*[2] * len(values)):
        chosen = [i for i, taken in enumerate(subset) if taken]
        weight = int(sum(weights[i] for i in chosen))
        value = sum((values[i] for i in chosen), np.array(0.0))
        last = weight if exact else capacity
        for room in range(weight, min(last, capacity) + 1):
            best[room] = np.maximum(best[room], value)
    return best


def longest_increasing_subsequence(values, *, strict):
    """Length of the longest rising subsequence of every prefix, by patience sorting."""
    side = "left" if strict else "right"

    def lengths(row):
        empty = jnp.iinfo(row.dtype).max

        def place(tails, value):
            # tails[k] is the smallest end of a subsequence of length k + 1.
            tails = tails.at[jnp.searchsorted(tails, value, side=side)].set(value)
            return tails, jnp.sum(tails < empty, dtype=jnp.int32)

        return lax.scan(place, jnp.full_like(row, empty), row)[1]

    return jax.vmap(lengths)(values)


def longest_increasing_subsequence_reference(values, *, strict):
    result = np.zeros(values.shape, dtype=np.int32)
    for b, row in enumerate(values):
        ending = []
        for i, value in enumerate(row):
            before = [
                ending[j]
                for j in range(i)
                if row[j] < value or (row[j] == value and not strict)
            ]
            ending.append(1 + max(before, default=0))
            result[b, i] = max(ending)
    return result


def matrix_chain_cost(sizes):
    """Least number of multiplications for the product of every run of matrices."""
    count = sizes.shape[0] - 1
    table = jnp.zeros((count, count), dtype=sizes.dtype)
    for length in range(1, count):
        first = jnp.arange(count - length)
        last = first + length
        # The last product joins first..split and split+1..last.
        split = first[:, None] + jnp.arange(length)
        halves = table[first[:, None], split] + table[split + 1, last[:, None]]
        join = (sizes[first] * sizes[last + 1])[:, None] * sizes[split + 1]
        table = table.at[first, last].set(jnp.min(halves + join, axis=1))
    return table


def matrix_chain_cost_reference(sizes):
    sizes = [int(size) for size in sizes]
    known = {}

    def cost(i, j):
        if i >= j:
            return 0
        if (i, j) not in known:
            known[i, j] = min(
                cost(i, k) + cost(k + 1, j) + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            )
        return known[i, j]

    count = len(sizes) - 1
    table = [[cost(i, j) for j in range(count)] for i in range(count)]
    return np.array(table, dtype=np.int32)


def inside_algorithm(sentence, rules, words):
    """Log probability of a sentence in a grammar in Chomsky normal form, by symbol."""
    length, symbols = sentence.shape[0], rules.shape[0]
    # Every symbol's rules and words share one distribution.
    binary = rules.reshape(symbols, -1)
    log_norm = jax.nn.logsumexp(jnp.concatenate([binary, words], axis=1), axis=1)
    rules = rules - log_norm[:, None, None]
    words = words - log_norm[:, None]
    spans = {(i, i + 1): words[:, sentence[i]] for i in range(length)}
    for width in range(2, length + 1):
        for start in range(length - width + 1):
            stop = start + width
            left = jnp.stack([spans[start, k] for k in range(start + 1, stop)])
            right = jnp.stack([spans[k, stop] for k in range(start + 1, stop)])
            pairs = jax.nn.logsumexp(left[:, :, None] + right[:, None, :], axis=0)
            spans[start, stop] = jax.nn.logsumexp(rules + pairs, axis=(1, 2))
    root = spans[0, length]
    return root[0], root


def inside_algorithm_reference(sentence, rules, words):
    symbols = len(rules)
    weights, lexicon = np.exp(rules), np.exp(words)
    totals = [np.sum(weights[a]) + np.sum(lexicon[a]) for a in range(symbols)]
    known = {}

    def mass(a, start, stop):
        if (a, start, stop) in known:
            return known[a, start, stop]
        if stop == start + 1:
            total = lexicon[a, sentence[start]] / totals[a]
        else:
            total = 0.0
            for split in range(start + 1, stop):
                for b in range(symbols):
                    for c in range(symbols):
                        parts = mass(b, start, split) * mass(c, split, stop)
                        total = total + weights[a, b, c] / totals[a] * parts
        known[a, start, stop] = total
        return total

    root = np.log(np.array([mass(a, 0, len(sentence)) for a in range(symbols)]))
    return root[0], root


def value_iteration(logits, rewards, *, discount, steps, robust):
    """Iterate Bellman's optimality equation; values and the greedy policy."""
    transitions = jax.nn.softmax(logits, axis=-1)

    def action_values(values):
        future = jnp.einsum("ast,t->sa", transitions, values)
        if robust:  # a tenth of the time the worst state comes next
            future = 0.9 * future + 0.1 * jnp.min(values)
        return rewards + discount * future

    def backup(_, values):
        return jnp.max(action_values(values), axis=1)

    values = lax.fori_loop(0, steps, backup, jnp.zeros_like(rewards[:, 0]))
    return values, jnp.argmax(action_values(values), axis=1)


def value_iteration_reference(logits, rewards, *, discount, steps, robust):
    chances = np.exp(logits)
    chances = chances / np.sum(chances, axis=2, keepdims=True)
    values = np.zeros(len(rewards))
    for step in range(steps + 1):
        means = np.sum(chances * values, axis=2).T
        if robust:
            means = (9 * means + np.min(values)) / 10
        table = rewards + discount * means
        if step < steps:
            values = np.max(table, axis=1)
    return values, np.argmax(table, axis=1)


def beam_search(start, bigrams, *, beams, steps):
    """Most probable sequences of a bigram model, each step keeping a few."""
    log_probs = jax.nn.log_softmax(bigrams, axis=-1)
    size = start.shape[0]
    scores, tokens = lax.top_k(jax.nn.log_softmax(start), beams)
    sequences = jnp.zeros((beams, steps), dtype=jnp.int32).at[:, 0].set(tokens)

    def extend(t, state):
        sequences, scores = state
        candidates = scores[:, None] + log_probs[sequences[:, t - 1]]
        scores, flat = lax.top_k(candidates.reshape(-1), beams)
        sequences = sequences[flat // size].at[:, t].set(flat % size)
        return sequences, scores

    return lax.fori_loop(1, steps, extend, (sequences, scores))


def beam_search_reference(start, bigrams, *, beams, steps):
    def normalize(row):
        return row - np.log(np.sum(np.exp(row)))

    size = len(start)
    table = [normalize(row) for row in bigrams]
    first = normalize(start)
    kept = [((k,), first[k]) for k in range(size)]
    kept = sorted(kept, key=lambda item: -item[1])[:beams]
    for _ in range(steps - 1):
        longer = [
            ((*path, k), score + table[path[-1]][k])
            for path, score in kept
            for k in range(size)
        ]
        kept = sorted(longer, key=lambda item: -item[1])[:beams]
    paths = np.array([path for path, _ in kept], dtype=np.int32)
    return paths, np.array([score for _, score in kept])


def optimal_partitioning(series, *, penalty):
    """Fit constant pieces; costs of prefixes and where their last piece begins."""
    count = series.shape[0]
    index = jnp.arange(count)
    start, stop, time = index[:, None, None], index[None, :, None], index
    inside = ((start <= time) & (time <= stop)).astype(series.dtype)
    means = inside @ series / jnp.maximum(jnp.sum(inside, axis=-1), 1.0)
    errors = jnp.sum(inside * (series - means[:, :, None]) ** 2, axis=-1)

    def extend(best, inputs):
        t, errors = inputs
        # best[s] is the cost of everything before s.
        costs = jnp.where(index <= t, best[:-1] + errors + penalty, jnp.inf)
        cheapest = jnp.argmin(costs)
        return best.at[t + 1].set(costs[cheapest]), cheapest

    best, starts = lax.scan(
        extend, jnp.zeros(count + 1, series.dtype), (index, errors.T)
    )
    return best[1:], starts


def optimal_partitioning_reference(series, *, penalty):
    best, starts = [0.0], []
    for stop in range(1, len(series) + 1):
        costs = []
        for start in range(stop):
            piece = series[start:stop]
            mean = np.sum(piece) / len(piece)
            costs.append(best[start] + np.sum((piece - mean) ** 2) + penalty)
        starts.append(int(np.argmin(np.array(costs))))
        best.append(costs[starts[-1]])
    return np.array(best[1:]), np.array(starts)
