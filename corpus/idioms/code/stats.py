"""Statistics: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import linalg, special


def welford_variance(samples, mask, *, ddof):
    """Mean and variance of the unmasked rows in one stable pass."""

    def step(state, row):
        count, mean, squares = state
        sample, keep = row
        count = count + keep
        delta = jnp.where(keep, sample - mean, 0.0)
        mean = mean + delta / jnp.maximum(count, 1)
        squares = squares + delta * (sample - mean)
        return (count, mean, squares), None

    zeros = jnp.zeros_like(samples[0])
    state = (jnp.zeros((), dtype=jnp.int32), zeros, zeros)
    (count, mean, squares), _ = lax.scan(step, state, (samples, mask))
    return mean, squares / jnp.maximum(count - ddof, 1)


def welford_variance_reference(samples, mask, *, ddof):
    # Youngs and Cramer's updates of the sum and of the squares, which need no mean.
    total, squares, count = np.zeros(samples.shape[1]), np.zeros(samples.shape[1]), 0
    for row in samples[mask]:
        count += 1
        total = total + row
        if count > 1:
            squares = squares + (count * row - total) ** 2 / (count * (count - 1))
    return total / max(count, 1), squares / max(count - ddof, 1)


def weighted_covariance(x, weights, *, unbiased, correlation):
    """Covariance or correlation of the columns under reliability weights."""
    total = jnp.sum(weights)
    mean = weights @ x / total
    centered = x - mean
    scatter = (weights[:, None] * centered).T @ centered
    # Kish's effective number of samples stands in for n - 1.
    denominator = total - jnp.sum(weights**2) / total if unbiased else total
    cov = scatter / denominator
    if correlation:
        deviations = jnp.sqrt(jnp.diagonal(cov))
        cov = cov / jnp.outer(deviations, deviations)
    return cov


def weighted_covariance_reference(x, weights, *, unbiased, correlation):
    size = x.shape[1]
    shares = weights / np.sum(weights)
    means = [np.sum(shares * x[:, i]) for i in range(size)]
    cov = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            cov[i, j] = np.sum(shares * (x[:, i] - means[i]) * (x[:, j] - means[j]))
            if unbiased:
                cov[i, j] = cov[i, j] / (1 - np.sum(shares * shares))
    if not correlation:
        return cov
    scales = [np.sqrt(cov[i, i]) for i in range(size)]
    return np.array(
        [[cov[i, j] / scales[i] / scales[j] for j in range(size)] for i in range(size)]
    )


def ridge_regression(x, y, weights, *, penalty, intercept):
    """Weighted ridge regression and its fit; an intercept is not penalized."""
    if intercept:
        x_mean = jnp.average(x, axis=0, weights=weights)
        y_mean = jnp.average(y, axis=0, weights=weights)
    else:
        x_mean, y_mean = jnp.zeros_like(x[0]), jnp.zeros_like(y[0])
    centered = x - x_mean
    weighted = weights[:, None] * centered
    gram = weighted.T @ centered + penalty * jnp.eye(x.shape[1], dtype=x.dtype)
    factor = jax.scipy.linalg.cho_factor(gram)
    coefficients = jax.scipy.linalg.cho_solve(factor, weighted.T @ (y - y_mean))
    return coefficients, y_mean + centered @ coefficients


def ridge_regression_reference(x, y, weights, *, penalty, intercept):
    # Least squares with a row for each penalty and a column for the intercept.
    count, size = x.shape
    roots = np.sqrt(weights)
    rows = np.zeros((count + size, size + 1))
    rows[:count, :size] = x * roots[:, None]
    rows[count:, :size] = np.sqrt(penalty) * np.eye(size)
    rows[:count, size] = roots
    targets = np.zeros((count + size, y.shape[1]))
    targets[:count] = y * roots[:, None]
    used = size + 1 if intercept else size
    normal = rows[:, :used].T @ rows[:, :used]
    fit = np.linalg.solve(normal, rows[:, :used].T @ targets)
    offset = fit[size] if intercept else 0.0
    return fit[:size], x @ fit[:size] + offset


def logistic_irls(x, labels, *, steps, penalty):
    """Fit a logistic regression by Newton's method; weights and probabilities."""
    targets = labels.astype(x.dtype)
    identity = jnp.eye(x.shape[1], dtype=x.dtype)

    def newton(_, weights):
        probabilities = jax.nn.sigmoid(x @ weights)
        gradient = x.T @ (probabilities - targets) + penalty * weights
        curvature = probabilities * (1.0 - probabilities)
        hessian = (x.T * curvature) @ x + penalty * identity
        return weights - jnp.linalg.solve(hessian, gradient)

    weights = lax.fori_loop(0, steps, newton, jnp.zeros_like(x[0]))
    return weights, jax.nn.sigmoid(x @ weights)


def logistic_irls_reference(x, labels, *, steps, penalty):
    # As reweighted least squares on the working response.
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        score = x @ weights
        odds = 1 / (1 + np.exp(-score))
        share = odds * (1 - odds)
        response = share * score + labels - odds
        normal = sum(s * np.outer(row, row) for s, row in zip(share, x))
        normal = normal + penalty * np.eye(x.shape[1])
        weights = np.linalg.solve(normal, x.T @ response)
    return weights, 1 / (1 + np.exp(-(x @ weights)))


def pca_reconstruction(x, *, components, standardize):
    """Rebuild data from its leading principal components; explained variance ratios."""
    mean = jnp.mean(x, axis=0)
    scale = jnp.std(x, axis=0) if standardize else jnp.ones_like(mean)
    centered = (x - mean) / scale
    left, singular, right = jnp.linalg.svd(centered, full_matrices=False)
    truncated = (left[:, :components] * singular[:components]) @ right[:components]
    variance = singular**2
    return truncated * scale + mean, variance / jnp.sum(variance)


def pca_reconstruction_reference(x, *, components, standardize):
    mean = np.mean(x, axis=0)
    scale = np.sqrt(np.mean((x - mean) ** 2, axis=0)) if standardize else np.array(1.0)
    centered = (x - mean) / scale
    values, axes = linalg.eigh(centered.T @ centered)
    rebuilt = np.zeros_like(x)
    for k in range(1, components + 1):
        axis = axes[:, -k]
        rebuilt = rebuilt + np.outer(centered @ axis, axis)
    return rebuilt * scale + mean, values[::-1] / np.sum(values)


def kernel_density_estimate(samples, points, *, rule, kernel):
    """Estimate a density at points by a product kernel on every sample."""
    count, size = samples.shape
    factor = float(count) ** (-1.0 / (size + 4))
    if rule == "silverman":
        factor *= (4.0 / (size + 2.0)) ** (1.0 / (size + 4))
    bandwidth = factor * jnp.std(samples, axis=0, ddof=1)
    z = (points[:, None, :] - samples) / bandwidth
    if kernel == "gaussian":
        heights = jnp.exp(-0.5 * z**2) / jnp.sqrt(2.0 * jnp.pi)
    else:
        heights = 0.75 * jnp.maximum(1.0 - z**2, 0.0)
    return jnp.mean(jnp.prod(heights / bandwidth, axis=-1), axis=-1)


def kernel_density_estimate_reference(samples, points, *, rule, kernel):
    count, size = samples.shape
    spread = np.sqrt(
        np.sum((samples - np.mean(samples, axis=0)) ** 2, axis=0) / (count - 1)
    )
    base = count if rule == "scott" else count * (size + 2) / 4
    widths = spread / base ** (1 / (size + 4))
    densities = np.zeros(len(points))
    for i, point in enumerate(points):
        for sample in samples:
            height = 1.0
            for k in range(size):
                u = (point[k] - sample[k]) / widths[k]
                if kernel == "gaussian":
                    height = (
                        height * np.exp(-u * u / 2) / np.sqrt(2 * np.pi) / widths[k]
                    )
                else:
                    height = height * np.maximum(1 - u * u, 0) * 3 / 4 / widths[k]
            densities[i] += height / count
    return densities


def welch_t_test(x, y):
    """Welch's t statistic and degrees of freedom for each column."""
    x_error = jnp.var(x, axis=0, ddof=1) / x.shape[0]
    y_error = jnp.var(y, axis=0, ddof=1) / y.shape[0]
    error = x_error + y_error
    statistic = (jnp.mean(x, axis=0) - jnp.mean(y, axis=0)) * lax.rsqrt(error)
    degrees = error**2 / (x_error**2 / (x.shape[0] - 1) + y_error**2 / (y.shape[0] - 1))
    return statistic, degrees


def welch_t_test_reference(x, y):
    statistics, degrees = [], []
    for a, b in zip(x.T, y.T):
        n, m = len(a), len(b)
        va = np.sum((a - np.mean(a)) ** 2) / (n - 1) / n
        vb = np.sum((b - np.mean(b)) ** 2) / (m - 1) / m
        statistics.append((np.sum(a) / n - np.sum(b) / m) / np.sqrt(va + vb))
        share = va / (va + vb)
        degrees.append(1 / (share**2 / (n - 1) + (1 - share) ** 2 / (m - 1)))
    return np.array(statistics), np.array(degrees)


def mann_whitney_u(x, y, *, continuity):
    """Mann and Whitney's U of two samples with ties, and its two-sided p-value."""
    dtype = jnp.result_type(float)
    n, m = x.shape[0], y.shape[0]
    above = jnp.sum(x[:, None] > y, dtype=dtype)
    ties = jnp.sum(x[:, None] == y, dtype=dtype)
    u = above + 0.5 * ties
    pooled = jnp.concatenate([x, y])
    # Each member of a tie of t adds t**2 - 1, so a tie adds t**3 - t.
    sizes = jnp.sum(pooled[:, None] == pooled, axis=1, dtype=dtype)
    total = n + m
    correction = jnp.sum(sizes**2 - 1.0) / (total * (total - 1))
    deviation = jnp.sqrt(n * m / 12.0 * (total + 1 - correction))
    distance = jnp.abs(u - 0.5 * n * m)
    if continuity:
        distance = jnp.maximum(distance - 0.5, 0.0)
    return u, 2.0 * jax.scipy.stats.norm.sf(distance / deviation)


def mann_whitney_u_reference(x, y, *, continuity):
    # By midranks in the pooled sample.
    pooled = np.sort(np.concatenate([x, y]))
    total, n = len(pooled), len(x)
    ranks = {}
    ties = 0
    for value in sorted({int(v) for v in pooled}):
        places = np.flatnonzero(pooled == value) + 1
        ranks[value] = (places[0] + places[-1]) / 2
        ties += len(places) ** 3 - len(places)
    u = np.array(sum(ranks[int(v)] for v in x) - n * (n + 1) / 2)
    deviation = np.sqrt(
        np.array(n * len(y) / 12 * (total + 1 - ties / total / (total - 1)))
    )
    distance = np.maximum(np.abs(u - n * len(y) / 2) - (0.5 if continuity else 0), 0)
    return u, 2 * special.ndtr(-distance / deviation)


def autocorrelation(series, *, lags, unbiased):
    """Autocorrelations of each row by the fast Fourier transform."""
    length = series.shape[-1]
    centered = series - jnp.mean(series, axis=-1, keepdims=True)
    # Padding to twice the length keeps the circular products from wrapping around.
    spectrum = jnp.fft.rfft(centered, n=2 * length)
    products = jnp.fft.irfft(jnp.abs(spectrum) ** 2, n=2 * length)[..., :lags]
    if unbiased:
        products = products * length / (length - jnp.arange(lags))
    return products / products[..., :1]


def autocorrelation_reference(series, *, lags, unbiased):
    length = series.shape[1]
    result = np.zeros((len(series), lags))
    for b, row in enumerate(series):
        around = row - np.sum(row) / length
        for lag in range(lags):
            shared = np.sum(around[lag:] * around[: length - lag])
            count = length - lag if unbiased else length
            result[b, lag] = shared / count / (np.sum(around * around) / length)
    return result


def bootstrap_interval(samples, indices, *, statistic, level):
    """Percentile interval and standard error of a statistic over given resamples."""
    measure = {"mean": jnp.mean, "median": jnp.median, "std": jnp.std}[statistic]
    replicates = jax.vmap(lambda rows: measure(samples[rows]))(indices)
    tail = 0.5 * (1.0 - level)
    limits = jnp.quantile(replicates, jnp.array([tail, 1.0 - tail], samples.dtype))
    return limits, jnp.std(replicates, ddof=1)


def bootstrap_interval_reference(samples, indices, *, statistic, level):
    replicates = []
    for row in indices:
        drawn = np.sort(np.array([samples[i] for i in row]))
        count = len(drawn)
        if statistic == "mean":
            replicates.append(np.sum(drawn) / count)
        elif statistic == "median":
            replicates.append((drawn[(count - 1) // 2] + drawn[count // 2]) / 2)
        else:
            mean = np.sum(drawn) / count
            replicates.append(np.sqrt(np.sum((drawn - mean) ** 2) / count))
    ordered = np.sort(np.array(replicates))
    limits = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        place = share * (len(ordered) - 1) + np.zeros(())
        below = min(int(np.floor(place)), len(ordered) - 2)
        rest = place - below
        limits.append((1 - rest) * ordered[below] + rest * ordered[below + 1])
    around = ordered - np.mean(ordered)
    return np.array(limits), np.sqrt(np.sum(around**2) / (len(ordered) - 1))


def _squared_distances(x, y):
    return jnp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)


def _covariance(x, y, kernel, length_scale):
    squared = _squared_distances(x, y) / length_scale**2
    if kernel == "rbf":
        return jnp.exp(-0.5 * squared)
    if kernel == "rational_quadratic":
        return 1.0 / (1.0 + 0.5 * squared)
    scaled = jnp.sqrt(3.0 * squared)
    return (1.0 + scaled) * jnp.exp(-scaled)


def gaussian_process_posterior(x, y, queries, *, kernel, length_scale, noise):
    """Posterior mean and variance at queries, and the log marginal likelihood."""
    count = x.shape[0]
    gram = _covariance(x, x, kernel, length_scale)
    root = jnp.linalg.cholesky(gram + noise * jnp.eye(count, dtype=x.dtype))
    whitened = jax.scipy.linalg.solve_triangular(root, y, lower=True)
    cross = _covariance(x, queries, kernel, length_scale)
    projected = jax.scipy.linalg.solve_triangular(root, cross, lower=True)
    variance = 1.0 - jnp.sum(projected**2, axis=0)
    log_det = jnp.sum(jnp.log(jnp.diagonal(root)))
    normalizer = 0.5 * count * jnp.log(2.0 * jnp.pi)
    evidence = -0.5 * jnp.sum(whitened**2) - log_det - normalizer
    return projected.T @ whitened, variance, evidence


def _kernel_reference(a, b, kernel, length_scale):
    distance = np.sqrt(np.sum((a[:, None] - b) ** 2, axis=2)) / length_scale
    if kernel == "rbf":
        return np.exp(-distance * distance / 2)
    if kernel == "rational_quadratic":
        return 2 / (2 + distance * distance)
    return (1 + np.sqrt(3) * distance) * np.exp(-np.sqrt(3) * distance)


def gaussian_process_posterior_reference(x, y, queries, *, kernel, length_scale, noise):
    points = np.concatenate([x, queries])
    joint = _kernel_reference(points, points, kernel, length_scale)
    count = len(x)
    gram = joint[:count, :count] + noise * np.eye(count)
    inverse = np.linalg.inv(gram)
    mean = joint[count:, :count] @ inverse @ y
    conditioned = joint[count:, :count] @ inverse @ joint[:count, count:]
    evidence = y @ inverse @ y + np.log(np.linalg.det(2 * np.pi * gram))
    return mean, np.diagonal(joint[count:, count:] - conditioned), -evidence / 2


def hilbert_schmidt_independence(x, y, *, length_scale, normalized):
    """Dependence of paired samples, by the cross-covariance of their RBF features."""

    def centered_gram(points):
        gram = _covariance(points, points, "rbf", length_scale)
        rows = jnp.mean(gram, axis=0)
        return gram - rows - rows[:, None] + jnp.mean(rows)

    first, second = centered_gram(x), centered_gram(y)
    dependence = jnp.vdot(first, second)
    if normalized:  # centered kernel alignment
        return dependence * lax.rsqrt(jnp.vdot(first, first) * jnp.vdot(second, second))
    return dependence / (x.shape[0] - 1) ** 2


def hilbert_schmidt_independence_reference(x, y, *, length_scale, normalized):
    count = len(x)
    center = np.eye(count) - 1 / count

    def cross(a, b):
        return np.trace(a @ center @ b @ center)

    x, y = (_kernel_reference(points, points, "rbf", length_scale) for points in (x, y))
    if normalized:
        return cross(x, y) / np.sqrt(cross(x, x) * cross(y, y))
    return cross(x, y) / (count - 1) ** 2


def distance_correlation(x, y, *, exponent):
    """Distance correlation of paired samples; zero only if they are independent."""

    def centered_distances(points):
        distances = _squared_distances(points, points) ** (0.5 * exponent)
        rows = jnp.mean(distances, axis=0)
        return distances - rows - rows[:, None] + jnp.mean(rows)

    a, b = centered_distances(x), centered_distances(y)
    covariance = jnp.mean(a * b)
    variances = jnp.mean(a * a) * jnp.mean(b * b)
    return jnp.sqrt(covariance / jnp.sqrt(variances))


def distance_correlation_reference(x, y, *, exponent):
    center = np.eye(len(x)) - 1 / len(x)

    def centered(points):
        squares = np.sum((points[:, None] - points) ** 2, axis=2)
        return center @ squares ** (exponent / 2) @ center

    a, b = centered(x), centered(y)
    squares = np.sqrt(np.sum(a * a) * np.sum(b * b))
    return np.sqrt(np.sum(a * b) / squares)


def spearman_correlation(x, y, *, footrule):
    """Rank correlation of one variable with several, of squares or absolute values."""

    def ranks(values):
        return jnp.argsort(jnp.argsort(values))

    count = x.shape[0]
    gaps = jnp.abs(jax.vmap(ranks)(y) - ranks(x)).astype(x.dtype)
    if footrule:
        return 1.0 - 3.0 * jnp.sum(gaps, axis=-1) / (count**2 - 1)
    return 1.0 - 6.0 * jnp.sum(gaps**2, axis=-1) / (count * (count**2 - 1))


def spearman_correlation_reference(x, y, *, footrule):
    count = len(x)
    values = []
    for row in y:
        total = np.array(0.0)
        for i in range(count):
            gap = np.sum(x < x[i]) - np.sum(row < row[i])
            total += abs(gap) if footrule else gap * gap
        share = total / (count * count - 1)
        values.append(1 - (3 * share if footrule else 6 * share / count))
    return np.array(values)


def kaplan_meier(times, observed):
    """Survival after each of the sorted times, and Greenwood's variance of it."""
    order = jnp.argsort(times)
    died = observed[order]
    count = times.shape[0]
    at_risk = count - jnp.arange(count, dtype=times.dtype)
    survival = jnp.cumprod(jnp.where(died, 1.0 - 1.0 / at_risk, 1.0))
    # The last death leaves nobody, and no variance.
    left = jnp.maximum(at_risk - 1.0, 1.0)
    hazard = jnp.cumsum(jnp.where(died, 1.0 / (at_risk * left), 0.0))
    return survival, survival**2 * hazard


def kaplan_meier_reference(times, observed):
    count = len(times)
    survival, variance = np.ones(count), np.zeros(count)
    for i, now in enumerate(np.sort(times)):
        alive, hazard = np.array(1.0), np.array(0.0)
        for time, died in zip(times, observed):
            if died and time <= now:
                risk = np.sum(times >= time) + 0.0
                alive = alive * (risk - 1) / risk
                hazard = hazard + 1 / (risk * np.maximum(risk - 1, 1))
        survival[i], variance[i] = alive, alive * alive * hazard
    return survival, variance


def ledoit_wolf_shrinkage(x, *, centered):
    """Shrink a sample covariance towards a multiple of the identity, optimally."""
    count, size = x.shape
    if centered:
        x = x - jnp.mean(x, axis=0)
    sample = x.T @ x / count
    level = jnp.trace(sample) / size
    identity = jnp.eye(size, dtype=x.dtype)
    dispersion = jnp.sum((sample - level * identity) ** 2) / size
    fourth = jnp.sum(jnp.sum(x**2, axis=1) ** 2) / count - jnp.sum(sample**2)
    error = jnp.minimum(fourth / (count * size), dispersion)
    shrinkage = error / dispersion
    return shrinkage * level * identity + (1.0 - shrinkage) * sample, shrinkage


def ledoit_wolf_shrinkage_reference(x, *, centered):
    count, size = x.shape
    rows = x - np.mean(x, axis=0) if centered else x
    sample = sum(np.outer(row, row) for row in rows) / count
    target = np.eye(size) * np.sum(np.diagonal(sample)) / size
    spread = np.sum((sample - target) ** 2)
    noise = sum(np.sum((np.outer(row, row) - sample) ** 2) for row in rows) / count**2
    share = np.minimum(noise, spread) / spread
    return sample + share * (target - sample), share


def lowess(x, y, *, neighbors, robust_steps):
    """Smooth a scatterplot by local lines, with fewer say for outliers at each step."""
    distances = jnp.abs(x[:, None] - x)
    reach = jnp.sort(distances, axis=1)[:, neighbors - 1 : neighbors]
    # A little more than the reach, so that the farthest neighbor counts.
    tricube = (1.0 - jnp.clip(distances / (1.2 * reach), 0.0, 1.0) ** 3) ** 3

    def smooth(robustness):
        weights = tricube * robustness
        total = jnp.sum(weights, axis=1)
        x_mean, y_mean = weights @ x / total, weights @ y / total
        centered = x - x_mean[:, None]
        spread = jnp.sum(weights * centered**2, axis=1)
        slope = jnp.sum(weights * centered * y, axis=1) / spread
        return y_mean + slope * (x - x_mean)

    fit = smooth(jnp.ones_like(y))
    for _ in range(robust_steps):
        residuals = jnp.abs(y - fit)
        scaled = residuals / (6.0 * jnp.median(residuals))
        fit = smooth((1.0 - jnp.clip(scaled, 0.0, 1.0) ** 2) ** 2)
    return fit


def lowess_reference(x, y, *, neighbors, robust_steps):
    # The height at each point of the line that fits best around it.
    gaps = x - x[:, None]
    u = np.abs(gaps) / (np.sort(np.abs(gaps), axis=1)[:, neighbors - 1 :][:, :1] * 1.2)
    near = np.where(u < 1, (1 - u**3) ** 3, 0.0)
    trust, fit = np.ones(len(x)), y
    for step in range(robust_steps + 1):
        if step:
            errors = np.abs(y - fit)
            bound = 6 * np.median(errors)
            trust = np.where(errors < bound, (1 - (errors / bound) ** 2) ** 2, 0.0)
        weights = near * trust
        # Cramer's rule for the normal equations.
        ones, firsts, seconds = (np.sum(weights * gaps**k, axis=1) for k in range(3))
        moment, tilt = np.sum(weights * y, axis=1), np.sum(weights * gaps * y, axis=1)
        fit = (seconds * moment - firsts * tilt) / (ones * seconds - firsts**2)
    return fit


def mutual_information(x, y, *, bins, pseudocount):
    """Mutual information of two discrete variables in nats, with their counts."""
    table = jnp.zeros((bins, bins), dtype=jnp.int32).at[x, y].add(1)
    counts = table.astype(jnp.result_type(float)) + pseudocount
    joint = counts / jnp.sum(counts)
    independent = jnp.sum(joint, axis=1)[:, None] * jnp.sum(joint, axis=0)
    # Empty cells add nothing: 0 log 0 is 0.
    ratio = jnp.where(joint > 0, joint / jnp.where(joint > 0, independent, 1.0), 1.0)
    return jnp.sum(joint * jnp.log(ratio)), table


def mutual_information_reference(x, y, *, bins, pseudocount):
    # H(x) + H(y) - H(x, y).
    table = np.zeros((bins, bins), dtype=np.int32)
    for i, j in zip(x, y):
        table[i, j] += 1

    def entropy(counts):
        shares = np.array(counts) + 0.0
        shares = shares / np.sum(shares)
        return -sum(p * np.log(p) for p in shares if p > 0)

    counts = table + pseudocount + np.zeros((bins, bins))
    rows, columns = np.sum(counts, axis=1), np.sum(counts, axis=0)
    return entropy(rows) + entropy(columns) - entropy(counts.reshape(-1)), table
