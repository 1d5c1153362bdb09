"""Waves, circuits, optics and spins: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def ladder_impedance(resistances, inductances, capacitances, frequencies, *, load):
    """Input impedances of a loaded ladder, and the moduli of their reflections."""
    s = 1j * frequencies

    def section(impedance, parts):
        resistance, inductance, capacitance = parts
        shunted = impedance / (1.0 + s * capacitance * impedance)
        return resistance + s * inductance + shunted, None

    end = jnp.full_like(s, load)
    parts = (resistances, inductances, capacitances)
    impedance, _ = lax.scan(section, end, parts, reverse=True)
    return impedance, jnp.abs((impedance - load) / (impedance + load))


def ladder_impedance_reference(
    resistances, inductances, capacitances, frequencies, *, load
):
    # Chain matrices: voltage and current at the input for a unit current in the load.
    s = 1j * frequencies
    voltage, current = np.full(s.shape, load + 0j), np.ones(s.shape, dtype=complex)
    for k in reversed(range(len(resistances))):
        current = current + s * capacitances[k] * voltage
        voltage = voltage + (resistances[k] + s * inductances[k]) * current
    wave, back = voltage + load * current, voltage - load * current
    return voltage / current, np.abs(back) / np.abs(wave)


def thin_film_reflectance(indices, thicknesses, wavelengths, *, ambient, substrate):
    """Reflectance of a stack of films at normal incidence, by matrices of the films."""

    def reflectance(wavelength):
        phases = 2.0 * jnp.pi * indices * thicknesses / wavelength
        cosines, sines = jnp.cos(phases), 1j * jnp.sin(phases)
        rows = jnp.stack([cosines + 0j, sines / indices, indices * sines, cosines + 0j])
        matrices = rows.T.reshape(-1, 2, 2)
        identity = jnp.eye(2, dtype=matrices.dtype)
        stack, _ = lax.scan(lambda total, one: (total @ one, None), identity, matrices)
        electric, magnetic = stack[:, 0] + substrate * stack[:, 1]
        ratio = (ambient * electric - magnetic) / (ambient * electric + magnetic)
        return ratio.real**2 + ratio.imag**2

    return jax.vmap(reflectance)(wavelengths)


def thin_film_reflectance_reference(
    indices, thicknesses, wavelengths, *, ambient, substrate
):
    # Rouard's method: interface by interface, from the substrate up.
    count = len(indices)
    result = []
    for wavelength in wavelengths:
        x, y = (indices[-1] - substrate) / (indices[-1] + substrate), np.zeros(())
        for k in reversed(range(count)):
            before = indices[k - 1] if k else ambient
            face = (before - indices[k]) / (before + indices[k])
            angle = -4 * np.pi * indices[k] * thicknesses[k] / wavelength
            cosine, sine = np.cos(angle), np.sin(angle)
            x, y = x * cosine - y * sine, x * sine + y * cosine
            # (face + z) / (1 + face z)
            real, imag = 1 + face * x, face * y
            top = face + x
            size = real**2 + imag**2
            x, y = (top * real + y * imag) / size, (y * real - top * imag) / size
        result.append(x**2 + y**2)
    return np.stack(result)


def fresnel_amplitudes(angles, index, *, absorption):
    """Reflected amplitudes of both polarizations, and the reflectance of their mean."""
    n = lax.complex(index, jnp.full_like(index, absorption))
    cosines = jnp.cos(angles)
    # An index above 1 keeps the root's argument right of the imaginary axis.
    refracted = n * jnp.sqrt(1.0 - (jnp.sin(angles) / n) ** 2)
    senkrecht = (cosines - refracted) / (cosines + refracted)
    parallel = (n * n * cosines - refracted) / (n * n * cosines + refracted)
    amplitudes = jnp.stack([senkrecht, parallel])
    return amplitudes, jnp.mean(jnp.abs(amplitudes) ** 2, axis=0)


def fresnel_amplitudes_reference(angles, index, *, absorption):
    # The normal component q of the transmitted wave in real parts: q^2 = n^2 - sin^2.
    real = index**2 - absorption**2 - np.sin(angles) ** 2
    imag = 2 * index * absorption
    size = np.sqrt(real**2 + imag**2)
    a, cosines = np.sqrt((size + real) / 2), np.cos(angles)
    b = imag / (2 * a)
    s_top = (cosines - a) - 1j * b
    s_bottom = (cosines + a) + 1j * b
    c, d = (index**2 - absorption**2) * cosines, imag * cosines
    p_top = (c - a) + 1j * (d - b)
    p_bottom = (c + a) + 1j * (d + b)
    amplitudes = np.stack([s_top / s_bottom, p_top / p_bottom])
    return amplitudes, np.sum(np.abs(amplitudes) ** 2, axis=0) / 2


def split_step_schrodinger(wave, potential, *, step, steps, nonlinearity):
    """Evolve a periodic wave by half steps of potential around those of motion."""
    size = wave.shape[0]
    numbers = jnp.fft.fftfreq(size, 1.0 / size, dtype=potential.dtype)
    motion = jnp.exp(-0.5j * step * numbers**2)

    def kick(wave):
        density = wave.real**2 + wave.imag**2
        return wave * jnp.exp(-0.5j * step * (potential + nonlinearity * density))

    def advance(wave, _):
        wave = kick(jnp.fft.ifft(motion * jnp.fft.fft(kick(wave))))
        return wave, jnp.sum(potential * jnp.abs(wave) ** 2)

    return lax.scan(advance, wave, length=steps)


def split_step_schrodinger_reference(wave, potential, *, step, steps, nonlinearity):
    size = len(wave)
    numbers = np.array([k - size if 2 * k >= size else k for k in range(size)])
    turns = np.outer(np.arange(size), numbers) % size
    angles = 2 * np.pi * turns / size
    waves = (np.cos(angles) + 1j * np.sin(angles)) / np.sqrt(size)
    phases = step / 2 * numbers**2
    motion = (waves * (np.cos(phases) - 1j * np.sin(phases))) @ np.conj(waves).T

    def kick(wave):
        angle = step / 2 * (potential + nonlinearity * np.abs(wave) ** 2)
        return wave * np.cos(angle) - 1j * (wave * np.sin(angle))

    energies = []
    for _ in range(steps):
        wave = kick(motion @ kick(wave))
        energies.append(potential @ (np.real(wave) ** 2 + np.imag(wave) ** 2))
    return wave, np.stack(energies)


def angular_spectrum(field, distance, *, spacing, wavelength):
    """Propagate a field in free space; waves that are too fine fade away."""
    dtype = distance.dtype
    rows = jnp.fft.fftfreq(field.shape[0], spacing, dtype=dtype)
    columns = jnp.fft.fftfreq(field.shape[1], spacing, dtype=dtype)
    square = 1.0 / wavelength**2 - rows[:, None] ** 2 - columns**2
    along = 2.0 * jnp.pi * jnp.sqrt(jnp.abs(square)) * distance
    still = jnp.zeros_like(along)
    exponent = jnp.where(
        square > 0, lax.complex(still, along), lax.complex(-along, still)
    )
    return jnp.fft.ifft2(jnp.fft.fft2(field) * jnp.exp(exponent))


def angular_spectrum_reference(field, distance, *, spacing, wavelength):
    # The plane waves of all frequencies, and how far on each is at the distance.
    waves, squares = [], []
    for n in field.shape:
        turns = np.outer(np.arange(n), np.arange(n)) % n / n + np.zeros((n, n))
        waves.append(np.cos(2 * np.pi * turns) + 1j * np.sin(2 * np.pi * turns))
        places = [k - n if 2 * k >= n else k for k in range(n)]
        squares.append((np.array(places) / (n * spacing)) ** 2)
    amplitudes = np.einsum("jr,kc,rc->jk", *map(np.conj, waves), field) / field.size
    square = 1 / wavelength**2 - squares[0][:, None] - squares[1]
    path = 2 * np.pi * np.sqrt(np.abs(square)) * distance
    turned = np.cos(path) + 1j * np.sin(path)
    factors = np.where(square > 0, turned, np.exp(-path))
    return np.einsum("jr,kc,jk->rc", *waves, amplitudes * factors)


def gauss_seidel_voltages(admittances, loads, *, shunt, sweeps):
    """Voltages of loaded buses, the first of them slack, and the powers injected."""
    size = loads.shape[0]
    # Lines go both ways; a shunt at each bus makes its own admittance the largest.
    lines = 0.5 * (admittances + admittances.T)
    own = jnp.eye(size, dtype=bool)
    lines = jnp.where(own, 0.0, lines)
    bus = jnp.diag(jnp.sum(lines, axis=1) + shunt) - lines
    fed = shunt * jnp.ones_like(loads)

    def update(i, voltages):
        current = fed[i] - (loads[i] / voltages[i]).conj()
        current = current - bus[i] @ voltages + bus[i, i] * voltages[i]
        return voltages.at[i].set(current / bus[i, i])

    def sweep(_, voltages):
        return lax.fori_loop(1, size, update, voltages)

    voltages = lax.fori_loop(0, sweeps, sweep, jnp.ones_like(loads))
    return voltages, voltages * (bus @ voltages).conj()


def gauss_seidel_voltages_reference(admittances, loads, *, shunt, sweeps):
    size = len(loads)

    def line(i, j):
        return (admittances[i, j] + admittances[j, i]) / 2

    voltages = [np.ones((), dtype=complex) for _ in range(size)]
    for _ in range(sweeps):
        for i in range(1, size):
            # What flows in from the shunt and the neighbors must feed the load.
            inflow = shunt - np.conj(loads[i]) / np.conj(voltages[i])
            total = np.full((), shunt, dtype=complex)
            for j in range(size):
                if j != i:
                    inflow = inflow + line(i, j) * voltages[j]
                    total = total + line(i, j)
            voltages[i] = inflow / total
    powers = []
    for i in range(size):
        current = shunt * voltages[i]
        for j in range(size):
            if j != i:
                current = current + line(i, j) * (voltages[i] - voltages[j])
        powers.append(voltages[i] * np.conj(current))
    return np.stack(voltages), np.stack(powers)


def scattering_conversions(scattering, references, *, to):
    """Impedance or admittance matrices of multiports from their scattering matrices."""
    ports = references.shape[0]
    identity = jnp.eye(ports, dtype=scattering.dtype)
    if to == "impedance":
        ratio = jnp.linalg.solve(identity - scattering, identity + scattering)
        scale = jnp.sqrt(references)
    else:
        ratio = jnp.linalg.solve(identity + scattering, identity - scattering)
        scale = lax.rsqrt(references)
    return scale[:, None] * ratio * scale


def scattering_conversions_reference(scattering, references, *, to):
    # (1 - S)^-1 (1 + S) = 2 (1 - S)^-1 - 1
    sign = 1 if to == "impedance" else -1
    scale = np.sqrt(references if sign > 0 else 1 / references)
    result = []
    for matrix in scattering:
        identity = np.eye(len(matrix))
        inverse = np.linalg.inv(identity - sign * matrix)
        ratio = 2 * inverse - identity
        result.append(scale[:, None] * ratio * scale)
    return np.stack(result)


def spinor_rotations(axes, angles, spinor, *, inverse):
    """Turn a spin about one axis after another; where it points on the way."""
    if inverse:
        angles = -angles

    def rotate(spinor, turn):
        axis, angle = turn
        x, y, z = axis / jnp.linalg.norm(axis)
        cosine, sine = jnp.cos(0.5 * angle), jnp.sin(0.5 * angle)
        a = lax.complex(cosine, -sine * z)
        b = lax.complex(-sine * y, -sine * x)
        up, down = spinor
        spinor = jnp.stack([a * up + b * down, a.conj() * down - b.conj() * up])
        mixed = 2.0 * spinor[0].conj() * spinor[1]
        lengths = jnp.abs(spinor) ** 2
        return spinor, jnp.stack([mixed.real, mixed.imag, lengths[0] - lengths[1]])

    spinor = spinor / jnp.linalg.norm(spinor)
    return lax.scan(rotate, spinor, (axes, angles))


def spinor_rotations_reference(axes, angles, spinor, *, inverse):
    x_matrix = np.array([[0, 1], [1, 0]])
    y_matrix = np.array([[0, -1j], [1j, 0]])
    z_matrix = np.array([[1, 0], [0, -1]])
    spinor = spinor / np.sqrt(np.sum(np.abs(spinor) ** 2))
    mixed = np.conj(spinor[0]) * spinor[1]
    inversion = np.abs(spinor[0]) ** 2 - np.abs(spinor[1]) ** 2
    vector = np.stack([2 * np.real(mixed), 2 * np.imag(mixed), inversion])
    directions = []
    for axis, angle in zip(axes, -angles if inverse else angles):
        axis = axis / np.sqrt(np.sum(axis * axis))
        spin = axis[0] * x_matrix + axis[1] * y_matrix + axis[2] * z_matrix
        half = angle / 2
        turned = spin @ spinor
        spinor = np.cos(half) * spinor - 1j * (np.sin(half) * turned)
        # Rodrigues' formula turns the vector.
        along = axis * np.sum(axis * vector)
        across = np.cross(axis, vector)
        cosine, sine = np.cos(angle), np.sin(angle)
        vector = cosine * vector + sine * across + (1 - cosine) * along
        directions.append(vector)
    return spinor, np.stack(directions)


def wave_plate_train(angles, retardances, *, light, transmission):
    """Stokes parameters of light behind rotated wave plates with dichroism."""
    amplitudes = {
        "horizontal": [1.0, 0.0],
        "diagonal": [0.5**0.5, 0.5**0.5],
        "circular": [0.5**0.5, 0.5**0.5 * 1j],
    }[light]
    phases = transmission * jnp.exp(1j * retardances)

    def plate(field, parts):
        angle, phase = parts
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        fast = cosine * field[0] + sine * field[1]
        slow = phase * (cosine * field[1] - sine * field[0])
        return jnp.stack(
            [cosine * fast - sine * slow, sine * fast + cosine * slow]
        ), None

    start = jnp.array(amplitudes, phases.dtype)
    (x, y), _ = lax.scan(plate, start, (angles, phases))
    mixed = 2.0 * x.conj() * y
    x, y = x.real**2 + x.imag**2, y.real**2 + y.imag**2
    return jnp.stack([x + y, x - y, mixed.real, mixed.imag])


def wave_plate_train_reference(angles, retardances, *, light, transmission):
    # Mueller's calculus, in which there are no amplitudes.
    stokes = np.array(
        {
            "horizontal": [1.0, 1.0, 0.0, 0.0],
            "diagonal": [1.0, 0.0, 1.0, 0.0],
            "circular": [1.0, 0.0, 0.0, 1.0],
        }[light]
    )
    power = transmission**2
    for angle, retardance in zip(angles, retardances):
        c, s = np.cos(2 * angle), np.sin(2 * angle)
        total, first, second, third = stokes
        first, second = c * first + s * second, c * second - s * first
        total, first = (
            ((1 + power) * total + (1 - power) * first) / 2,
            ((1 - power) * total + (1 + power) * first) / 2,
        )
        cosine, sine = np.cos(retardance), np.sin(retardance)
        second, third = (
            transmission * (cosine * second - sine * third),
            transmission * (sine * second + cosine * third),
        )
        first, second = c * first - s * second, s * first + c * second
        stokes = np.stack([total, first, second, third])
    return stokes


def crank_nicolson_wave(wave, potential, *, step, steps):
    """Evolve a wave between walls; each step solves a tridiagonal system."""
    # With a grid of spacing 1: H = -1/2 second difference + V.
    diagonal = 1.0 + 0.5j * step * (1.0 + potential)
    off = -0.25j * step

    def eliminate(carry, row):
        ratio, value = carry
        pivot, right = row
        pivot = pivot - off * ratio
        ratio, value = off / pivot, (right - off * value) / pivot
        return (ratio, value), (ratio, value)

    def substitute(after, row):
        ratio, value = row
        now = value - ratio * after
        return now, now

    def advance(_, wave):
        neighbors = jnp.pad(wave, 1)
        right = (2.0 - diagonal) * wave - off * (neighbors[2:] + neighbors[:-2])
        zero = jnp.zeros_like(wave[0])
        _, rows = lax.scan(eliminate, (zero, zero), (diagonal, right))
        _, wave = lax.scan(substitute, zero, rows, reverse=True)
        return wave

    return lax.fori_loop(0, steps, advance, wave)


def crank_nicolson_wave_reference(wave, potential, *, step, steps):
    size = len(wave)
    hamiltonian = np.eye(size) - (np.eye(size, k=1) + np.eye(size, k=-1)) / 2
    hamiltonian = hamiltonian + np.diag(potential)
    implicit = np.eye(size) + 0.5j * step * hamiltonian
    explicit = np.eye(size) - 0.5j * step * hamiltonian
    for _ in range(steps):
        wave = np.linalg.solve(implicit, explicit @ wave)
    return wave


def structure_factors(positions, strengths, waves, *, damping):
    """Scattering amplitudes of a cell's atoms for each wave, and their intensities."""
    phases = jnp.exp(-2j * jnp.pi * (waves @ positions.T))
    amplitudes = jnp.einsum("a,ka->k", strengths, phases)
    blur = jnp.exp(-damping * jnp.sum(waves**2, axis=1))
    amplitudes = blur * amplitudes
    return {
        "amplitudes": amplitudes,
        "intensities": (amplitudes * amplitudes.conj()).real,
    }


def structure_factors_reference(positions, strengths, waves, *, damping):
    real, imag = np.zeros(len(waves)), np.zeros(len(waves))
    for k, wave in enumerate(waves):
        for position, strength in zip(positions, strengths):
            angle = 2 * np.pi * np.sum(wave * position)
            real[k] = real[k] + strength * np.cos(angle)
            imag[k] = imag[k] - strength * np.sin(angle)
    blur = np.exp(-damping * np.sum(waves * waves, axis=1))
    real, imag = blur * real, blur * imag
    return {"amplitudes": real + 1j * imag, "intensities": real**2 + imag**2}


def lorentz_dispersion(strengths, resonances, widths, frequencies, *, background):
    """Permittivity of bound charges, and both parts of the refractive index."""
    frequencies = frequencies[:, None]
    detuning = lax.complex(resonances**2 - frequencies**2, -widths * frequencies)
    permittivity = background + jnp.sum(strengths / detuning, axis=1)
    # Absorption keeps the permittivity above the real axis, off the root's cut.
    index = jnp.sqrt(permittivity)
    return {
        "permittivity": permittivity,
        "phase_index": index.real,
        "absorption": index.imag,
    }


def lorentz_dispersion_reference(
    strengths, resonances, widths, frequencies, *, background
):
    real, imag = np.zeros(frequencies.shape), np.zeros(frequencies.shape)
    for strength, resonance, width in zip(strengths, resonances, widths):
        gap = resonance**2 - frequencies**2
        drag = width * frequencies
        real = real + strength * gap / (gap**2 + drag**2)
        imag = imag + strength * drag / (gap**2 + drag**2)
    real = background + real
    modulus = np.hypot(real, imag)
    phase = np.arctan2(imag, real)
    return {
        "permittivity": real + 1j * imag,
        "phase_index": np.sqrt(modulus) * np.cos(phase / 2),
        "absorption": np.sqrt(modulus) * np.sin(phase / 2),
    }


def two_band_dispersion(hopping, momenta, masses, *, tilt):
    """Energies of a chain with two sites per cell at each momentum."""

    def bands(momentum, mass):
        coupling = hopping[0] + hopping[1] * jnp.exp(-1j * momentum)
        shift = tilt * jnp.sin(momentum)
        rows = [[mass + shift, coupling], [coupling.conj(), shift - mass]]
        return jnp.linalg.eigvalsh(jnp.array(rows))

    return jax.vmap(bands)(momenta, masses)


def two_band_dispersion_reference(hopping, momenta, masses, *, tilt):
    inner, outer = hopping
    square = inner**2 + outer**2 + 2 * inner * outer * np.cos(momenta)
    gap = np.sqrt(square + masses**2)
    shift = tilt * np.sin(momenta)
    return np.stack([shift - gap, shift + gap], axis=1)


def surface_green_function(onsite, coupling, *, energy, broadening, doublings):
    """Green function at the end of a long chain of cells, whose length doubles."""
    identity = jnp.eye(onsite.shape[0], dtype=onsite.dtype)
    shifted = complex(energy, broadening) * identity

    def double(_, state):
        surface, bulk, forward, backward = state
        green = jnp.linalg.inv(shifted - bulk)
        out, back = forward @ green @ backward, backward @ green @ forward
        forward, backward = forward @ green @ forward, backward @ green @ backward
        return surface + out, bulk + out + back, forward, backward

    start = (onsite, onsite, coupling, coupling.conj().T)
    surface, _, _, _ = lax.fori_loop(0, doublings, double, start)
    green = jnp.linalg.inv(shifted - surface)
    return green, -jnp.trace(green).imag / jnp.pi


def surface_green_function_reference(
    onsite, coupling, *, energy, broadening, doublings
):
    # Cell by cell: each is a self-energy for the one before it.
    shifted = np.diag(np.full(len(onsite), energy + 1j * broadening)) - onsite
    green = np.linalg.inv(shifted)
    for _ in range(2**doublings - 1):
        green = np.linalg.inv(shifted - coupling @ green @ np.conj(coupling).T)
    return green, -np.sum(np.imag(np.diag(green))) / np.pi


def symmetrical_components(voltages, currents, *, order):
    """Zero, positive and negative sequence of voltages, and three-phase power."""
    turn = complex(-0.5, 0.75**0.5 if order == "abc" else -(0.75**0.5))
    powers = [[turn ** (i * k % 3) / 3 for k in range(3)] for i in range(3)]
    transform = jnp.asarray(powers, voltages.dtype)
    components = voltages @ transform
    sequence = currents @ transform
    # The transform is unitary but for a factor.
    power = 3.0 * jnp.sum(components * sequence.conj(), axis=1)
    return {"components": components, "power": power}


def symmetrical_components_reference(voltages, currents, *, order):
    half, root = np.full(1, -0.5), np.sqrt(np.full(1, 0.75))
    turn = half + 1j * (-root if order == "acb" else root)
    a, b, c = voltages[:, 0], voltages[:, 1], voltages[:, 2]
    back = np.conj(turn)
    components = [a + b + c, a + turn * b + back * c, a + back * b + turn * c]
    power = np.sum(voltages * np.conj(currents), axis=1)
    return {"components": np.stack(components, axis=1) / 3, "power": power}
