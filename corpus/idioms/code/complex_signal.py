"""Complex signals: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _chirp(count, spacing):
    angles = [math.pi * spacing * k * k for k in range(count)]
    return [complex(math.cos(angle), -math.sin(angle)) for angle in angles]


def zoom_spectrum(signal, *, start, spacing, bins):
    """Fourier sums at a few close frequencies, as a convolution with a chirp."""
    size = signal.shape[1]
    length = size + bins - 1
    down = _chirp(max(size, bins), spacing)
    angles = [2.0 * math.pi * start * k for k in range(size)]
    shift = [complex(math.cos(angle), -math.sin(angle)) for angle in angles]
    both = [turn * step for turn, step in zip(shift, down)]
    chirped = signal * jnp.asarray(both, signal.dtype)
    up = [value.conjugate() for value in down]
    kernel = jnp.asarray(up[:bins] + up[size - 1 : 0 : -1], signal.dtype)
    product = jnp.fft.fft(chirped, n=length) * jnp.fft.fft(kernel)
    return jnp.fft.ifft(product)[:, :bins] * jnp.asarray(down[:bins], signal.dtype)


def zoom_spectrum_reference(signal, *, start, spacing, bins):
    frequencies = start + spacing * np.arange(bins)
    angles = 2 * np.pi * np.outer(np.arange(signal.shape[1]), frequencies)
    return signal @ (np.cos(angles) - 1j * np.sin(angles))


def sliding_fourier_bins(signal, *, window, bins, damping):
    """Fourier sums over the samples of a sliding window, from one to the next."""
    angles = [2.0 * math.pi * k / window for k in range(bins)]
    twiddles = [damping * complex(math.cos(angle), math.sin(angle)) for angle in angles]
    twiddles = jnp.asarray(twiddles, signal.dtype)
    delayed = jnp.concatenate([jnp.zeros(window, signal.dtype), signal])[: signal.size]

    def step(sums, samples):
        newest, oldest = samples
        sums = twiddles * (sums + newest - damping**window * oldest)
        return sums, sums

    _, spectra = lax.scan(step, jnp.zeros(bins, signal.dtype), (signal, delayed))
    return spectra


def sliding_fourier_bins_reference(signal, *, window, bins, damping):
    spectra = np.zeros((len(signal), bins), dtype=complex)
    for t in range(len(signal)):
        for k in range(bins):
            for age in range(min(window, t + 1)):
                angle = 2 * np.pi * (k * (age + 1) % window) / window
                weight = damping ** (age + 1) * (np.cos(angle) + 1j * np.sin(angle))
                spectra[t, k] += weight * signal[t - age]
    return spectra


def cross_spectral_matrices(signals, *, frame, window):
    """Averaged cross spectra of all pairs of channels, and squared coherences."""
    hop = frame // 2
    count = 1 + (signals.shape[1] - frame) // hop
    index = hop * jnp.arange(count)[:, None] + jnp.arange(frame)
    frames = signals[:, index]
    if window == "sine":
        taper = jnp.sin(jnp.pi * (jnp.arange(frame) + 0.5) / frame)
        frames = frames * taper.astype(signals.real.dtype)
    spectra = jnp.fft.fft(frames)
    matrices = jnp.einsum("atk,btk->kab", spectra, spectra.conj()) / count
    powers = jnp.diagonal(matrices, axis1=1, axis2=2).real
    squares = matrices.real**2 + matrices.imag**2
    return matrices, squares / (powers[:, :, None] * powers[:, None, :])


def cross_spectral_matrices_reference(signals, *, frame, window):
    channels, size = signals.shape
    taper = np.ones(frame)
    if window == "sine":
        taper = np.sin(np.pi * (np.arange(frame) + 0.5) / frame)
    starts = range(0, size - frame + 1, frame // 2)
    matrices = np.zeros((frame, channels, channels), dtype=complex)
    for k in range(frame):
        angles = 2 * np.pi * (k * np.arange(frame) % frame) / frame
        wave = taper * (np.cos(angles) - 1j * np.sin(angles))
        for start in starts:
            sums = signals[:, start : start + frame] @ wave
            matrices[k] += np.outer(sums, np.conj(sums)) / len(starts)
    coherences = np.zeros(matrices.shape)
    for a in range(channels):
        for b in range(channels):
            product = np.real(matrices[:, a, a]) * np.real(matrices[:, b, b])
            coherences[:, a, b] = np.abs(matrices[:, a, b]) ** 2 / product
    return matrices, coherences


def _steering(sines, count, spacing):
    elements = jnp.arange(count, dtype=sines.dtype)
    return jnp.exp(-2j * jnp.pi * spacing * sines[:, None] * elements)


def _steering_reference(sines, count, spacing):
    angles = 2 * np.pi * spacing * np.outer(sines, np.arange(count))
    return np.cos(angles) - 1j * np.sin(angles)


def minimum_variance_weights(covariance, sines, *, spacing, loading):
    """Weights that pass each direction with the least power, and these powers."""
    size = covariance.shape[0]
    loaded = covariance + loading * jnp.eye(size, dtype=covariance.dtype)
    vectors = _steering(sines, size, spacing)
    factor = jax.scipy.linalg.cho_factor(loaded, lower=True)
    solved = jax.scipy.linalg.cho_solve(factor, vectors.T).T
    gains = jnp.sum(vectors.conj() * solved, axis=1).real
    return {"powers": 1.0 / gains, "weights": solved / gains[:, None]}


def minimum_variance_weights_reference(covariance, sines, *, spacing, loading):
    size = len(covariance)
    loaded = covariance + loading * np.eye(size)
    weights, powers = [], []
    for vector in _steering_reference(sines, size, spacing):
        # Lagrange's conditions: R w = -mu a and a^H w = 1.
        system = np.zeros((size + 1, size + 1), dtype=complex)
        system[:size, :size] = loaded
        system[:size, size] = vector
        system[size, :size] = np.conj(vector)
        right = np.zeros(size + 1)
        right[size] = 1.0
        solution = np.linalg.solve(system, right)[:size]
        weights.append(solution)
        powers.append(np.real(np.sum(np.conj(solution) * (loaded @ solution))))
    return {"powers": np.stack(powers), "weights": np.stack(weights)}


def noise_subspace_spectrum(covariance, sines, *, sources, spacing):
    """Pseudospectrum: how little of each steering vector is in the noise subspace."""
    _, basis = jnp.linalg.eigh(covariance)
    noise = basis[:, : covariance.shape[0] - sources]
    vectors = _steering(sines, covariance.shape[0], spacing)
    leaks = jnp.linalg.norm(vectors @ noise.conj(), axis=1)
    return 1.0 / leaks**2


def noise_subspace_spectrum_reference(covariance, sines, *, sources, spacing):
    # The projector as a polynomial of the matrix with those eigenvalues as roots.
    size = len(covariance)
    values = np.linalg.eigvalsh(covariance)
    projector = np.zeros((size, size), dtype=complex)
    for k in range(size - sources):
        factor = np.eye(size)
        for j in range(size):
            if j != k:
                step = (covariance - values[j] * np.eye(size)) / (values[k] - values[j])
                factor = step @ factor
        projector = projector + factor
    vectors = _steering_reference(sines, size, spacing)
    leaks = np.real(np.sum(np.conj(vectors) * (vectors @ projector.T), axis=1))
    return 1 / leaks


def multicarrier_equalizer(symbols, taps, *, prefix, noise):
    """Send blocks with a cyclic prefix through a channel; equalize each carrier."""
    size = symbols.shape[1]
    blocks = jnp.fft.ifft(symbols, norm="ortho")
    sent = jnp.concatenate([blocks[:, size - prefix :], blocks], axis=1)
    channel = jnp.concatenate([jnp.ones_like(taps[:1]), taps])
    received = jax.vmap(lambda block: jnp.convolve(block, channel))(sent)
    received = received[:, : size + prefix]
    response = jnp.fft.fft(channel, n=size)
    gains = response.conj() / (jnp.abs(response) ** 2 + noise)
    spectra = jnp.fft.fft(received[:, prefix:], norm="ortho")
    return received, gains * spectra


def multicarrier_equalizer_reference(symbols, taps, *, prefix, noise):
    count, size = symbols.shape
    angles = 2 * np.pi * (np.outer(np.arange(size), np.arange(size)) % size) / size
    inverse = (np.cos(angles) + 1j * np.sin(angles)) / np.sqrt(size)
    blocks = symbols @ inverse
    received = np.zeros((count, size + prefix), dtype=complex)
    for t in range(size + prefix):
        received[:, t] = blocks[:, (t - prefix) % size]
        for delay, tap in enumerate(taps, 1):
            if delay <= t:
                received[:, t] += tap * blocks[:, (t - prefix - delay) % size]
    spectra = received[:, prefix:] @ np.conj(inverse)
    gains = []
    for k in range(size):
        response = np.ones((), dtype=complex)
        for delay, tap in enumerate(taps, 1):
            angle = 2 * np.pi * (k * delay % size) / size
            response = response + tap * (np.cos(angle) - 1j * np.sin(angle))
        power = np.real(response) ** 2 + np.imag(response) ** 2
        gains.append(np.conj(response) / (power + noise))
    return received, spectra * np.stack(gains)


def ambiguity_surface(pulse, *, lags, dopplers, rate):
    """Correlation of a pulse with its shifts in time and frequency."""
    time = jnp.arange(pulse.shape[0], dtype=pulse.real.dtype)
    shifts = rate * (jnp.arange(dopplers, dtype=time.dtype) - dopplers // 2)
    padded = jnp.pad(pulse, lags)

    def at_lag(start):
        delayed = lax.dynamic_slice(padded, (start,), pulse.shape)
        product = pulse * delayed.conj()
        return jnp.exp(2j * jnp.pi * shifts[:, None] * time) @ product

    return lax.map(at_lag, jnp.arange(2 * lags + 1))


def ambiguity_surface_reference(pulse, *, lags, dopplers, rate):
    times = np.arange(len(pulse))
    others = times + np.arange(-lags, lags + 1)[:, None]
    inside = (others >= 0) & (others < len(pulse))
    delayed = np.where(inside, np.conj(pulse)[others % len(pulse)], 0.0)
    shifts = np.arange(0.0, dopplers) - dopplers // 2
    angles = 2 * np.pi * rate * shifts[:, None] * times
    waves = np.cos(angles) + 1j * np.sin(angles)
    return np.einsum("t,rt,dt->rd", pulse, delayed, waves)


def complex_lms_equalizer(received, training, *, taps, rate, normalized):
    """Adapt a filter to a training sequence; its taps and the errors on the way."""

    def step(state, pair):
        weights, line = state
        sample, wanted = pair
        line = jnp.roll(line, 1).at[0].set(sample)
        error = wanted - jnp.vdot(weights, line)
        gain = rate / (0.5 + jnp.vdot(line, line).real) if normalized else rate
        return (weights + gain * error.conj() * line, line), error

    empty = jnp.zeros(taps, received.dtype)
    (weights, _), errors = lax.scan(step, (empty, empty), (received, training))
    return weights, errors


def complex_lms_equalizer_reference(received, training, *, taps, rate, normalized):
    weights = np.zeros(taps, dtype=complex)
    errors = []
    for t in range(len(received)):
        output, power = np.zeros((), dtype=complex), np.zeros(())
        for k in range(min(taps, t + 1)):
            output = output + np.conj(weights[k]) * received[t - k]
            power = power + np.abs(received[t - k]) ** 2
        error = training[t] - output
        errors.append(error)
        gain = rate / (0.5 + power) if normalized else rate
        for k in range(min(taps, t + 1)):
            weights[k] += gain * np.conj(error) * received[t - k]
    return weights, np.stack(errors)


def constant_modulus_equalizer(received, *, taps, rate, modulus):
    """Adapt a filter until its output has a constant modulus; taps and outputs."""

    def step(weights, start):
        window = lax.dynamic_slice_in_dim(received, start, taps)
        output = weights @ window
        excess = output.real**2 + output.imag**2 - modulus**2
        return weights - rate * excess * output * window.conj(), output

    # The first guess passes the middle of the window.
    weights = jnp.zeros(taps, received.dtype).at[taps // 2].set(1.0)
    return lax.scan(step, weights, jnp.arange(received.shape[0] - taps + 1))


def constant_modulus_equalizer_reference(received, *, taps, rate, modulus):
    weights = [np.full((), float(k == taps // 2), dtype=complex) for k in range(taps)]
    outputs = []
    for t in range(taps - 1, len(received)):
        window = [received[t - taps + 1 + k] for k in range(taps)]
        output = sum(weight * sample for weight, sample in zip(weights, window))
        factor = rate * (np.abs(output) ** 2 - modulus**2) * output
        weights = [w - factor * np.conj(x) for w, x in zip(weights, window)]
        outputs.append(output)
    return np.stack(weights), np.stack(outputs)


def oscillator_mixer(signal, frequencies, *, up, start):
    """Shift a signal by a varying frequency, with an oscillator that turns a phasor."""
    sign = 2j if up else -2j
    turns = jnp.exp(sign * jnp.pi * frequencies)
    turns = turns.at[0].multiply(complex(math.cos(start), math.sin(start)))
    return signal * jnp.cumprod(turns)


def oscillator_mixer_reference(signal, frequencies, *, up, start):
    angle, mixed = start, []
    for sample, frequency in zip(signal, frequencies):
        angle = angle + (2 if up else -2) * np.pi * frequency
        x, y = np.real(sample), np.imag(sample)
        cosine, sine = np.cos(angle), np.sin(angle)
        mixed.append(np.stack([x * cosine - y * sine, x * sine + y * cosine]))
    mixed = np.stack(mixed)
    return mixed[:, 0] + 1j * mixed[:, 1]


def complex_resonators(signal, decays, frequencies, *, normalized, reverse):
    """Outputs of a bank of one-pole resonators, by a parallel scan."""
    poles = jnp.exp(lax.complex(-decays, frequencies))
    gains = 1.0 - jnp.abs(poles) if normalized else jnp.ones_like(decays)

    def compose(first, second):
        pole, offset = first
        other_pole, other_offset = second
        return pole * other_pole, other_pole * offset + other_offset

    factors = jnp.broadcast_to(poles, (signal.shape[0], poles.shape[0]))
    steps = (factors, gains * signal[:, None])
    _, outputs = lax.associative_scan(compose, steps, reverse=reverse)
    return outputs


def complex_resonators_reference(signal, decays, frequencies, *, normalized, reverse):
    if reverse:
        signal = signal[::-1]
    count = len(signal)
    gains = -np.expm1(-decays) if normalized else np.ones(len(decays))
    outputs = np.zeros((count, len(decays)), dtype=complex)
    for t in range(count):
        for age in range(t + 1):
            angles = age * frequencies
            waves = np.cos(angles) + 1j * np.sin(angles)
            outputs[t] += gains * np.exp(-age * decays) * waves * signal[t - age]
    return outputs[::-1] if reverse else outputs


def phase_locked_frames(previous, earlier, later, *, neighbors):
    """Next frame of a stretched sound: phases advance as they do in the original."""
    # Neighboring channels pull at each other's phases, with alternating signs.
    around = jnp.roll(previous, 1, axis=1) + jnp.roll(previous, -1, axis=1)
    locked = previous - neighbors * around * 0.5
    turned = locked * earlier.conj() / jnp.abs(locked * earlier)
    return later * turned


def phase_locked_frames_reference(previous, earlier, later, *, neighbors):
    bins = previous.shape[1]
    frames = []
    for k in range(bins):
        left, right = previous[:, k - 1], previous[:, (k + 1) % bins]
        locked = previous[:, k] - neighbors / 2 * (left + right)
        unit = locked / np.sqrt(np.real(locked) ** 2 + np.imag(locked) ** 2)
        back = np.conj(earlier[:, k]) / np.abs(earlier[:, k])
        frames.append(unit * back * later[:, k])
    return np.stack(frames, axis=1)


def image_rejection(signal, offset, *, gain, skew):
    """Undo a receiver's imbalance until signals are circular; residual circularity."""
    # What an imbalanced mixer makes of the signal.
    lag = gain * complex(math.cos(skew), -math.sin(skew))
    direct, mirror = 0.5 * (1.0 + lag), 0.5 * (1.0 - lag.conjugate())
    received = direct * signal + mirror * signal.conj() + offset
    received = received - jnp.mean(received, axis=1, keepdims=True)
    power = jnp.mean(jnp.abs(received) ** 2, axis=1)
    pseudo = jnp.mean(received**2, axis=1)
    image = -pseudo / (power + jnp.sqrt(power**2 - jnp.abs(pseudo) ** 2))
    cleaned = received + image[:, None] * received.conj()
    return cleaned, pseudo / power


def image_rejection_reference(signal, offset, *, gain, skew):
    # By hand: the mixer's in-phase path is ideal, its quadrature path isn't.
    i, q = np.real(signal), np.imag(signal)
    cosine, sine = gain * np.cos(np.full(1, skew)), gain * np.sin(np.full(1, skew))
    i, q = i + np.real(offset), cosine * q - sine * i + np.imag(offset)
    i = i - np.mean(i, axis=1, keepdims=True)
    q = q - np.mean(q, axis=1, keepdims=True)
    ii, qq = np.mean(i * i, axis=1), np.mean(q * q, axis=1)
    iq = np.mean(i * q, axis=1)
    root = 2 * np.sqrt(ii * qq - iq * iq)
    size = ii + qq + root
    a, b = -(ii - qq) / size, -2 * iq / size
    first = i + a[:, None] * i + b[:, None] * q
    second = q + b[:, None] * i - a[:, None] * q
    total = ii + qq
    return first + 1j * second, (ii - qq) / total + 1j * (2 * iq / total)
