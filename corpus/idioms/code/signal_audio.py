"""What is heard in a sound: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def correlogram(signal, *, lags, estimate):
    """Covariances of a signal and its past, from its power spectrum."""
    count = signal.shape[-1]
    centered = signal - jnp.mean(signal)
    # As many zeros as there are lags keep the ends apart.
    points = count + lags
    power = jnp.abs(jnp.fft.rfft(centered, n=points)) ** 2
    sums = jnp.fft.irfft(power, n=points)[:lags]
    if estimate == "normalized":
        return sums / sums[0]
    if estimate == "unbiased":
        return sums / (count - jnp.arange(lags))
    return sums / count


def correlogram_reference(signal, *, lags, estimate):
    count = len(signal)
    centered = signal - np.sum(signal) / count
    sums = np.stack([np.sum(centered[k:] * centered[: count - k]) for k in range(lags)])
    counts = count - np.arange(lags)
    return sums / {"biased": count, "unbiased": counts, "normalized": sums[0]}[estimate]


def _power(spectrum):
    """Squared magnitudes, without the root."""
    return spectrum.real**2 + spectrum.imag**2


def _frames(signal, size, hop):
    """Overlapping pieces of a signal, one in a row."""
    starts = hop * jnp.arange((signal.shape[-1] - size) // hop + 1)
    return signal[starts[:, None] + jnp.arange(size)]


def _frames_reference(signal, size, hop):
    starts = range(0, len(signal) - size + 1, hop)
    return np.stack([signal[start : start + size] for start in starts])


def liftered_cepstra(energies, *, coefficients, lifter):
    """Mel-frequency cepstral coefficients of band energies, the high ones lifted."""
    cepstra = jax.scipy.fft.dct(jnp.log(energies), axis=-1, norm="ortho")
    index = jnp.arange(coefficients, dtype=energies.dtype)
    weights = 1.0 + 0.5 * lifter * jnp.sin(jnp.pi * index / lifter)
    return weights * cepstra[..., :coefficients]


def liftered_cepstra_reference(energies, *, coefficients, lifter):
    bands = energies.shape[-1]
    columns = []
    for k in range(coefficients):
        angles = (np.zeros(bands) + (2 * np.arange(bands) + 1) * k) * (
            np.pi / (2 * bands)
        )
        scale = math.sqrt((2 if k else 1) / bands)
        lifted = 1 + lifter / 2 * np.sin(np.zeros(()) + np.pi * k / lifter)
        columns.append(lifted * scale * (np.log(energies) @ np.cos(angles)))
    return np.stack(columns, axis=-1)


def spectral_shape(magnitudes, *, rate, power):
    """Moments and flatness of each row of magnitudes."""
    weights = magnitudes**power
    bins = magnitudes.shape[-1]
    frequencies = jnp.linspace(0.0, rate / 2.0, bins, dtype=magnitudes.dtype)
    total = jnp.sum(weights, axis=-1, keepdims=True)
    shares = weights / total
    centroid = shares @ frequencies
    deviations = frequencies - centroid[:, None]
    spread = jnp.sqrt(jnp.sum(shares * deviations**2, axis=-1))
    skewness = jnp.sum(shares * deviations**3, axis=-1) / spread**3
    flatness = jnp.exp(jnp.mean(jnp.log(weights), axis=-1)) * bins / total[:, 0]
    return {
        "centroid": centroid,
        "spread": spread,
        "skewness": skewness,
        "flatness": flatness,
    }


def spectral_shape_reference(magnitudes, *, rate, power):
    bins = magnitudes.shape[1]
    frequencies = (np.zeros(bins) + np.arange(bins)) * rate / (2 * (bins - 1))
    rows = []
    for row in magnitudes:
        weights = row * row if power == 2.0 else row
        total = np.sum(weights)
        mean = np.sum(weights * frequencies) / total
        second = np.sum(weights * (frequencies - mean) ** 2) / total
        third = np.sum(weights * (frequencies - mean) ** 3) / total
        geometric = np.prod(weights ** (1 / bins))
        spread = np.sqrt(second)
        rows.append([mean, spread, third / second / spread, geometric * bins / total])
    columns = np.array(rows).T
    return dict(zip(["centroid", "spread", "skewness", "flatness"], columns))


def spectral_rolloff(magnitudes, *, fraction):
    """The bin of each row below which a fraction of the energy lies."""
    cumulative = jnp.cumsum(magnitudes**2, axis=-1)
    return jnp.argmax(cumulative >= fraction * cumulative[:, -1:], axis=-1)


def spectral_rolloff_reference(magnitudes, *, fraction):
    bins = []
    for row in magnitudes:
        k = 0
        while np.sum(row[: k + 1] ** 2) < fraction * np.sum(row**2):
            k += 1
        bins.append(k)
    return np.array(bins)


def onset_strength(magnitudes, *, compression, threshold):
    """How much a spectrum rises from window to window, and where that peaks."""
    levels = jnp.log1p(compression * magnitudes)
    flux = jnp.sum(jax.nn.relu(jnp.diff(levels, axis=0)), axis=-1)
    flux = jnp.pad(flux, (1, 0))
    before = jnp.pad(flux[:-1], (1, 0))
    after = jnp.pad(flux[1:], (0, 1))
    peaks = (flux > before) & (flux > after) & (flux > threshold * jnp.mean(flux))
    return flux, peaks


def onset_strength_reference(magnitudes, *, compression, threshold):
    count = len(magnitudes)
    levels = np.log1p(compression * magnitudes)
    flux = np.zeros(count)
    for t in range(1, count):
        rise = levels[t] - levels[t - 1]
        flux[t] = np.sum(np.where(rise > 0, rise, 0.0))
    peaks = np.zeros(count, dtype=bool)
    edged = [0.0, *flux, 0.0]
    for t in range(count):
        higher = flux[t] > edged[t] and flux[t] > edged[t + 2]
        peaks[t] = higher and flux[t] > threshold * np.sum(flux) / count
    return flux, peaks


def zero_crossing_rate(signal, *, size, hop, centered):
    """Share of neighboring samples of different sign, in windows along a signal."""
    pieces = _frames(signal, size, hop)
    if centered:
        pieces = pieces - jnp.mean(pieces, axis=-1, keepdims=True)
    negative = jnp.signbit(pieces)
    crossings = negative[:, 1:] != negative[:, :-1]
    counts = jnp.sum(crossings, axis=-1, dtype=jnp.int32)
    return counts, counts.astype(signal.dtype) / (size - 1)


def zero_crossing_rate_reference(signal, *, size, hop, centered):
    counts = []
    for piece in _frames_reference(signal, size, hop):
        level = np.sum(piece) / size if centered else 0.0
        above = [bool(value >= level) for value in piece]
        counts.append(sum(above[j] != above[j + 1] for j in range(size - 1)))
    counts = np.array(counts, dtype=np.int32)
    return counts, counts / (size - 1)


def phase_vocoder(real, imag, *, ratio, hop):
    """Advance the phases of a spectrum as if its windows were further apart."""
    bins = real.shape[1]
    spectra = lax.complex(real, imag)
    sizes, angles = jnp.abs(spectra), jnp.angle(spectra)
    center = jnp.pi * hop / (bins - 1) * jnp.arange(bins, dtype=real.dtype)
    # The deviation from the bin's own frequency is half a turn at most.
    deviations = jnp.diff(angles, axis=0) - center
    deviations -= 2.0 * jnp.pi * jnp.round(deviations / (2.0 * jnp.pi))
    advances = ratio * (center + deviations)
    phases = jnp.cumsum(jnp.concatenate([angles[:1], advances]), axis=0)
    return sizes * jnp.cos(phases), sizes * jnp.sin(phases)


def phase_vocoder_reference(real, imag, *, ratio, hop):
    count, bins = real.shape
    outputs = []
    for k in range(bins):
        center = np.zeros(()) + np.pi * hop * k / (bins - 1)
        phase = np.arctan2(imag[0, k], real[0, k])
        for t in range(count):
            if t:
                before = np.arctan2(imag[t - 1, k], real[t - 1, k])
                gap = np.arctan2(imag[t, k], real[t, k]) - before - center
                turns = np.floor((gap + np.pi) / (2 * np.pi))
                phase = phase + ratio * center + ratio * (gap - 2 * np.pi * turns)
            size = np.sqrt(real[t, k] ** 2 + imag[t, k] ** 2)
            outputs.append([size * np.cos(phase), size * np.sin(phase)])
    outputs = np.array(outputs).reshape(bins, count, 2)
    return outputs[:, :, 0].T, outputs[:, :, 1].T


def chroma_features(magnitudes, *, rate, tuning):
    """Fold magnitudes into twelve pitch classes, each row of unit length."""
    bins = magnitudes.shape[-1]
    width = rate / 2.0 / (bins - 1)
    pitches = [round(12.0 * math.log2(k * width / tuning)) for k in range(1, bins)]
    classes = jnp.array([pitch % 12 for pitch in pitches], dtype=jnp.int32)
    energies = jax.ops.segment_sum((magnitudes[:, 1:] ** 2).T, classes, 12).T
    lengths = jnp.linalg.norm(energies, axis=-1, keepdims=True)
    return energies / lengths


def chroma_features_reference(magnitudes, *, rate, tuning):
    count, bins = magnitudes.shape
    folded = np.zeros((count, 12))
    for k in range(1, bins):
        pitch = round(12 * math.log2(k * rate / 2 / (bins - 1) / tuning))
        folded[:, pitch % 12] += magnitudes[:, k] ** 2
    return folded / np.sqrt(np.sum(folded * folded, axis=1))[:, None]


def harmonic_product_pitch(magnitudes, *, harmonics):
    """The bin whose multiples are strongest together, and its score, for each row."""
    bins = magnitudes.shape[-1] // harmonics
    levels = jnp.log(magnitudes)
    score = sum(levels[:, ::k][:, :bins] for k in range(1, harmonics + 1))
    best = 1 + jnp.argmax(score[:, 1:], axis=-1)
    return best, jnp.take_along_axis(score, best[:, None], axis=-1)[:, 0]


def harmonic_product_pitch_reference(magnitudes, *, harmonics):
    pitches, scores = [], []
    for row in magnitudes:
        products = [
            np.prod(row[k * np.arange(1, harmonics + 1)])
            for k in range(1, len(row) // harmonics)
        ]
        pitches.append(1 + int(np.argmax(np.array(products))))
        scores.append(np.log(products[pitches[-1] - 1]))
    return np.array(pitches), np.array(scores)


def yin_pitch(signal, *, window, lags):
    """The normalized difference of a signal and its past, and its least lag."""
    shifts = jnp.arange(lags)
    later = signal[shifts[:, None] + jnp.arange(window)]
    difference = jnp.sum((signal[:window] - later) ** 2, axis=1)
    means = jnp.cumsum(difference[1:]) / jnp.arange(1, lags)
    normalized = difference[1:] / means
    best = 1 + jnp.argmin(normalized)
    return best, jnp.concatenate([jnp.ones_like(normalized[:1]), normalized])


def yin_pitch_reference(signal, *, window, lags):
    difference = [
        sum((signal[j] - signal[j + lag]) ** 2 for j in range(window))
        for lag in range(lags)
    ]
    normalized = [
        difference[lag] * lag / sum(difference[1 : lag + 1]) for lag in range(1, lags)
    ]
    best = 1 + int(np.argmin(np.array(normalized)))
    return best, np.array([np.ones(()), *normalized])


def weighted_level(power, *, curve, rate):
    """The level in decibels of each power spectrum as the ear weights it."""
    bins = power.shape[-1]
    frequencies = jnp.linspace(0.0, rate / 2.0, bins, dtype=power.dtype)[1:]
    # In kilohertz, so that eighth powers stay in range.
    squares = (frequencies / 1000.0) ** 2
    gain = 12.194**2 * squares / ((squares + 0.0206**2) * (squares + 12.194**2))
    if curve == "A":
        gain *= squares / jnp.sqrt((squares + 0.1077**2) * (squares + 0.7379**2))
    level = 10.0 * jnp.log10(jnp.sum(gain**2 * power[..., 1:], axis=-1))
    return level + (2.0 if curve == "A" else 0.06)


def weighted_level_reference(power, *, curve, rate):
    bins = power.shape[-1]
    total = np.zeros(power.shape[0])
    for k in range(1, bins):
        f = (np.zeros(()) + k) * rate / (2 * (bins - 1))
        gain = 12194**2 / (1 + (20.6 / f) ** 2) / (f * f + 12194**2)
        if curve == "A":
            gain = gain / np.sqrt(1 + (107.7 / f) ** 2)
            gain = gain / np.sqrt(1 + (737.9 / f) ** 2)
        total = total + gain * gain * power[:, k]
    return 10 * np.log10(total) + (2.0 if curve == "A" else 0.06)


def spectral_subtraction(real, imag, noise, *, factor, floor):
    """Take a noise estimate off the magnitudes of a spectrum, and keep its phases."""
    spectra = lax.complex(real, imag)
    power = _power(spectra)
    kept = jnp.maximum(power - factor * noise**2, floor * power)
    cleaned = jnp.sqrt(kept / power) * spectra
    return cleaned.real, cleaned.imag


def spectral_subtraction_reference(real, imag, noise, *, factor, floor):
    size = np.sqrt(real * real + imag * imag)
    rest = size * size - factor * noise * noise
    gain = np.sqrt(np.where(rest > floor * size * size, rest / size**2, floor))
    return gain * real, gain * imag


def teager_energy(signals, *, smoothing):
    """The energy of an oscillation from three neighboring samples, smoothed."""
    inner = signals[:, 1:-1] ** 2 - signals[:, :-2] * signals[:, 2:]
    kernel = jnp.bartlett(smoothing + 2)[1:-1].astype(signals.dtype)
    kernel = kernel / jnp.sum(kernel)
    return jax.vmap(lambda row: jnp.convolve(row, kernel, mode="valid"))(inner)


def teager_energy_reference(signals, *, smoothing):
    count = signals.shape[1] - 2
    middle = (smoothing + 1) / 2
    weights = [middle - abs(k + 1 - middle) for k in range(smoothing)]
    columns = []
    for t in range(count - smoothing + 1):
        total = 0.0
        for k, weight in enumerate(weights):
            left, center, right = (signals[:, t + k + i] for i in range(3))
            total = total + weight * (center * center - left * right)
        columns.append(total / (np.zeros(()) + sum(weights)))
    return np.stack(columns, axis=1)
