"""Graphs: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def gcn_layer(nodes, adjacency, weight, bias, *, symmetric, residual):
    """Graph convolution with self-loops on an undirected graph."""
    count = nodes.shape[0]
    linked = adjacency | adjacency.T | jnp.eye(count, dtype=bool)
    links = linked.astype(nodes.dtype)
    degrees = jnp.sum(links, axis=1)
    if symmetric:
        root = lax.rsqrt(degrees)
        links = root[:, None] * links * root
    else:
        links = links / degrees[:, None]
    hidden = jax.nn.tanh(links @ (nodes @ weight) + bias)
    return nodes + hidden if residual else hidden


def gcn_layer_reference(nodes, adjacency, weight, bias, *, symmetric, residual):
    count = len(nodes)
    neighbors = [
        [j for j in range(count) if i == j or adjacency[i, j] or adjacency[j, i]]
        for i in range(count)
    ]
    rows = []
    for i in range(count):
        total = np.zeros(nodes.shape[1])
        for j in neighbors[i]:
            other = len(neighbors[j] if symmetric else neighbors[i])
            total = total + nodes[j] / np.sqrt(np.array(len(neighbors[i]) * other))
        row = np.tanh(total @ weight + bias)
        rows.append(row + nodes[i] if residual else row)
    return np.array(rows)


def gat_layer(
    nodes, senders, receivers, weight, attend_sender, attend_receiver, *, slope
):
    """Graph attention over the incoming edges of each node, averaged over heads."""
    count = nodes.shape[0]
    # Every node attends to itself too, so no neighborhood is empty.
    loops = jnp.arange(count, dtype=senders.dtype)
    senders = jnp.concatenate([senders, loops])
    receivers = jnp.concatenate([receivers, loops])
    hidden = jnp.einsum("nd,dhf->nhf", nodes, weight)
    sent = jnp.sum(hidden * attend_sender, axis=-1)
    received = jnp.sum(hidden * attend_receiver, axis=-1)
    scores = jax.nn.leaky_relu(sent[senders] + received[receivers], slope)
    peaks = jax.ops.segment_max(scores, receivers, num_segments=count)
    weights = jnp.exp(scores - peaks[receivers])
    totals = jax.ops.segment_sum(weights, receivers, num_segments=count)
    messages = (weights / totals[receivers])[:, :, None] * hidden[senders]
    return jnp.mean(
        jax.ops.segment_sum(messages, receivers, num_segments=count), axis=1
    )


def gat_layer_reference(
    nodes, senders, receivers, weight, attend_sender, attend_receiver, *, slope
):
    count, heads = len(nodes), weight.shape[1]
    # How often each node hears each, itself once more.
    times = np.eye(count)
    np.add.at(times, (receivers, senders), 1)
    hidden = np.einsum("nd,dhf->hnf", nodes, weight)
    sent = np.einsum("hnf,hf->hn", hidden, attend_sender)
    scores = np.einsum("hnf,hf->hn", hidden, attend_receiver)[..., None] + sent[:, None]
    scores = np.where(scores > 0, scores, slope * scores)
    peaks = np.max(np.where(times > 0, scores, -np.inf), axis=2, keepdims=True)
    powers = np.where(times > 0, times * np.exp(scores - peaks), 0.0)
    shares = powers / np.sum(powers, axis=2, keepdims=True)
    return np.sum(shares @ hidden, axis=0) / heads


def graphsage_layer(
    nodes, senders, receivers, weight_self, weight_neighbors, *, aggregator, normalize
):
    """Combine each node with an aggregate of the nodes that send to it."""
    count = nodes.shape[0]
    messages = nodes[senders]
    if aggregator == "max":
        pooled = jax.ops.segment_max(messages, receivers, num_segments=count)
        pooled = jnp.where(jnp.isfinite(pooled), pooled, 0.0)
    else:
        pooled = jax.ops.segment_sum(messages, receivers, num_segments=count)
    if aggregator == "mean":
        degrees = jnp.zeros(count, dtype=nodes.dtype).at[receivers].add(1.0)
        pooled = pooled / jnp.maximum(degrees, 1.0)[:, None]
    hidden = jax.nn.relu(nodes @ weight_self + pooled @ weight_neighbors)
    if normalize:
        norms = jnp.linalg.norm(hidden, axis=-1, keepdims=True)
        hidden = hidden / jnp.maximum(norms, 1e-3)
    return hidden


def graphsage_layer_reference(
    nodes, senders, receivers, weight_self, weight_neighbors, *, aggregator, normalize
):
    pool = {
        "mean": lambda rows: np.sum(rows, axis=0) / len(rows),
        "max": lambda rows: np.max(rows, axis=0),
        "sum": lambda rows: np.sum(rows, axis=0),
    }[aggregator]
    output = []
    for i, node in enumerate(nodes):
        received = [nodes[s] for s, r in zip(senders, receivers) if r == i]
        pooled = pool(np.array(received)) if received else np.zeros_like(node)
        hidden = np.maximum(node @ weight_self + pooled @ weight_neighbors, 0)
        if normalize:
            hidden = hidden / np.maximum(np.sqrt(np.sum(hidden * hidden)), 1e-3)
        output.append(hidden)
    return np.array(output)


def egnn_layer(
    features, coordinates, edge_weight, shift_weight, node_weight, *, normalized
):
    """Update features and coordinates of a complete graph, equivariant to motions."""
    count, size = features.shape
    gaps = coordinates[:, None, :] - coordinates[None, :, :]
    squared = jnp.sum(gaps**2, axis=-1, keepdims=True)
    pairs = (count, count, size)
    inputs = jnp.concatenate(
        [
            jnp.broadcast_to(features[:, None], pairs),
            jnp.broadcast_to(features[None], pairs),
            squared,
        ],
        axis=-1,
    )
    messages = jax.nn.silu(inputs @ edge_weight)
    messages = jnp.where(jnp.eye(count, dtype=bool)[:, :, None], 0.0, messages)
    if normalized:  # bounded steps, also for far neighbors
        gaps = gaps / (jnp.sqrt(squared + 1e-8) + 1.0)
    shifts = jnp.sum(gaps * (messages @ shift_weight)[:, :, None], axis=1)
    received = jnp.concatenate([features, jnp.sum(messages, axis=1)], axis=-1)
    features = features + jax.nn.silu(received @ node_weight)
    return features, coordinates + shifts / (count - 1)


def egnn_layer_reference(
    features, coordinates, edge_weight, shift_weight, node_weight, *, normalized
):
    def silu(v):
        return v / (1 + np.exp(-v))

    count = len(features)
    moved_features, moved_coordinates = [], []
    for i in range(count):
        gathered, shift = np.zeros(edge_weight.shape[1]), np.zeros(3)
        for j in range(count):
            if i == j:
                continue
            gap = coordinates[i] - coordinates[j]
            squared = np.sum(gap * gap)
            parts = [features[i], features[j], np.array([squared])]
            message = silu(np.concatenate(parts) @ edge_weight)
            scale = np.sum(message * shift_weight) / (count - 1)
            if normalized:
                scale = scale / (np.sqrt(squared + 1e-8) + 1)
            gathered, shift = gathered + message, shift + scale * gap
        joined = np.concatenate([features[i], gathered])
        moved_features.append(features[i] + silu(joined @ node_weight))
        moved_coordinates.append(coordinates[i] + shift)
    return np.array(moved_features), np.array(moved_coordinates)


def chebyshev_graph_convolution(signal, weights, filters, *, order):
    """Filter a signal on a graph by Chebyshev polynomials of its Laplacian."""
    symmetric = 0.5 * (weights + weights.T)
    root = lax.rsqrt(jnp.sum(symmetric, axis=1))
    # With a largest eigenvalue of two, L - I has its spectrum in [-1, 1].
    shifted = -root[:, None] * symmetric * root
    before, current = signal, shifted @ signal
    output = before @ filters[0] + current @ filters[1]
    for k in range(2, order):
        before, current = current, 2.0 * shifted @ current - before
        output = output + current @ filters[k]
    return output


def chebyshev_graph_convolution_reference(signal, weights, filters, *, order):
    count = len(signal)
    shifted = np.zeros((count, count))
    degrees = [np.sum(weights[i] + weights[:, i]) / 2 for i in range(count)]
    for i in range(count):
        for j in range(count):
            mean = (weights[i, j] + weights[j, i]) / 2
            shifted[i, j] = -mean / np.sqrt(degrees[i] * degrees[j])
    powers = [np.eye(count)]
    for _ in range(order):
        powers.append(powers[-1] @ shifted)
    polynomials = [
        powers[0],
        powers[1],
        2 * powers[2] - powers[0],
        *([4 * powers[3] - 3 * powers[1]] if order > 3 else []),
    ]
    return sum(p @ signal @ w for p, w in zip(polynomials, filters))


def pagerank(senders, receivers, preference, *, damping, steps):
    """Iterate the random surfer, who restarts by preference."""
    count = preference.shape[0]
    restart = preference / jnp.sum(preference)
    degrees = jnp.zeros_like(restart).at[senders].add(1.0)

    def step(_, ranks):
        shares = ranks / jnp.maximum(degrees, 1.0)
        followed = jax.ops.segment_sum(shares[senders], receivers, num_segments=count)
        # Pages without links pass their rank on to the restart.
        dangling = jnp.sum(jnp.where(degrees == 0, ranks, 0.0))
        return damping * (followed + dangling * restart) + (1.0 - damping) * restart

    return lax.fori_loop(0, steps, step, restart)


def pagerank_reference(senders, receivers, preference, *, damping, steps):
    count = len(preference)
    restart = preference / np.sum(preference)
    links = np.zeros((count, count))
    for s, r in zip(senders, receivers):
        links[r, s] += 1
    for j in range(count):
        total = np.sum(links[:, j])
        links[:, j] = links[:, j] / total if total > 0 else restart
    google = damping * links + (1 - damping) * np.outer(restart, np.ones(count))
    ranks = restart
    for _ in range(steps):
        ranks = google @ ranks
    return ranks


def label_spreading(points, labels, *, classes, alpha, steps):
    """Spread known labels over a Gaussian affinity graph; scores and predictions."""
    distances = jnp.sum((points[:, None] - points[None]) ** 2, axis=-1)
    affinity = jnp.exp(-distances) - jnp.eye(points.shape[0], dtype=points.dtype)
    root = lax.rsqrt(jnp.sum(affinity, axis=1))
    smoothing = root[:, None] * affinity * root
    # one_hot leaves rows of unlabeled points, which are -1, at zero.
    known = jax.nn.one_hot(labels, classes, dtype=points.dtype)

    def step(scores, _):
        return alpha * smoothing @ scores + (1.0 - alpha) * known, None

    scores, _ = lax.scan(step, known, length=steps)
    return scores, jnp.argmax(scores, axis=1)


def label_spreading_reference(points, labels, *, classes, alpha, steps):
    count = len(points)
    near = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            gap = points[i] - points[j]
            near[i, j] = near[j, i] = np.exp(-np.sum(gap * gap))
    degrees = np.sum(near, axis=1)
    spread = near / np.sqrt(np.outer(degrees, degrees))
    known = np.zeros((count, classes))
    for i, label in enumerate(labels):
        if label >= 0:
            known[i, label] = 1
    # The sum of the first terms of the geometric series of the walk.
    term, scores = known, np.zeros((count, classes))
    for _ in range(steps):
        scores = scores + (1 - alpha) * term
        term = alpha * (spread @ term)
    scores = scores + term
    return scores, np.argmax(scores, axis=1)


def random_walk_encoding(adjacency, *, steps, lazy):
    """Probabilities that a random walk from a node is back after 1, 2, ... steps."""
    count = adjacency.shape[0]
    identity = jnp.eye(count)
    linked = (adjacency | adjacency.T) & ~jnp.eye(count, dtype=bool)
    degrees = jnp.sum(linked, axis=1, keepdims=True)
    # A walk from an isolated node stays there.
    walk = jnp.where(degrees > 0, linked / jnp.maximum(degrees, 1), identity)
    if lazy:
        walk = 0.5 * (walk + identity)

    def step(power, _):
        return power @ walk, jnp.diagonal(power)

    _, returns = lax.scan(step, walk, length=steps)
    return returns.T


def random_walk_encoding_reference(adjacency, *, steps, lazy):
    count = len(adjacency)
    result = np.zeros((count, steps))
    for start in range(count):
        place = np.zeros(count)
        place[start] = 1.0
        for step in range(steps):
            moved = np.zeros(count)
            for i in range(count):
                near = [j for j in range(count) if j != i]
                near = [j for j in near if adjacency[i, j] or adjacency[j, i]] or [i]
                for j in near:
                    moved[j] += place[i] / len(near)
            place = (place + moved) / 2 if lazy else moved
            result[start, step] = place[start]
    return result


def simrank(adjacency, *, decay, steps):
    """Similarity of nodes by the similarity of the nodes that point to them."""
    count = adjacency.shape[0]
    degrees = jnp.sum(adjacency, axis=0)
    walk = adjacency / jnp.maximum(degrees, 1)
    identity = jnp.eye(count, dtype=walk.dtype)

    def step(_, similarity):
        averaged = decay * walk.T @ similarity @ walk
        return jnp.where(identity > 0, 1.0, averaged)

    return lax.fori_loop(0, steps, step, identity)


def simrank_reference(adjacency, *, decay, steps):
    count = len(adjacency)
    sources = [[i for i in range(count) if adjacency[i, k]] for k in range(count)]
    similarity = np.eye(count)
    for _ in range(steps):
        updated = np.eye(count)
        for a in range(count):
            for b in range(count):
                pairs = [similarity[i, j] for i in sources[a] for j in sources[b]]
                if a != b and pairs:
                    updated[a, b] = decay * sum(pairs) / len(pairs)
        similarity = updated
    return similarity


def effective_resistance(conductance):
    """Resistances between all nodes of a network, and their sum over pairs."""
    count = conductance.shape[0]
    symmetric = 0.5 * (conductance + conductance.T)
    weights = symmetric * (1.0 - jnp.eye(count, dtype=symmetric.dtype))
    laplacian = jnp.diag(jnp.sum(weights, axis=1)) - weights
    # Adding the constant vector's projector makes it invertible, and cancels below.
    inverse = jnp.linalg.inv(laplacian + 1.0 / count)
    diagonal = jnp.diagonal(inverse)
    resistance = diagonal[:, None] + diagonal - 2.0 * inverse
    return resistance, 0.5 * jnp.sum(resistance)


def effective_resistance_reference(conductance):
    # A unit current from i to j against j's potential of zero.
    count = len(conductance)
    laplacian = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            mean = (conductance[i, j] + conductance[j, i]) / 2
            laplacian[[i, j], [i, j]] += mean
            laplacian[[i, j], [j, i]] -= mean
    table, total = np.zeros((count, count)), 0.0
    for j in range(count):
        rest = [k for k in range(count) if k != j]
        inverse = np.linalg.inv(laplacian[np.ix_(rest, rest)])
        for place, i in enumerate(rest):
            table[i, j] = inverse[place, place]
            total = total + inverse[place, place] / 2
    return table, total


def floyd_warshall(lengths, edges, *, kind):
    """Shortest distances or widest bottlenecks between all pairs of nodes."""
    count = lengths.shape[0]
    absent, own = (jnp.inf, 0.0) if kind == "shortest" else (0.0, jnp.inf)
    table = jnp.where(edges, lengths, absent)
    table = jnp.where(jnp.eye(count, dtype=bool), own, table)

    def relax(k, table):
        to, onward = table[:, k, None], table[None, k, :]
        if kind == "shortest":
            return jnp.minimum(table, to + onward)
        return jnp.maximum(table, jnp.minimum(to, onward))

    return lax.fori_loop(0, count, relax, table)


def floyd_warshall_reference(lengths, edges, *, kind):
    # Dijkstra's algorithm from every node.
    count = len(lengths)
    widest = kind == "widest"
    table = np.full((count, count), 0.0 if widest else np.inf)
    for source in range(count):
        table[source, source] = np.inf if widest else 0.0
        open_nodes = set(range(count))
        while open_nodes:
            sign = -1 if widest else 1
            node = min(open_nodes, key=lambda i: sign * table[source, i])
            open_nodes.remove(node)
            if not widest and np.isinf(table[source, node]):
                break
            for other in open_nodes:
                if not edges[node, other]:
                    continue
                here, edge = table[source, node], lengths[node, other]
                if widest:
                    through = np.maximum(table[source, other], np.minimum(here, edge))
                else:
                    through = np.minimum(table[source, other], here + edge)
                table[source, other] = through
    return table


def bellman_ford(senders, receivers, lengths, source, *, size):
    """Distances from a source along directed edges, and the number of edges used."""
    distances = jnp.full(size, jnp.inf, dtype=lengths.dtype).at[source].set(0.0)
    hops = jnp.full(size, -1, dtype=jnp.int32).at[source].set(0)

    def relax(step, state):
        distances, hops = state
        offers = distances[senders] + lengths
        best = jax.ops.segment_min(offers, receivers, num_segments=size)
        closer = best < distances
        return jnp.where(closer, best, distances), jnp.where(closer, step, hops)

    # The step that last improved a distance is the length of its path.
    return lax.fori_loop(1, size, relax, (distances, hops))


def bellman_ford_reference(senders, receivers, lengths, source, *, size):
    # Dijkstra's algorithm, as no length is negative.
    best = {int(source): (np.array(0.0), 0)}
    distances, hops = np.full(size, np.inf), np.full(size, -1, dtype=np.int32)
    while best:
        node = min(best, key=lambda key: best[key][0])
        distances[node], hops[node] = best.pop(node)
        for s, r, length in zip(senders, receivers, lengths):
            if s == node and hops[r] < 0:
                reached = distances[node] + length
                if r not in best or reached < best[r][0]:
                    best[int(r)] = (reached, hops[node] + 1)
    return distances, hops


def bfs_levels(senders, receivers, source, *, size, directed):
    """Number of steps from a source to every node, -1 where there is no path."""

    def expand(state):
        levels, frontier, depth = state
        reached = jnp.zeros(size, dtype=bool).at[receivers].max(frontier[senders])
        if not directed:
            reached = reached.at[senders].max(frontier[receivers])
        frontier = reached & (levels < 0)
        return jnp.where(frontier, depth, levels), frontier, depth + 1

    frontier = jnp.zeros(size, dtype=bool).at[source].set(True)
    levels = jnp.where(frontier, 0, -1).astype(jnp.int32)
    state = (levels, frontier, jnp.int32(1))
    return lax.while_loop(lambda state: jnp.any(state[1]), expand, state)[0]


def bfs_levels_reference(senders, receivers, source, *, size, directed):
    levels = np.full(size, -1, dtype=np.int32)
    levels[source] = 0
    queue = [int(source)]
    while queue:
        node = queue.pop(0)
        for a, b in zip(senders, receivers):
            for here, there in [(a, b)] if directed else [(a, b), (b, a)]:
                if here == node and levels[there] < 0:
                    levels[there] = levels[node] + 1
                    queue.append(int(there))
    return levels


def connected_components(senders, receivers, *, size):
    """Label nodes by the smallest node they are connected to; count the components."""

    def spread(state):
        labels, _ = state
        lowest = jnp.minimum(labels[senders], labels[receivers])
        updated = labels.at[senders].min(lowest).at[receivers].min(lowest)
        # Pointer jumping halves the distance to the root.
        updated = updated[updated]
        return updated, jnp.any(updated != labels)

    own = jnp.arange(size, dtype=jnp.int32)
    state = (own, jnp.array(True))
    labels, _ = lax.while_loop(lambda state: state[1], spread, state)
    return labels, jnp.sum(labels == own, dtype=jnp.int32)


def connected_components_reference(senders, receivers, *, size):
    # Union-find.
    parent = list(range(size))

    def find(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in zip(senders, receivers):
        low, high = sorted((find(a), find(b)))
        parent[high] = low
    labels = np.array([find(node) for node in range(size)], dtype=np.int32)
    return labels, np.array(len(set(labels.tolist())), dtype=np.int32)


def prim_spanning_tree(lengths, *, maximum):
    """Total length of the spanning tree and each node's parent; the root is node 0."""
    symmetric = 0.5 * (lengths + lengths.T)
    costs = -symmetric if maximum else symmetric
    count = costs.shape[0]

    def grow(_, state):
        inside, nearest, parents, total = state
        node = jnp.argmin(jnp.where(inside, jnp.inf, nearest))
        total = total + nearest[node]
        inside = inside.at[node].set(True)
        closer = (costs[node] < nearest) & ~inside
        nearest = jnp.where(closer, costs[node], nearest)
        parents = jnp.where(closer, node.astype(jnp.int32), parents)
        return inside, nearest, parents, total

    inside = jnp.zeros(count, dtype=bool).at[0].set(True)
    parents = jnp.zeros(count, dtype=jnp.int32)
    state = (inside, costs[0], parents, jnp.zeros((), dtype=costs.dtype))
    _, _, parents, total = lax.fori_loop(0, count - 1, grow, state)
    return -total if maximum else total, parents


def prim_spanning_tree_reference(lengths, *, maximum):
    # Kruskal's algorithm, then a walk from the root.
    count = len(lengths)
    edges = [
        ((lengths[i, j] + lengths[j, i]) / 2, i, j)
        for i in range(count)
        for j in range(i)
    ]
    group, tree, total = list(range(count)), [], 0.0
    for length, i, j in sorted(edges, key=lambda edge: edge[0], reverse=maximum):
        if group[i] != group[j]:
            old, new = group[i], group[j]
            group = [new if g == old else g for g in group]
            tree += [(i, j), (j, i)]
            total = total + length
    parents, queue = {0: 0}, [0]
    while queue:
        node = queue.pop()
        for a, b in tree:
            if a == node and b not in parents:
                parents[b] = node
                queue.append(b)
    return total, np.array([parents[i] for i in range(count)], dtype=np.int32)


def local_clustering(adjacency):
    """Clustering coefficients, transitivity, and the triangles through each node."""
    count = adjacency.shape[0]
    linked = (adjacency | adjacency.T) & ~jnp.eye(count, dtype=bool)
    links = linked.astype(jnp.int32)
    degrees = jnp.sum(links, axis=1, dtype=jnp.int32)
    triangles = jnp.einsum("ij,jk,ki->i", links, links, links) // 2
    pairs = degrees * (degrees - 1) // 2
    closed = triangles.astype(float)
    coefficients = jnp.where(pairs > 0, closed / jnp.maximum(pairs, 1), 0.0)
    transitivity = jnp.sum(closed) / jnp.maximum(jnp.sum(pairs), 1)
    return coefficients, transitivity, triangles


def local_clustering_reference(adjacency):
    count = len(adjacency)
    near = [
        {j for j in range(count) if i != j and (adjacency[i, j] or adjacency[j, i])}
        for i in range(count)
    ]
    shares, triangles, corners = np.zeros(count), np.zeros(count, dtype=np.int32), 0
    for i in range(count):
        ordered = sorted(near[i])
        pairs = [(a, b) for a in ordered for b in ordered if a < b]
        triangles[i] = sum(b in near[a] for a, b in pairs)
        corners += len(pairs)
        if pairs:
            shares[i] = np.divide(triangles[i] + np.zeros(()), len(pairs))
    total = np.sum(triangles) + np.zeros(())
    return shares, np.divide(total, max(corners, 1)), triangles
