"""Quantum states, gates, channels and dynamics: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def apply_gates(state, gates, wires, *, normalize):
    """Apply one gate after another to the first or the second qubit of a register."""
    shape = (2, 2, state.shape[0] // 4)

    def apply(register, step):
        gate, wire = step
        first = jnp.einsum("ab,bcr->acr", gate, register)
        second = jnp.einsum("ab,cbr->car", gate, register)
        register = lax.select(wire == 0, first, second)
        if normalize:
            register = register / jnp.linalg.norm(register)
        return register, None

    register, _ = lax.scan(apply, state.reshape(shape), (gates, wires))
    return register.reshape(state.shape)


def apply_gates_reference(state, gates, wires, *, normalize):
    rest = np.eye(len(state) // 4)
    for gate, wire in zip(gates, wires):
        pair = np.kron(np.eye(2), gate) if wire else np.kron(gate, np.eye(2))
        state = np.kron(pair, rest) @ state
    if normalize:
        state = state / np.sqrt(np.sum(np.abs(state) ** 2))
    return state


def quantum_fourier_circuit(states, *, inverse):
    """Fourier transform of amplitudes by Hadamard gates and controlled phases."""
    qubits = states.shape[1].bit_length() - 1
    bits = jnp.arange(states.shape[1])
    sign = -1.0 if inverse else 1.0
    # Qubit 0 is the most significant bit.
    places = [qubits - 1 - k for k in range(qubits)]
    for k, place in enumerate(places):
        flipped = states[:, bits ^ (1 << place)]
        is_one = (bits >> place) & 1 == 1
        states = jnp.where(is_one, flipped - states, states + flipped) * 0.5**0.5
        for j, other in enumerate(places[k + 1 :], 2):
            both = is_one & ((bits >> other) & 1 == 1)
            angle = sign * 2.0 * math.pi / 2**j
            phase = complex(math.cos(angle), math.sin(angle))
            states = jnp.where(both, phase * states, states)
    # The circuit leaves the qubits in reverse order.
    tensor = states.reshape(states.shape[0], *[2] * qubits)
    tensor = jnp.transpose(tensor, (0, *range(qubits, 0, -1)))
    return tensor.reshape(states.shape)


def quantum_fourier_circuit_reference(states, *, inverse):
    size = states.shape[1]
    turns = np.outer(np.arange(size), np.arange(size)) % size
    angles = (-1 if inverse else 1) * 2 * np.pi * turns / size
    matrix = (np.cos(angles) + 1j * np.sin(angles)) / np.sqrt(size)
    return states @ matrix


def reduced_density(amplitudes, *, keep):
    """Normalized density matrices of the first system, and their purities."""
    norms = jnp.linalg.norm(amplitudes, axis=(1, 2), keepdims=True)
    states = amplitudes / norms
    density = jnp.einsum("bik,bjk->bij", states, states.conj())
    if keep == "mixture":
        size = density.shape[-1]
        mixed = jnp.eye(size, dtype=density.dtype) / size
        density = 0.5 * (density + mixed)
    return density, jnp.einsum("bij,bji->b", density, density).real


def reduced_density_reference(amplitudes, *, keep):
    densities, purities = [], []
    for state in amplitudes:
        m, n = state.shape
        vector = np.reshape(state, m * n)
        whole = np.outer(vector, np.conj(vector)).reshape(m, n, m, n)
        density = np.zeros((m, m), dtype=complex)
        for k in range(n):
            density = density + whole[:, k, :, k]
        density = density / np.sum(np.abs(vector) ** 2)
        if keep == "mixture":
            density = density / 2 + np.eye(m) / (2 * m)
        densities.append(density)
        purities.append(np.sum(np.abs(density) ** 2))
    return np.stack(densities), np.stack(purities)


def bloch_vectors(states, weights):
    """Bloch vectors of weighted mixtures of pure qubits, and their lengths."""
    paulis = jnp.array(
        [[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=states.dtype
    )
    states = states / jnp.linalg.norm(states, axis=-1, keepdims=True)
    weights = weights / jnp.sum(weights)
    vectors = jnp.einsum(
        "s,bsi,kij,bsj->bk", weights, states.conj(), paulis, states
    ).real
    return vectors, jnp.sqrt(jnp.sum(vectors**2, axis=-1))


def bloch_vectors_reference(states, weights):
    up, down = states[..., 0], states[..., 1]
    a, b, c, d = np.real(up), np.imag(up), np.real(down), np.imag(down)
    size = a**2 + b**2 + c**2 + d**2
    # Real and imaginary parts of twice the coherence, and the inversion.
    x = 2 * (a * c + b * d) / size
    y = 2 * (a * d - b * c) / size
    z = (a**2 + b**2 - c**2 - d**2) / size
    total = np.sum(weights)
    vectors = np.stack([(part @ weights) / total for part in (x, y, z)], axis=-1)
    return vectors, np.sqrt(np.sum(vectors * vectors, axis=-1))


def repeated_channel(state, strength, *, channel, steps):
    """Send a qubit through a noisy channel again and again; purities on the way."""
    kept, lost = jnp.sqrt(1.0 - strength), jnp.sqrt(strength)
    zero = jnp.zeros_like(strength)
    one = jnp.ones_like(strength)
    if channel == "amplitude damping":
        parts = [[[one, zero], [zero, kept]], [[zero, lost], [zero, zero]]]
        kraus = jnp.array(parts).astype(state.dtype)
    elif channel == "phase damping":
        parts = [[[one, zero], [zero, kept]], [[zero, zero], [zero, lost]]]
        kraus = jnp.array(parts).astype(state.dtype)
    else:
        paulis = jnp.array(
            [[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]],
            dtype=state.dtype,
        )
        identity = jnp.sqrt(1.0 - 0.75 * strength) * jnp.eye(2, dtype=state.dtype)
        kraus = jnp.concatenate([identity[None], 0.5 * lost * paulis])

    def step(density, _):
        density = jnp.einsum("kij,jl,kml->im", kraus, density, kraus.conj())
        return density, jnp.sum(jnp.abs(density) ** 2)

    state = state / jnp.linalg.norm(state)
    return lax.scan(step, jnp.outer(state, state.conj()), length=steps)


def repeated_channel_reference(state, strength, *, channel, steps):
    size = np.sum(np.abs(state) ** 2)
    upper = np.abs(state[0]) ** 2 / size
    coherence = state[0] * np.conj(state[1]) / size
    purities = []
    for _ in range(steps):
        if channel == "amplitude damping":
            upper = upper + strength * (1 - upper)
            coherence = np.sqrt(1 - strength) * coherence
        elif channel == "phase damping":
            coherence = np.sqrt(1 - strength) * coherence
        else:
            upper = (1 - strength) * upper + strength / 2
            coherence = (1 - strength) * coherence
        lower = 1 - upper
        purities.append(upper**2 + lower**2 + 2 * np.abs(coherence) ** 2)
    density = np.zeros((2, 2), dtype=complex)
    density[0, 0], density[1, 1] = upper, lower
    density[0, 1], density[1, 0] = coherence, np.conj(coherence)
    return density, np.stack(purities)


def trotter_evolution(first, second, state, *, order, step, steps):
    """Evolve under a sum of Hamiltonians by a product formula; return probabilities."""

    def propagator(hamiltonian, time):
        values, basis = jnp.linalg.eigh(hamiltonian)
        return (basis * jnp.exp(-1j * time * values)) @ basis.conj().T

    start = state / jnp.linalg.norm(state)
    if order == 1:
        once = propagator(second, step) @ propagator(first, step)
    else:
        half = propagator(first, 0.5 * step)
        once = half @ propagator(second, step) @ half

    def advance(state, _):
        state = once @ state
        return state, jnp.abs(jnp.vdot(start, state)) ** 2

    return lax.scan(advance, start, length=steps)


def trotter_evolution_reference(first, second, state, *, order, step, steps):
    def evolution(hamiltonian, time):
        # The exponential's series.
        total = term = np.eye(len(hamiltonian), dtype=complex)
        for k in range(1, 25):
            term = -1j * time / k * (hamiltonian @ term)
            total = total + term
        return total

    second = evolution(second, step)
    first = evolution(first, step if order == 1 else step / 2)
    start = state / np.sqrt(np.sum(np.abs(state) ** 2))
    state, survival = start, []
    for _ in range(steps):
        state = second @ (first @ state)
        if order == 2:
            state = first @ state
        survival.append(np.abs(np.sum(np.conj(start) * state)) ** 2)
    return state, np.stack(survival)


def pauli_string_expectations(states, weights, *, string):
    """Weighted expectation values of a product of Pauli matrices, without matrices."""
    index = jnp.arange(2 ** len(string))
    flips = int("".join("1" if pauli in "XY" else "0" for pauli in string), 2)
    signs = int("".join("1" if pauli in "YZ" else "0" for pauli in string), 2)
    # Each Y is i X Z: signs first, then flips, and a factor i.
    odd = lax.population_count(index & signs) % 2 == 1
    images = jnp.where(odd, -states, states)[:, index ^ flips]
    images = 1j ** string.count("Y") * images
    sums = jnp.sum(states.conj() * images, axis=1).real
    return weights * sums / jnp.sum(jnp.abs(states) ** 2, axis=1)


def pauli_string_expectations_reference(states, weights, *, string):
    paulis = {
        "I": np.array([[1, 0], [0, 1]]),
        "X": np.array([[0, 1], [1, 0]]),
        "Y": np.array([[0, -1j], [1j, 0]]),
        "Z": np.array([[1, 0], [0, -1]]),
    }
    matrix = np.eye(1)
    for pauli in string:
        matrix = np.kron(matrix, paulis[pauli])
    sums = np.real(np.sum(np.conj(states) * (states @ matrix.T), axis=1))
    return weights * sums / np.real(np.sum(np.conj(states) * states, axis=1))


def mixed_fidelity(first, second, *, squared):
    """Fidelity of two mixed states, and their overlap."""
    first = first / jnp.trace(first).real
    second = second / jnp.trace(second).real
    values, basis = jnp.linalg.eigh(first)
    root = (basis * jnp.sqrt(values)) @ basis.conj().T
    inner = jnp.linalg.eigvalsh(root @ second @ root)
    fidelity = jnp.sum(jnp.sqrt(inner))
    overlap = jnp.sum(first * second.conj()).real
    return {"fidelity": fidelity**2 if squared else fidelity, "overlap": overlap}


def mixed_fidelity_reference(first, second, *, squared):
    first = first / np.real(np.trace(first))
    second = second / np.real(np.trace(second))
    # The nuclear norm of the product of any two factors.
    product = np.conj(np.linalg.cholesky(first)).T @ np.linalg.cholesky(second)
    fidelity = np.sum(np.linalg.svd(product, compute_uv=False))
    overlap = np.real(np.trace(first @ second))
    return {"fidelity": fidelity**2 if squared else fidelity, "overlap": overlap}


def lindblad_steps(hamiltonian, jumps, amplitudes, *, step, steps):
    """Evolve a pure state's density matrix under a master equation, by Runge-Kutta."""
    decay = 0.5 * jnp.einsum("kji,kjl->il", jumps.conj(), jumps)

    def rate(density):
        # The jumps' decay is an imaginary part of the Hamiltonian.
        flow = (-1j * hamiltonian - decay) @ density
        gain = jnp.einsum("kij,jl,kml->im", jumps, density, jumps.conj())
        return flow + flow.conj().T + gain

    def advance(_, density):
        k1 = rate(density)
        k2 = rate(density + 0.5 * step * k1)
        k3 = rate(density + 0.5 * step * k2)
        k4 = rate(density + step * k3)
        return density + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)

    state = amplitudes / jnp.linalg.norm(amplitudes)
    return lax.fori_loop(0, steps, advance, jnp.outer(state, state.conj()))


def lindblad_steps_reference(hamiltonian, jumps, amplitudes, *, step, steps):
    # On a density matrix's rows in one vector, A rho B is kron(A, B.T).
    size = len(amplitudes)
    one = np.eye(size)
    rate = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
    for jump in jumps:
        decay = np.conj(jump).T @ jump
        rate = rate + np.kron(jump, np.conj(jump))
        rate = rate - (np.kron(decay, one) + np.kron(one, decay.T)) / 2
    density = np.outer(amplitudes, np.conj(amplitudes)).reshape(size * size)
    density = density / np.sum(np.abs(amplitudes) ** 2)
    # For a linear equation the steps are those of the exponential series.
    for _ in range(steps):
        term, total = density, density
        for k in range(1, 5):
            term = step / k * (rate @ term)
            total = total + term
        density = total
    return density.reshape(size, size)


def phase_matched_search(phase, start, *, turns, marked):
    """Search with phases instead of reflections, from any state; odds on the way."""
    start = start / jnp.linalg.norm(start)
    factor = 1.0 - jnp.exp(1j * phase)

    def turn(state, _):
        state = state.at[marked].multiply(1.0 - factor)
        state = factor * jnp.vdot(start, state) * start - state
        return state, jnp.abs(state[marked]) ** 2

    return lax.scan(turn, start, length=turns)


def phase_matched_search_reference(phase, start, *, turns, marked):
    size = len(start)
    start = start / np.sqrt(np.sum(np.abs(start) ** 2))
    cosine, sine = np.cos(phase), np.sin(phase)
    parts = np.stack([cosine, sine])
    rotation = np.asarray(parts[:1] + 1j * parts[1:])[0]
    oracle = np.eye(size, dtype=complex)
    oracle[marked, marked] = rotation
    diffusion = (1 - rotation) * np.outer(start, np.conj(start)) - np.eye(size)
    state, odds = start, []
    for _ in range(turns):
        state = diffusion @ (oracle @ state)
        odds.append(np.real(state[marked]) ** 2 + np.imag(state[marked]) ** 2)
    return state, np.stack(odds)


def phase_estimation_odds(phases, weights, *, points):
    """Distribution of the register's readings for a mixture of eigenphases."""
    ticks = jnp.arange(points, dtype=phases.dtype)
    register = jnp.exp(2j * jnp.pi * phases[:, None] * ticks) / points**0.5
    amplitudes = jnp.fft.fft(register, norm="ortho")
    odds = jnp.square(amplitudes.real) + jnp.square(amplitudes.imag)
    return (weights / jnp.sum(weights)) @ odds


def phase_estimation_odds_reference(phases, weights, *, points):
    # The Fejer kernel, as a sum of cosines.
    odds = np.zeros(points)
    for phase, weight in zip(phases, weights):
        for reading in range(points):
            total = np.ones(()) / points
            for lag in range(1, points):
                angle = 2 * np.pi * lag * (phase - reading / points)
                total = total + 2 * (points - lag) / points**2 * np.cos(angle)
            odds[reading] = odds[reading] + weight * total
    return odds / np.sum(weights)


def variational_energy(angles, observable, *, ring):
    """Energy of the state that layers of rotations and controlled phases prepare."""
    qubits = angles.shape[1]
    size = 2**qubits
    bits = (jnp.arange(size)[:, None] >> jnp.arange(qubits)) & 1
    neighbors = jnp.roll(bits, -1, axis=1)
    pairs = bits * neighbors if ring else (bits * neighbors)[:, :-1]
    signs = 1 - 2 * (jnp.sum(pairs, axis=1) % 2)

    def rotate(state, step):
        qubit, (tilt, turn) = step
        index = jnp.arange(size)
        one = (index >> qubit) & 1 == 1
        partner = state[index ^ (1 << qubit)]
        partner = jnp.where(one, partner, -partner)
        state = jnp.cos(0.5 * tilt) * state + jnp.sin(0.5 * tilt) * partner
        return state * jnp.exp(0.5j * jnp.where(one, turn, -turn)), None

    def layer(state, angles):
        state, _ = lax.scan(rotate, state, (jnp.arange(qubits), angles))
        return signs * state, None

    start = jnp.zeros(size, observable.dtype).at[0].set(1.0)
    state, _ = lax.scan(layer, start, angles)
    return jnp.vdot(state, observable @ state).real


def variational_energy_reference(angles, observable, *, ring):
    qubits = angles.shape[1]
    size = 2**qubits
    index = np.arange(size)
    bits = index >> np.arange(qubits)[:, None] & 1
    pairs = bits * np.roll(bits, -1, axis=0)
    signs = (-1) ** np.sum(pairs if ring else pairs[:-1], axis=0)
    cosines, sines = np.cos(angles / 2), np.sin(angles / 2)
    # What each of a pair of amplitudes takes from the lower and from the upper one.
    tilt_cosine, tilt_sine = cosines[..., 0], sines[..., 0]
    phases = cosines[..., 1] - 1j * sines[..., 1]
    state = np.eye(size, dtype=complex)[0]
    for layer in range(len(angles)):
        for qubit in range(qubits):
            low, high = index[bits[qubit] == 0], index[bits[qubit] == 1]
            c, s = tilt_cosine[layer, qubit], tilt_sine[layer, qubit]
            down = c * state[low] - s * state[high]
            up = s * state[low] + c * state[high]
            phase = phases[layer, qubit]
            both = np.concatenate([phase * down, np.conj(phase) * up])
            state = both[np.argsort(np.concatenate([low, high]))]
        state = signs * state
    return np.real(np.sum(np.outer(np.conj(state), state) * observable))


def schmidt_spectrum(amplitudes, *, entropy):
    """Schmidt coefficients of a normalized bipartite state, and its entanglement."""
    state = amplitudes / jnp.linalg.norm(amplitudes)
    coefficients = jnp.linalg.svd(state, compute_uv=False)
    odds = coefficients**2
    if entropy == "Renyi":
        return coefficients, -jnp.log2(jnp.sum(odds**2))
    return coefficients, -jnp.sum(odds * jnp.log2(odds))


def schmidt_spectrum_reference(amplitudes, *, entropy):
    size = np.sum(np.abs(amplitudes) ** 2)
    adjoint = np.conj(amplitudes).T
    tall = amplitudes.shape[0] > amplitudes.shape[1]
    reduced = (adjoint @ amplitudes if tall else amplitudes @ adjoint) / size
    odds = np.linalg.eigvalsh(reduced)[::-1]
    if entropy == "Renyi":
        # Purity from the matrix itself.
        return np.sqrt(odds), -np.log2(np.sum(np.abs(reduced) ** 2))
    return np.sqrt(odds), -np.sum(odds * np.log2(odds))
