"""Algorithms on several devices: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def distributed_kmeans(points, centroids, *, devices, iterations):
    """Lloyd's algorithm on sharded points; centroids and the number of their points."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def cluster(points, centroids):
        def iterate(_, state):
            centroids, _ = state
            gaps = points[:, None, :] - centroids
            nearest = jnp.argmin(jnp.sum(gaps * gaps, axis=-1), axis=1)
            member = jax.nn.one_hot(nearest, centroids.shape[0], dtype=points.dtype)
            sums, counts = lax.psum((member.T @ points, jnp.sum(member, 0)), "data")
            means = sums / jnp.maximum(counts, 1.0)[:, None]
            # A centroid without points stays where it is.
            return jnp.where(counts[:, None] > 0, means, centroids), counts

        state = centroids, jnp.zeros_like(centroids[:, 0])
        centroids, counts = lax.fori_loop(0, iterations, iterate, state)
        return centroids, counts.astype(jnp.int32)

    return jax.shard_map(
        cluster,
        mesh=mesh,
        in_specs=(jax.P("data"), jax.P()),
        out_specs=jax.P(),
    )(points, centroids)


def distributed_kmeans_reference(points, centroids, *, devices, iterations):
    for _ in range(iterations):
        groups = [[] for _ in centroids]
        for point in points:
            gaps = np.array([np.sum((point - c) ** 2) for c in centroids])
            groups[int(np.argmin(gaps))].append(point)
        centroids = np.array(
            [
                sum(group) / len(group) if group else centroid
                for group, centroid in zip(groups, centroids)
            ]
        )
    return centroids, np.array([len(group) for group in groups], dtype=np.int32)


def sharded_power_iteration(matrix, start, *, devices, steps):
    """Steps towards the dominant eigenvector of a matrix whose rows are sharded."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("rows",))

    def normalize(shard):
        return shard * lax.rsqrt(lax.psum(jnp.vdot(shard, shard), "rows"))

    @jax.shard_map(
        mesh=mesh,
        in_specs=(jax.P("rows", None), jax.P("rows")),
        out_specs=(jax.P("rows"), jax.P()),
    )
    def iterate(rows, shard):
        def multiply(shard):
            return rows @ lax.all_gather(shard, "rows", tiled=True)

        shard = lax.fori_loop(
            0, steps, lambda _, v: normalize(multiply(v)), normalize(shard)
        )
        return shard, lax.psum(jnp.vdot(shard, multiply(shard)), "rows")

    return iterate(matrix, start)


def sharded_power_iteration_reference(matrix, start, *, devices, steps):
    vector = start
    for _ in range(steps):
        vector = matrix @ vector
    vector = vector / np.sqrt(np.sum(vector**2))
    return vector, vector @ (matrix @ vector)


def sharded_conjugate_gradient(matrix, right, *, devices, steps, jacobi):
    """Conjugate gradients where every device has some rows and some unknowns."""
    mesh = jax.make_mesh((devices,), ("rows",), (jax.sharding.AxisType.Auto,))

    def solve(rows, right):
        size = right.shape[0]
        start = lax.axis_index("rows") * size
        own = lax.dynamic_slice_in_dim(rows, start, size, axis=1)
        scale = 1.0 / jnp.diagonal(own) if jacobi else jnp.ones_like(right)

        def dot(a, b):
            return lax.psum(jnp.vdot(a, b), "rows")

        def step(state, _):
            x, residual, direction, energy = state
            image = rows @ lax.all_gather(direction, "rows", tiled=True)
            length = energy / dot(direction, image)
            x = x + length * direction
            residual = residual - length * image
            new_energy = dot(residual, scale * residual)
            direction = scale * residual + new_energy / energy * direction
            return (x, residual, direction, new_energy), jnp.sqrt(new_energy)

        direction = scale * right
        state = jnp.zeros_like(right), right, direction, dot(right, direction)
        (x, *_), norms = lax.scan(step, state, length=steps)
        return x, norms

    return jax.shard_map(
        solve,
        mesh=mesh,
        in_specs=(jax.P("rows", None), jax.P("rows")),
        out_specs=(jax.P("rows"), jax.P()),
    )(matrix, right)


def sharded_conjugate_gradient_reference(matrix, right, *, devices, steps, jacobi):
    # The point of the Krylov space whose residual is orthogonal to the space.
    scale = 1 / np.diagonal(matrix) if jacobi else np.ones(len(right))
    basis, solutions, norms = [scale * right], [], []
    for _ in range(steps):
        space = np.stack(basis, axis=1)
        coordinates = np.linalg.solve(space.T @ matrix @ space, space.T @ right)
        solutions.append(space @ coordinates)
        residual = right - matrix @ solutions[-1]
        norms.append(np.sqrt(np.sum(scale * residual * residual)))
        # Orthogonal in the matrix's inner product, so that the systems are easy.
        new = scale * residual
        for old in basis:
            new = new - old * (old @ matrix @ new) / (old @ matrix @ old)
        basis.append(new)
    return solutions[-1], np.array(norms)


def sharded_page_rank(links, preference, *, devices, damping, steps):
    """Rank pages by a sharded link matrix; devices add up what flows to a page."""
    mesh = jax.make_mesh((devices,), ("page",), (jax.sharding.AxisType.Auto,))

    def rank_pages(links, preference):
        teleport = preference / lax.psum(jnp.sum(preference), "page")
        links = links.astype(preference.dtype)
        degree = jnp.sum(links, axis=1)

        def step(_, rank):
            # Whoever is on a page without links starts anew.
            share = jnp.where(degree > 0.0, rank / jnp.maximum(degree, 1.0), 0.0)
            flow = lax.psum_scatter(share @ links, "page", tiled=True)
            lost = lax.psum(jnp.sum(jnp.where(degree > 0.0, 0.0, rank)), "page")
            return damping * flow + (1.0 - damping + damping * lost) * teleport

        return lax.fori_loop(0, steps, step, teleport)

    pages = jax.P("page")
    sharded = jax.shard_map(rank_pages, mesh=mesh, in_specs=pages, out_specs=pages)
    return sharded(links, preference)


def sharded_page_rank_reference(links, preference, *, devices, damping, steps):
    teleport = preference / np.sum(preference)
    google = np.zeros(links.shape)
    for i, row in enumerate(links):
        total = int(np.sum(row))
        chances = row / total if total else teleport
        google[i] = damping * chances + (1 - damping) * teleport
    rank = teleport
    for _ in range(steps):
        rank = google.T @ rank
    return rank


def sinkhorn_blocks(scores, *, rows, columns, iterations, temperature):
    """Normalize rows and columns of a matrix of blocks in turn."""
    mesh = jax.make_mesh((rows, columns), ("i", "j"), (jax.sharding.AxisType.Auto,) * 2)
    blocks = jax.P("i", "j")

    @jax.shard_map(mesh=mesh, in_specs=blocks, out_specs=blocks)
    def normalize(scores):
        def iterate(_, plan):
            plan = plan / lax.psum(jnp.sum(plan, axis=1, keepdims=True), "j")
            return plan / lax.psum(jnp.sum(plan, axis=0, keepdims=True), "i")

        return lax.fori_loop(0, iterations, iterate, jnp.exp(scores / temperature))

    return normalize(scores)


def sinkhorn_blocks_reference(scores, *, rows, columns, iterations, temperature):
    # As the scales of the rows and columns of one kernel.
    kernel = np.exp(scores / temperature)
    left, right = np.ones(len(kernel)), np.ones(kernel.shape[1])
    for _ in range(iterations):
        left = 1 / (kernel @ right)
        right = 1 / (kernel.T @ left)
    return left[:, None] * kernel * right


def bellman_ford_sharded(lengths, *, devices, rounds, source):
    """Shortest paths of few edges from one node; each device relaxes some edges."""
    mesh = jax.make_mesh((devices,), ("node",), (jax.sharding.AxisType.Auto,))
    far = 1000

    @partial(jax.shard_map, mesh=mesh, in_specs=jax.P("node", None), out_specs=jax.P())
    def search(lengths):
        size = lengths.shape[0]
        start = lax.axis_index("node") * size
        nodes = jnp.arange(lengths.shape[1])
        distances = jnp.where(nodes == source, 0, far).astype(lengths.dtype)
        for _ in range(rounds):
            own = lax.dynamic_slice_in_dim(distances, start, size)
            reached = lax.pmin(jnp.min(own[:, None] + lengths, axis=0), "node")
            distances = jnp.minimum(distances, reached)
        return distances

    return search(lengths)


def bellman_ford_sharded_reference(lengths, *, devices, rounds, source):
    distances = {source: 0}
    for _ in range(rounds):
        reached = dict(distances)
        for i, distance in distances.items():
            for j in range(len(lengths)):
                length = distance + int(lengths[i, j])
                reached[j] = min(reached.get(j, 1000), length)
        distances = reached
    return np.array([distances[j] for j in range(len(lengths))], dtype=np.int32)
