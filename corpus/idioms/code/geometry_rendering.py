"""Cameras, rays and what they see: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special

from .geometry import (
    _cross_reference,
    _normalize,
    _quaternion_matrix_reference,
    _unit_reference,
)


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
