"""Geometry: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg, special


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


def quaternion_rotate(quaternion, points, *, inverse):
    """Rotate points by quaternions with the real part first."""
    unit = _normalize(quaternion)
    real, imaginary = unit[:, None, :1], unit[:, None, 1:]
    if inverse:
        imaginary = -imaginary
    # Two cross products take fewer operations than the sandwich product.
    turned = 2.0 * jnp.cross(imaginary, points)
    return points + real * turned + jnp.cross(imaginary, turned)


def quaternion_rotate_reference(quaternion, points, *, inverse):
    rotated = []
    for q, rows in zip(quaternion, points):
        matrix = _quaternion_matrix_reference(q)
        rotated.append(rows @ (matrix if inverse else matrix.T))
    return np.array(rotated)


def quaternion_slerp(start, end, time, *, shortest):
    """Interpolate between rotations at constant angular speed."""
    start, end = _normalize(start), _normalize(end)
    cosine = jnp.sum(start * end, axis=-1, keepdims=True)
    if shortest:  # q and -q are the same rotation
        end = jnp.where(cosine < 0, -end, end)
        cosine = jnp.abs(cosine)
    angle = jnp.arccos(jnp.clip(cosine, -1.0, 1.0))
    sine = jnp.sin(angle)
    close = sine < 1e-3
    safe = jnp.where(close, 1.0, sine)
    before = jnp.where(close, 1.0 - time, jnp.sin((1.0 - time) * angle) / safe)
    after = jnp.where(close, time, jnp.sin(time * angle) / safe)
    return before[..., None] * start[:, None] + after[..., None] * end[:, None]


def quaternion_slerp_reference(start, end, time, *, shortest):
    # Turn from the start towards the part of the end that is orthogonal to it.
    path = []
    for p, q in zip(start, end):
        p, q = _unit_reference(p), _unit_reference(q)
        if shortest and np.sum(p * q) < 0:
            q = -q
        aside = q - np.sum(p * q) * p
        length = np.sqrt(np.sum(aside * aside))
        angle = np.arctan2(length, np.sum(p * q))
        if length < 1e-3:
            path.append(np.array([(1 - t) * p + t * q for t in time]))
        else:
            turned = [
                np.cos(t * angle) * p + np.sin(t * angle) / length * aside for t in time
            ]
            path.append(np.array(turned))
    return np.array(path)


def rodrigues_rotation(twist):
    """Rotation matrices and translations of rigid motions along twists."""
    velocity, rotation = twist[:, :3], twist[:, 3:]
    squared = jnp.sum(rotation**2, axis=-1)[:, None, None]
    # The closed form divides by the angle; close to zero a series takes over.
    small = squared < 1e-4
    safe = jnp.where(small, 1.0, squared)
    angle = jnp.sqrt(safe)
    a = jnp.where(small, 1.0 - squared / 6.0, jnp.sin(angle) / angle)
    b = jnp.where(small, 0.5 - squared / 24.0, (1.0 - jnp.cos(angle)) / safe)
    c = jnp.where(small, 1.0 / 6.0 - squared / 120.0, (1.0 - a) / safe)
    x, y, z = rotation.T
    zero = jnp.zeros_like(x)
    rows = jnp.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]])
    cross = jnp.moveaxis(rows, -1, 0)
    square = cross @ cross
    identity = jnp.eye(3, dtype=twist.dtype)
    matrix = identity + a * cross + b * square
    spread = identity + b * cross + c * square
    return matrix, jnp.einsum("bij,bj->bi", spread, velocity)


def rodrigues_rotation_reference(twist):
    # The exponential series of the motion's matrix.
    matrices, translations = [], []
    for row in twist:
        x, y, z = row[3:]
        generator = np.zeros((4, 4))
        generator[0, 1], generator[0, 2], generator[1, 2] = -z, y, -x
        generator[1, 0], generator[2, 0], generator[2, 1] = z, -y, x
        generator[:3, 3] = row[:3]
        motion = term = np.eye(4)
        for k in range(1, 30):
            term = term @ generator / k
            motion = motion + term
        matrices.append(motion[:3, :3])
        translations.append(motion[:3, 3])
    return np.array(matrices), np.array(translations)


def six_dim_rotation(vectors):
    """Orthonormalize two vectors into a rotation matrix; also as a quaternion."""
    first = _normalize(vectors[:, 0])
    second = vectors[:, 1]
    overlap = jnp.sum(first * second, axis=-1, keepdims=True)
    second = _normalize(second - overlap * first)
    matrix = jnp.stack([first, second, jnp.cross(first, second)], axis=-1)

    def quaternion(m):
        trace = m[0, 0] + m[1, 1] + m[2, 2]
        # Four times the square of each component; the largest is safe to divide by.
        diagonal = jnp.append(trace, jnp.diagonal(m))
        best = jnp.argmax(diagonal)
        xy, xz, yz = m[0, 1] + m[1, 0], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1]
        wx, wy, wz = m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]
        products = jnp.array(
            [[0.0, wx, wy, wz], [wx, 0.0, xy, xz], [wy, xy, 0.0, yz], [wz, xz, yz, 0.0]]
        )
        squares = 1.0 - trace + 2.0 * diagonal
        row = products[best].at[best].set(squares[best])
        row = 0.5 * row / jnp.sqrt(squares[best])
        return jnp.where(row[0] < 0, -row, row)

    return matrix, jax.vmap(quaternion)(matrix)


def six_dim_rotation_reference(vectors):
    matrices, quaternions = [], []
    for a, b in vectors:
        first = _unit_reference(a)
        second = _unit_reference((np.eye(3) - np.outer(first, first)) @ b)
        m = np.array([first, second, _cross_reference(first, second)]).T
        # The quaternion is the leading eigenvector of Bar-Itzhack's matrix.
        wx, wy, wz = m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]
        trace = m[0, 0] + m[1, 1] + m[2, 2]
        k = np.zeros((4, 4))
        k[0] = np.array([trace, wx, wy, wz])
        k[1:, 0] = k[0, 1:]
        k[1:, 1:] = m + m.T - trace * np.eye(3)
        q = linalg.eigh(k)[1][:, -1]
        matrices.append(m)
        quaternions.append(-q if q[0] < 0 else q)
    return np.array(matrices), np.array(quaternions)


def euler_to_matrix(angles, *, order, intrinsic):
    """Rotation matrices of three turns about coordinate axes."""
    cosines, sines = jnp.cos(angles), jnp.sin(angles)

    def turn(axis, cosine, sine):
        i, j = [(1, 2), (2, 0), (0, 1)]["xyz".index(axis)]
        matrix = jnp.eye(3, dtype=angles.dtype)
        matrix = matrix.at[i, i].set(cosine).at[j, j].set(cosine)
        return matrix.at[i, j].set(-sine).at[j, i].set(sine)

    def compose(cosines, sines):
        first, second, third = map(turn, order, cosines, sines)
        # Later turns are about axes that have moved, or that are fixed.
        return first @ second @ third if intrinsic else third @ second @ first

    return jax.vmap(compose)(cosines, sines)


def euler_to_matrix_reference(angles, *, order, intrinsic):
    matrices = []
    for row in angles:
        total = np.array([1.0, 0.0, 0.0, 0.0])
        for axis, angle in zip(order, row):
            q = np.zeros(4)
            q[0], q["wxyz".index(axis)] = np.cos(angle / 2), np.sin(angle / 2)
            p, q = (total, q) if intrinsic else (q, total)
            real = p[0] * q[0] - np.sum(p[1:] * q[1:])
            rest = p[0] * q[1:] + q[0] * p[1:] + _cross_reference(p[1:], q[1:])
            total = np.array([real, *rest])
        matrices.append(_quaternion_matrix_reference(total))
    return np.array(matrices)


def project_points(points, rotation, translation, focal, center, distortion):
    """Project points by a camera with radial and tangential lens distortion."""
    angle = jnp.linalg.norm(rotation)
    axis = rotation / angle
    along = (points @ axis)[:, None] * axis
    turned = along + jnp.cos(angle) * (points - along)
    turned = turned + jnp.sin(angle) * jnp.cross(axis, points)
    seen = turned + translation
    x, y = seen[:, 0] / seen[:, 2], seen[:, 1] / seen[:, 2]
    k1, k2, p1, p2 = distortion
    squared = x**2 + y**2
    radial = 1.0 + squared * (k1 + k2 * squared)
    dx = 2.0 * p1 * x * y + p2 * (squared + 2.0 * x**2)
    dy = p1 * (squared + 2.0 * y**2) + 2.0 * p2 * x * y
    return focal * jnp.stack([radial * x + dx, radial * y + dy], axis=-1) + center


def project_points_reference(points, rotation, translation, focal, center, distortion):
    half = np.sqrt(np.sum(rotation * rotation)) / 2
    turn = np.array([np.cos(half), *(np.sin(half) / (2 * half) * rotation)])
    matrix = _quaternion_matrix_reference(turn)
    k1, k2, p1, p2 = distortion
    pixels = []
    for point in points:
        a, b, depth = matrix @ point + translation
        x, y = a / depth, b / depth
        r = np.sqrt(x * x + y * y)
        scale = 1 + k1 * r**2 + k2 * r**4
        u = scale * x + 2 * p1 * x * y + p2 * (3 * x * x + y * y)
        v = scale * y + 2 * p2 * x * y + p1 * (3 * y * y + x * x)
        pixels.append(np.array([focal[0] * u + center[0], focal[1] * v + center[1]]))
    return np.array(pixels)


def intersect_rays(origins, directions, weights, *, ridge):
    """Point with the least weighted squared distance to lines, and the distances."""
    axes = _normalize(directions)
    identity = jnp.eye(3, dtype=origins.dtype)
    projectors = identity - axes[:, :, None] * axes[:, None, :]
    system = jnp.einsum("n,nij->ij", weights, projectors) + ridge * identity
    right = jnp.einsum("n,nij,nj->i", weights, projectors, origins)
    point = jnp.linalg.solve(system, right)
    gaps = jnp.einsum("nij,nj->ni", projectors, point - origins)
    return point, jnp.sum(gaps**2, axis=-1)


def intersect_rays_reference(origins, directions, weights, *, ridge):
    system, right = ridge * np.eye(3), np.zeros(3)
    axes = [_unit_reference(direction) for direction in directions]
    for origin, axis, weight in zip(origins, axes, weights):
        # The cross product with the axis measures the distance from the line.
        x, y, z = axis
        zero = np.zeros(())
        skew = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]])
        system = system + weight * skew.T @ skew
        right = right + weight * skew.T @ (skew @ origin)
    point = np.linalg.inv(system) @ right
    gaps = [
        _cross_reference(axis, point - origin) for axis, origin in zip(axes, origins)
    ]
    return point, np.array([np.sum(gap * gap) for gap in gaps])


def ray_triangle_intersection(origins, directions, triangles, *, cull):
    """Distance to the nearest triangle that each ray hits, and which one it is."""
    base = triangles[:, 0]
    edge1, edge2 = triangles[:, 1] - base, triangles[:, 2] - base

    def nearest(origin, direction):
        normal = jnp.cross(direction, edge2)
        determinant = jnp.sum(edge1 * normal, axis=-1)
        facing = determinant > 1e-3 if cull else jnp.abs(determinant) > 1e-3
        inverse = 1.0 / jnp.where(facing, determinant, 1.0)
        offset = origin - base
        u = inverse * jnp.sum(offset * normal, axis=-1)
        across = jnp.cross(offset, edge1)
        v = inverse * jnp.sum(direction * across, axis=-1)
        distance = inverse * jnp.sum(edge2 * across, axis=-1)
        hit = facing & (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 0)
        distance = jnp.where(hit, distance, jnp.inf)
        index = jnp.where(jnp.any(hit), jnp.argmin(distance), -1)
        return jnp.min(distance), index.astype(jnp.int32)

    return jax.vmap(nearest)(origins, directions)


def ray_triangle_intersection_reference(origins, directions, triangles, *, cull):
    # Solve origin + t direction = a + u (b - a) + v (c - a) by Cramer's rule.
    def volume(a, b, c):
        return np.sum(a * _cross_reference(b, c))

    distances = np.full(len(origins), np.inf)
    indices = np.full(len(origins), -1, dtype=np.int32)
    for i, (origin, direction) in enumerate(zip(origins, directions)):
        for k, (a, b, c) in enumerate(triangles):
            left, right, back = b - a, c - a, -direction
            whole = volume(left, right, back)
            if whole <= 1e-3 and (cull or whole >= -1e-3):
                continue
            u = volume(origin - a, right, back) / whole
            v = volume(left, origin - a, back) / whole
            t = volume(left, right, origin - a) / whole
            inside = u >= 0 and v >= 0 and u + v <= 1
            if inside and t > 0 and (indices[i] < 0 or t < distances[i]):
                distances[i], indices[i] = t, k
    return distances, indices


def sphere_trace(pixels, centers, radii, *, steps, blend):
    """March rays towards smoothly joined spheres; distances and normals at the end."""

    def scene(point):
        distances = jnp.linalg.norm(point - centers, axis=-1) - radii
        return -blend * jax.nn.logsumexp(-distances / blend)

    def march(pixel):
        origin = jnp.array([0.0, 0.0, -3.0], dtype=pixels.dtype)
        direction = _normalize(jnp.append(pixel, 1.0))

        def step(_, depth):
            # Nothing is closer than this, so the ray may go as far.
            return depth + scene(origin + depth * direction)

        depth = lax.fori_loop(0, steps, step, jnp.zeros((), dtype=pixels.dtype))
        return depth, jax.grad(scene)(origin + depth * direction)

    return jax.vmap(march)(pixels)


def sphere_trace_reference(pixels, centers, radii, *, steps, blend):
    ahead = np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1)
    ahead = ahead / np.sqrt(np.sum(ahead * ahead, axis=1, keepdims=True))
    points, depths = np.array([0.0, 0.0, -3.0]), np.zeros(len(pixels))
    for step in range(steps + 1):
        gaps = (points + depths[:, None] * ahead)[:, None] - centers
        lengths = np.sqrt(np.sum(gaps * gaps, axis=2))
        signed = lengths - radii
        nearest = np.min(signed, axis=1)
        shares = np.exp((nearest[:, None] - signed) / blend)
        total = np.sum(shares, axis=1)
        if step < steps:
            depths = depths + nearest - blend * np.log(total)
    slopes = np.sum((shares / lengths)[..., None] * gaps, axis=1)
    return depths, slopes / total[:, None]


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


def rigid_alignment(source, target, weights, *, scaled):
    """Rotation, translation and scale that map one point set best onto another."""
    shares = weights / jnp.sum(weights)
    source_mean, target_mean = shares @ source, shares @ target
    from_points, to_points = source - source_mean, target - target_mean
    covariance = (shares[:, None] * to_points).T @ from_points
    left, singular, right = jnp.linalg.svd(covariance)
    # A reflection fits better at times; the weakest axis is turned around then.
    handedness = jnp.sign(jnp.linalg.det(left) * jnp.linalg.det(right))
    signs = jnp.ones_like(singular).at[-1].set(handedness)
    rotation = (left * signs) @ right
    if scaled:
        scale = singular @ signs / (shares @ jnp.sum(from_points**2, axis=1))
    else:
        scale = jnp.ones_like(handedness)
    translation = target_mean - scale * rotation @ source_mean
    residuals = target - scale * source @ rotation.T - translation
    return rotation, translation, shares @ jnp.sum(residuals**2, axis=1)


def rigid_alignment_reference(source, target, weights, *, scaled):
    # Horn's method: the rotation is an eigenvector, as a quaternion.
    total = np.sum(weights)
    means = [
        sum(w * p for w, p in zip(weights, rows)) / total for rows in (source, target)
    ]
    s = np.zeros((3, 3))
    size = 0.0
    for w, p, q in zip(weights, source, target):
        p, q = p - means[0], q - means[1]
        s = s + w / total * np.outer(p, q)
        size = size + w / total * np.sum(p * p)
    k = np.zeros((4, 4))
    trace = s[0, 0] + s[1, 1] + s[2, 2]
    k[0] = np.array([trace, s[1, 2] - s[2, 1], s[2, 0] - s[0, 2], s[0, 1] - s[1, 0]])
    k[1:, 0] = k[0, 1:]
    k[1:, 1:] = s + s.T - trace * np.eye(3)
    values, vectors = linalg.eigh(k)
    rotation = _quaternion_matrix_reference(vectors[:, -1])
    scale = values[-1] / size if scaled else 1.0
    translation = means[1] - scale * rotation @ means[0]
    error = 0.0
    for w, p, q in zip(weights, source, target):
        error = error + w / total * np.sum(
            (scale * rotation @ p + translation - q) ** 2
        )
    return rotation, translation, error


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


def rasterize_triangles(corners, depths, *, height, width, two_sided):
    """Index and depth of the nearest triangle at every pixel's center."""
    dtype = corners.dtype
    columns, rows = jnp.meshgrid(jnp.arange(width), jnp.arange(height))
    pixels = jnp.stack([columns, rows], axis=-1).astype(dtype) + 0.5

    def edge(a, b, c):
        return (b[0] - a[0]) * (c[..., 1] - a[1]) - (b[1] - a[1]) * (c[..., 0] - a[0])

    def draw(triangle, depths):
        a, b, c = triangle
        area = edge(a, b, c)
        visible = jnp.abs(area) > 1e-3 if two_sided else area > 1e-3
        weights = jnp.stack(
            [edge(b, c, pixels), edge(c, a, pixels), edge(a, b, pixels)]
        )
        weights = weights / jnp.where(visible, area, 1.0)
        covered = visible & jnp.all(weights >= 0, axis=0)
        return jnp.where(covered, jnp.einsum("khw,k->hw", weights, depths), jnp.inf)

    buffers = jax.vmap(draw)(corners, depths)
    nearest = jnp.min(buffers, axis=0)
    index = jnp.argmin(buffers, axis=0).astype(jnp.int32)
    return jnp.where(jnp.isfinite(nearest), index, -1), nearest


def rasterize_triangles_reference(corners, depths, *, height, width, two_sided):
    index = np.full((height, width), -1, dtype=np.int32)
    buffer = np.full((height, width), np.inf)
    for k, triangle in enumerate(corners):
        # Barycentric coordinates solve a linear system.
        frame = np.array([triangle[1] - triangle[0], triangle[2] - triangle[0]]).T
        area = frame[0, 0] * frame[1, 1] - frame[0, 1] * frame[1, 0]
        if area <= 1e-3 and (area >= -1e-3 or not two_sided):
            continue
        for i in range(height):
            for j in range(width):
                x, y = j + 0.5 - triangle[0, 0], i + 0.5 - triangle[0, 1]
                v = (frame[1, 1] * x - frame[0, 1] * y) / area
                w = (frame[0, 0] * y - frame[1, 0] * x) / area
                if v < 0 or w < 0 or v + w > 1:
                    continue
                depth = (1 - v - w) * depths[k, 0] + v * depths[k, 1] + w * depths[k, 2]
                if index[i, j] < 0 or depth < buffer[i, j]:
                    index[i, j], buffer[i, j] = k, depth
    return index, buffer


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


def volume_rendering(densities, colors, depths, *, white_background, last_step):
    """Integrate color along rays through an absorbing and emitting medium."""
    steps = jnp.diff(depths, axis=-1)
    final = jnp.full_like(steps[:, :1], last_step)
    optical = jax.nn.softplus(densities) * jnp.concatenate([steps, final], axis=-1)
    # Light reaches a sample if nothing before it absorbed it.
    before = jnp.pad(jnp.cumsum(optical[:, :-1], axis=-1), ((0, 0), (1, 0)))
    weights = jnp.exp(-before) * -jnp.expm1(-optical)
    color = jnp.einsum("rs,rsc->rc", weights, jax.nn.sigmoid(colors))
    opacity = jnp.sum(weights, axis=-1)
    if white_background:
        color = color + (1.0 - opacity)[:, None]
    return {
        "color": color,
        "depth": jnp.sum(weights * depths, axis=-1),
        "weights": weights,
    }


def volume_rendering_reference(
    densities, colors, depths, *, white_background, last_step
):
    rays, samples = densities.shape
    color, depth = np.zeros((rays, 3)), np.zeros(rays)
    weights = np.zeros((rays, samples))
    for r in range(rays):
        through = np.array(1.0)
        for s in range(samples):
            step = last_step
            if s + 1 < samples:
                step = depths[r, s + 1] - depths[r, s]
            absorbed = np.log(1 + np.exp(densities[r, s])) * step
            weights[r, s] = through * -np.expm1(-absorbed)
            color[r] += weights[r, s] / (1 + np.exp(-colors[r, s]))
            depth[r] += weights[r, s] * depths[r, s]
            through = through * np.exp(-absorbed)
        if white_background:
            color[r] += 1 - np.sum(weights[r])
    return {"color": color, "depth": depth, "weights": weights}


def view_projection(eye, target, points, *, field_of_view, near, far):
    """Normalized device coordinates of points for a camera that looks at a target."""
    forward = _normalize(target - eye)
    up = jnp.array([0.0, 1.0, 0.0], dtype=eye.dtype)
    right = _normalize(jnp.cross(forward, up))
    view = jnp.stack([right, jnp.cross(right, forward), -forward])
    scale = 1.0 / math.tan(0.5 * field_of_view)
    projection = jnp.array(
        [
            [scale, 0.0, 0.0, 0.0],
            [0.0, scale, 0.0, 0.0],
            [0.0, 0.0, (far + near) / (near - far), 2.0 * far * near / (near - far)],
            [0.0, 0.0, -1.0, 0.0],
        ],
        dtype=eye.dtype,
    )
    seen = (points - eye) @ view.T
    clip = jnp.pad(seen, ((0, 0), (0, 1)), constant_values=1.0) @ projection.T
    visible = jnp.all(jnp.abs(clip[:, :3]) <= clip[:, 3:], axis=-1)
    return clip[:, :3] / clip[:, 3:], visible


def view_projection_reference(eye, target, points, *, field_of_view, near, far):
    forward = _unit_reference(target - eye)
    right = _unit_reference(_cross_reference(forward, np.array([0.0, 1.0, 0.0])))
    upward = _cross_reference(right, forward)
    slope = math.tan(field_of_view / 2)
    places, visible = np.zeros((len(points), 3)), np.zeros(len(points), dtype=bool)
    for i, point in enumerate(points):
        depth = np.sum((point - eye) * forward)
        places[i, 0] = np.sum((point - eye) * right) / (depth * slope)
        places[i, 1] = np.sum((point - eye) * upward) / (depth * slope)
        # The near plane goes to -1 and the far plane to 1.
        places[i, 2] = (depth * (far + near) - 2 * far * near) / (depth * (far - near))
        visible[i] = bool(depth > 0) and all(-1 <= c <= 1 for c in places[i])
    return places, visible


def spherical_harmonics(directions, coefficients, *, degree):
    """Evaluate real spherical harmonics and their weighted sums."""
    x, y, z = _normalize(directions).T
    basis = [jnp.full_like(x, math.sqrt(0.25 / math.pi))]
    if degree > 0:
        basis += [math.sqrt(0.75 / math.pi) * part for part in (y, z, x)]
    if degree > 1:
        side = math.sqrt(3.75 / math.pi)
        basis += [side * x * y, side * y * z]
        basis += [math.sqrt(0.3125 / math.pi) * (3.0 * z**2 - 1.0)]
        basis += [side * x * z, 0.5 * side * (x**2 - y**2)]
    if degree > 2:
        outer, side = math.sqrt(35 / 32 / math.pi), math.sqrt(105 / 4 / math.pi)
        inner, middle = math.sqrt(21 / 32 / math.pi), math.sqrt(7 / 16 / math.pi)
        basis += [outer * y * (3.0 * x**2 - y**2), side * x * y * z]
        basis += [inner * y * (5.0 * z**2 - 1.0), middle * z * (5.0 * z**2 - 3.0)]
        basis += [inner * x * (5.0 * z**2 - 1.0), 0.5 * side * z * (x**2 - y**2)]
        basis += [outer * x * (x**2 - 3.0 * y**2)]
    basis = jnp.stack(basis, axis=-1)
    return basis @ coefficients, basis


def spherical_harmonics_reference(directions, coefficients, *, degree):
    # From associated Legendre functions, without the Condon-Shortley phase.
    basis = np.zeros((len(directions), (degree + 1) ** 2))
    for i, direction in enumerate(directions):
        x, y, z = _unit_reference(direction)
        azimuth = np.arctan2(y, x)
        for band in range(degree + 1):
            for m in range(-band, band + 1):
                k = abs(m)
                ratio = math.factorial(band - k) / math.factorial(band + k)
                scale = math.sqrt((2 * band + 1) / (4 * math.pi) * ratio) * (-1) ** k
                value = scale * special.lpmv(k, band, z)
                if m:
                    wave = np.cos(k * azimuth) if m > 0 else np.sin(k * azimuth)
                    value = value * wave * math.sqrt(2)
                basis[i, band * band + band + m] = value
    return basis @ coefficients, basis


def project_gaussians(means, quaternions, log_scales, *, focal, distance, dilation):
    """Project Gaussians in space to an image; their centers and inverse covariances."""

    def project(mean, quaternion, log_scale):
        w, x, y, z = _normalize(quaternion)
        rotation = jnp.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )
        spread = rotation * jnp.exp(log_scale)

        def pinhole(point):
            return focal * point[:2] / (point[2] + distance)

        # To first order, the projection is linear around the mean.
        flat = jax.jacfwd(pinhole)(mean) @ spread
        cov = flat @ flat.T + dilation * jnp.eye(2, dtype=mean.dtype)
        determinant = cov[0, 0] * cov[1, 1] - cov[0, 1] ** 2
        conic = jnp.stack([cov[1, 1], -cov[0, 1], cov[0, 0]]) / determinant
        return pinhole(mean), conic

    return jax.vmap(project)(means, quaternions, log_scales)


def project_gaussians_reference(
    means, quaternions, log_scales, *, focal, distance, dilation
):
    centers, conics = [], []
    for mean, quaternion, log_scale in zip(means, quaternions, log_scales):
        rotation = _quaternion_matrix_reference(quaternion)
        cov = rotation @ np.diag(np.exp(2 * log_scale)) @ rotation.T
        depth = mean[2] + distance
        jacobian = np.zeros((2, 3))
        jacobian[0, 0] = jacobian[1, 1] = focal / depth
        jacobian[:, 2] = -focal * mean[:2] / depth**2
        inverse = np.linalg.inv(jacobian @ cov @ jacobian.T + dilation * np.eye(2))
        centers.append(focal * mean[:2] / depth)
        conics.append(np.array([inverse[0, 0], inverse[0, 1], inverse[1, 1]]))
    return np.array(centers), np.array(conics)


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


def forward_kinematics(angles, offsets, lengths, twists, *, modified):
    """Positions of all joints of an arm and the orientation of its end."""

    def screw(angle, shift, turning):
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        matrix = jnp.eye(4, dtype=angle.dtype)
        # About and along the x or the z axis.
        i, j, k = (0, 1, 2) if turning == "z" else (1, 2, 0)
        matrix = matrix.at[i, i].set(cosine).at[j, j].set(cosine)
        matrix = matrix.at[i, j].set(-sine).at[j, i].set(sine)
        return matrix.at[k, 3].set(shift)

    def link(angle, offset, length, twist):
        about_z, about_x = screw(angle, offset, "z"), screw(twist, length, "x")
        return about_x @ about_z if modified else about_z @ about_x

    links = jax.vmap(link)(angles, offsets, lengths, twists)
    # Products of all prefixes, as matrix multiplication is associative.
    poses = lax.associative_scan(jnp.matmul, links)
    return poses[:, :3, 3], poses[-1, :3, :3]


def forward_kinematics_reference(angles, offsets, lengths, twists, *, modified):
    frame, place = np.eye(3), np.zeros(3)
    places = []
    for angle, offset, length, twist in zip(angles, offsets, lengths, twists):
        for axis in "xz" if modified else "zx":
            turn = angle if axis == "z" else twist
            shift = offset if axis == "z" else length
            x, y, z = frame.T
            c, s = np.cos(turn), np.sin(turn)
            # The frame moves along its own axis and turns about it.
            if axis == "z":
                place = place + shift * z
                x, y = c * x + s * y, c * y - s * x
            else:
                place = place + shift * x
                y, z = c * y + s * z, c * z - s * y
            frame = np.array([x, y, z]).T
        places.append(place)
    return np.array(places), frame


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
