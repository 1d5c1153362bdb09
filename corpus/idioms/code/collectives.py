"""Functions over several devices: JAX, and NumPy for the whole arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def weighted_mean_all_reduce(x, weights, *, devices, mean):
    """Weighted mean of rows that are spread over devices."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def average(x, weights):
        values = jnp.square(x) if mean == "quadratic" else x
        total, mass = lax.psum((weights @ values, jnp.sum(weights)), "data")
        return jnp.sqrt(total / mass) if mean == "quadratic" else total / mass

    rows = jax.P("data")
    return jax.shard_map(average, mesh=mesh, in_specs=rows, out_specs=jax.P())(
        x, weights
    )


def weighted_mean_all_reduce_reference(x, weights, *, devices, mean):
    power = {"arithmetic": 1, "quadratic": 2}[mean]
    total = np.zeros(x.shape[1])
    for row, weight in zip(x, weights):
        total = total + weight * row**power
    means = total / np.sum(weights)
    return means if power == 1 else np.sqrt(means)


def min_max_scale_sharded(x, *, devices, per_column, symmetric):
    """Scale values to the range of all devices' data."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("data"), out_specs=jax.P("data"))
    def scale(x):
        axis = 0 if per_column else None
        low = lax.pmin(jnp.min(x, axis=axis), "data")
        high = lax.pmax(jnp.max(x, axis=axis), "data")
        scaled = (x - low) / (high - low)
        return 2.0 * scaled - 1.0 if symmetric else scaled

    return scale(x)


def min_max_scale_sharded_reference(x, *, devices, per_column, symmetric):
    scaled = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape):
        group = x[:, j] if per_column else x
        low, high = np.min(group), np.max(group)
        above, below = x[i, j] - low, high - x[i, j]
        share = above / (above + below)
        scaled[i, j] = share - (1 - share) if symmetric else share
    return scaled


def distributed_argmax(x, *, devices, smallest):
    """Place and value of the extreme element of a vector spread over devices."""
    mesh = jax.make_mesh((devices,), ("shard",), (jax.sharding.AxisType.Auto,))

    @partial(jax.shard_map, mesh=mesh, in_specs=jax.P("shard"), out_specs=jax.P())
    def search(x):
        keys = -x if smallest else x
        place = jnp.argmax(keys)
        best = lax.pmax(keys[place], "shard")
        offset = lax.axis_index("shard") * x.shape[0]
        # Of equal elements the first counts, as on one device.
        far = x.shape[0] * lax.axis_size("shard")
        place = lax.pmin(jnp.where(keys[place] == best, offset + place, far), "shard")
        return place, -best if smallest else best

    return search(x)


def distributed_argmax_reference(x, *, devices, smallest):
    place = 0
    for i in range(len(x)):
        if (x[i] < x[place]) if smallest else (x[i] > x[place]):
            place = i
    return np.array(place), x[place]


def pairwise_distances_gathered(x, *, devices, tiled, squared):
    """Distances between all rows: every device gathers the others' rows."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("rows",))

    def distances(x):
        everything = lax.all_gather(x, "rows", tiled=tiled).reshape(-1, x.shape[1])
        products = x @ everything.T
        norms = jnp.sum(x * x, axis=1)[:, None] + jnp.sum(everything**2, axis=1)
        gaps = jnp.maximum(norms - 2.0 * products, 0.0)
        return gaps if squared else jnp.sqrt(gaps + 1.0)

    rows = jax.P("rows", None)
    return jax.shard_map(distances, mesh=mesh, in_specs=rows, out_specs=rows)(x)


def pairwise_distances_gathered_reference(x, *, devices, tiled, squared):
    count = len(x)
    result = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            gap = np.sum(x[i] * x[i]) + np.sum(x[j] * x[j]) - 2 * np.sum(x[i] * x[j])
            result[i, j] = np.maximum(gap, 0)
    return result if squared else np.sqrt(result + 1)


def scan_by_all_to_all(x, *, devices, operation):
    """Accumulate along a sharded axis, which an all-to-all makes local for a while."""
    mesh = jax.make_mesh((devices,), ("rows",), (jax.sharding.AxisType.Auto,))
    accumulate = {
        "sum": partial(jnp.cumsum, axis=0),
        "logsumexp": partial(lax.cumlogsumexp, axis=0),
        "max": partial(lax.cummax, axis=0),
    }[operation]

    def scan(x):
        columns = lax.all_to_all(x, "rows", split_axis=1, concat_axis=0, tiled=True)
        columns = accumulate(columns)
        return lax.all_to_all(columns, "rows", split_axis=0, concat_axis=1, tiled=True)

    rows = jax.P("rows", None)
    return jax.shard_map(scan, mesh=mesh, in_specs=rows, out_specs=rows)(x)


def scan_by_all_to_all_reference(x, *, devices, operation):
    def combine(prefix):
        if operation == "sum":
            return np.sum(prefix, axis=0)
        top = np.max(prefix, axis=0)
        if operation == "max":
            return top
        return top + np.log(np.sum(np.exp(prefix - top), axis=0))

    return np.stack([combine(x[: i + 1]) for i in range(len(x))])


def ring_all_reduce(gradients, *, devices, average):
    """Add up one vector per device around a ring: reduce-scatter, then all-gather."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("ring",))
    forward = [(i, (i + 1) % devices) for i in range(devices)]

    @jax.shard_map(mesh=mesh, in_specs=jax.P("ring"), out_specs=jax.P("ring"))
    def all_reduce(local):
        rank = lax.axis_index("ring")
        chunks = local.reshape(devices, -1)
        for step in range(devices - 1):
            sent = chunks[(rank - step) % devices]
            received = lax.ppermute(sent, "ring", forward)
            chunks = chunks.at[(rank - step - 1) % devices].add(received)
        # Now each device has the total of the chunk after its own.
        for step in range(devices - 1):
            sent = chunks[(rank - step + 1) % devices]
            received = lax.ppermute(sent, "ring", forward)
            chunks = chunks.at[(rank - step) % devices].set(received)
        total = chunks.reshape(local.shape)
        return total / devices if average else total

    return all_reduce(gradients)


def ring_all_reduce_reference(gradients, *, devices, average):
    total = np.sum(gradients, axis=0)
    return np.stack([total / devices if average else total] * devices)


def butterfly_all_reduce(x, *, devices, operation):
    """Combine all devices' values by exchanges at doubling distances."""
    mesh = jax.make_mesh((devices,), ("cube",), (jax.sharding.AxisType.Auto,))
    combine = {
        "sum": jnp.add,
        "max": jnp.maximum,
        "logaddexp": jnp.logaddexp,
    }[operation]

    def all_reduce(x):
        distance = 1
        while distance < devices:
            partners = [(i, i ^ distance) for i in range(devices)]
            x = combine(x, lax.ppermute(x, "cube", partners))
            distance *= 2
        return x

    spec = jax.P("cube", None)
    return jax.shard_map(all_reduce, mesh=mesh, in_specs=spec, out_specs=spec)(x)


def butterfly_all_reduce_reference(x, *, devices, operation):
    blocks = x.reshape(devices, -1, x.shape[1])
    if operation == "sum":
        result = sum(blocks)
    else:
        result = np.max(blocks, axis=0)
        if operation == "logaddexp":
            result = result + np.log(np.sum(np.exp(blocks - result), axis=0))
    return np.concatenate([result] * devices)


def binomial_tree_broadcast(x, scale, *, devices, operation):
    """Reduce to the first device along a binomial tree, then send the result back."""
    mesh = jax.make_mesh((devices,), ("node",), (jax.sharding.AxisType.Auto,))
    distances = [1 << k for k in range(devices.bit_length() - 1)]

    def tree(x, scale):
        rank = lax.axis_index("node")
        for distance in distances:
            edges = [(i, i - distance) for i in range(distance, devices, 2 * distance)]
            received = lax.ppermute(x, "node", edges)
            receives = rank % (2 * distance) == 0
            merged = jnp.hypot(x, received) if operation == "hypot" else x + received
            x = jnp.where(receives, merged, x)
        x = jnp.tanh(scale * x)
        for distance in reversed(distances):
            edges = [(i, i + distance) for i in range(0, devices, 2 * distance)]
            received = lax.ppermute(x, "node", edges)
            x = jnp.where(rank % (2 * distance) == distance, received, x)
        return x

    return jax.shard_map(
        tree, mesh=mesh, in_specs=(jax.P("node"), jax.P()), out_specs=jax.P("node")
    )(x, scale)


def binomial_tree_broadcast_reference(x, scale, *, devices, operation):
    blocks = x.reshape(devices, -1)
    if operation == "hypot":
        root = np.sqrt(np.sum(blocks**2, axis=0))
    else:
        root = np.sum(blocks, axis=0)
    return np.concatenate([np.tanh(scale * root)] * devices)


def gossip_averaging(x, *, devices, weight, rounds, topology):
    """Neighbors mix their values until all are near the mean."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("agent",))
    if topology == "ring":
        neighbors = [
            [(i, (i + step) % devices) for i in range(devices)] for step in (1, -1)
        ]
    else:  # on a hypercube
        dimensions = devices.bit_length() - 1
        neighbors = [
            [(i, i ^ (1 << k)) for i in range(devices)] for k in range(dimensions)
        ]

    @jax.shard_map(mesh=mesh, in_specs=jax.P("agent"), out_specs=jax.P("agent"))
    def mix(x):
        def talk(_, x):
            received = [lax.ppermute(x, "agent", edges) for edges in neighbors]
            return x + weight * sum(other - x for other in received)

        return lax.fori_loop(0, rounds, talk, x)

    return mix(x)


def gossip_averaging_reference(x, *, devices, weight, rounds, topology):
    laplacian = np.zeros((devices, devices))
    for i in range(devices):
        if topology == "ring":
            others = [(i + 1) % devices, (i - 1) % devices]
        else:
            others = [j for j in range(devices) if bin(i ^ j).count("1") == 1]
        for j in others:
            laplacian[i, i] += 1
            laplacian[i, j] -= 1
    mixing = np.eye(devices) - weight * laplacian
    for _ in range(rounds):
        x = mixing @ x
    return x


def heat_equation_halos(u, *, devices, diffusivity, steps, periodic):
    """Explicit steps of the heat equation; neighbors exchange one point per step."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))
    rightward = [(i, i + 1) for i in range(devices - 1)]
    leftward = [(i + 1, i) for i in range(devices - 1)]
    if periodic:
        rightward.append((devices - 1, 0))
        leftward.append((0, devices - 1))

    def evolve(u):
        def step(u, _):
            # Who receives nothing gets zeros, which is the wall's temperature.
            left = lax.ppermute(u[-1:], "x", rightward)
            right = lax.ppermute(u[:1], "x", leftward)
            padded = jnp.concatenate([left, u, right])
            return u + diffusivity * (padded[2:] - 2.0 * u + padded[:-2]), None

        return lax.scan(step, u, length=steps)[0]

    spec = jax.P("x")
    return jax.shard_map(evolve, mesh=mesh, in_specs=spec, out_specs=spec)(u)


def heat_equation_halos_reference(u, *, devices, diffusivity, steps, periodic):
    for _ in range(steps):
        new = np.zeros_like(u)
        for i in range(len(u)):
            left = u[i - 1] if periodic or i else 0.0
            right = u[(i + 1) % len(u)] if periodic or i + 1 < len(u) else 0.0
            new[i] = (1 - 2 * diffusivity) * u[i] + diffusivity * (left + right)
        u = new
    return u


def jacobi_poisson_blocks(source, *, rows, columns, sweeps):
    """Jacobi sweeps for Poisson's equation on a grid of blocks, zero at the border."""
    axes = ("row", "column")
    mesh = jax.make_mesh((rows, columns), axes, (jax.sharding.AxisType.Auto,) * 2)

    def shift(edge, axis, size, step):
        edges = [(i, i + step) for i in range(size) if 0 <= i + step < size]
        return lax.ppermute(edge, axis, edges)

    def solve(source):
        def sweep(_, u):
            above = shift(u[-1:], "row", rows, 1)
            below = shift(u[:1], "row", rows, -1)
            left = shift(u[:, -1:], "column", columns, 1)
            right = shift(u[:, :1], "column", columns, -1)
            vertical = jnp.concatenate([above, u, below])
            horizontal = jnp.concatenate([left, u, right], axis=1)
            around = vertical[:-2] + vertical[2:]
            around += horizontal[:, :-2] + horizontal[:, 2:]
            return 0.25 * (around + source)

        return lax.fori_loop(0, sweeps, sweep, jnp.zeros_like(source))

    blocks = jax.P(*axes)
    return jax.shard_map(solve, mesh=mesh, in_specs=blocks, out_specs=blocks)(source)


def jacobi_poisson_blocks_reference(source, *, rows, columns, sweeps):
    height, width = source.shape
    u = np.zeros((height + 2, width + 2))
    for _ in range(sweeps):
        new = np.zeros_like(u)
        for i in range(1, height + 1):
            for j in range(1, width + 1):
                around = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
                new[i, j] = (around + source[i - 1, j - 1]) / 4
        u = new
    return u[1:-1, 1:-1]


def game_of_life_blocks(cells, *, rows, columns, generations):
    """Conway's game of life on a torus of blocks, with halos from all eight sides."""
    mesh = jax.make_mesh((rows, columns), ("y", "x"), (jax.sharding.AxisType.Auto,) * 2)

    def with_halo(block, name, axis):
        size = lax.axis_size(name)
        ahead = [(i, (i + 1) % size) for i in range(size)]
        behind = [(target, origin) for origin, target in ahead]
        last = lax.slice_in_dim(block, block.shape[axis] - 1, None, axis=axis)
        first = lax.slice_in_dim(block, 0, 1, axis=axis)
        before = lax.ppermute(last, name, ahead)
        after = lax.ppermute(first, name, behind)
        return jnp.concatenate([before, block, after], axis=axis)

    def live(block):
        def generation(_, block):
            # The second exchange carries the corners of the first.
            halo = with_halo(with_halo(block, "y", 0), "x", 1)
            height, width = block.shape
            around = sum(
                halo[i : i + height, j : j + width]
                for i in range(3)
                for j in range(3)
                if (i, j) != (1, 1)
            )
            born, stays = around == 3, (around == 2) & (block == 1)
            return (born | stays).astype(block.dtype)

        return lax.fori_loop(0, generations, generation, block)

    spec = jax.P("y", "x")
    return jax.shard_map(live, mesh=mesh, in_specs=spec, out_specs=spec)(cells)


def game_of_life_blocks_reference(cells, *, rows, columns, generations):
    height, width = cells.shape
    for _ in range(generations):
        new = np.zeros_like(cells)
        for i in range(height):
            for j in range(width):
                around = -int(cells[i, j])
                for a in (-1, 0, 1):
                    for b in (-1, 0, 1):
                        around += int(cells[(i + a) % height, (j + b) % width])
                new[i, j] = around == 3 or (around == 2 and cells[i, j] == 1)
        cells = new
    return cells


def ring_attention(query, key, value, *, devices, causal):
    """Attention over a sharded sequence: keys and values travel around a ring."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("seq",))
    ring = [(i, (i + 1) % devices) for i in range(devices)]

    def attend(query, key, value):
        length, depth = query.shape
        rank = lax.axis_index("seq")
        rows = rank * length + jnp.arange(length)[:, None]
        total = jnp.zeros_like(query)
        norm = jnp.zeros_like(query[:, :1])
        top = jnp.full_like(norm, -1e30)
        for step in range(devices):
            scores = query @ key.T * depth**-0.5
            if causal:
                origin = (rank - step) % devices
                columns = origin * length + jnp.arange(length)
                scores = jnp.where(columns <= rows, scores, -1e30)
            new_top = jnp.maximum(top, jnp.max(scores, axis=1, keepdims=True))
            weights = jnp.exp(scores - new_top)
            rescale = jnp.exp(top - new_top)
            norm = rescale * norm + jnp.sum(weights, axis=1, keepdims=True)
            total = rescale * total + weights @ value
            top = new_top
            if step + 1 < devices:
                key, value = lax.ppermute((key, value), "seq", ring)
        return total / norm

    spec = jax.P("seq", None)
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=spec, out_specs=spec)
    return sharded(query, key, value)


def ring_attention_reference(query, key, value, *, devices, causal):
    result = np.zeros_like(query)
    for i in range(len(query)):
        seen = i + 1 if causal else len(key)
        scores = key[:seen] @ query[i] / np.sqrt(query.shape[1])
        weights = np.exp(scores - np.max(scores))
        result[i] = weights @ value[:seen] / np.sum(weights)
    return result


def ulysses_attention(query, key, value, *, devices, causal):
    """Attention that swaps a sharded sequence for sharded heads by all-to-alls."""
    mesh = jax.make_mesh((devices,), ("seq",), (jax.sharding.AxisType.Auto,))
    to_heads = partial(lax.all_to_all, split_axis=1, concat_axis=0, tiled=True)
    to_sequence = partial(lax.all_to_all, split_axis=0, concat_axis=1, tiled=True)

    def attend(query, key, value):
        query, key, value = (to_heads(x, "seq") for x in (query, key, value))
        scores = jnp.einsum("qhd,khd->hqk", query, key) * query.shape[-1] ** -0.5
        if causal:
            length = query.shape[0]
            visible = jnp.tril(jnp.ones((length, length), dtype=bool))
            scores = jnp.where(visible, scores, -jnp.inf)
        answer = jnp.einsum("hqk,khd->qhd", jax.nn.softmax(scores, axis=-1), value)
        return to_sequence(answer, "seq")

    spec = jax.P("seq", None, None)
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=spec, out_specs=spec)
    return sharded(query, key, value)


def ulysses_attention_reference(query, key, value, *, devices, causal):
    length, heads, depth = query.shape
    result = np.zeros_like(query)
    for h in range(heads):
        for i in range(length):
            seen = i + 1 if causal else length
            scores = key[:seen, h] @ query[i, h] / np.sqrt(depth)
            weights = np.exp(scores - np.max(scores))
            result[i, h] = weights @ value[:seen, h] / np.sum(weights)
    return result


def ring_matmul(left, right, *, devices, pattern):
    """A sharded matrix product whose transfers around a ring hide behind its parts."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))
    ring = [(i, (i - 1) % devices) for i in range(devices)]

    def gather_and_multiply(left, right):
        # The rows of the right matrix come by, each to meet its columns of the left.
        rank, size = lax.axis_index("x"), right.shape[0]
        total = jnp.zeros((left.shape[0], right.shape[1]), left.dtype)
        total = lax.pcast(total, "x", to="varying")
        for step in range(devices):
            start = (rank + step) % devices * size
            total += lax.dynamic_slice_in_dim(left, start, size, axis=1) @ right
            if step + 1 < devices:
                right = lax.ppermute(right, "x", ring)
        return total

    def multiply_and_scatter(left, right):
        # Sums of row blocks travel, and end at the device whose rows they are.
        rank, size = lax.axis_index("x"), left.shape[0] // devices
        total = jnp.zeros((size, right.shape[1]), left.dtype)
        total = lax.pcast(total, "x", to="varying")
        for step in range(1, devices + 1):
            start = (rank + step) % devices * size
            total += lax.dynamic_slice_in_dim(left, start, size) @ right
            if step < devices:
                total = lax.ppermute(total, "x", ring)
        return total

    rows, columns = jax.P("x", None), jax.P(None, "x")
    if pattern == "gather":
        multiply, in_specs = gather_and_multiply, (rows, rows)
    else:
        multiply, in_specs = multiply_and_scatter, (columns, rows)
    sharded = jax.shard_map(multiply, mesh=mesh, in_specs=in_specs, out_specs=rows)
    return sharded(left, right)


def ring_matmul_reference(left, right, *, devices, pattern):
    product = np.zeros((left.shape[0], right.shape[1]))
    for i, j in np.ndindex(product.shape):
        product[i, j] = np.sum(left[i] * right[:, j])
    return product


def summa_matmul(left, right, *, rows, columns, panels):
    """Multiply on a grid of devices by broadcasting panels along rows and columns."""
    mesh = jax.make_mesh((rows, columns), ("i", "j"), (jax.sharding.AxisType.Auto,) * 2)

    def broadcast(block, axis, owner):
        mine = lax.axis_index(axis) == owner
        return lax.psum(jnp.where(mine, block, jnp.zeros_like(block)), axis)

    @jax.shard_map(mesh=mesh, in_specs=jax.P("i", "j"), out_specs=jax.P("i", "j"))
    def multiply(left, right):
        width = left.shape[1] * columns // panels
        total = jnp.zeros((left.shape[0], right.shape[1]), left.dtype)
        total = lax.pcast(total, ("i", "j"), to="varying")
        for start in range(0, panels * width, width):
            owner, offset = divmod(start, left.shape[1])
            panel = broadcast(left[:, offset : offset + width], "j", owner)
            owner, offset = divmod(start, right.shape[0])
            total += panel @ broadcast(right[offset : offset + width], "i", owner)
        return total

    return multiply(left, right)


def summa_matmul_reference(left, right, *, rows, columns, panels):
    product = np.zeros((left.shape[0], right.shape[1]))
    for k in range(left.shape[1]):
        product = product + np.outer(left[:, k], right[k])
    return product


def cannon_matmul(left, right, *, accumulate):
    """Multiply on two by two devices: skew the blocks, then shift them step by step."""
    size = 2
    mesh = jax.make_mesh((size, size), ("i", "j"), (jax.sharding.AxisType.Auto,) * 2)
    cells = [(i, j) for i in range(size) for j in range(size)]

    def move(block, target):
        flat = [
            (i * size + j, target(i, j)[0] % size * size + target(i, j)[1] % size)
            for i, j in cells
        ]
        return lax.ppermute(block, ("i", "j"), flat)

    @jax.shard_map(mesh=mesh, in_specs=jax.P("i", "j"), out_specs=jax.P("i", "j"))
    def multiply(left, right):
        start = left
        left = move(left, lambda i, j: (i, j - i))
        right = move(right, lambda i, j: (i - j, j))
        total = left @ right
        for _ in range(1, size):
            left = move(left, lambda i, j: (i, j - 1))
            right = move(right, lambda i, j: (i - 1, j))
            total += left @ right
        return start + total if accumulate else total

    return multiply(left, right)


def cannon_matmul_reference(left, right, *, accumulate):
    product = np.zeros(left.shape)
    for i, j in np.ndindex(left.shape):
        product[i, j] = np.sum(left[i] * right[:, j])
    return left + product if accumulate else product


def column_parallel_linear(x, weight, bias, *, devices, gather):
    """A dense layer whose output features are split over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def layer(x, weight, bias):
        y = x @ weight + bias
        if gather == "features":
            return lax.all_gather(y, "model", axis=1, tiled=True)
        return y

    # Gathered features are the same everywhere, which JAX does not track.
    out_specs = jax.P() if gather == "features" else jax.P(None, "model")
    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(jax.P(), jax.P(None, "model"), jax.P("model")),
        out_specs=out_specs,
        check_vma=gather != "features",
    )(x, weight, bias)


def column_parallel_linear_reference(x, weight, bias, *, devices, gather):
    y = np.zeros((x.shape[0], weight.shape[1]))
    for n, j in np.ndindex(y.shape):
        y[n, j] = np.sum(x[n] * weight[:, j]) + bias[j]
    return y


def row_parallel_linear(x, weight, bias, *, devices, scatter):
    """A dense layer split over its input features: partial sums add up."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def layer(x, weight, bias):
        partial_sums = x @ weight
        if scatter:
            # Each device keeps only its share of the rows.
            return lax.psum_scatter(partial_sums, "model", tiled=True) + bias
        return lax.psum(partial_sums, "model") + bias

    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(jax.P(None, "model"), jax.P("model", None), jax.P()),
        out_specs=jax.P("model") if scatter else jax.P(),
    )(x, weight, bias)


def row_parallel_linear_reference(x, weight, bias, *, devices, scatter):
    y = np.zeros((x.shape[0], weight.shape[1]))
    for n, j in np.ndindex(y.shape):
        y[n, j] = np.sum(x[n] * weight[:, j]) + bias[j]
    return y


def tensor_parallel_mlp(x, w_in, w_out, *, devices, activation, residual):
    """A feed-forward block split over its hidden units, with one sum over devices."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("tp",))
    activate = {"silu": jax.nn.silu, "tanh": jnp.tanh, "softplus": jax.nn.softplus}

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P(None, "tp"), jax.P("tp", None)),
        out_specs=jax.P(),
    )
    def block(x, w_in, w_out):
        hidden = activate[activation](x @ w_in)
        return lax.psum(hidden @ w_out, "tp")

    y = block(x, w_in, w_out)
    return x + y if residual else y


def tensor_parallel_mlp_reference(x, w_in, w_out, *, devices, activation, residual):
    y = x.copy() if residual else np.zeros_like(x)
    for n in range(len(x)):
        for h in range(w_in.shape[1]):
            z = np.sum(x[n] * w_in[:, h])
            if activation == "silu":
                z = z / (1 + np.exp(-z))
            elif activation == "tanh":
                z = np.tanh(z)
            else:
                z = np.log(1 + np.exp(z))
            y[n] = y[n] + z * w_out[h]
    return y


def tensor_parallel_attention(x, w_qkv, w_out, *, devices, causal):
    """Self-attention whose heads are split over devices."""
    mesh = jax.make_mesh((devices,), ("heads",), (jax.sharding.AxisType.Auto,))

    def attend(x, w_qkv, w_out):
        query, key, value = jnp.einsum("nd,sdhk->shnk", x, w_qkv)
        scores = jnp.einsum("hqk,hsk->hqs", query, key) * query.shape[-1] ** -0.5
        if causal:
            visible = jnp.tri(x.shape[0], dtype=bool)
            scores = jnp.where(visible, scores, jnp.finfo(x.dtype).min)
        answers = jax.nn.softmax(scores, axis=-1) @ value
        return lax.psum(jnp.einsum("hnk,hkd->nd", answers, w_out), "heads")

    in_specs = (jax.P(), jax.P(None, None, "heads", None), jax.P("heads"))
    sharded = jax.shard_map(attend, mesh=mesh, in_specs=in_specs, out_specs=jax.P())
    return sharded(x, w_qkv, w_out)


def tensor_parallel_attention_reference(x, w_qkv, w_out, *, devices, causal):
    length, _ = x.shape
    _, _, heads, depth = w_qkv.shape
    result = np.zeros(x.shape)
    for h in range(heads):
        query, key, value = (x @ w_qkv[s, :, h] for s in range(3))
        for i in range(length):
            seen = i + 1 if causal else length
            scores = key[:seen] @ query[i] / np.sqrt(depth)
            weights = np.exp(scores - np.max(scores))
            answer = weights @ value[:seen] / np.sum(weights)
            result[i] = result[i] + answer @ w_out[h]
    return result


def data_parallel_step(weights, bias, x, y, *, devices, learning_rate, loss):
    """One gradient step of a linear model on examples that are spread over devices."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def mean_loss(params, x, y):
        weights, bias = params
        margins = x @ weights + bias
        if loss == "squared":
            losses = 0.5 * jnp.square(margins - y)
        else:
            losses = jax.nn.softplus(-y * margins)
        return jnp.mean(losses)

    def step(params, x, y):
        # Gradients of what is the same everywhere would be summed over the devices.
        params = lax.pcast(params, "data", to="varying")
        value, gradients = jax.value_and_grad(mean_loss)(params, x, y)
        value, gradients = lax.pmean((value, gradients), "data")
        return value, gradients

    value, gradients = jax.shard_map(
        step,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("data"), jax.P("data")),
        out_specs=jax.P(),
    )((weights, bias), x, y)
    d_weights, d_bias = gradients
    return weights - learning_rate * d_weights, bias - learning_rate * d_bias, value


def data_parallel_step_reference(weights, bias, x, y, *, devices, learning_rate, loss):
    count = len(x)
    d_weights, d_bias, value = np.zeros_like(weights), np.zeros(()), np.zeros(())
    for row, target in zip(x, y):
        margin = np.sum(row * weights) + bias
        if loss == "squared":
            slope, cost = margin - target, (margin - target) ** 2 / 2
        else:
            slope = -target / (1 + np.exp(target * margin))
            cost = np.log(1 + np.exp(-target * margin))
        d_weights = d_weights + slope * row / count
        d_bias = d_bias + slope / count
        value = value + cost / count
    return weights - learning_rate * d_weights, bias - learning_rate * d_bias, value


def replicated_gradient(weights, x, targets, *, devices, penalty):
    """Loss and gradient of softmax regression; the transpose of replication adds up."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("batch",))

    def loss(weights, x, targets):
        log_probs = jax.nn.log_softmax(x @ weights)
        picked = jnp.take_along_axis(log_probs, targets[:, None], axis=1)
        data_loss = -lax.pmean(jnp.mean(picked), "batch")
        return data_loss + 0.5 * penalty * jnp.sum(weights**2)

    @jax.shard_map(
        mesh=mesh,
        in_specs=(jax.P(), jax.P("batch"), jax.P("batch")),
        out_specs=(jax.P(), jax.P()),
    )
    def loss_and_gradient(weights, x, targets):
        return jax.value_and_grad(loss)(weights, x, targets)

    return loss_and_gradient(weights, x, targets)


def replicated_gradient_reference(weights, x, targets, *, devices, penalty):
    count = len(x)
    loss, gradient = np.sum(weights**2) * penalty / 2, penalty * weights
    for row, target in zip(x, targets):
        scores = np.exp(row @ weights)
        probs = scores / np.sum(scores)
        loss = loss - np.log(probs[target]) / count
        for k in range(len(probs)):
            residual = probs[k] - (1.0 if k == target else 0.0)
            gradient[:, k] = gradient[:, k] + residual * row / count
    return loss, gradient


def feature_sharded_layer_norm(x, scale, offset, *, devices, eps, rms):
    """Normalize rows whose features are spread over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def normalize(x, scale, offset):
        if not rms:
            x = x - lax.pmean(jnp.mean(x, axis=-1, keepdims=True), "model")
        power = lax.pmean(jnp.mean(jnp.square(x), axis=-1, keepdims=True), "model")
        return x * lax.rsqrt(power + eps) * scale + offset

    features = jax.P(None, "model")
    vector = jax.P("model")
    return jax.shard_map(
        normalize,
        mesh=mesh,
        in_specs=(features, vector, vector),
        out_specs=features,
    )(x, scale, offset)


def feature_sharded_layer_norm_reference(x, scale, offset, *, devices, eps, rms):
    result = np.zeros_like(x)
    for n, row in enumerate(x):
        centered = row if rms else row - np.sum(row) / row.size
        power = np.sum(centered**2) / row.size
        result[n] = centered / np.sqrt(power + eps) * scale + offset
    return result


def sequence_parallel_block(x, scale, w_in, w_out, *, devices, eps):
    """Norm on shards of the sequence, feed-forward on shards of the hidden units."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("model"), jax.P(), jax.P(None, "model"), jax.P("model")),
        out_specs=jax.P("model"),
    )
    def block(x, scale, w_in, w_out):
        power = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        normalized = x * lax.rsqrt(power + eps) * scale
        # All tokens meet each device's hidden units; the sums return to their tokens.
        tokens = lax.all_gather(normalized, "model", axis=0, tiled=True)
        hidden = jax.nn.silu(tokens @ w_in)
        return x + lax.psum_scatter(hidden @ w_out, "model", tiled=True)

    return block(x, scale, w_in, w_out)


def sequence_parallel_block_reference(x, scale, w_in, w_out, *, devices, eps):
    result = np.zeros_like(x)
    for n, row in enumerate(x):
        normalized = row / np.sqrt(np.sum(row**2) / row.size + eps) * scale
        hidden = w_in.T @ normalized
        result[n] = row + w_out.T @ (hidden / (1 + np.exp(-hidden)))
    return result


def synchronized_batch_norm(x, scale, offset, running, *, devices, momentum, eps):
    """Batch norm by the moments of all devices' examples; also the running moments."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("batch",))

    def normalize(x, scale, offset, running):
        moments = jnp.stack([jnp.mean(x, axis=0), jnp.mean(x * x, axis=0)])
        mean, square = lax.pmean(moments, "batch")
        variance = square - mean * mean
        y = (x - mean) * lax.rsqrt(variance + eps) * scale + offset
        running = momentum * running + (1.0 - momentum) * jnp.stack([mean, variance])
        return y, running

    return jax.shard_map(
        normalize,
        mesh=mesh,
        in_specs=(jax.P("batch"), jax.P(), jax.P(), jax.P()),
        out_specs=(jax.P("batch"), jax.P()),
    )(x, scale, offset, running)


def synchronized_batch_norm_reference(
    x, scale, offset, running, *, devices, momentum, eps
):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum(x * x, axis=0) / len(x) - mean * mean
    y = (x - mean) / np.sqrt(variance + eps) * scale + offset
    old, new = momentum * running, np.array([mean, variance])
    return y, old + new - momentum * new


def vocab_parallel_embedding(tokens, table, *, devices, scatter):
    """Look up tokens in a table whose rows are split over devices."""
    mesh = jax.make_mesh((devices,), ("model",), (jax.sharding.AxisType.Auto,))

    def embed(tokens, table):
        local = tokens - lax.axis_index("model") * table.shape[0]
        mine = (local >= 0) & (local < table.shape[0])
        rows = jnp.where(mine[:, None], table[jnp.where(mine, local, 0)], 0.0)
        if scatter:
            return lax.psum_scatter(rows, "model", scatter_dimension=0, tiled=True)
        return lax.psum(rows, "model")

    out_specs = jax.P("model") if scatter else jax.P()
    in_specs = (jax.P(), jax.P("model", None))
    rows = jax.shard_map(embed, mesh=mesh, in_specs=in_specs, out_specs=out_specs)(
        tokens, table
    )
    return rows * jnp.sqrt(jnp.array(table.shape[1], table.dtype))


def vocab_parallel_embedding_reference(tokens, table, *, devices, scatter):
    rows = [table[token] * np.sqrt(table.shape[1]) for token in tokens]
    return np.stack(rows)


def vocab_parallel_cross_entropy(logits, targets, *, devices, smoothing):
    """Cross entropy of logits whose vocabulary is split over devices."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("vocab",))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(None, "vocab"), jax.P()),
        out_specs=jax.P(),
    )
    def cross_entropy(logits, targets):
        size = logits.shape[1]
        # Shifting changes nothing, so neither does it have a gradient.
        top = lax.pmax(lax.stop_gradient(jnp.max(logits, axis=1)), "vocab")
        shifted = logits - top[:, None]
        norm = jnp.log(lax.psum(jnp.sum(jnp.exp(shifted), axis=1), "vocab"))
        local = targets - lax.axis_index("vocab") * size
        mine = (local >= 0) & (local < size)
        place = jnp.clip(local, 0, size - 1)[:, None]
        picked = jnp.take_along_axis(shifted, place, axis=1)[:, 0]
        picked = lax.psum(jnp.where(mine, picked, 0.0), "vocab")
        uniform = lax.pmean(jnp.mean(shifted, axis=1), "vocab")
        return norm - (1.0 - smoothing) * picked - smoothing * uniform

    return cross_entropy(logits, targets)


def vocab_parallel_cross_entropy_reference(logits, targets, *, devices, smoothing):
    losses = np.zeros(len(logits))
    for n, (row, target) in enumerate(zip(logits, targets)):
        log_probs = row - np.log(np.sum(np.exp(row)))
        uniform = np.sum(log_probs) / row.size
        losses[n] = -(1 - smoothing) * log_probs[target] - smoothing * uniform
    return losses


def expert_parallel_dispatch(x, w_router, w_in, w_out, *, devices, capacity):
    """A mixture of experts, one per device: tokens travel there and back."""
    mesh = jax.make_mesh((devices,), ("expert",), (jax.sharding.AxisType.Auto,))

    def layer(x, w_router, w_in, w_out):
        probabilities = jax.nn.softmax(x @ w_router, axis=-1)
        expert = jnp.argmax(probabilities, axis=-1)
        gate = jnp.max(probabilities, axis=-1, keepdims=True)
        chosen = jax.nn.one_hot(expert, devices, dtype=jnp.int32)
        # Each device may send so many tokens to an expert; the rest stay as they are.
        place = jnp.sum(jnp.cumsum(chosen, axis=0) * chosen, axis=1) - 1
        outgoing = jnp.zeros((devices, capacity, x.shape[1]), x.dtype)
        outgoing = outgoing.at[expert, place].set(x, mode="drop")
        incoming = lax.all_to_all(outgoing, "expert", split_axis=0, concat_axis=0)
        answers = jax.nn.silu(incoming @ w_in[0]) @ w_out[0]
        returned = lax.all_to_all(answers, "expert", split_axis=0, concat_axis=0)
        answer = returned.at[expert, place].get(mode="fill", fill_value=0.0)
        return x + gate * answer

    sharded = jax.P("expert")
    return jax.shard_map(
        layer,
        mesh=mesh,
        in_specs=(sharded, jax.P(), sharded, sharded),
        out_specs=sharded,
    )(x, w_router, w_in, w_out)


def expert_parallel_dispatch_reference(x, w_router, w_in, w_out, *, devices, capacity):
    result = x.copy()
    share = len(x) // devices
    for start in range(0, len(x), share):
        sent = [0] * devices
        for n in range(start, start + share):
            scores = np.exp(w_router.T @ x[n])
            expert = int(np.argmax(scores))
            sent[expert] += 1
            if sent[expert] <= capacity:
                hidden = w_in[expert].T @ x[n]
                hidden = hidden / (1 + np.exp(-hidden))
                gate = scores[expert] / np.sum(scores)
                result[n] = result[n] + gate * (w_out[expert].T @ hidden)
    return result


def sharded_softmax(logits, *, devices, temperature, log):
    """Softmax over a dimension that is split over devices."""
    mesh = jax.make_mesh((devices,), ("classes",), (jax.sharding.AxisType.Auto,))
    spec = jax.P(None, "classes")

    @jax.shard_map(mesh=mesh, in_specs=spec, out_specs=spec)
    def softmax(logits):
        scaled = logits / temperature
        top = jnp.max(lax.stop_gradient(scaled), axis=-1, keepdims=True)
        shifted = scaled - lax.pmax(top, "classes")
        total = lax.psum(jnp.sum(jnp.exp(shifted), axis=-1, keepdims=True), "classes")
        return shifted - jnp.log(total) if log else jnp.exp(shifted) / total

    return softmax(logits)


def sharded_softmax_reference(logits, *, devices, temperature, log):
    result = np.zeros_like(logits)
    for n, row in enumerate(logits):
        weights = np.exp(row / temperature)
        probs = weights / np.sum(weights)
        result[n] = np.log(probs) if log else probs
    return result


def gathered_logsumexp(x, weights, *, devices, order):
    """Logarithm of a weighted mean of exponentials, from every device's partial one."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    def combine(x, weights):
        scaled = order * x
        total = jax.nn.logsumexp(scaled, axis=0, b=weights[:, None])
        totals = lax.all_gather(total, "data")
        masses = lax.all_gather(jnp.sum(weights), "data")
        return (jax.nn.logsumexp(totals, axis=0) - jnp.log(jnp.sum(masses))) / order

    return jax.shard_map(
        combine,
        mesh=mesh,
        in_specs=jax.P("data"),
        out_specs=jax.P(),
        # That all devices gather the same is not tracked.
        check_vma=False,
    )(x, weights)


def gathered_logsumexp_reference(x, weights, *, devices, order):
    mean = np.zeros(x.shape[1])
    for row, weight in zip(x, weights):
        mean = mean + weight * np.exp(order * row)
    return np.log(mean / np.sum(weights)) / order


def distributed_top_k(x, *, devices, k):
    """Largest elements of a sharded vector, by candidates from every device."""
    mesh = jax.make_mesh((devices,), ("shard",), (jax.sharding.AxisType.Auto,))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=jax.P("shard"),
        out_specs=jax.P(),
        check_vma=False,
    )
    def search(x):
        values, places = lax.top_k(x, min(k, x.shape[0]))
        places += lax.axis_index("shard") * x.shape[0]
        values, places = lax.all_gather((values, places), "shard", tiled=True)
        best, order = lax.top_k(values, k)
        return best, places[order]

    return search(x)


def distributed_top_k_reference(x, *, devices, k):
    left = list(range(len(x)))
    chosen = []
    for _ in range(k):
        best = left[0]
        for place in left:
            if x[place] > x[best]:
                best = place
        chosen.append(best)
        left.remove(best)
    return np.array([x[i] for i in chosen]), np.array(chosen, dtype=np.int32)


def distributed_moments(x, *, devices, correction):
    """Mean and variance of sharded rows, merged pairwise along a hypercube."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("cube",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("cube"), out_specs=jax.P("cube"))
    def moments(x):
        mean = jnp.mean(x, axis=0)
        squares = jnp.sum(jnp.square(x - mean), axis=0)
        count, distance = x.shape[0], 1
        while distance < devices:
            pairs = [(i, i ^ distance) for i in range(devices)]
            other_mean, other_squares = lax.ppermute((mean, squares), "cube", pairs)
            gap = other_mean - mean
            squares = squares + other_squares + 0.5 * count * jnp.square(gap)
            mean = 0.5 * (mean + other_mean)
            count, distance = 2 * count, 2 * distance
        return mean[None], squares[None] / (count - correction)

    mean, variance = moments(x)
    return mean[0], variance[-1]


def distributed_moments_reference(x, *, devices, correction):
    mean = sum(x) / len(x)
    squares = np.zeros_like(mean)
    for row in x:
        squares = squares + (row - mean) ** 2
    return mean, squares / (len(x) - correction)


def distributed_histogram(values, *, devices, bins, cumulative):
    """Count sharded values; each device ends up with the totals of its own bins."""
    mesh = jax.make_mesh((devices,), ("data",), (jax.sharding.AxisType.Auto,))

    def histogram(values):
        counts = jnp.zeros(devices * bins, jnp.int32).at[values].add(1)
        counts = lax.psum_scatter(counts, "data", tiled=True)
        if not cumulative:
            return counts
        totals = lax.all_gather(jnp.sum(counts, dtype=jnp.int32), "data")
        before = jnp.arange(devices) < lax.axis_index("data")
        offset = jnp.sum(jnp.where(before, totals, 0), dtype=jnp.int32)
        return offset + jnp.cumsum(counts, dtype=jnp.int32)

    spec = jax.P("data")
    return jax.shard_map(histogram, mesh=mesh, in_specs=spec, out_specs=spec)(values)


def distributed_histogram_reference(values, *, devices, bins, cumulative):
    counts = [0] * (devices * bins)
    for value in values:
        counts[value] += 1
    if cumulative:
        counts = [sum(counts[: i + 1]) for i in range(len(counts))]
    return np.array(counts, dtype=np.int32)


def distributed_prefix_sum(x, *, devices, method, exclusive):
    """Prefix sums of a sharded vector: local ones, shifted by what came before."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))

    def total_before(total):
        if method == "gather":
            earlier = jnp.arange(devices) < lax.axis_index("x")
            return jnp.sum(jnp.where(earlier, lax.all_gather(total, "x"), 0.0))
        # At doubling distances, after a shift by one.
        step, edges = 1, [(i, i + 1) for i in range(devices - 1)]
        before = lax.ppermute(total, "x", edges)
        while step < devices:
            edges = [(i, i + step) for i in range(devices - step)]
            before += lax.ppermute(before, "x", edges)
            step *= 2
        return before

    @jax.shard_map(mesh=mesh, in_specs=jax.P("x"), out_specs=jax.P("x"))
    def prefix_sum(x):
        sums = jnp.cumsum(x)
        offset = total_before(sums[-1])
        return offset + (sums - x if exclusive else sums)

    return prefix_sum(x)


def distributed_prefix_sum_reference(x, *, devices, method, exclusive):
    last = 0 if exclusive else 1
    return np.array([np.sum(x[: i + last]) for i in range(len(x))])


def odd_even_merge_sort(keys, *, devices, descending):
    """Sort a sharded vector: neighbors merge their blocks, and split them again."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))

    def sort(block):
        size = block.shape[0]
        rank = lax.axis_index("x")
        block = jnp.sort(block)
        for phase in range(devices):
            first = phase % 2
            lefts = range(first, devices - 1, 2)
            edges = [(i, i + 1) for i in lefts] + [(i + 1, i) for i in lefts]
            received = lax.ppermute(block, "x", edges)
            merged = jnp.sort(jnp.concatenate([block, received]))
            is_left = (rank - first) % 2 == 0
            kept = jnp.where(is_left, merged[:size], merged[size:])
            has_partner = (rank >= first) & (rank < first + 2 * len(lefts))
            block = jnp.where(has_partner, kept, block)
        return block

    spec = jax.P("x")
    result = jax.shard_map(sort, mesh=mesh, in_specs=spec, out_specs=spec)(keys)
    return result[::-1] if descending else result


def odd_even_merge_sort_reference(keys, *, devices, descending):
    # By counting how many come before each.
    result = np.zeros_like(keys)
    for key in keys:
        before = np.sum(keys > key) if descending else np.sum(keys < key)
        result[before] = key
    return result


def pipeline_microbatches(x, weights, biases, *, stages, activation):
    """A network with one layer per device, through which microbatches flow."""
    mesh = jax.make_mesh((stages,), ("stage",), (jax.sharding.AxisType.Auto,))
    forward = [(i, i + 1) for i in range(stages - 1)]
    activate = {"tanh": jnp.tanh, "silu": jax.nn.silu}[activation]

    def run(x, weights, biases):
        stage = lax.axis_index("stage")
        state = lax.pcast(jnp.zeros_like(x[0]), "stage", to="varying")
        finished = []
        for step in range(x.shape[0] + stages - 1):
            fed = x[min(step, x.shape[0] - 1)]
            state = jnp.where(stage == 0, fed, state)
            state = activate(state @ weights[0] + biases[0])
            finished.append(state)
            state = lax.ppermute(state, "stage", forward)
        # The first microbatch leaves the last stage when all stages are busy.
        results = jnp.stack(finished[stages - 1 :])
        is_last = stage == stages - 1
        return lax.psum(jnp.where(is_last, results, jnp.zeros_like(results)), "stage")

    return jax.shard_map(
        run,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("stage"), jax.P("stage")),
        out_specs=jax.P(),
    )(x, weights, biases)


def pipeline_microbatches_reference(x, weights, biases, *, stages, activation):
    result = np.zeros_like(x)
    for m, n in np.ndindex(x.shape[:2]):
        state = x[m, n]
        for weight, bias in zip(weights, biases):
            state = weight.T @ state + bias
            if activation == "silu":
                state = state / (1 + np.exp(-state))
            else:
                state = np.tanh(state)
        result[m, n] = state
    return result


def zero_sharded_step(
    params, momentum, x, y, *, devices, learning_rate, decay, nesterov
):
    """Momentum step whose state is split over devices; parameters are gathered."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("data",))

    def local_loss(params, x, y):
        return 0.5 * jnp.mean(jnp.square(jnp.tanh(x @ params) - y))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("data"), jax.P("data"), jax.P("data")),
        out_specs=(jax.P(), jax.P("data")),
        check_vma=False,
    )
    def step(params, momentum, x, y):
        gradient = jax.grad(local_loss)(params, x, y)
        gradient = lax.psum_scatter(gradient, "data", tiled=True) / devices
        momentum = decay * momentum + gradient
        update = gradient + decay * momentum if nesterov else momentum
        size = update.shape[0]
        start = lax.axis_index("data") * size
        shard = lax.dynamic_slice_in_dim(params, start, size) - learning_rate * update
        return lax.all_gather(shard, "data", tiled=True), momentum

    return step(params, momentum, x, y)


def zero_sharded_step_reference(
    params, momentum, x, y, *, devices, learning_rate, decay, nesterov
):
    gradient = np.zeros_like(params)
    for row, target in zip(x, y):
        guess = np.tanh(np.sum(row * params))
        slope = (guess - target) * (1 - guess * guess)
        gradient = gradient + slope * row / len(x)
    momentum = gradient + decay * momentum
    update = momentum
    if nesterov:
        update = gradient + decay * momentum
    return params - learning_rate * update, momentum


def fully_sharded_gradient(weight, bias, x, y, *, devices, loss):
    """Gradient by shards of parameters that are gathered just before their use."""
    mesh = jax.make_mesh((devices,), ("fsdp",), (jax.sharding.AxisType.Auto,))

    def local_loss(shards, x, y):
        # The transpose of gathering adds up the devices' gradients and splits them.
        weight, bias = lax.all_gather(shards, "fsdp", tiled=True)
        residual = x @ weight.T + bias - y
        if loss == "huber":
            small = jnp.abs(residual) < 1.0
            costs = jnp.where(small, 0.5 * residual**2, jnp.abs(residual) - 0.5)
        else:
            costs = jnp.log(jnp.cosh(residual))
        return jnp.mean(costs) / devices

    def step(shards, x, y):
        value, gradient = jax.value_and_grad(local_loss)(shards, x, y)
        return lax.psum(value, "fsdp"), gradient

    sharded = jax.P("fsdp")
    return jax.shard_map(
        step,
        mesh=mesh,
        in_specs=(sharded, sharded, sharded),
        out_specs=(jax.P(), sharded),
    )((weight, bias), x, y)


def fully_sharded_gradient_reference(weight, bias, x, y, *, devices, loss):
    d_weight, d_bias, value = np.zeros_like(weight), np.zeros_like(bias), 0.0
    for n, k in np.ndindex(y.shape):
        residual = np.sum(weight[k] * x[n]) + bias[k] - y[n, k]
        if loss == "huber":
            slope = np.minimum(np.maximum(residual, -1), 1)
            cost = slope * residual - slope**2 / 2
        else:
            slope = np.tanh(residual)
            cost = np.log(np.cosh(residual))
        value = value + cost / y.size
        d_weight[k] = d_weight[k] + slope * x[n] / y.size
        d_bias[k] = d_bias[k] + slope / y.size
    return value, (d_weight, d_bias)


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


def fft_by_transpose(image, *, devices, amplitude, centered):
    """Power spectrum of a sharded image, by transforms of rows and then of columns."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))

    def spectrum(rows):
        partly = jnp.fft.fft(rows, axis=1)
        columns = lax.all_to_all(partly, "x", split_axis=1, concat_axis=0, tiled=True)
        transformed = jnp.fft.fft(columns, axis=0)
        power = jnp.square(transformed.real) + jnp.square(transformed.imag)
        power = power / columns.shape[0]
        return jnp.log1p(jnp.sqrt(power)) if amplitude else power

    power = jax.shard_map(
        spectrum, mesh=mesh, in_specs=jax.P("x", None), out_specs=jax.P(None, "x")
    )(image)
    return jnp.fft.fftshift(power) if centered else power


def fft_by_transpose_reference(image, *, devices, amplitude, centered):
    def wave(size, function):
        grid = np.arange(size)
        return function(2 * np.pi * (np.outer(grid, grid) % size) / size)

    height, width = image.shape
    down, across = wave(height, np.cos), wave(width, np.cos)
    down_sine, across_sine = wave(height, np.sin), wave(width, np.sin)
    real = down @ image @ across - down_sine @ image @ across_sine
    imaginary = down @ image @ across_sine + down_sine @ image @ across
    power = (real**2 + imaginary**2) / height
    if amplitude:
        power = np.log(1 + np.sqrt(power))
    if centered:
        power = np.roll(power, (height // 2, width // 2), axis=(0, 1))
    return power


def four_step_fft(signal, window, *, devices, inner):
    """Power spectrum of one long signal as a matrix of short transforms."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("x",))
    length = signal.shape[0]
    outer = length // inner

    def transform(columns):
        # Element j of the signal is in row j // inner and column j % inner.
        partly = jnp.fft.fft(columns, axis=0)
        width = columns.shape[1]
        column = lax.axis_index("x") * width + jnp.arange(width)
        turns = (jnp.arange(outer)[:, None] * column) % length / length
        partly = partly * lax.complex(
            jnp.cos(2.0 * jnp.pi * turns), -jnp.sin(2.0 * jnp.pi * turns)
        ).astype(partly.dtype)
        rows = lax.all_to_all(partly, "x", split_axis=0, concat_axis=1, tiled=True)
        return jnp.square(jnp.abs(jnp.fft.fft(rows, axis=1))).T

    columns = (signal * window).reshape(outer, inner)
    spec = jax.P(None, "x")
    power = jax.shard_map(transform, mesh=mesh, in_specs=spec, out_specs=spec)(columns)
    return power.reshape(length) / length


def four_step_fft_reference(signal, window, *, devices, inner):
    length = len(signal)
    grid = np.arange(length)
    angles = 2 * np.pi * (np.outer(grid, grid) % length) / length
    shaped = signal * window
    real, imaginary = np.cos(angles) @ shaped, np.sin(angles) @ shaped
    return (real * real + imaginary * imaginary) / length


def hierarchical_all_reduce(gradients, *, nodes, cores, max_norm):
    """Average gradients within nodes, then between them, and clip by the norm."""
    axes = ("node", "core")
    mesh = jax.make_mesh((nodes, cores), axes, (jax.sharding.AxisType.Auto,) * 2)

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=jax.P(axes, None),
        out_specs=jax.P(),
        check_vma=False,
    )
    def all_reduce(gradient):
        shard = lax.psum_scatter(gradient[0], "core", tiled=True)
        # Only a part of the vector goes over the slow network.
        shard = lax.psum(shard, "node") / (nodes * cores)
        norm = jnp.sqrt(lax.psum(jnp.sum(jnp.square(shard)), "core"))
        shard = shard * jnp.minimum(1.0, max_norm / norm)
        return lax.all_gather(shard, "core", tiled=True)

    return all_reduce(gradients)


def hierarchical_all_reduce_reference(gradients, *, nodes, cores, max_norm):
    mean = np.sum(gradients, axis=0) / len(gradients)
    norm = np.sqrt(np.sum(mean**2))
    return mean * max_norm / np.maximum(norm, max_norm)


def contrastive_loss_gathered(images, texts, *, devices, temperature, symmetric):
    """Contrastive loss whose negatives are the batches of all devices."""
    mesh = jax.make_mesh((devices,), ("batch",), (jax.sharding.AxisType.Auto,))

    def loss(images, texts):
        count = images.shape[0]
        images, texts = (
            x * lax.rsqrt(jnp.sum(x * x, axis=1, keepdims=True))
            for x in (images, texts)
        )
        own = lax.axis_index("batch") * count + jnp.arange(count)

        def one_way(queries, keys):
            everything = lax.all_gather(keys, "batch", tiled=True)
            logits = queries @ everything.T / temperature
            picked = jnp.take_along_axis(logits, own[:, None], axis=1)[:, 0]
            return jnp.mean(jax.nn.logsumexp(logits, axis=1) - picked)

        value = one_way(images, texts)
        if symmetric:
            value = 0.5 * (value + one_way(texts, images))
        return lax.pmean(value, "batch")

    spec = jax.P("batch")
    return jax.shard_map(loss, mesh=mesh, in_specs=spec, out_specs=jax.P())(
        images, texts
    )


def contrastive_loss_gathered_reference(
    images, texts, *, devices, temperature, symmetric
):
    def one_way(queries, keys):
        total = np.zeros(())
        for n, query in enumerate(queries):
            cosines = [
                np.sum(query * key) / np.sqrt(np.sum(query**2) * np.sum(key**2))
                for key in keys
            ]
            weights = np.exp(np.array(cosines) / temperature)
            total = total - np.log(weights[n] / np.sum(weights)) / len(queries)
        return total

    value = one_way(images, texts)
    return (value + one_way(texts, images)) / 2 if symmetric else value


def tall_skinny_least_squares(matrix, right, *, devices, ridge):
    """Least squares by QR of every device's rows, then of the triangles together."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("rows",))

    def reduce(rows, right):
        q, r = jnp.linalg.qr(rows)
        return r, q.T @ right

    @jax.shard_map(mesh=mesh, in_specs=jax.P("rows"), out_specs=jax.P("rows"))
    def reduce_locally(rows, right):
        return reduce(rows, right)

    triangles, shadows = reduce_locally(matrix, right)
    width = matrix.shape[1]
    if ridge:
        penalty = jnp.sqrt(jnp.array(ridge, matrix.dtype)) * jnp.eye(width)
        triangles = jnp.concatenate([triangles, penalty.astype(matrix.dtype)])
        shadows = jnp.concatenate([shadows, jnp.zeros(width, right.dtype)])
    r, shadow = reduce(triangles, shadows)
    return jax.scipy.linalg.solve_triangular(r, shadow)


def tall_skinny_least_squares_reference(matrix, right, *, devices, ridge):
    normal = matrix.T @ matrix + ridge * np.eye(matrix.shape[1])
    return np.linalg.solve(normal, matrix.T @ right)


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


def sharded_linear_recurrence(decay, inputs, start, *, devices, method):
    """A linear recurrence along a sharded sequence: local scans, then carries."""
    mesh = jax.make_mesh((devices,), ("time",), (jax.sharding.AxisType.Auto,))

    def compose(first, second):
        return first[0] * second[0], second[0] * first[1] + second[1]

    def recur(decay, inputs, start):
        factors, states = lax.associative_scan(compose, (decay, inputs))
        if method == "chain":
            # One device after the other learns the state before its own part.
            edges = [(i, i + 1) for i in range(devices - 1)]
            first = lax.axis_index("time") == 0
            before = jnp.where(first, start, 0.0)
            for _ in range(devices - 1):
                after = factors[-1] * before + states[-1]
                before = jnp.where(first, start, lax.ppermute(after, "time", edges))
        else:
            everyone = lax.all_gather((factors[-1], states[-1]), "time")
            factor, state = lax.associative_scan(compose, everyone)
            ends = jnp.concatenate([start[None], factor * start + state])
            before = ends[lax.axis_index("time")]
        return factors * before + states

    rows = jax.P("time")
    return jax.shard_map(
        recur, mesh=mesh, in_specs=(rows, rows, jax.P()), out_specs=rows
    )(decay, inputs, start)


def sharded_linear_recurrence_reference(decay, inputs, start, *, devices, method):
    state, states = start, []
    for factor, update in zip(decay, inputs):
        state = factor * state + update
        states.append(state)
    return np.stack(states)


def local_gradient_descent(
    params, x, y, *, devices, learning_rate, local_steps, rounds
):
    """Devices descend on their own examples and now and then average parameters."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("worker",))

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("worker"), jax.P("worker")),
        out_specs=jax.P(),
    )
    def train(params, x, y):
        def loss(params):
            return 0.5 * jnp.mean(jnp.square(x @ params - y))

        def local_step(params, _):
            return params - learning_rate * jax.grad(loss)(params), None

        def communicate(params, _):
            own = lax.pcast(params, "worker", to="varying")
            own, _ = lax.scan(local_step, own, length=local_steps)
            return lax.pmean(own, "worker"), None

        return lax.scan(communicate, params, length=rounds)[0]

    return train(params, x, y)


def local_gradient_descent_reference(
    params, x, y, *, devices, learning_rate, local_steps, rounds
):
    size = len(x) // devices
    for _ in range(rounds):
        total = np.zeros_like(params)
        for start in range(0, len(x), size):
            rows, targets = x[start : start + size], y[start : start + size]
            own = params
            for _ in range(local_steps):
                errors = rows @ own - targets
                own = own - learning_rate * (rows.T @ errors) / size
            total = total + own
        params = total / devices
    return params


def majority_vote_step(params, gradients, *, devices, learning_rate, weight_decay):
    """Every device votes on the sign of each coordinate's step."""
    mesh = jax.make_mesh((devices,), ("worker",), (jax.sharding.AxisType.Auto,))

    def vote(params, gradient):
        ballots = jnp.sign(gradient[0]).astype(jnp.int32)
        count = lax.psum(ballots, "worker")
        direction = jnp.sign(count).astype(params.dtype)
        return params - learning_rate * (direction + weight_decay * params), count

    return jax.shard_map(
        vote,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("worker")),
        out_specs=(jax.P(), jax.P()),
    )(params, gradients)


def majority_vote_step_reference(
    params, gradients, *, devices, learning_rate, weight_decay
):
    count = np.array(
        [int(np.sum(g > 0)) - int(np.sum(g < 0)) for g in gradients.T], dtype=np.int32
    )
    shrunk = (1 - learning_rate * weight_decay) * params
    return shrunk - learning_rate * np.sign(count), count


def sharded_evolution_step(params, noise, *, devices, sigma, learning_rate, objective):
    """Estimate an ascent direction from a population that is spread over devices."""
    mesh = jax.make_mesh((devices,), ("population",), (jax.sharding.AxisType.Auto,))

    def fitness(point):
        if objective == "sphere":
            return -jnp.sum(jnp.square(point))
        bowl = jnp.square(point) + 1.0 - jnp.cos(2.0 * jnp.pi * point)
        return -jnp.sum(bowl)

    def estimate(params, noise):
        # Each perturbation is tried in both directions.
        ahead = jax.vmap(fitness)(params + sigma * noise)
        behind = jax.vmap(fitness)(params - sigma * noise)
        mean_square = lax.pmean(jnp.mean(ahead**2 + behind**2) / 2.0, "population")
        weights = (ahead - behind) * lax.rsqrt(mean_square)
        direction = lax.pmean(weights @ noise / noise.shape[0], "population")
        return params + learning_rate / (2.0 * sigma) * direction

    return jax.shard_map(
        estimate,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("population")),
        out_specs=jax.P(),
    )(params, noise)


def sharded_evolution_step_reference(
    params, noise, *, devices, sigma, learning_rate, objective
):
    def fitness(point):
        cost = np.sum(point * point)
        if objective == "rastrigin":
            cost = cost + 2 * np.sum(np.sin(np.pi * point) ** 2)
        return -cost

    direction, square = np.zeros_like(params), np.zeros(())
    for row in noise:
        for sign in (1, -1):
            value = fitness(params + sign * sigma * row)
            direction = direction + value * sign * row / len(noise)
            square = square + value * value / (2 * len(noise))
    return params + learning_rate / (2 * sigma) * direction / np.sqrt(square)


def sequence_parallel_rotary(x, *, devices, base, interleaved):
    """Rotate features by positions that each device counts from its own place."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("seq",))

    @jax.shard_map(mesh=mesh, in_specs=jax.P("seq"), out_specs=jax.P("seq"))
    def rotate(x):
        length, features = x.shape
        start = lax.axis_index("seq") * length
        positions = (start + jnp.arange(length)).astype(x.dtype)
        exponents = jnp.arange(0, features, 2, dtype=x.dtype) / features
        angles = positions[:, None] * base**-exponents
        cosine, sine = jnp.cos(angles), jnp.sin(angles)
        if interleaved:
            even, odd = x[:, ::2], x[:, 1::2]
            pairs = [even * cosine - odd * sine, even * sine + odd * cosine]
            return jnp.stack(pairs, axis=-1).reshape(x.shape)
        first, second = jnp.split(x, 2, axis=1)
        rotated = [first * cosine - second * sine, first * sine + second * cosine]
        return jnp.concatenate(rotated, axis=1)

    return rotate(x)


def sequence_parallel_rotary_reference(x, *, devices, base, interleaved):
    length, features = x.shape
    half = features // 2
    result = np.zeros_like(x)
    for n in range(length):
        for k in range(half):
            i, j = (2 * k, 2 * k + 1) if interleaved else (k, half + k)
            angle = n * np.exp(np.log(np.array(base)) * (-2 * k / features))
            result[n, i] = np.cos(angle) * x[n, i] - np.sin(angle) * x[n, j]
            result[n, j] = np.sin(angle) * x[n, i] + np.cos(angle) * x[n, j]
    return result


def spatially_parallel_convolution(image, kernel, *, rows, columns, periodic):
    """Convolve an image of tiles, each with a margin of its neighbors."""
    mesh = jax.make_mesh((rows, columns), ("y", "x"), (jax.sharding.AxisType.Auto,) * 2)

    def with_margin(tile, name, axis):
        size = lax.axis_size(name)
        edges = [(i, i + 1) for i in range(size - 1)]
        if periodic:
            edges.append((size - 1, 0))
        margin = kernel.shape[axis] // 2
        last = lax.slice_in_dim(tile, tile.shape[axis] - margin, None, axis=axis)
        first = lax.slice_in_dim(tile, 0, margin, axis=axis)
        before = lax.ppermute(last, name, edges)
        after = lax.ppermute(first, name, [(j, i) for i, j in edges])
        return jnp.concatenate([before, tile, after], axis=axis)

    def convolve(tile, kernel):
        tile = with_margin(with_margin(tile, "y", 0), "x", 1)
        return lax.conv(tile[None, None], kernel[None, None], (1, 1), "VALID")[0, 0]

    return jax.shard_map(
        convolve,
        mesh=mesh,
        in_specs=(jax.P("y", "x"), jax.P()),
        out_specs=jax.P("y", "x"),
    )(image, kernel)


def spatially_parallel_convolution_reference(image, kernel, *, rows, columns, periodic):
    height, width = image.shape
    result = np.zeros_like(image)
    for (a, b), weight in np.ndenumerate(kernel):
        down, right = a - kernel.shape[0] // 2, b - kernel.shape[1] // 2
        for i, j in np.ndindex(image.shape):
            y, x = i + down, j + right
            if periodic:
                y, x = y % height, x % width
            if 0 <= y < height and 0 <= x < width:
                result[i, j] = result[i, j] + weight * image[y, x]
    return result


def causal_convolution_halo(x, kernel, *, devices, gated):
    """Causal depthwise convolution of a sharded sequence: the left sends its past."""
    mesh = jax.make_mesh((devices,), ("time",), (jax.sharding.AxisType.Auto,))
    edges = [(i, i + 1) for i in range(devices - 1)]

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("time", None), jax.P()),
        out_specs=jax.P("time", None),
    )
    def convolve(x, kernel):
        taps, length = kernel.shape[0], x.shape[0]
        past = lax.ppermute(x[length - taps + 1 :], "time", edges)
        padded = jnp.concatenate([past, x])
        y = sum(kernel[k] * padded[k : k + length] for k in range(taps))
        return x * jax.nn.sigmoid(y) if gated else y

    return convolve(x, kernel)


def causal_convolution_halo_reference(x, kernel, *, devices, gated):
    taps = len(kernel)
    result = np.zeros_like(x)
    for n in range(len(x)):
        total = np.zeros(x.shape[1])
        for back in range(min(taps, n + 1)):
            total = total + kernel[taps - 1 - back] * x[n - back]
        result[n] = x[n] / (1 + np.exp(-total)) if gated else total
    return result


def split_cache_decode(query, keys, values, length, *, devices):
    """Attend from one token to a cache split over devices, some of it still empty."""
    mesh = jax.sharding.Mesh(jax.devices()[:devices], ("cache",))

    def attend(query, keys, values, length):
        size = keys.shape[0]
        place = lax.axis_index("cache") * size + jnp.arange(size)
        scores = jnp.einsum("hd,thd->ht", query, keys) * query.shape[-1] ** -0.5
        scores = jnp.where(place < length, scores, jnp.finfo(scores.dtype).min)
        top = lax.pmax(lax.stop_gradient(jnp.max(scores, axis=1)), "cache")
        weights = jnp.exp(scores - top[:, None])
        total = jnp.einsum("ht,thd->hd", weights, values)
        total, norm = lax.psum((total, jnp.sum(weights, axis=1)), "cache")
        return total / norm[:, None]

    return jax.shard_map(
        attend,
        mesh=mesh,
        in_specs=(jax.P(), jax.P("cache"), jax.P("cache"), jax.P()),
        out_specs=jax.P(),
    )(query, keys, values, length)


def split_cache_decode_reference(query, keys, values, length, *, devices):
    result = np.zeros_like(query)
    for h, row in enumerate(query):
        seen = keys[: int(length), h]
        weights = np.exp(seen @ row / np.sqrt(row.size))
        result[h] = weights @ values[: int(length), h] / np.sum(weights)
    return result


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


def constrained_mlp(x, w_in, w_out, *, data, model, activation):
    """A feed-forward block whose parts the compiler spreads as it is told."""
    axes = ("data", "model")
    mesh = jax.make_mesh((data, model), axes, (jax.sharding.AxisType.Auto,) * 2)

    def shard(array, *names):
        sharding = jax.NamedSharding(mesh, jax.P(*names))
        return lax.with_sharding_constraint(array, sharding)

    x = shard(x, "data", None)
    w_in, w_out = shard(w_in, None, "model"), shard(w_out, "model", None)
    hidden = shard(x @ w_in, "data", "model")
    if activation == "glu":
        gate, hidden = jnp.split(hidden, 2, axis=1)
        hidden = shard(jax.nn.sigmoid(gate) * hidden, "data", None)
        w_out = w_out[: hidden.shape[1]]
    else:
        hidden = jax.nn.softplus(hidden)
    return shard(hidden @ w_out, "data", None)


def constrained_mlp_reference(x, w_in, w_out, *, data, model, activation):
    result = np.zeros((len(x), w_out.shape[1]))
    half = w_in.shape[1] // 2
    for n, row in enumerate(x):
        hidden = w_in.T @ row
        if activation == "glu":
            hidden = hidden[half:] / (1 + np.exp(-hidden[:half]))
        else:
            hidden = np.log(1 + np.exp(hidden))
        for h, value in enumerate(hidden):
            result[n] = result[n] + value * w_out[h]
    return result


def resharded_standardize(x, scale, *, devices, axis):
    """Standardize features where examples are spread, then spread the features."""
    mesh = jax.make_mesh((devices,), ("x",), (jax.sharding.AxisType.Auto,))
    examples, features = jax.P("x", None), jax.P(None, "x")
    start, end = (examples, features) if axis == 0 else (features, examples)
    x = jax.device_put(x, jax.NamedSharding(mesh, start))
    mean = jnp.mean(x, axis=axis, keepdims=True)
    deviation = jnp.std(x, axis=axis, keepdims=True)
    x = scale * (x - mean) / (deviation + 0.1)
    return jax.device_put(x, jax.NamedSharding(mesh, end))


def resharded_standardize_reference(x, scale, *, devices, axis):
    result = np.zeros_like(x)
    for k in range(x.shape[1 - axis]):
        line = x[:, k] if axis == 0 else x[k]
        centered = line - np.sum(line) / line.size
        deviation = np.sqrt(np.sum(centered * centered) / line.size)
        centered = scale * centered / (deviation + 0.1)
        if axis == 0:
            result[:, k] = centered
        else:
            result[k] = centered
    return result


def constrained_batched_matmul(left, right, *, batch, inner, contract):
    """A batch of products over a grid of devices, sharded where the options say."""
    axes = ("batch", "inner")
    mesh = jax.make_mesh((batch, inner), axes, (jax.sharding.AxisType.Auto,) * 2)
    last = ("batch", None, "inner") if contract else ("batch", "inner", None)
    shardings = [
        jax.NamedSharding(mesh, jax.P(*last)),
        jax.NamedSharding(mesh, jax.P("batch", "inner" if contract else None, None)),
    ]
    left, right = lax.with_sharding_constraint([left, right], shardings)
    product = jnp.einsum("bij,bjk->bik", left, right)
    rows = jax.NamedSharding(mesh, jax.P("batch", None if contract else "inner", None))
    return jnp.tanh(lax.with_sharding_constraint(product, rows))


def constrained_batched_matmul_reference(left, right, *, batch, inner, contract):
    products = np.zeros((*left.shape[:2], right.shape[2]))
    for b, i, k in np.ndindex(products.shape):
        products[b, i, k] = np.tanh(np.sum(left[b, i] * right[b, :, k]))
    return products


def partly_manual_softmax(x, weights, *, data, model):
    """Manual over one axis of the mesh; the other is left to the compiler."""
    axes = ("data", "model")
    mesh = jax.make_mesh((data, model), axes, (jax.sharding.AxisType.Auto,) * 2)

    @partial(
        jax.shard_map,
        mesh=mesh,
        in_specs=(jax.P("data"), jax.P()),
        out_specs=(jax.P("data"), jax.P()),
        axis_names={"data"},
    )
    def classify(x, weights):
        columns = jax.P(None, "model")
        weights = lax.with_sharding_constraint(weights, columns)
        probs = jax.nn.softmax(x @ weights, axis=-1)
        return probs, lax.pmean(jnp.mean(probs, axis=0), "data")

    return jax.jit(classify)(x, weights)


def partly_manual_softmax_reference(x, weights, *, data, model):
    probs = np.zeros((len(x), weights.shape[1]))
    for n, row in enumerate(x):
        scores = np.exp(row @ weights)
        probs[n] = scores / np.sum(scores)
    return probs, np.sum(probs, axis=0) / len(x)


def pmap_standardize(x, *, devices, robust):
    """Standardize one shard per device by moments over all of them."""

    def standardize(shard):
        mean = lax.pmean(jnp.mean(shard, axis=0), "batch")
        centered = shard - mean
        square = lax.pmean(jnp.mean(centered * centered, axis=0), "batch")
        scaled = centered * lax.rsqrt(square + 1e-3)
        return jnp.tanh(scaled) if robust else scaled

    shards = x.reshape(devices, -1, x.shape[1])
    return jax.pmap(standardize, axis_name="batch")(shards).reshape(x.shape)


def pmap_standardize_reference(x, *, devices, robust):
    mean = np.sum(x, axis=0) / len(x)
    variance = sum((row - mean) ** 2 for row in x) / len(x)
    scaled = (x - mean) / np.sqrt(variance + 1e-3)
    return np.tanh(scaled) if robust else scaled


def pmap_regression_step(params, x, y, *, devices, learning_rate, average):
    """A step of least squares on replicated parameters and sharded examples."""

    @partial(jax.pmap, axis_name="devices", in_axes=(None, 0, 0), out_axes=None)
    def step(params, x, y):
        def loss(params):
            return 0.5 * jnp.sum(jnp.square(x @ params - y))

        value, gradient = jax.value_and_grad(loss)(params)
        reduce = lax.pmean if average else lax.psum
        value, gradient = reduce((value, gradient), axis_name="devices")
        return params - learning_rate * gradient, value

    x = x.reshape(devices, -1, x.shape[-1])
    return step(params, x, y.reshape(devices, -1))


def pmap_regression_step_reference(params, x, y, *, devices, learning_rate, average):
    share = devices if average else 1
    residuals = np.array([np.sum(row * params) for row in x]) - y
    gradient = sum(r * row for r, row in zip(residuals, x)) / share
    value = np.sum(residuals**2) / 2 / share
    return params - learning_rate * gradient, value


def pmap_neighbor_coupling(phases, frequencies, *, devices, coupling, steps):
    """Oscillators on a ring of devices, each pulled by its neighbors."""
    clockwise = [(i, (i + 1) % devices) for i in range(devices)]
    counter = [(i, (i - 1) % devices) for i in range(devices)]

    def evolve(phase, frequency):
        def step(phase, _):
            left = lax.ppermute(phase, "ring", clockwise)
            right = lax.ppermute(phase, "ring", counter)
            pull = jnp.sin(left - phase) + jnp.sin(right - phase)
            return phase + 0.1 * (frequency + coupling * pull), None

        phase, _ = lax.scan(step, phase, length=steps)
        order = lax.pmean(jnp.stack([jnp.cos(phase), jnp.sin(phase)]), "ring")
        return phase, jnp.sum(jnp.square(order), axis=0)

    phases, order = jax.pmap(evolve, axis_name="ring")(phases, frequencies)
    return phases, order[0]


def pmap_neighbor_coupling_reference(phases, frequencies, *, devices, coupling, steps):
    for _ in range(steps):
        speeds = np.zeros_like(phases)
        for i in range(devices):
            speeds[i] = frequencies[i]
            for j in (i - 1, (i + 1) % devices):
                speeds[i] = speeds[i] + coupling * np.sin(phases[j] - phases[i])
        phases = phases + speeds / 10
    real = np.sum(np.cos(phases), axis=0) / devices
    imaginary = np.sum(np.sin(phases), axis=0) / devices
    return phases, real**2 + imaginary**2


def pmap_ensemble(x, weights, *, devices, combine):
    """Members of an ensemble on a device each; how they agree about every example."""

    def predict(x, weights):
        log_probs = jax.nn.log_softmax(x @ weights)
        if combine == "product":
            return jax.nn.log_softmax(lax.pmean(log_probs, "member"))
        everyone = lax.all_gather(log_probs, "member")
        return jax.nn.logsumexp(everyone, axis=0) - jnp.log(1.0 * devices)

    log_probs = jax.pmap(predict, axis_name="member", in_axes=(None, 0))(x, weights)
    return log_probs[0]


def pmap_ensemble_reference(x, weights, *, devices, combine):
    result = np.zeros((len(x), weights.shape[2]))
    for n, row in enumerate(x):
        members = []
        for weight in weights:
            scores = np.exp(row @ weight)
            members.append(scores / np.sum(scores))
        if combine == "product":
            joint = np.exp(sum(np.log(p) for p in members) / devices)
            result[n] = np.log(joint / np.sum(joint))
        else:
            result[n] = np.log(sum(members) / devices)
    return result


def pmap_transposed_norms(x, *, devices, order):
    """Norms of columns whose rows lie on different devices, after an all-to-all."""

    def norms(row):
        columns = lax.all_to_all(row, "i", split_axis=0, concat_axis=0)
        if order == 1:
            return jnp.sum(jnp.abs(columns), axis=0)
        return jnp.sqrt(jnp.sum(jnp.square(columns), axis=0) + 1e-6)

    return jax.pmap(norms, axis_name="i")(x)


def pmap_transposed_norms_reference(x, *, devices, order):
    result = np.zeros(x.shape[1:])
    for j, k in np.ndindex(result.shape):
        column = x[:, j, k]
        if order == 1:
            result[j, k] = np.sum(np.abs(column))
        else:
            result[j, k] = np.sqrt(np.sum(column * column) + 1e-6)
    return result


def two_axis_centering(x, *, devices, scale):
    """Remove the means over devices, over what each vectorizes, and over both."""

    def center(x):
        over_devices = lax.pmean(x, "device")
        over_batch = lax.pmean(x, "batch")
        centered = x - over_devices - over_batch + lax.pmean(x, ("device", "batch"))
        if scale:
            power = lax.pmean(jnp.square(centered), ("device", "batch"))
            centered = centered * lax.rsqrt(power + 0.01)
        return centered

    per_device = jax.vmap(center, axis_name="batch")
    shards = x.reshape(devices, -1, *x.shape[1:])
    return jax.pmap(per_device, axis_name="device")(shards).reshape(x.shape)


def two_axis_centering_reference(x, *, devices, scale):
    grid = x.reshape(devices, -1, x.shape[1])
    result = np.zeros_like(grid)
    for i, j in np.ndindex(grid.shape[:2]):
        column = np.sum(grid[:, j], axis=0) / devices
        row = np.sum(grid[i], axis=0) / grid.shape[1]
        result[i, j] = grid[i, j] - column - row + np.sum(x, axis=0) / len(x)
    if scale:
        power = sum(np.sum(part**2, axis=0) for part in result) / len(x)
        result = result / np.sqrt(power + 0.01)
    return result.reshape(x.shape)
