"""Schedules: JAX, and NumPy from the definition."""

import jax.numpy as jnp
import numpy as np
from jax import lax


def warmup_cosine_schedule(steps, peak, *, warmup_steps, total_steps, end_fraction):
    """Learning rates that rise linearly, then fall along half a cosine."""
    steps = steps.astype(peak.dtype)
    warmup = steps / warmup_steps
    progress = (steps - warmup_steps) / (total_steps - warmup_steps)
    cosine = 0.5 * (1.0 + jnp.cos(jnp.pi * jnp.clip(progress, 0.0, 1.0)))
    decayed = end_fraction + (1.0 - end_fraction) * cosine
    return peak * jnp.where(steps < warmup_steps, warmup, decayed)


def warmup_cosine_schedule_reference(
    steps, peak, *, warmup_steps, total_steps, end_fraction
):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        if step < warmup_steps:
            rates[i] = peak * step / warmup_steps
        else:
            done = min(step, total_steps) - warmup_steps
            angle = np.pi * np.array(float(done)) / (total_steps - warmup_steps)
            low = peak * end_fraction
            rates[i] = low + (peak - low) * (1.0 + np.cos(angle)) / 2
    return rates


def warm_restarts_schedule(steps, peak, *, period, growth, floor):
    """Cosine annealing that starts over, each time for longer."""
    lengths = [period * growth**k for k in range(6)]
    starts = jnp.array([sum(lengths[:k]) for k in range(6)])
    cycle = jnp.searchsorted(starts, steps, side="right") - 1
    elapsed = (steps - starts[cycle]).astype(peak.dtype)
    fraction = elapsed / jnp.array(lengths)[cycle]
    return floor + 0.5 * (peak - floor) * (1.0 + jnp.cos(jnp.pi * fraction))


def warm_restarts_schedule_reference(steps, peak, *, period, growth, floor):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        since, length = int(step), period
        while since >= length:
            since -= length
            length *= growth
        # The half-angle form of the cosine.
        height = np.cos(np.pi * np.array(float(since)) / (2 * length)) ** 2
        rates[i] = floor + (peak - floor) * height
    return rates


def exponential_decay_schedule(steps, base, *, decay_steps, decay_rate, staircase):
    """Learning rates that shrink by a factor every so many steps."""
    if staircase:
        exponent = (steps // decay_steps).astype(base.dtype)
    else:
        exponent = steps.astype(base.dtype) / decay_steps
    return base * decay_rate**exponent


def exponential_decay_schedule_reference(
    steps, base, *, decay_steps, decay_rate, staircase
):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        whole, rest = divmod(int(step), decay_steps)
        rates[i] = base * np.prod(np.full(whole, decay_rate))
        if not staircase:
            rates[i] *= np.exp(np.array(rest / decay_steps) * np.log(decay_rate))
    return rates


def polynomial_decay_schedule(steps, base, *, decay_steps, end, power, cycle):
    """Decay from a base rate to an end rate as a power of the remaining time."""
    if cycle:
        # Stretch the horizon to the next multiple that is not yet over.
        horizon = decay_steps * jnp.maximum(1, -(-steps // decay_steps))
    else:
        horizon = decay_steps
        steps = jnp.minimum(steps, decay_steps)
    remaining = (horizon - steps).astype(base.dtype) / horizon
    return (base - end) * remaining**power + end


def polynomial_decay_schedule_reference(steps, base, *, decay_steps, end, power, cycle):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        horizon = decay_steps
        while cycle and horizon < step:
            horizon += decay_steps
        left = np.array(max(horizon - float(step), 0.0)) / horizon
        rates[i] = end + (base - end) * left**power
    return rates


def one_cycle_schedule(steps, peak, *, total_steps, rise, annealing):
    """Learning rates that rise and fall once, with momentum going the other way."""
    turn = int(rise * total_steps)
    last = total_steps - 1
    up = jnp.clip(steps, 0, turn).astype(peak.dtype) / turn
    down = jnp.clip(steps - turn, 0, last - turn).astype(peak.dtype) / (last - turn)

    def anneal(start, end, fraction):
        if annealing == "cosine":
            fraction = 0.5 * (1.0 - jnp.cos(jnp.pi * fraction))
        return start + (end - start) * fraction

    rising = steps < turn
    return {
        "rate": jnp.where(
            rising, anneal(peak / 25.0, peak, up), anneal(peak, peak / 100.0, down)
        ),
        "momentum": jnp.where(rising, anneal(0.95, 0.85, up), anneal(0.85, 0.95, down)),
    }


def one_cycle_schedule_reference(steps, peak, *, total_steps, rise, annealing):
    rates, momenta = np.zeros(len(steps)), np.zeros(len(steps))
    turn, last = int(rise * total_steps), total_steps - 1
    for i, step in enumerate(steps):
        if step < turn:
            fall, bottom = 1.0 - np.array(float(step)) / turn, peak / 25.0
        else:
            past = np.array(float(min(step, last) - turn))
            fall, bottom = past / (last - turn), peak / 100.0
        if annealing == "cosine":
            fall = np.sin(np.pi / 2 * fall) ** 2
        rates[i] = peak - (peak - bottom) * fall
        momenta[i] = 0.85 + 0.1 * fall
    return {"rate": rates, "momentum": momenta}


def inverse_square_root_schedule(steps, scale, *, width, warmup_steps):
    """Linear warmup, then decay with the inverse square root of the step."""
    steps = steps.astype(scale.dtype)
    decay = lax.rsqrt(steps)
    warmup = steps * warmup_steps**-1.5
    return scale * width**-0.5 * jnp.minimum(decay, warmup)


def inverse_square_root_schedule_reference(steps, scale, *, width, warmup_steps):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        if step < warmup_steps:
            share = np.array(step / warmup_steps) / np.sqrt(
                np.array(float(warmup_steps))
            )
        else:
            share = 1.0 / np.sqrt(np.array(float(step)))
        rates[i] = scale * share / np.sqrt(np.array(float(width)))
    return rates


def cyclical_schedule(steps, low, high, *, half_period, mode):
    """Learning rates on triangles between two bounds, whose height may shrink."""
    cycle, phase = jnp.divmod(steps, 2 * half_period)
    distance = jnp.minimum(phase, 2 * half_period - phase)
    height = (high - low) * distance.astype(low.dtype) / half_period
    if mode == "triangular2":
        height = jnp.ldexp(height, -cycle)
    elif mode == "exp_range":
        height = height * 0.99 ** steps.astype(low.dtype)
    return low + height


def cyclical_schedule_reference(steps, low, high, *, half_period, mode):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        cycle = np.floor(1 + step / (2 * half_period))
        x = abs(np.array(float(step)) / half_period - 2 * cycle + 1)
        height = (high - low) * np.maximum(0.0, 1.0 - x)
        if mode == "triangular2":
            height = height / 2.0 ** (cycle - 1)
        elif mode == "exp_range":
            height = height * np.prod(np.full(step, 0.99))
        rates[i] = low + height
    return rates


def warmup_stable_decay_schedule(steps, peak, *, warmup_steps, decay_start, shape):
    """Learning rates that rise, stay, and fall to zero over the last of 100 steps."""
    steps = steps.astype(peak.dtype)
    cooldown = jnp.clip((steps - decay_start) / (100 - decay_start), 0.0, 1.0)
    if shape == "sqrt":
        factor = 1.0 - jnp.sqrt(cooldown)
    elif shape == "linear":
        factor = 1.0 - cooldown
    else:
        factor = 0.5 ** (8.0 * cooldown)
    return peak * jnp.minimum(1.0, (steps + 1) / warmup_steps) * factor


def warmup_stable_decay_schedule_reference(
    steps, peak, *, warmup_steps, decay_start, shape
):
    shapes = {
        "sqrt": lambda t: 1.0 - np.sqrt(t),
        "linear": lambda t: 1.0 - t,
        "exponential": lambda t: 1.0 / np.exp2(8.0 * t),
    }
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        rates[i] = peak
        if step < warmup_steps:
            rates[i] = peak * (step + 1) / warmup_steps
        elif step > decay_start:
            past = min(step, 100) - decay_start
            rates[i] = peak * shapes[shape](np.array(float(past)) / (100 - decay_start))
    return rates


def piecewise_constant_schedule(steps, boundaries, factors, base, *, warmup_steps):
    """Multiply the rate by a factor at each boundary, after a gradual warmup."""
    passed = steps[:, None] >= boundaries
    rates = base * jnp.prod(jnp.where(passed, factors, 1.0), axis=-1)
    warmup = (steps + 1).astype(base.dtype) / warmup_steps
    return rates * jnp.minimum(warmup, 1.0)


def piecewise_constant_schedule_reference(
    steps, boundaries, factors, base, *, warmup_steps
):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        rate = np.array(base)
        for boundary, factor in zip(boundaries, factors):
            if step >= boundary:
                rate = rate * factor
        if step + 1 < warmup_steps:
            rate = rate * (step + 1) / warmup_steps
        rates[i] = rate
    return rates


def interpolated_schedule(steps, knots, values, *, kind):
    """Interpolate between values at given steps, linearly or along cosines."""
    right = jnp.clip(jnp.searchsorted(knots, steps), 1, len(knots) - 1)
    start, end = knots[right - 1], knots[right]
    fraction = (steps - start).astype(values.dtype) / jnp.maximum(end - start, 1)
    fraction = jnp.clip(fraction, 0.0, 1.0)
    if kind == "cosine":
        fraction = 0.5 - 0.5 * jnp.cos(jnp.pi * fraction)
    return values[right - 1] + (values[right] - values[right - 1]) * fraction


def interpolated_schedule_reference(steps, knots, values, *, kind):
    rates = np.zeros(len(steps))
    for i, step in enumerate(steps):
        k = 1
        while k < len(knots) - 1 and knots[k] < step:
            k += 1
        length = max(int(knots[k]) - int(knots[k - 1]), 1)
        share = np.array(min(max(float(step - knots[k - 1]), 0.0) / length, 1.0))
        if kind == "cosine":
            share = np.sin(share * np.pi / 2) ** 2
        rates[i] = (1.0 - share) * values[k - 1] + share * values[k]
    return rates


def plateau_schedule(losses, base, *, factor, patience, threshold):
    """Lower the rate whenever the loss has not improved for a while."""

    def step(state, loss):
        best, rate, stale = state
        improved = loss < best * (1.0 - threshold)
        stale = jnp.where(improved, 0, stale + 1)
        reached = stale > patience
        rate = jnp.where(reached, rate * factor, rate)
        state = (jnp.where(improved, loss, best), rate, jnp.where(reached, 0, stale))
        return state, rate

    start = (jnp.full_like(base, jnp.inf), base, jnp.zeros((), dtype=jnp.int32))
    (best, _, stale), rates = lax.scan(step, start, losses)
    return rates, best, stale


def plateau_schedule_reference(losses, base, *, factor, patience, threshold):
    rates, last_change, reductions = [], -1, 0
    best = np.array(np.inf)
    for t, loss in enumerate(losses):
        if loss < best - best * threshold or t == 0:
            best, last_change = loss, t
        elif t - last_change > patience:
            reductions, last_change = reductions + 1, t
        rates.append(base * np.prod(np.full(reductions, factor)))
    return np.array(rates), best, len(losses) - 1 - last_change


def cosine_noise_schedule(offset, *, count, largest):
    """Variances of a diffusion whose signal decays as a squared cosine."""
    times = jnp.linspace(0.0, 1.0, count + 1, dtype=offset.dtype)
    signal = jnp.cos((times + offset) / (1.0 + offset) * jnp.pi / 2.0) ** 2
    variances = jnp.minimum(1.0 - signal[1:] / signal[:-1], largest)
    return variances, jnp.cumprod(1.0 - variances)


def cosine_noise_schedule_reference(offset, *, count, largest):
    variances, kept = np.zeros(count), np.zeros(count)
    product = np.array(1.0)
    for t in range(count):
        here, there = (
            np.sin((1.0 - np.array(k / count)) / (1.0 + offset) * np.pi / 2)
            for k in (t, t + 1)
        )
        variances[t] = np.minimum(1.0 - (there / here) ** 2, largest)
        product = product * (1.0 - variances[t])
        kept[t] = product
    return variances, kept


def rescaled_noise_schedule(variances):
    """Diffusion variances with the signal at the last step moved to exactly zero."""
    signal = jnp.sqrt(jnp.cumprod(1.0 - variances))
    first, last = signal[0], signal[-1]
    signal = (signal - last) * first / (first - last)
    kept = jnp.square(signal)
    return 1.0 - jnp.concatenate([kept[:1], kept[1:] / kept[:-1]])


def rescaled_noise_schedule_reference(variances):
    roots, product = [], np.array(1.0)
    for variance in variances:
        product = product * np.sqrt(1.0 - variance)
        roots.append(product)
    slope = roots[0] / (roots[0] - roots[-1])
    moved = [slope * (root - roots[-1]) for root in roots]
    ratios = [moved[0]] + [moved[t] / moved[t - 1] for t in range(1, len(moved))]
    return 1.0 - np.array(ratios) ** 2


def karras_noise_levels(smallest, largest, *, count, rho):
    """Noise levels of a diffusion sampler, denser near zero, with zero at the end."""
    ramp = jnp.linspace(0.0, 1.0, count, dtype=smallest.dtype)
    low, high = smallest ** (1.0 / rho), largest ** (1.0 / rho)
    levels = (high + ramp * (low - high)) ** rho
    return jnp.append(levels, 0.0)


def karras_noise_levels_reference(smallest, largest, *, count, rho):
    levels = np.zeros(count + 1)
    for i in range(count):
        share = np.array(i / (count - 1))
        root = (1.0 - share) * np.power(largest, 1.0 / rho)
        root = root + share * np.power(smallest, 1.0 / rho)
        levels[i] = np.prod(np.array([root] * rho))
    return levels
