"""Eigenvalues and Schur and Hessenberg forms: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg


def characteristic(matrix):
    # Faddeev and LeVerrier: coefficients from 1 for the highest power on.
    size = len(matrix)
    coefficients = [np.ones(())]
    product = np.zeros(matrix.shape)
    for k in range(1, size + 1):
        product = matrix @ product + coefficients[-1] * np.eye(size)
        coefficients.append(-np.trace(matrix @ product) / k)
    return np.array(coefficients)


def all_roots(coefficients):
    # Frobenius's matrix by columns: it shifts, and the last has the coefficients.
    count, size = coefficients.shape
    shifts = np.zeros((count, size - 1, size - 1))
    for i in range(size - 2):
        shifts[:, i + 1, i] = 1.0
    for i in range(size - 1):
        shifts[:, i, -1] = -coefficients[:, size - 1 - i]
    return np.linalg.eigvals(shifts)


def companion_root_moduli(coefficients, *, reciprocal):
    """Moduli of the roots of monic polynomials, in ascending order."""
    size = coefficients.shape[-1]
    if reciprocal:
        # The roots of the reversed polynomial are one over those of the other.
        lowest = coefficients[..., -1:]
        lowest = lowest + jnp.where(lowest < 0, -1.0, 1.0).astype(lowest.dtype)
        ones = jnp.ones_like(lowest)
        coefficients = jnp.concatenate([coefficients[..., -2::-1], ones], -1) / lowest
    below = jnp.eye(size, k=-1, dtype=coefficients.dtype)
    companion = below.at[:1].set(0.0) - coefficients[..., None, :] * (
        jnp.arange(size)[:, None] == 0
    )
    return jnp.sort(jnp.abs(jnp.linalg.eigvals(companion)), axis=-1)


def companion_root_moduli_reference(coefficients, *, reciprocal):
    ones = np.ones((len(coefficients), 1))
    polynomials = np.concatenate([ones, coefficients], axis=1)
    if reciprocal:
        away = np.where(coefficients[:, -1:] < 0, -1.0, 1.0)
        last = polynomials[:, -1:] + away
        polynomials = np.concatenate([polynomials[:, :-1], last], axis=1)
    moduli = np.abs(all_roots(polynomials))
    return np.sort(1 / moduli if reciprocal else moduli, axis=1)


def vibration_poles(stiffness, damping, *, scale, coupling):
    """Slowest decay and the moduli of the poles of a damped mechanical system."""
    size = damping.shape[0]
    resistance = jnp.diag(damping) + coupling * jnp.ones_like(stiffness)
    identity = jnp.eye(size, dtype=stiffness.dtype)
    dynamics = jnp.block(
        [[jnp.zeros_like(stiffness), identity], [-scale * stiffness, -resistance]]
    )
    poles, _ = jnp.linalg.eig(dynamics)
    return -jnp.max(poles.real), jnp.sort(jnp.abs(poles))


def vibration_poles_reference(stiffness, damping, *, scale, coupling):
    zeros, identity = np.zeros(stiffness.shape), np.eye(len(damping))
    resistance = np.diag(damping) + coupling * np.ones(stiffness.shape)
    # One over the poles, from the reversed polynomial as a pencil of matrices.
    first = np.block([[-resistance, -identity], [identity, zeros]])
    second = np.block([[scale * stiffness, zeros], [zeros, identity]])
    poles = 1 / linalg.eigvals(first, second)
    return np.min(-poles.real), np.sort(np.abs(poles))


def birth_death_transitions(births, deaths, *, time):
    """Transition probabilities of a birth and death process after some time."""
    size = births.shape[0] + 1
    rates = jnp.diag(births, 1) + jnp.diag(deaths, -1)
    generator = rates - jnp.diag(jnp.sum(rates, axis=1))
    eigenvalues, vectors = jnp.linalg.eig(generator)
    identity = jnp.eye(size, dtype=vectors.dtype)
    modes = vectors * jnp.exp(time * eigenvalues)
    return (modes @ jnp.linalg.solve(vectors, identity)).real


def birth_death_transitions_reference(births, deaths, *, time):
    # Detailed balance makes the generator symmetric in the scale of its equilibrium.
    size = len(births) + 1
    scale = np.ones(size)
    for i in range(size - 1):
        scale[i + 1] = scale[i] * np.sqrt(births[i] / deaths[i])
    generator = np.zeros((size, size))
    for i in range(size - 1):
        for row, column, rate in ((i, i + 1, births[i]), (i + 1, i, deaths[i])):
            generator[row, column] += rate
            generator[row, row] -= rate
    symmetric = scale[:, None] * generator / scale
    values, vectors = np.linalg.eigh((symmetric + symmetric.T) / 2)
    inner = vectors @ np.diag(np.exp(time * values)) @ vectors.T
    return inner / scale[:, None] * scale


def square_root_by_schur(matrix, vector, *, shift):
    """Principal square root of a matrix, and its action on a vector."""
    size = matrix.shape[0]
    matrix = matrix + shift * jnp.eye(size, dtype=matrix.dtype)
    triangle, basis = jax.scipy.linalg.schur(matrix, output="complex")
    diagonal = jnp.sqrt(jnp.diagonal(triangle))
    root = jnp.diag(diagonal)
    # Superdiagonals outwards: each element needs those left of it and below it.
    for offset in range(1, size):
        for i in range(size - offset):
            j = i + offset
            rest = triangle[i, j] - root[i, i + 1 : j] @ root[i + 1 : j, j]
            root = root.at[i, j].set(rest / (diagonal[i] + diagonal[j]))
    root = (basis @ root @ basis.conj().T).real
    return root, root @ vector


def square_root_by_schur_reference(matrix, vector, *, shift):
    # Denman and Beavers: a matrix and its inverse, averaged until they are roots.
    root = matrix + shift * np.eye(len(matrix))
    other = np.eye(len(matrix))
    for _ in range(12):
        root, other = (
            0.5 * (root + np.linalg.inv(other)),
            0.5 * (other + np.linalg.inv(root)),
        )
    return root, root @ vector


def sylvester_bartels_stewart(left, right, constant, *, shift, generalized):
    """Solve ``A X + X B = C``, or ``A X B + X = C``, through Schur forms of A and B."""
    left = left + shift * jnp.eye(left.shape[0], dtype=left.dtype)
    right = right + shift * jnp.eye(right.shape[0], dtype=right.dtype)
    upper, u = jax.scipy.linalg.schur(left, output="complex")
    lower, v = jax.scipy.linalg.schur(right, output="complex")
    identity = jnp.eye(left.shape[0], dtype=upper.dtype)
    rest = u.conj().T @ constant.astype(upper.dtype) @ v
    solved = jnp.zeros_like(rest)
    for j in range(right.shape[0]):
        mixed = solved @ lower[:, j]
        if generalized:
            system = lower[j, j] * upper + identity
            column = rest[:, j] - upper @ mixed
        else:
            system = upper + lower[j, j] * identity
            column = rest[:, j] - mixed
        column = jax.scipy.linalg.solve_triangular(system, column)
        solved = solved.at[:, j].set(column)
    return (u @ solved @ v.conj().T).real


def sylvester_bartels_stewart_reference(left, right, constant, *, shift, generalized):
    m, n = constant.shape
    left, right = left + shift * np.eye(m), right + shift * np.eye(n)
    if generalized:
        system = np.kron(left, right.T) + np.eye(m * n)
    else:
        system = np.kron(left, np.eye(n)) + np.kron(np.eye(m), right.T)
    return np.linalg.solve(system, constant.reshape(-1)).reshape(m, n)


def stationary_covariance(transition, noise, *, decay):
    """Covariance that a linear stochastic recurrence with noise settles to."""
    size = noise.shape[0]
    transition = decay * transition / size
    triangle, basis = jax.scipy.linalg.schur(transition, output="complex")
    rest = basis.conj().T @ jnp.diag(noise).astype(triangle.dtype) @ basis
    identity = jnp.eye(size, dtype=triangle.dtype)
    covariance = jnp.zeros_like(rest)
    # Columns from the last: the conjugate of the triangle couples later ones alone.
    for j in reversed(range(size)):
        mixed = covariance @ triangle[j].conj()
        system = identity - triangle[j, j].conj() * triangle
        column = lax.linalg.triangular_solve(
            system, (rest[:, j] + triangle @ mixed)[:, None], left_side=True
        )
        covariance = covariance.at[:, j].set(column[:, 0])
    return (basis @ covariance @ basis.conj().T).real


def stationary_covariance_reference(transition, noise, *, decay):
    size = len(noise)
    transition = decay * transition / size
    system = np.eye(size**2) - np.kron(transition, transition)
    return np.linalg.solve(system, np.diag(noise).reshape(-1)).reshape(size, size)


def spectral_moments(matrices, *, orders, centered):
    """Means of the powers of the eigenvalues, from the diagonals of Schur forms."""
    size = matrices.shape[-1]
    if centered:
        means = jnp.trace(matrices, axis1=-2, axis2=-1)[:, None, None] / size
        matrices = matrices - means * jnp.eye(size, dtype=matrices.dtype)
    triangles = jax.vmap(lambda a: jax.scipy.linalg.schur(a, output="complex")[0])(
        matrices
    )
    eigenvalues = jnp.diagonal(triangles, axis1=-2, axis2=-1)
    powers = [jnp.mean(eigenvalues**k, axis=-1) for k in range(1, orders + 1)]
    return jnp.stack(powers, axis=-1).real


def spectral_moments_reference(matrices, *, orders, centered):
    result = []
    for matrix in matrices:
        size = len(matrix)
        if centered:
            matrix = matrix - np.trace(matrix) / size * np.eye(size)
        power = np.eye(size)
        for _ in range(orders):
            power = power @ matrix
            result.append(np.trace(power) / size)
    return np.array(result).reshape(len(matrices), orders)


def frequency_response(
    dynamics, control, observation, frequencies, *, damping, feedthrough
):
    """Gains and cosines of the phase shifts of a linear system at some frequencies."""
    size = control.shape[0]
    dynamics = dynamics - damping * jnp.eye(size, dtype=dynamics.dtype)
    # Reduced once, every frequency costs a solve with a nearly triangular matrix.
    reduced, basis = jax.scipy.linalg.hessenberg(dynamics, calc_q=True)
    inputs, outputs = basis.T @ control, observation @ basis

    def respond(frequency):
        system = lax.complex(-reduced, frequency * jnp.eye(size, dtype=reduced.dtype))
        state = jnp.linalg.solve(system, inputs.astype(system.dtype))
        return outputs @ state + (2.0 + feedthrough)

    response = jax.vmap(respond)(frequencies)
    return jnp.abs(response), response.real / jnp.abs(response)


def frequency_response_reference(
    dynamics, control, observation, frequencies, *, damping, feedthrough
):
    # Real and imaginary parts as a real system of twice the size.
    size = len(control)
    matrix = damping * np.eye(size) - dynamics
    gains, cosines = [], []
    for frequency in frequencies:
        turn = frequency * np.eye(size)
        system = np.block([[matrix, -turn], [turn, matrix]])
        state = np.linalg.solve(system, np.concatenate([control, np.zeros(size)]))
        real = observation @ state[:size] + 2 + feedthrough
        imaginary = observation @ state[size:]
        gain = np.sqrt(real**2 + imaginary**2)
        gains.append(gain)
        cosines.append(real / gain)
    return np.array(gains), np.array(cosines)


def hessenberg_characteristic_polynomial(matrix, *, shift):
    """Coefficients of the characteristic polynomial, the highest power first."""
    size = matrix.shape[0]
    reduced = jax.scipy.linalg.hessenberg(
        matrix - shift * jnp.eye(size, dtype=matrix.dtype)
    )
    # Row k has the polynomial of the leading k rows and columns, constant term first.
    polynomials = jnp.zeros((size + 1, size + 1), reduced.dtype).at[0, 0].set(1.0)
    for k in range(size):
        grown = jnp.roll(polynomials[k], 1) - reduced[k, k] * polynomials[k]
        product = jnp.ones((), reduced.dtype)
        for j in reversed(range(k)):
            product = product * reduced[j + 1, j]
            grown = grown - product * reduced[j, k] * polynomials[j]
        polynomials = polynomials.at[k + 1].set(grown)
    return polynomials[size, ::-1]


def hessenberg_characteristic_polynomial_reference(matrix, *, shift):
    return characteristic(matrix - shift * np.eye(len(matrix)))


def shifted_systems(matrix, right, shifts, *, dominance, transposed):
    """Solve with one matrix and one right side for several shifts of the diagonal."""
    size = right.shape[0]
    identity = jnp.eye(size, dtype=matrix.dtype)
    matrix = (matrix.T if transposed else matrix) + dominance * identity
    reduced, basis = jax.scipy.linalg.hessenberg(matrix, calc_q=True)
    rotated = basis.T @ right
    solve = jax.vmap(
        lambda shift: jnp.linalg.solve(reduced + shift * identity, rotated)
    )
    return solve(shifts) @ basis.T


def shifted_systems_reference(matrix, right, shifts, *, dominance, transposed):
    solutions = []
    for shift in shifts:
        system = matrix + (dominance + shift) * np.eye(len(right))
        inverse = np.linalg.inv(system)
        solutions.append(right @ inverse if transposed else inverse @ right)
    return np.array(solutions)
