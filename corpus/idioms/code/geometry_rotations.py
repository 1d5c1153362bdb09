"""Rotations and rigid motions: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg

from .geometry import (
    _cross_reference,
    _normalize,
    _quaternion_matrix_reference,
    _unit_reference,
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
