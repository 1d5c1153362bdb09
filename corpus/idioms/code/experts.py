"""Mixtures of experts: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


def feed_forward_reference(x, w_in, w_out):
    """One expert for one token."""
    hidden = w_in.T @ x
    return w_out.T @ (hidden / (1.0 + np.exp(-hidden)))


def softmax_reference(logits):
    weights = np.exp(logits - np.max(logits))
    return weights / np.sum(weights)


def top_k_mixture(x, w_router, w_in, w_out, *, k, renormalize):
    """Send each token to its best experts and add up what they answer."""
    probabilities = jax.nn.softmax(x @ w_router, axis=-1)
    gates, chosen = lax.top_k(probabilities, k)
    if renormalize:
        gates = gates / jnp.sum(gates, axis=-1, keepdims=True)
    hidden = jax.nn.silu(jnp.einsum("nd,nkdh->nkh", x, w_in[chosen]))
    return jnp.einsum("nk,nkh,nkhd->nd", gates, hidden, w_out[chosen])


def top_k_mixture_reference(x, w_router, w_in, w_out, *, k, renormalize):
    output = np.zeros_like(x)
    for n in range(len(x)):
        probabilities = softmax_reference(w_router.T @ x[n])
        chosen = np.argsort(-probabilities, kind="stable")[:k]
        total = np.sum(probabilities[chosen]) if renormalize else 1.0
        for e in chosen:
            answer = feed_forward_reference(x[n], w_in[e], w_out[e])
            output[n] += probabilities[e] / total * answer
    return output


def switch_routing(x, w_router, w_in, w_out, *, capacity):
    """Send each token to one expert; an expert that is full lets later ones pass."""
    experts = w_router.shape[1]
    probabilities = jax.nn.softmax(x @ w_router, axis=-1)
    expert = jnp.argmax(probabilities, axis=-1)
    gate = jnp.max(probabilities, axis=-1)
    chosen = jax.nn.one_hot(expert, experts, dtype=jnp.int32)
    # How many earlier tokens chose the same expert.
    place = jnp.sum(jnp.cumsum(chosen, axis=0) * chosen, axis=-1) - 1
    buffers = jnp.zeros((experts, capacity, x.shape[1]), x.dtype)
    buffers = buffers.at[expert, place].set(x, mode="drop")
    hidden = jax.nn.silu(jnp.einsum("ecd,edh->ech", buffers, w_in))
    answers = jnp.einsum("ech,ehd->ecd", hidden, w_out)
    kept = place < capacity
    answer = answers.at[expert, place].get(mode="fill", fill_value=0.0)
    return x + gate[:, None] * answer, kept


def switch_routing_reference(x, w_router, w_in, w_out, *, capacity):
    output = x.copy()
    load = np.zeros(w_router.shape[1], dtype=int)
    kept = np.zeros(len(x), dtype=bool)
    for n in range(len(x)):
        probabilities = softmax_reference(w_router.T @ x[n])
        expert = np.argmax(probabilities)
        if load[expert] < capacity:
            answer = feed_forward_reference(x[n], w_in[expert], w_out[expert])
            output[n] += probabilities[expert] * answer
            kept[n] = True
        load[expert] += 1
    return output, kept


def two_expert_dispatch(logits, *, capacity):
    """Dispatch and combine tensors for two experts per token with limited capacity."""
    experts = logits.shape[1]
    probabilities = jax.nn.softmax(logits, axis=-1)
    first = jax.nn.one_hot(jnp.argmax(logits, axis=-1), experts, dtype=logits.dtype)
    others = jnp.where(first > 0, -jnp.inf, logits)
    second = jax.nn.one_hot(jnp.argmax(others, axis=-1), experts, dtype=logits.dtype)
    # First choices are seated before any second choice.
    place_first = jnp.cumsum(first, axis=0) - first
    place_second = jnp.cumsum(second, axis=0) - second + jnp.sum(first, axis=0)
    gates = jnp.stack([first, second]) * probabilities
    gates = gates / jnp.sum(gates, axis=(0, 2), keepdims=True)
    places = jnp.stack([place_first, place_second]).astype(jnp.int32)
    # Places beyond the capacity have no one-hot vector.
    seats = jax.nn.one_hot(places, capacity, dtype=logits.dtype)
    combine = jnp.einsum("kne,knec->nec", gates, seats)
    return combine, combine > 0.0


def two_expert_dispatch_reference(logits, *, capacity):
    tokens, experts = logits.shape
    combine = np.zeros((tokens, experts, capacity))
    load = np.zeros(experts, dtype=int)
    ranking = np.argsort(-logits, axis=1, kind="stable")
    for choice in range(2):
        for n in range(tokens):
            expert = ranking[n, choice]
            if load[expert] < capacity:
                best = np.exp(logits[n, ranking[n, :2]])
                gate = np.exp(logits[n, expert]) / np.sum(best)
                combine[n, expert, load[expert]] = gate
            load[expert] += 1
    return combine, combine > 0.0


def router_losses(logits, *, k):
    """Auxiliary losses of a router: one against imbalance, one against large logits."""
    tokens, experts = logits.shape
    probabilities = jax.nn.softmax(logits, axis=-1)
    _, chosen = lax.top_k(logits, k)
    counts = jnp.bincount(chosen.ravel(), length=experts)
    share = counts.astype(logits.dtype) / (tokens * k)
    balance = experts * jnp.sum(share * jnp.mean(probabilities, axis=0))
    log_z = jax.nn.logsumexp(logits, axis=-1)
    return {"balance": balance, "z": jnp.mean(jnp.square(log_z))}


def router_losses_reference(logits, *, k):
    tokens, experts = logits.shape
    share, mass, squares = np.zeros(experts), np.zeros(experts), 0.0
    for row in logits:
        share[np.argsort(-row, kind="stable")[:k]] += 1.0 / (tokens * k)
        total = np.sum(np.exp(row))
        mass += np.exp(row) / total
        squares = squares + np.log(total) ** 2
    balance = np.sum(share * mass) * experts / tokens
    return {"balance": balance, "z": squares / tokens}


def expert_choice_routing(x, w_router, w_in, w_out, *, capacity):
    """Let each expert choose the tokens it likes best, so that all have equal work."""
    scores = jax.nn.softmax(x @ w_router, axis=-1)
    gates, tokens = lax.top_k(scores.T, capacity)

    def expert(chosen, gate, w_first, w_second):
        return gate[:, None] * (jax.nn.silu(x[chosen] @ w_first) @ w_second)

    answers = jax.vmap(expert)(tokens, gates, w_in, w_out)
    return jnp.zeros_like(x).at[tokens].add(answers)


def expert_choice_routing_reference(x, w_router, w_in, w_out, *, capacity):
    scores = np.stack([softmax_reference(w_router.T @ token) for token in x])
    output = np.zeros_like(x)
    for e in range(len(w_in)):
        ranked = sorted(range(len(x)), key=lambda n: (-scores[n, e], n))
        for n in ranked[:capacity]:
            output[n] += scores[n, e] * feed_forward_reference(x[n], w_in[e], w_out[e])
    return output


def soft_mixture(x, slots, w_in, w_out):
    """Give each expert weighted means of all tokens, and mix their answers back."""
    experts, per_expert, _ = slots.shape
    logits = jnp.einsum("nd,esd->nes", x, slots)
    dispatch = jax.nn.softmax(logits, axis=0)
    combine = jax.nn.softmax(logits.reshape(len(x), -1), axis=-1)
    inputs = jnp.einsum("nes,nd->esd", dispatch, x)
    answers = jax.nn.silu(inputs @ w_in) @ w_out
    return combine @ answers.reshape(experts * per_expert, -1)


def soft_mixture_reference(x, slots, w_in, w_out):
    experts, per_expert, _ = slots.shape
    output = np.zeros((len(x), w_out.shape[2]))
    totals = np.zeros(len(x))
    for e in range(experts):
        for s in range(per_expert):
            affinity = np.exp(x @ slots[e, s])
            mean = affinity / np.sum(affinity) @ x
            answer = feed_forward_reference(mean, w_in[e], w_out[e])
            output += np.outer(affinity, answer)
            totals += affinity
    return output / totals[:, None]


def hash_routing(tokens, x, w_in, w_out, *, multiplier):
    """Choose a token's expert by a hash of its id: nothing to learn or to balance."""
    # Multiplicative hashing, modulo 2**32; the high bits are the well mixed ones.
    hashed = tokens.astype(jnp.uint32) * jnp.uint32(multiplier)
    expert = ((hashed >> 16) % w_in.shape[0]).astype(jnp.int32)
    hidden = jax.nn.silu(jnp.einsum("nd,ndh->nh", x, w_in[expert]))
    return jnp.einsum("nh,nhd->nd", hidden, w_out[expert]), expert


def hash_routing_reference(tokens, x, w_in, w_out, *, multiplier):
    experts = [int(token) * multiplier % 2**32 // 2**16 % len(w_in) for token in tokens]
    answers = [feed_forward_reference(v, w_in[e], w_out[e]) for v, e in zip(x, experts)]
    return np.stack(answers), np.array(experts)


def product_key_memory(queries, subkeys, values, *, k):
    """Look up the best of a square number of keys by two searches of their halves."""
    size = subkeys.shape[1]

    def look_up(query):
        halves = query.reshape(2, -1)
        scores, places = lax.top_k(jnp.einsum("ph,pmh->pm", halves, subkeys), k)
        # The best sums are among the sums of the best.
        sums = (scores[0][:, None] + scores[1][None, :]).ravel()
        pairs = (places[0][:, None] * size + places[1][None, :]).ravel()
        best, which = lax.top_k(sums, k)
        return jax.nn.softmax(best) @ values[pairs[which]]

    return jax.vmap(look_up)(queries)


def product_key_memory_reference(queries, subkeys, values, *, k):
    half = subkeys.shape[2]
    first = np.sum(queries[:, None, :half] * subkeys[0], axis=2)
    second = np.sum(queries[:, None, half:] * subkeys[1], axis=2)
    scores = (first[:, :, None] + second[:, None]).reshape(len(queries), -1)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    powers = np.exp(np.take_along_axis(scores, best, axis=1))
    total = np.sum(powers[..., None] * values[best], axis=1)
    return total / np.sum(powers, axis=1, keepdims=True)


def hierarchical_mixture(x, w_top, w_gates, w_experts):
    """Tree of linear experts: gates choose a group softly, then an expert within it."""
    top = jax.nn.softmax(x @ w_top, axis=-1)
    nested = jax.nn.softmax(jnp.einsum("nd,gde->nge", x, w_gates), axis=-1)
    posterior = top[:, :, None] * nested
    answers = jnp.einsum("nd,gedo->ngeo", x, w_experts)
    return jnp.einsum("nge,ngeo->no", posterior, answers), posterior


def hierarchical_mixture_reference(x, w_top, w_gates, w_experts):
    groups, experts, _, size = w_experts.shape
    output = np.zeros((len(x), size))
    shares = np.zeros((len(x), groups, experts))
    for n in range(len(x)):
        outer = softmax_reference(w_top.T @ x[n])
        for g in range(groups):
            inner = softmax_reference(w_gates[g].T @ x[n])
            for e in range(experts):
                shares[n, g, e] = outer[g] * inner[e]
                output[n] += shares[n, g, e] * (w_experts[g, e].T @ x[n])
    return output, shares


def sinkhorn_routing(logits, *, iterations, temperature):
    """Assign tokens by a transport plan that gives all experts the same load."""
    tokens, experts = logits.shape

    def balance(_, log_plan):
        log_plan -= jax.nn.logsumexp(log_plan, axis=0) - jnp.log(tokens / experts)
        return log_plan - jax.nn.logsumexp(log_plan, axis=1, keepdims=True)

    log_plan = lax.fori_loop(0, iterations, balance, logits / temperature)
    # The plan chooses the expert, but the gate is what the router thought of it.
    expert = jnp.argmax(lax.stop_gradient(log_plan), axis=-1)
    gates = jax.nn.softmax(logits, axis=-1)
    gate = jnp.take_along_axis(gates, expert[:, None], axis=-1)[:, 0]
    return gate, jnp.exp(log_plan)


def sinkhorn_routing_reference(logits, *, iterations, temperature):
    tokens, experts = logits.shape
    cost = logits / temperature
    rows, columns = np.zeros(tokens), np.zeros(experts)
    for _ in range(iterations):
        for e in range(experts):
            mass = np.sum(np.exp(cost[:, e] + rows))
            columns[e] = np.log(tokens / experts / mass)
        for n in range(tokens):
            rows[n] = -np.log(np.sum(np.exp(cost[n] + columns)))
    plan = np.exp(cost + rows[:, None] + columns)
    gates = np.zeros(tokens)
    for n in range(tokens):
        gates[n] = softmax_reference(logits[n])[np.argmax(plan[n])]
    return gates, plan


def bias_balanced_routing(logits, bias, *, k, rate):
    """Choose experts by biased scores, and move the biases against the imbalance."""
    tokens, experts = logits.shape
    scores = jax.nn.sigmoid(logits)
    _, chosen = lax.top_k(scores + bias, k)
    # The bias decides who is chosen, but not how much an answer counts.
    gates = jnp.take_along_axis(scores, chosen, axis=-1)
    gates = gates / jnp.sum(gates, axis=-1, keepdims=True)
    load = jnp.zeros(experts, jnp.int32).at[chosen.ravel()].add(1)
    shortage = jnp.sign(tokens * k - load * experts)
    return gates, chosen, bias + rate * shortage.astype(bias.dtype)


def bias_balanced_routing_reference(logits, bias, *, k, rate):
    tokens, experts = logits.shape
    gates = np.zeros((tokens, k))
    chosen = np.zeros((tokens, k), dtype=int)
    load = [0] * experts
    for n in range(tokens):
        scores = 1.0 / (1.0 + np.exp(-logits[n]))
        chosen[n] = np.argsort(-(scores + bias), kind="stable")[:k]
        gates[n] = scores[chosen[n]] / np.sum(scores[chosen[n]])
        for e in chosen[n]:
            load[e] += 1
    shortage = np.array([tokens * k / experts - count for count in load])
    return gates, chosen, bias + rate * np.sign(shortage)


def multi_gate_mixture(x, w_experts, w_gates, w_towers):
    """Experts shared by several tasks, each of which has its own gate."""
    shared = jax.nn.relu(jnp.einsum("nd,edh->neh", x, w_experts))

    def task(w_gate, w_tower):
        gate = jax.nn.softmax(x @ w_gate, axis=-1)
        return jnp.einsum("ne,neh->nh", gate, shared) @ w_tower

    return jax.vmap(task, out_axes=1)(w_gates, w_towers)


def multi_gate_mixture_reference(x, w_experts, w_gates, w_towers):
    tasks, _, size = w_towers.shape
    output = np.zeros((len(x), tasks, size))
    for n in range(len(x)):
        for task in range(tasks):
            gate = softmax_reference(w_gates[task].T @ x[n])
            for e in range(len(w_experts)):
                answer = np.maximum(w_experts[e].T @ x[n], 0.0)
                output[n, task] += gate[e] * (answer @ w_towers[task])
    return output


def dropless_mixture(x, expert, gate, w_in, w_out, *, block):
    """Group tokens by expert in blocks of one size, so that no token is dropped."""
    experts = w_in.shape[0]
    chosen = jax.nn.one_hot(expert, experts, dtype=jnp.int32)
    place = jnp.sum(jnp.cumsum(chosen, axis=0) * chosen, axis=-1) - 1
    # Each expert's group begins at a block of its own.
    rooms = -(-jnp.sum(chosen, axis=0) // block) * block
    ends = jnp.cumsum(rooms)
    slot = (ends - rooms)[expert] + place
    # Enough for whatever the sizes of the groups are.
    count = len(x) // block + experts
    rows = jnp.zeros((count * block, x.shape[1]), x.dtype).at[slot].set(x)
    owner = jnp.searchsorted(ends, jnp.arange(count) * block, side="right")
    owner = jnp.minimum(owner, experts - 1)
    blocks = rows.reshape(count, block, -1)
    hidden = jax.nn.silu(jnp.einsum("ckd,cdh->ckh", blocks, w_in[owner]))
    answers = jnp.einsum("ckh,chd->ckd", hidden, w_out[owner])
    return gate[:, None] * answers.reshape(rows.shape)[slot]


def dropless_mixture_reference(x, expert, gate, w_in, w_out, *, block):
    output = np.zeros_like(x)
    for e in range(len(w_in)):
        members = np.flatnonzero(expert == e)
        for start in range(0, len(members), block):
            for n in members[start : start + block]:
                output[n] = gate[n] * feed_forward_reference(x[n], w_in[e], w_out[e])
    return output


def mixture_of_depths(x, w_router, w_in, w_out, *, capacity):
    """Let a block transform the tokens that its router picks, and the others pass."""
    scores = x @ w_router
    weights, chosen = lax.top_k(scores, capacity)

    def block(tokens):
        # The chosen tokens see each other, as in attention over a shorter sequence.
        mixed = tokens + jnp.mean(tokens, axis=0)
        return jax.nn.silu(mixed @ w_in) @ w_out

    return x.at[chosen].add(weights[:, None] * block(x[chosen]))


def mixture_of_depths_reference(x, w_router, w_in, w_out, *, capacity):
    scores = np.array([np.sum(token * w_router) for token in x])
    chosen = sorted(range(len(x)), key=lambda n: (-scores[n], n))[:capacity]
    mean = np.sum(x[chosen], axis=0) / capacity
    output = x.copy()
    for n in chosen:
        output[n] += scores[n] * feed_forward_reference(x[n] + mean, w_in, w_out)
    return output


def noisy_top_k_gating(x, noise, w_gate, w_noise, *, k):
    """Sparse gates from noisy logits, and how likely each expert was to be chosen."""
    clean = x @ w_gate
    spread = jax.nn.softplus(x @ w_noise)
    noisy = clean + noise * spread
    best, chosen = lax.top_k(noisy, k + 1)
    rows = jnp.arange(len(x))[:, None]
    gates = (
        jnp.zeros_like(noisy).at[rows, chosen[:, :k]].set(jax.nn.softmax(best[:, :k]))
    )
    # With fresh noise, an expert must beat the k-th best of the others.
    is_in = noisy > best[:, k:]
    threshold = jnp.where(is_in, best[:, k:], best[:, k - 1 : k])
    load = jax.scipy.stats.norm.cdf((clean - threshold) / spread).sum(axis=0)
    return gates, jnp.var(load) / jnp.mean(load) ** 2


def noisy_top_k_gating_reference(x, noise, w_gate, w_noise, *, k):
    experts = w_gate.shape[1]
    gates = np.zeros((len(x), experts))
    load = np.zeros(experts)
    for n in range(len(x)):
        clean = w_gate.T @ x[n]
        spread = np.log(1.0 + np.exp(w_noise.T @ x[n]))
        noisy = clean + noise[n] * spread
        chosen = np.argsort(-noisy, kind="stable")[:k]
        gates[n, chosen] = softmax_reference(noisy[chosen])
        for e in range(experts):
            rivals = np.sort(np.delete(noisy, e))
            load[e] += special.ndtr((clean[e] - rivals[-k]) / spread[e])
    mean = np.sum(load) / experts
    return gates, np.sum((load / mean - 1.0) ** 2) / experts
