"""Shapes, meshes and points: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _normalize(vectors):
    return vectors / jnp.linalg.norm(vectors, axis=-1, keepdims=True)


def _unit_reference(vector):
    return vector / np.sqrt(np.sum(vector * vector))


def _cross_reference(a, b):
    return np.array(
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    )


def _quaternion_matrix_reference(q):
    w, x, y, z = _unit_reference(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def box_overlaps(corners_a, sizes_a, corners_b, sizes_b, *, kind):
    """Intersection over union of all pairs of boxes, or a variant for distant ones."""
    low_a, high_a = corners_a[:, None], (corners_a + sizes_a)[:, None]
    low_b, high_b = corners_b, corners_b + sizes_b
    overlap = jnp.minimum(high_a, high_b) - jnp.maximum(low_a, low_b)
    intersection = jnp.prod(jnp.maximum(overlap, 0.0), axis=-1)
    areas = jnp.prod(sizes_a, axis=-1)[:, None] + jnp.prod(sizes_b, axis=-1)
    union = areas - intersection
    iou = intersection / union
    # The smallest box around both penalizes boxes that are far apart.
    hull = jnp.maximum(high_a, high_b) - jnp.minimum(low_a, low_b)
    if kind == "giou":
        around = jnp.prod(hull, axis=-1)
        return iou - (around - union) / around
    if kind == "diou":
        gaps = 0.5 * (low_a + high_a - low_b - high_b)
        return iou - jnp.sum(gaps**2, axis=-1) / jnp.sum(hull**2, axis=-1)
    return iou


def box_overlaps_reference(corners_a, sizes_a, corners_b, sizes_b, *, kind):
    table = np.zeros((len(corners_a), len(corners_b)))
    for i, (p, a) in enumerate(zip(corners_a, sizes_a)):
        for j, (q, b) in enumerate(zip(corners_b, sizes_b)):
            shared, spans, apart = 1.0, [], 0.0
            for k in range(2):
                stop_a, stop_b = p[k] + a[k], q[k] + b[k]
                inside = np.minimum(stop_a, stop_b) - np.maximum(p[k], q[k])
                shared = shared * (inside if inside > 0 else 0.0)
                spans.append(np.maximum(stop_a, stop_b) - np.minimum(p[k], q[k]))
                apart = apart + ((p[k] + a[k] / 2) - (q[k] + b[k] / 2)) ** 2
            union = a[0] * a[1] + b[0] * b[1] - shared
            table[i, j] = shared / union
            if kind == "giou":
                table[i, j] -= 1 - union / (spans[0] * spans[1])
            if kind == "diou":
                table[i, j] -= apart / (spans[0] ** 2 + spans[1] ** 2)
    return table


def point_set_distance(x, y, *, kind):
    """Distance between batches of point sets by their nearest neighbors."""
    squared = jnp.sum((x[:, :, None] - y[:, None]) ** 2, axis=-1)
    to_y, to_x = jnp.min(squared, axis=2), jnp.min(squared, axis=1)
    if kind == "chamfer":
        return jnp.mean(to_y, axis=1) + jnp.mean(to_x, axis=1)
    summary = jnp.max if kind == "hausdorff" else jnp.mean
    to_y, to_x = jnp.sqrt(to_y), jnp.sqrt(to_x)
    return jnp.maximum(summary(to_y, axis=1), summary(to_x, axis=1))


def point_set_distance_reference(x, y, *, kind):
    def nearest(a, b):
        lengths = [[np.sqrt(np.sum((p - q) ** 2)) for q in b] for p in a]
        return np.array([np.min(np.array(row)) for row in lengths])

    values = []
    for a, b in zip(x, y):
        forth, back = nearest(a, b), nearest(b, a)
        if kind == "chamfer":
            values.append(np.sum(forth**2) / len(a) + np.sum(back**2) / len(b))
        elif kind == "hausdorff":
            values.append(np.max(np.concatenate([forth, back])))
        else:
            values.append(np.maximum(np.sum(forth) / len(a), np.sum(back) / len(b)))
    return np.array(values)


def mesh_vertex_normals(vertices, faces, *, min_length):
    """Vertex normals of a triangle mesh, weighted by area; its area and volume."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    # Twice the area times the normal of each face.
    crosses = jnp.cross(b - a, c - a)
    normals = jnp.zeros_like(vertices).at[faces].add(crosses[:, None, :])
    lengths = jnp.linalg.norm(normals, axis=-1, keepdims=True)
    area = 0.5 * jnp.sum(jnp.linalg.norm(crosses, axis=-1))
    volume = jnp.sum(a * jnp.cross(b, c)) / 6.0
    return normals / jnp.maximum(lengths, min_length), area, volume


def mesh_vertex_normals_reference(vertices, faces, *, min_length):
    normals = np.zeros((len(vertices), 3))
    area = volume = 0.0
    for face in faces:
        a, b, c = (vertices[k] for k in face)
        cross = _cross_reference(b - a, c - a)
        for k in face:
            normals[k] += cross
        area = area + np.sqrt(np.sum(cross * cross)) / 2
        volume = volume + np.sum(_cross_reference(a, b) * c) / 6
    for k, normal in enumerate(normals):
        normals[k] = normal / np.maximum(np.sqrt(np.sum(normal * normal)), min_length)
    return normals, area, volume


def points_in_polygon(points, polygon, *, rule):
    """Which points are inside a polygon that may cross itself."""
    start, stop = polygon, jnp.roll(polygon, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    above_start, above_stop = start[:, 1] > y, stop[:, 1] > y
    rises, falls = ~above_start & above_stop, above_start & ~above_stop
    edge = stop - start
    # Positive where the point is to the left of the edge.
    side = edge[:, 0] * (y - start[:, 1]) - edge[:, 1] * (x - start[:, 0])
    winding = jnp.sum(rises & (side > 0), axis=1) - jnp.sum(falls & (side < 0), axis=1)
    return winding % 2 == 1 if rule == "even_odd" else winding != 0


def points_in_polygon_reference(points, polygon, *, rule):
    # The angles under which a point sees the edges add up to full turns.
    inside = np.zeros(len(points), dtype=bool)
    for i, point in enumerate(points):
        total = 0.0
        for k in range(len(polygon)):
            a, b = polygon[k - 1] - point, polygon[k] - point
            total = total + np.arctan2(a[0] * b[1] - a[1] * b[0], np.sum(a * b))
        turns = int(np.rint(total / (2 * np.pi)))
        inside[i] = turns % 2 == 1 if rule == "even_odd" else turns != 0
    return inside


def great_circle(latitude_a, longitude_a, latitude_b, longitude_b, *, radius):
    """Distances and initial bearings between places on a sphere."""
    turn = longitude_b - longitude_a
    haversine = (
        jnp.sin(0.5 * (latitude_b - latitude_a)) ** 2
        + jnp.cos(latitude_a) * jnp.cos(latitude_b) * jnp.sin(0.5 * turn) ** 2
    )
    distance = 2.0 * radius * jnp.arcsin(jnp.sqrt(haversine))
    east = jnp.sin(turn) * jnp.cos(latitude_b)
    north = jnp.cos(latitude_a) * jnp.sin(latitude_b)
    north -= jnp.sin(latitude_a) * jnp.cos(latitude_b) * jnp.cos(turn)
    return distance, jnp.arctan2(east, north)


def great_circle_reference(latitude_a, longitude_a, latitude_b, longitude_b, *, radius):
    # With vectors from the center.
    def place(latitude, longitude):
        ring = np.cos(latitude)
        return np.array(
            [ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)]
        )

    distances, bearings = [], []
    for i in range(len(latitude_a)):
        here = place(latitude_a[i], longitude_a[i])
        there = place(latitude_b[i], longitude_b[i])
        normal = _cross_reference(here, there)
        angle = np.arctan2(np.sqrt(np.sum(normal * normal)), np.sum(here * there))
        east = np.array([-np.sin(longitude_a[i]), np.cos(longitude_a[i]), np.zeros(())])
        north = _cross_reference(here, east)
        distances.append(radius * angle)
        bearings.append(np.arctan2(np.sum(there * east), np.sum(there * north)))
    return np.array(distances), np.array(bearings)


def farthest_point_sampling(points, *, count):
    """Pick points far from those already picked; distances of all points to them."""

    def sample(cloud):
        def pick(state, _):
            distances, last = state
            gaps = jnp.sum((cloud - cloud[last]) ** 2, axis=-1)
            distances = jnp.minimum(distances, gaps)
            return (distances, jnp.argmax(distances).astype(jnp.int32)), last

        far = jnp.full(cloud.shape[0], jnp.inf, dtype=cloud.dtype)
        (distances, _), picked = lax.scan(pick, (far, jnp.int32(0)), length=count)
        return picked, jnp.sqrt(distances)

    return jax.vmap(sample)(points)


def farthest_point_sampling_reference(points, *, count):
    picks, reaches = [], []
    for cloud in points:
        lengths = np.sqrt(np.sum((cloud[:, None] - cloud) ** 2, axis=2))
        picked = [0]
        while len(picked) < count:
            picked.append(int(np.argmax(np.min(lengths[:, picked], axis=1))))
        picks.append(picked)
        reaches.append(np.min(lengths[:, picked], axis=1))
    return np.array(picks, dtype=np.int32), np.array(reaches)


def splat_to_grid(points, values, *, size, kernel):
    """Scatter values of points in space onto the nodes of a grid."""
    grid = jnp.zeros((size, size, size, values.shape[1]), dtype=values.dtype)
    if kernel == "nearest":
        nodes = jnp.clip(jnp.floor(points + 0.5), 0, size - 1).astype(jnp.int32)
        return grid.at[tuple(nodes.T)].add(values)
    low = jnp.clip(jnp.floor(points), 0, size - 2).astype(jnp.int32)
    share = points - low
    for corner in range(8):
        offset = jnp.array([corner >> 2 & 1, corner >> 1 & 1, corner & 1])
        weight = jnp.prod(jnp.where(offset == 1, share, 1.0 - share), axis=-1)
        grid = grid.at[tuple((low + offset).T)].add(weight[:, None] * values)
    return grid


def splat_to_grid_reference(points, values, *, size, kernel):
    gaps = points[:, :, None] - np.arange(size)
    if kernel == "linear":
        x, y, z = np.swapaxes(np.maximum(1 - np.abs(gaps), 0), 0, 1)
    else:
        x, y, z = np.swapaxes((gaps >= -0.5) & (gaps < 0.5), 0, 1)
    return np.einsum("nx,ny,nz,nc->xyzc", x, y, z, values)


def bezier_curve(control, weights, time):
    """Points and tangents of a rational Bezier curve by de Casteljau's algorithm."""
    # In homogeneous coordinates the curve is polynomial.
    lifted = jnp.concatenate([control * weights[:, None], weights[:, None]], axis=-1)
    degree = control.shape[0] - 1

    def evaluate(t):
        level = lifted
        for _ in range(degree - 1):
            level = (1.0 - t) * level[:-1] + t * level[1:]
        point = (1.0 - t) * level[0] + t * level[1]
        slope = degree * (level[1] - level[0])
        place = point[:-1] / point[-1]
        return place, (slope[:-1] - slope[-1] * place) / point[-1]

    return jax.vmap(evaluate)(time)


def bezier_curve_reference(control, weights, time):
    degree = len(control) - 1
    points, tangents = [], []
    for t in time:
        shares, slopes = [], []
        for i in range(degree + 1):
            scale = math.comb(degree, i) * weights[i]
            shares.append(scale * t**i * (1 - t) ** (degree - i))
            slope = np.zeros(())
            if i:
                slope = slope + i * t ** (i - 1) * (1 - t) ** (degree - i)
            if i < degree:
                slope = slope - (degree - i) * t**i * (1 - t) ** (degree - i - 1)
            slopes.append(scale * slope)
        shares, slopes = np.array(shares), np.array(slopes)
        total = np.sum(shares)
        points.append(shares @ control / total)
        slopes = slopes / total - shares * np.sum(slopes) / total**2
        tangents.append(slopes @ control)
    return np.array(points), np.array(tangents)


def ransac_plane(points, samples, *, tolerance):
    """Plane through three of the points with the most points close to it."""

    def score(indices):
        a, b, c = points[indices]
        normal = jnp.cross(b - a, c - a)
        length = jnp.linalg.norm(normal)
        # Three points on a line say nothing about a plane.
        valid = length > 1e-3
        normal = normal / jnp.where(valid, length, 1.0)
        inliers = valid & (jnp.abs((points - a) @ normal) <= tolerance)
        return jnp.sum(inliers, dtype=jnp.int32), inliers, normal

    counts, inliers, normals = jax.vmap(score)(samples)
    best = jnp.argmax(counts)
    return counts[best], inliers[best], normals[best]


def ransac_plane_reference(points, samples, *, tolerance):
    best = (-1, None, None)
    for i, j, k in samples:
        cross = _cross_reference(points[j] - points[i], points[k] - points[i])
        length = np.sqrt(np.sum(cross * cross))
        close, normal = np.zeros(len(points), dtype=bool), cross
        if length > 1e-3:
            normal = cross / length
            for n, point in enumerate(points):
                close[n] = np.abs(np.sum((point - points[i]) * normal)) <= tolerance
        if np.sum(close) > best[0]:
            best = (int(np.sum(close)), close, normal)
    return np.array(best[0], dtype=np.int32), best[1], best[2]
