"""Filters: JAX, and NumPy from the definition."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def _kalman_predict(mean, cov, transition, process_cov):
    return transition @ mean, transition @ cov @ transition.T + process_cov


def _kalman_correct(mean, cov, residual, emission, noise_cov):
    innovation_cov = emission @ cov @ emission.T + noise_cov
    gain = jnp.linalg.solve(innovation_cov, emission @ cov).T
    # Joseph's form stays symmetric and positive definite under rounding.
    shrink = jnp.eye(mean.shape[0], dtype=mean.dtype) - gain @ emission
    cov = shrink @ cov @ shrink.T + gain @ noise_cov @ gain.T
    return mean + gain @ residual, cov


def kalman_filter(
    observations, transition, emission, process_cov, noise_cov, *, initial_variance
):
    """Filter observations of a linear Gaussian state, step by step."""
    size = transition.shape[0]

    def step(belief, observation):
        mean, cov = _kalman_predict(*belief, transition, process_cov)
        residual = observation - emission @ mean
        belief = _kalman_correct(mean, cov, residual, emission, noise_cov)
        return belief, belief

    mean = jnp.zeros(size, dtype=observations.dtype)
    cov = initial_variance * jnp.eye(size, dtype=observations.dtype)
    _, (means, covs) = lax.scan(step, (mean, cov), observations)
    return means, covs


def kalman_filter_reference(
    observations, transition, emission, process_cov, noise_cov, *, initial_variance
):
    # The information form: precisions add.
    size = transition.shape[0]
    mean, cov = np.zeros(size), initial_variance * np.eye(size)
    noise_precision = np.linalg.inv(noise_cov)
    means, covs = [], []
    for observation in observations:
        mean = transition @ mean
        prior = np.linalg.inv(transition @ cov @ transition.T + process_cov)
        cov = np.linalg.inv(prior + emission.T @ noise_precision @ emission)
        mean = cov @ (prior @ mean + emission.T @ noise_precision @ observation)
        means.append(mean)
        covs.append(cov)
    return np.array(means), np.array(covs)


def rts_smoother(
    observations, transition, emission, process_cov, noise_cov, *, initial_variance
):
    """Smooth observations of a linear Gaussian state, forwards then backwards."""
    size = transition.shape[0]

    def forward(belief, observation):
        predicted = _kalman_predict(*belief, transition, process_cov)
        residual = observation - emission @ predicted[0]
        filtered = _kalman_correct(*predicted, residual, emission, noise_cov)
        return filtered, (filtered, predicted)

    def backward(smoothed, step):
        (mean, cov), (next_mean, next_cov) = step
        gain = jnp.linalg.solve(next_cov, transition @ cov).T
        mean = mean + gain @ (smoothed[0] - next_mean)
        cov = cov + gain @ (smoothed[1] - next_cov) @ gain.T
        return (mean, cov), (mean, cov)

    start = (
        jnp.zeros(size, dtype=observations.dtype),
        initial_variance * jnp.eye(size, dtype=observations.dtype),
    )
    last, (filtered, predicted) = lax.scan(forward, start, observations)
    # The smoother at t looks at the filter at t and at the prediction for t + 1.
    steps = (
        jax.tree.map(lambda array: array[:-1], filtered),
        jax.tree.map(lambda array: array[1:], predicted),
    )
    _, (means, covs) = lax.scan(backward, last, steps, reverse=True)
    return jnp.vstack([means, last[0]]), jnp.concatenate([covs, last[1][None]])


def rts_smoother_reference(
    observations, transition, emission, process_cov, noise_cov, *, initial_variance
):
    # The posterior of all states at once has a block tridiagonal precision.
    steps, size = observations.shape[0], transition.shape[0]
    first_cov = transition @ (initial_variance * np.eye(size)) @ transition.T
    first = np.linalg.inv(first_cov + process_cov)
    process, noise = np.linalg.inv(process_cov), np.linalg.inv(noise_cov)
    precision = np.zeros((steps, size, steps, size))
    shift = np.zeros((steps, size))
    for t in range(steps):
        precision[t, :, t] += process if t else first
        precision[t, :, t] += emission.T @ noise @ emission
        shift[t] = emission.T @ noise @ observations[t]
        if t + 1 < steps:
            precision[t, :, t] += transition.T @ process @ transition
            precision[t, :, t + 1] = -transition.T @ process
            precision[t + 1, :, t] = -process @ transition
    joint = np.linalg.inv(precision.reshape(steps * size, steps * size))
    means = (joint @ shift.reshape(-1)).reshape(steps, size)
    joint = joint.reshape(steps, size, steps, size)
    return means, np.array([joint[t, :, t] for t in range(steps)])


def extended_kalman_step(
    mean, cov, control, ranges, beacons, *, dt, process_std, range_std
):
    """Predict a robot's pose from its speeds; correct it by distances to beacons."""

    def move(pose):
        speed, turn = control
        heading = pose[2]
        change = jnp.stack([speed * jnp.cos(heading), speed * jnp.sin(heading), turn])
        return pose + dt * change

    def measure(pose):
        return jnp.linalg.norm(beacons - pose[:2], axis=-1)

    motion = jax.jacfwd(move)(mean)
    mean = move(mean)
    cov = motion @ cov @ motion.T + process_std**2 * jnp.eye(3, dtype=cov.dtype)
    sensor = jax.jacfwd(measure)(mean)
    noise = range_std**2 * jnp.eye(ranges.shape[0], dtype=cov.dtype)
    return _kalman_correct(mean, cov, ranges - measure(mean), sensor, noise)


def extended_kalman_step_reference(
    mean, cov, control, ranges, beacons, *, dt, process_std, range_std
):
    speed, turn = control
    x, y, heading = mean
    step_x, step_y = dt * speed * np.cos(heading), dt * speed * np.sin(heading)
    motion = np.eye(3)
    motion[0, 2], motion[1, 2] = -step_y, step_x
    mean = np.array([x + step_x, y + step_y, heading + dt * turn])
    cov = motion @ cov @ motion.T + process_std**2 * np.eye(3)
    for_each = len(ranges)
    sensor, residual = np.zeros((for_each, 3)), np.zeros(for_each)
    for i in range(for_each):
        away_x, away_y = mean[0] - beacons[i, 0], mean[1] - beacons[i, 1]
        distance = np.sqrt(away_x**2 + away_y**2)
        sensor[i, 0], sensor[i, 1] = away_x / distance, away_y / distance
        residual[i] = ranges[i] - distance
    prior = np.linalg.inv(cov)
    cov = np.linalg.inv(prior + sensor.T @ sensor / range_std**2)
    return mean + cov @ sensor.T @ residual / range_std**2, cov


def unscented_transform(mean, cov, weight, bias, *, alpha, beta, kappa):
    """Approximate the mean and covariance of a tanh layer of a Gaussian vector."""
    size = mean.shape[0]
    spread = alpha**2 * (size + kappa)
    root = jnp.sqrt(spread) * jnp.linalg.cholesky(cov)
    points = mean + jnp.concatenate([jnp.zeros_like(mean)[None], root.T, -root.T])
    mean_weights = jnp.full(2 * size + 1, 0.5 / spread, dtype=mean.dtype)
    mean_weights = mean_weights.at[0].set(1.0 - size / spread)
    cov_weights = mean_weights.at[0].add(1.0 - alpha**2 + beta)
    images = jnp.tanh(points @ weight.T + bias)
    center = mean_weights @ images
    deviations = images - center
    return center, jnp.einsum("p,pi,pj->ij", cov_weights, deviations, deviations)


def unscented_transform_reference(mean, cov, weight, bias, *, alpha, beta, kappa):
    size = len(mean)
    spread = alpha * alpha * (size + kappa)
    root = np.linalg.cholesky(spread * cov)
    points = [mean]
    for i in range(size):
        points += [mean + root[:, i], mean - root[:, i]]
    images = [np.tanh(weight @ point + bias) for point in points]
    shares = [(spread - size) / spread] + [1 / (2 * spread)] * (2 * size)
    center = sum(share * image for share, image in zip(shares, images))
    shares[0] += 1 - alpha**2 + beta
    outer = [np.outer(image - center, image - center) for image in images]
    return center, sum(share * square for share, square in zip(shares, outer))


def ensemble_kalman_update(
    ensemble, emission, observation, perturbations, *, noise_std, inflation
):
    """Correct every member of an ensemble by a perturbed observation."""
    center = jnp.mean(ensemble, axis=0)
    anomalies = inflation * (ensemble - center)
    members = center + anomalies
    seen = anomalies @ emission.T
    degrees = ensemble.shape[0] - 1
    cross = anomalies.T @ seen / degrees
    noise = noise_std**2 * jnp.eye(emission.shape[0], dtype=ensemble.dtype)
    total = seen.T @ seen / degrees + noise
    innovations = observation + noise_std * perturbations - members @ emission.T
    return members + jnp.linalg.solve(total, innovations.T).T @ cross.T


def ensemble_kalman_update_reference(
    ensemble, emission, observation, perturbations, *, noise_std, inflation
):
    center = np.mean(ensemble, axis=0)
    members = [center + inflation * (member - center) for member in ensemble]
    cov = sum(np.outer(m - center, m - center) for m in members) / (len(members) - 1)
    total = emission @ cov @ emission.T + noise_std**2 * np.eye(len(observation))
    gain = cov @ emission.T @ np.linalg.inv(total)
    updated = [
        member + gain @ (observation + noise_std * drawn - emission @ member)
        for member, drawn in zip(members, perturbations)
    ]
    return np.array(updated)


def particle_filter_step(
    particles, noise, observation, offset, *, decay, process_std, noise_std
):
    """Move particles, weight them by an observation, and resample systematically."""
    count = particles.shape[0]
    moved = decay * particles + process_std * noise
    errors = (moved - observation) / noise_std
    weights = jax.nn.softmax(-0.5 * jnp.sum(errors**2, axis=-1))
    cumulative = jnp.cumsum(weights)
    # One offset for all strata keeps the variance of the offspring counts low.
    points = (jnp.arange(count) + offset) / count
    ancestors = jnp.searchsorted(cumulative, points)
    ancestors = jnp.minimum(ancestors, count - 1).astype(jnp.int32)
    return moved[ancestors], ancestors


def particle_filter_step_reference(
    particles, noise, observation, offset, *, decay, process_std, noise_std
):
    count = len(particles)
    moved = np.array([decay * p + process_std * e for p, e in zip(particles, noise)])
    likelihoods = [
        np.exp(-np.sum((p - observation) ** 2) / (2 * noise_std**2)) for p in moved
    ]
    total = sum(likelihoods)
    ancestors = np.zeros(count, dtype=np.int32)
    for i in range(count):
        point, reached = (i + offset) / count * total, likelihoods[0]
        while reached < point and ancestors[i] < count - 1:
            ancestors[i] += 1
            reached = reached + likelihoods[ancestors[i]]
    return moved[ancestors], ancestors


def alpha_beta_filter(measurements, position, velocity, *, alpha, beta, dt):
    """Track positions and velocities with two constant gains."""

    def step(state, measurement):
        position, velocity = state
        predicted = position + dt * velocity
        residual = measurement - predicted
        state = (predicted + alpha * residual, velocity + (beta / dt) * residual)
        return state, state

    _, (positions, velocities) = lax.scan(step, (position, velocity), measurements)
    return positions, velocities


def alpha_beta_filter_reference(measurements, position, velocity, *, alpha, beta, dt):
    # As a linear system: state <- matrix @ state + gains * measurement.
    move = np.array([[1.0, dt], [0.0, 1.0]])
    gains = np.array([alpha, beta / dt])
    matrix = move - np.outer(gains, move[0])
    state = np.array([position, velocity])
    states = []
    for measurement in measurements:
        state = matrix @ state + np.outer(gains, measurement)
        states.append(state)
    return np.array([s[0] for s in states]), np.array([s[1] for s in states])


def exponential_smoothing(series, *, alpha, debias):
    """Average a series with exponentially decaying weights, in logarithmic depth."""

    def compose(first, second):
        return first[0] * second[0], second[0] * first[1] + second[1]

    decay = jnp.full_like(series, 1.0 - alpha)
    gains = jnp.full_like(series, alpha)
    if not debias:  # the first value is the initial level
        gains = gains.at[0].set(1.0)
    decays, levels = lax.associative_scan(compose, (decay, gains * series))
    return levels / (1.0 - decays) if debias else levels


def exponential_smoothing_reference(series, *, alpha, debias):
    levels = np.zeros_like(series)
    for t in range(len(series)):
        weights = (1 - alpha) ** np.arange(t, -1, -1)
        if not debias:
            weights[1:] *= alpha
        levels[t] = weights @ series[: t + 1] / (np.sum(weights) if debias else 1.0)
    return levels


def holt_winters(series, level, trend, seasonal, *, alpha, beta, gamma, multiplicative):
    """Forecast each value one step ahead; also return the last seasonal indices."""

    def step(state, value):
        level, trend, seasonal = state
        # The index for this season is first; its update goes to the end of the queue.
        season, base = seasonal[0], level + trend
        forecast = base * season if multiplicative else base + season
        adjusted = value / season if multiplicative else value - season
        new_level = alpha * adjusted + (1.0 - alpha) * base
        new_trend = beta * (new_level - level) + (1.0 - beta) * trend
        detrended = value / base if multiplicative else value - base
        new_season = gamma * detrended + (1.0 - gamma) * season
        seasonal = jnp.roll(seasonal, -1).at[-1].set(new_season)
        return (new_level, new_trend, seasonal), forecast

    state, forecasts = lax.scan(step, (level, trend, seasonal), series)
    return forecasts, state[2]


def holt_winters_reference(
    series, level, trend, seasonal, *, alpha, beta, gamma, multiplicative
):
    period = len(seasonal)
    levels, trends, seasons = [level], [trend], list(seasonal)
    forecasts = []
    for t, value in enumerate(series):
        ahead, index = levels[t] + trends[t], seasons[t]
        if multiplicative:
            forecasts.append(ahead * index)
            observed, season = value / index, value / ahead
        else:
            forecasts.append(ahead + index)
            observed, season = value - index, value - ahead
        levels.append(ahead + alpha * (observed - ahead))
        rise = levels[t + 1] - levels[t]
        trends.append(trends[t] + beta * (rise - trends[t]))
        seasons.append(index + gamma * (season - index))
    return np.array(forecasts), np.array(seasons[-period:])


def savitzky_golay(signal, *, window, degree, derivative):
    """Fit a polynomial to every full window and take its derivative at the center."""
    half = window // 2
    # Offsets in [-1, 1] keep the Vandermonde matrix well conditioned.
    offsets = jnp.linspace(-1.0, 1.0, window, dtype=signal.dtype)
    design = jnp.vander(offsets, degree + 1, increasing=True)
    kernel = jnp.linalg.pinv(design)[derivative]
    kernel = kernel * (math.factorial(derivative) / half**derivative)
    return jnp.convolve(signal, kernel[::-1], mode="valid")


def savitzky_golay_reference(signal, *, window, degree, derivative):
    half = window // 2
    powers = np.arange(degree + 1)
    design = ((np.arange(window)[:, None] - half) / half) ** powers
    values = []
    for start in range(len(signal) - window + 1):
        part = signal[start : start + window]
        fit = np.linalg.solve(design.T @ design, design.T @ part)
        scale = math.factorial(derivative) / half**derivative
        values.append(fit[derivative] * scale)
    return np.array(values)


def biquad_filter(signal, cutoff, *, kind, quality):
    """Filter a signal by a second-order section with a cutoff in cycles per sample."""
    omega = 2.0 * jnp.pi * cutoff
    cosine, damping = jnp.cos(omega), jnp.sin(omega) / (2.0 * quality)
    if kind == "lowpass":
        b0, b1, b2 = (1.0 - cosine) / 2.0, 1.0 - cosine, (1.0 - cosine) / 2.0
    elif kind == "highpass":
        b0, b1, b2 = (1.0 + cosine) / 2.0, -(1.0 + cosine), (1.0 + cosine) / 2.0
    elif kind == "bandpass":
        b0, b1, b2 = damping, 0.0, -damping
    else:
        b0, b1, b2 = 1.0, -2.0 * cosine, 1.0
    a0, a1, a2 = 1.0 + damping, -2.0 * cosine, 1.0 - damping

    def step(delays, sample):
        # The transposed direct form II needs only two delays.
        output = (b0 * sample + delays[0]) / a0
        first = b1 * sample - a1 * output + delays[1]
        return (first, b2 * sample - a2 * output), output

    rest = jnp.zeros((), dtype=signal.dtype)
    return lax.scan(step, (rest, rest), signal)[1]


def biquad_filter_reference(signal, cutoff, *, kind, quality):
    angle = 2 * np.pi * cutoff
    damping = np.sin(angle) / (2 * quality)
    numerators = {
        "lowpass": np.array([0.5, 1.0, 0.5]) * (1 - np.cos(angle)),
        "highpass": np.array([0.5, -1.0, 0.5]) * (1 + np.cos(angle)),
        "bandpass": np.array([1.0, 0.0, -1.0]) * damping,
        "notch": np.array([1.0, 0.0, 1.0]) - np.array([0.0, 2.0, 0.0]) * np.cos(angle),
    }
    x, y = np.zeros(len(signal) + 2), np.zeros(len(signal) + 2)
    x[2:] = signal
    b0, b1, b2 = numerators[kind]
    for n in range(2, len(x)):
        fed = b0 * x[n] + b1 * x[n - 1] + b2 * x[n - 2]
        back = 2 * np.cos(angle) * y[n - 1] - (1 - damping) * y[n - 2]
        y[n] = (fed + back) / (1 + damping)
    return y[2:]


def recursive_least_squares(inputs, targets, *, forgetting, regularization):
    """Fit a linear model online; weights after each step and errors before it."""
    size = inputs.shape[1]

    def step(state, sample):
        weights, inverse = state
        features, target = sample
        projected = inverse @ features
        gain = projected / (forgetting + features @ projected)
        error = target - weights @ features
        weights = weights + gain * error
        inverse = (inverse - jnp.outer(gain, projected)) / forgetting
        return (weights, inverse), (weights, error)

    weights = jnp.zeros(size, dtype=inputs.dtype)
    inverse = jnp.eye(size, dtype=inputs.dtype) / regularization
    return lax.scan(step, (weights, inverse), (inputs, targets))[1]


def recursive_least_squares_reference(inputs, targets, *, forgetting, regularization):
    # Each step's weights solve a least squares problem over all samples so far.
    steps, size = inputs.shape
    fits, errors = np.zeros((steps, size)), np.zeros(steps)
    weights = np.zeros(size)
    for t in range(steps):
        errors[t] = targets[t] - np.sum(weights * inputs[t])
        shares = forgetting ** np.arange(t, -1, -1)
        seen = inputs[: t + 1]
        gram = (seen.T * shares) @ seen
        gram = gram + regularization * forgetting ** (t + 1) * np.eye(size)
        weights = np.linalg.solve(gram, (seen.T * shares) @ targets[: t + 1])
        fits[t] = weights
    return fits, errors


def hodrick_prescott_filter(series, *, smoothing):
    """Split series into a smooth trend and a cycle."""
    steps = series.shape[0]
    identity = jnp.eye(steps, dtype=series.dtype)
    second = jnp.diff(identity, n=2, axis=0)
    system = identity + smoothing * second.T @ second
    factor = jax.scipy.linalg.cho_factor(system, lower=True)
    trend = jax.scipy.linalg.cho_solve(factor, series)
    return trend, series - trend


def hodrick_prescott_filter_reference(series, *, smoothing):
    steps = len(series)
    system = np.eye(steps)
    for t in range(steps - 2):
        for i, left in enumerate((1, -2, 1)):
            for j, right in enumerate((1, -2, 1)):
                system[t + i, t + j] += smoothing * left * right
    trend = np.linalg.solve(system, series)
    return trend, series - trend


def hampel_filter(series, *, reach, threshold):
    """Replace values far from the median of their neighbourhood by that median."""
    count, width = series.shape[0], 2 * reach + 1
    padded = jnp.pad(series, reach, mode="edge")
    windows = padded[jnp.arange(count)[:, None] + jnp.arange(width)]
    center = jnp.median(windows, axis=1)
    deviation = jnp.median(jnp.abs(windows - center[:, None]), axis=1)
    # 1.4826 makes the median absolute deviation that of a normal distribution.
    outlier = jnp.abs(series - center) > threshold * 1.4826 * deviation
    return jnp.where(outlier, center, series), outlier


def hampel_filter_reference(series, *, reach, threshold):
    count = len(series)
    filtered, outliers = np.zeros_like(series), np.zeros(count, dtype=bool)
    for i in range(count):
        indices = [min(max(j, 0), count - 1) for j in range(i - reach, i + reach + 1)]
        center = np.sort(series[indices])[reach]
        deviation = np.sort(np.abs(series[indices] - center))[reach]
        outliers[i] = np.abs(series[i] - center) > 1.4826 * threshold * deviation
        filtered[i] = center if outliers[i] else series[i]
    return filtered, outliers


def wiener_deconvolution(signal, kernel, *, noise_ratio):
    """Undo a circular convolution, less so where noise hides the spectrum."""
    length = signal.shape[-1]
    response = jnp.fft.rfft(kernel / jnp.sum(kernel), n=length)
    power = jnp.real(response * jnp.conj(response))
    restored = jnp.fft.rfft(signal) * jnp.conj(response) / (power + noise_ratio)
    return jnp.fft.irfft(restored, n=length)


def wiener_deconvolution_reference(signal, kernel, *, noise_ratio):
    # The filter solves a ridge regression on the circulant matrix of the kernel.
    length = signal.shape[-1]
    kernel = kernel / np.sum(kernel)
    blur = np.zeros((length, length))
    for i in range(length):
        for j, value in enumerate(kernel):
            blur[(i + j) % length, i] += value
    system = blur.T @ blur + noise_ratio * np.eye(length)
    return np.linalg.solve(system, blur.T @ signal.T).T
