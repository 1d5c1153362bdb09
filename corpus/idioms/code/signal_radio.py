"""Radio and radar: JAX, and NumPy from the definition."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax


def analytic_envelope(signal):
    """The envelope of a signal, and its Hilbert transform."""
    count = signal.shape[-1]
    index = jnp.arange(count)
    # Keep the mean, double positive frequencies, and drop the negative ones.
    gain = jnp.where((index > 0) & (2 * index < count), 2.0, 0.0)
    gain = jnp.where((index == 0) | (2 * index == count), 1.0, gain)
    analytic = jnp.fft.ifft(gain * jnp.fft.fft(signal))
    return jnp.abs(analytic), analytic.imag


def analytic_envelope_reference(signal):
    # The kernel of the discrete Hilbert transform in closed form.
    count = signal.shape[-1]
    kernel = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            lag = (i - j) % count
            if count % 2 == 0 and lag % 2:
                kernel[i, j] = 2 / count / np.tan(np.zeros(()) + np.pi * lag / count)
            elif count % 2 and lag:
                half = np.zeros(()) + np.pi * lag / (2 * count)
                ratio = 1 / np.tan(half) if lag % 2 else -np.tan(half)
                kernel[i, j] = ratio / count
    quadrature = signal @ kernel.T
    return np.sqrt(signal * signal + quadrature * quadrature), quadrature


def _power(spectrum):
    """Squared magnitudes, without the root."""
    return spectrum.real**2 + spectrum.imag**2


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


def amplitude_link(message, *, carrier, depth, window):
    """Modulate a carrier's amplitude; detect the message by the same carrier."""
    angles = 2.0 * jnp.pi * carrier * jnp.arange(message.shape[0], dtype=message.dtype)
    sent = (1.0 + depth * message) * jnp.cos(angles)
    product = 2.0 * sent * jnp.cos(angles)
    weights = jnp.full(window, 1.0 / window, dtype=message.dtype)
    return sent, (jnp.convolve(product, weights, mode="same") - 1.0) / depth


def amplitude_link_reference(message, *, carrier, depth, window):
    count = len(message)
    times = np.zeros(count) + np.arange(count)
    angles = 2 * np.pi * carrier * times
    sent = np.cos(angles) + depth * message * np.cos(angles)
    # Twice the squared cosine is one and a term at twice the frequency.
    product = (1 + depth * message) * (1 + np.cos(2 * angles))
    received = []
    for t in range(count):
        last = t + (window - 1) // 2
        near = [k for k in range(last - window + 1, last + 1) if 0 <= k < count]
        mean = sum(product[k] for k in near) / window
        received.append((mean - 1) / depth)
    return sent, np.stack(received)


def frequency_modulation(message, *, carrier, deviation):
    """Real and quadrature parts of a carrier whose frequency follows a message."""
    steps = carrier + deviation * message
    phases = 2.0 * jnp.pi * jnp.cumsum(steps)
    return jnp.cos(phases), jnp.sin(phases)


def frequency_modulation_reference(message, *, carrier, deviation):
    x, y = np.ones(()), np.zeros(())
    cosines, sines = [], []
    for value in message:
        # Turn a unit vector a little further.
        a = np.cos(2 * np.pi * (carrier + deviation * value))
        b = np.sin(2 * np.pi * (carrier + deviation * value))
        x, y = x * a - y * b, x * b + y * a
        cosines.append(x)
        sines.append(y)
    return np.stack(cosines), np.stack(sines)


def frequency_discriminator(inphase, quadrature, *, floor):
    """How fast a phase turns, from products of neighboring samples."""
    # The slope in the middle of three samples.
    slope_i = 0.5 * (inphase[2:] - inphase[:-2])
    slope_q = 0.5 * (quadrature[2:] - quadrature[:-2])
    i, q = inphase[1:-1], quadrature[1:-1]
    return (i * slope_q - q * slope_i) / (i**2 + q**2 + floor)


def frequency_discriminator_reference(inphase, quadrature, *, floor):
    rates = []
    for t in range(1, len(inphase) - 1):
        after = inphase[t] * quadrature[t + 1] - quadrature[t] * inphase[t + 1]
        before = inphase[t] * quadrature[t - 1] - quadrature[t] * inphase[t - 1]
        energy = inphase[t] * inphase[t] + quadrature[t] * quadrature[t]
        rates.append((after - before) / 2 / (energy + floor))
    return np.stack(rates)


def quadrature_symbols(bits, noise, *, width):
    """Send bits as points of a Gray-coded square, and decide on what arrives."""
    levels = 2**width
    weights = 2 ** jnp.arange(width - 1, -1, -1, dtype=jnp.int32)
    # Binary numbers of the Gray codes of both coordinates.
    gray = jnp.sum(bits.reshape(-1, 2, width) * weights, axis=-1, dtype=jnp.int32)
    order = [k ^ (k >> 1) for k in range(levels)]
    position = jnp.argsort(jnp.array(order)).astype(jnp.int32)
    scale = math.sqrt(3.0 / (2.0 * (levels**2 - 1)))
    points = scale * (2 * position[gray] - levels + 1).astype(noise.dtype)
    received = points + noise
    nearest = jnp.round((received / scale + levels - 1) / 2.0).astype(jnp.int32)
    decided = jnp.array(order, jnp.int32)[jnp.clip(nearest, 0, levels - 1)]
    decoded = (decided[..., None] // weights) % 2
    return points, jnp.sum(decoded.reshape(-1) != bits, dtype=jnp.int32)


def quadrature_symbols_reference(bits, noise, *, width):
    levels = 2**width
    codes = []
    for k in range(levels):
        number = k ^ (k // 2)
        codes.append([number // 2 ** (width - 1 - i) % 2 for i in range(width)])
    amplitudes = [2 * k - levels + 1 for k in range(levels)]
    mean = 2 * sum(a * a for a in amplitudes) / levels
    points = np.zeros(noise.shape)
    wrong = 0
    groups = bits.reshape(-1, 2, width).tolist()
    for s, pair in enumerate(groups):
        for c, code in enumerate(pair):
            points[s, c] = amplitudes[codes.index(code)] / np.sqrt(mean + np.zeros(()))
            arrived = (points[s, c] + noise[s, c]) * math.sqrt(mean)
            gaps = np.stack([np.abs(arrived - a) for a in amplitudes])
            decided = codes[int(np.argmin(gaps))]
            wrong += sum(x != y for x, y in zip(decided, code))
    return points, np.array(wrong, dtype=np.int32)


def phase_locked_loop(inphase, quadrature, *, proportional, integral, center):
    """Follow the phase of a carrier by an oscillator of adjustable frequency."""

    def step(state, sample):
        phase, drift = state
        i, q = sample
        error = q * jnp.cos(phase) - i * jnp.sin(phase)
        drift = drift + integral * error
        phase = phase + center + drift + proportional * error
        return (phase, drift), (error, drift)

    start = jnp.zeros((), dtype=inphase.dtype)
    return lax.scan(step, (start, start), (inphase, quadrature))[1]


def phase_locked_loop_reference(inphase, quadrature, *, proportional, integral, center):
    errors, drifts = [], []
    for t in range(len(inphase)):
        # The phase so far, from all errors so far.
        phase = np.zeros(()) + t * center
        for s, error in enumerate(errors):
            phase = phase + (proportional + (t - s) * integral) * error
        size = np.sqrt(inphase[t] ** 2 + quadrature[t] ** 2)
        angle = np.arctan2(quadrature[t], inphase[t])
        errors.append(size * np.sin(angle - phase))
        drifts.append(integral * sum(errors))
    return np.stack(errors), np.stack(drifts)


def raised_cosine_shaping(symbols, *, oversampling, rolloff, reach):
    """Turn symbols into a smooth signal by pulses that vanish at other symbols."""
    count = reach * oversampling
    times = jnp.arange(-count, count + 1, dtype=symbols.dtype) / oversampling
    pulse = jnp.sinc(times) * jnp.cos(jnp.pi * rolloff * times)
    pulse = pulse / (1.0 - (2.0 * rolloff * times) ** 2)
    return lax.conv_general_dilated(
        symbols[None, None],
        pulse[None, None],
        window_strides=(1,),
        padding=[(count, count)],
        lhs_dilation=(oversampling,),
    )[0, 0]


def raised_cosine_shaping_reference(symbols, *, oversampling, rolloff, reach):
    samples = (len(symbols) - 1) * oversampling + 1
    output = np.zeros(samples)
    for m in range(samples):
        for k in range(len(symbols)):
            lag = m - k * oversampling
            if abs(lag) > reach * oversampling:
                continue
            time = np.zeros(()) + lag / oversampling
            pulse = np.sin(np.pi * time) / (np.pi * time) if lag else np.ones(())
            bend = 2 * rolloff * time
            pulse = pulse * np.cos(np.pi * bend / 2) / (1 - bend) / (1 + bend)
            output[m] += symbols[k] * pulse
    return output


def convolutional_code(bits, *, generators):
    """Parities of a shift register's taps, a bit for each generator and step."""
    memory = max(generator.bit_length() for generator in generators)
    lines = _frames(jnp.pad(bits, (memory - 1, 0)), memory, 1)
    # The newest bit is the last of a line, and the highest of a generator.
    taps = [[g >> k & 1 for k in range(memory)] for g in generators]
    chosen = lines[:, None, :] * jnp.array(taps, dtype=bits.dtype)
    return lax.reduce(chosen, bits.dtype.type(0), lax.bitwise_xor, (2,))


def convolutional_code_reference(bits, *, generators):
    memory = max(generator.bit_length() for generator in generators)
    register, output = 0, []
    for bit in bits.tolist():
        register = register >> 1 | bit << (memory - 1)
        output.append([(register & g).bit_count() % 2 for g in generators])
    return np.array(output, dtype=np.int32)


def scramble(bits, *, taps, seed):
    """Add the output of a linear feedback shift register to bits."""
    width = max(taps)

    def step(register, bit):
        feedback = register >> (taps[0] - 1)
        for tap in taps[1:]:
            feedback = feedback ^ (register >> (tap - 1))
        feedback = feedback & 1
        register = ((register << 1) | feedback) & (2**width - 1)
        return register, bit ^ feedback

    register, output = lax.scan(step, jnp.array(seed, dtype=bits.dtype), bits)
    return output, register


def scramble_reference(bits, *, taps, seed):
    width = max(taps)
    # The sequence itself satisfies a recurrence over all of its past.
    sequence = [seed >> k & 1 for k in range(width - 1, -1, -1)]
    for _ in range(len(bits)):
        sequence.append(sum(sequence[-tap] for tap in taps) % 2)
    output = [(b + s) % 2 for b, s in zip(bits.tolist(), sequence[width:])]
    register = 0
    for bit in sequence[-width:]:
        register = 2 * register + bit
    return np.array(output, dtype=np.int32), np.array(register, dtype=np.int32)


def template_detector(signal, template, *, threshold):
    """Normalized correlation with a template everywhere, and where it is high."""
    pieces = _frames(signal, template.shape[0], 1)
    pieces = pieces - jnp.mean(pieces, axis=1, keepdims=True)
    shape = template - jnp.mean(template)
    energy = jnp.sum(pieces**2, axis=1) * jnp.sum(shape**2)
    scores = pieces @ shape / jnp.sqrt(energy + 1e-6)
    return scores, scores > threshold, jnp.argmax(scores)


def template_detector_reference(signal, template, *, threshold):
    size = len(template)
    scores = []
    for t in range(len(signal) - size + 1):
        pairs = np.stack([signal[t : t + size], template])
        pairs = pairs - np.sum(pairs, axis=1, keepdims=True) / size
        products = pairs @ pairs.T
        scores.append(products[0, 1] / np.sqrt(products[0, 0] * products[1, 1] + 1e-6))
    scores = np.stack(scores)
    return scores, scores > threshold, np.argmax(scores)


def constant_false_alarm(power, *, guard, training, factor):
    """Detect cells that stand out from those around them, but for the nearest."""
    reach = guard + training
    padded = jnp.pad(power, reach)
    present = jnp.pad(jnp.ones_like(power), reach)
    kernel = jnp.ones(2 * reach + 1, dtype=power.dtype)
    kernel = kernel.at[training : training + 2 * guard + 1].set(0.0)
    noise = jnp.correlate(padded, kernel, mode="valid")
    noise = noise / jnp.correlate(present, kernel, mode="valid")
    return power > factor * noise, noise


def constant_false_alarm_reference(power, *, guard, training, factor):
    count = len(power)
    noise = []
    for t in range(count):
        cells = [
            power[s]
            for s in range(t - guard - training, t + guard + training + 1)
            if 0 <= s < count and abs(s - t) > guard
        ]
        noise.append(sum(cells) / len(cells))
    noise = np.stack(noise)
    return power > factor * noise, noise


def _steering(sensors, angles, spacing):
    """Phases of a plane wave at a line of sensors, a row for each direction."""
    turns = spacing * jnp.arange(sensors, dtype=angles.dtype)
    return jnp.exp(-2j * jnp.pi * jnp.sin(angles)[:, None] * turns)


def delay_and_sum_power(real, imag, angles, *, spacing):
    """Power that a line of sensors receives from each direction."""
    snapshots = lax.complex(real, imag)
    weights = _steering(real.shape[0], angles, spacing)
    beams = jnp.conj(weights) @ snapshots / real.shape[0]
    return jnp.mean(_power(beams), axis=1)


def delay_and_sum_power_reference(real, imag, angles, *, spacing):
    sensors, count = real.shape
    powers = []
    for angle in angles:
        x, y = np.zeros(count), np.zeros(count)
        for m in range(sensors):
            phase = 2 * np.pi * spacing * m * np.sin(angle)
            x = x + np.cos(phase) * real[m] - np.sin(phase) * imag[m]
            y = y + np.sin(phase) * real[m] + np.cos(phase) * imag[m]
        powers.append(np.sum(x * x + y * y) / count / sensors**2)
    return np.stack(powers)


def capon_power(real, imag, angles, *, spacing, loading):
    """Power from each direction while all others are suppressed."""
    snapshots = lax.complex(real, imag)
    sensors, count = real.shape
    covariance = snapshots @ jnp.conj(snapshots.T) / count
    covariance = covariance + loading * jnp.eye(sensors, dtype=covariance.dtype)
    steering = _steering(sensors, angles, spacing)
    solved = jnp.linalg.solve(covariance, steering.T)
    return 1.0 / jnp.sum(jnp.conj(steering.T) * solved, axis=0).real


def capon_power_reference(real, imag, angles, *, spacing, loading):
    sensors, count = real.shape
    # A complex system as a real one of twice the size.
    even = (real @ real.T + imag @ imag.T) / count + loading * np.eye(sensors)
    odd = (imag @ real.T - real @ imag.T) / count
    block = np.vstack([np.hstack([even, -odd]), np.hstack([odd, even])])
    powers = []
    for angle in angles:
        phases = 2 * np.pi * spacing * np.arange(sensors) * np.sin(angle)
        steering = np.concatenate([np.cos(phases), -np.sin(phases)])
        powers.append(1 / (steering @ np.linalg.solve(block, steering)))
    return np.stack(powers)
