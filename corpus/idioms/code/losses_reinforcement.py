"""Losses of policies and values: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def quantile_huber_loss(quantiles, target_quantiles, *, kappa):
    """Quantile regression of a return distribution towards samples of its target."""
    count = quantiles.shape[-1]
    midpoints = (jnp.arange(count, dtype=quantiles.dtype) + 0.5) / count
    errors = target_quantiles[:, None, :] - quantiles[:, :, None]
    distance = jnp.abs(errors)
    huber = jnp.where(
        distance <= kappa,
        0.5 * jnp.square(errors),
        kappa * (distance - 0.5 * kappa),
    )
    weights = jnp.abs(midpoints[:, None] - (errors < 0))
    return jnp.sum(jnp.mean(weights * huber / kappa, axis=-1), axis=-1)


def quantile_huber_loss_reference(quantiles, target_quantiles, *, kappa):
    batch, count = quantiles.shape
    losses = np.zeros(batch)
    for b in range(batch):
        for i in range(count):
            level = (2 * i + 1) / (2 * count)
            costs = []
            for target in target_quantiles[b]:
                error = target - quantiles[b, i]
                inside = min(abs(error), kappa)
                huber = inside**2 / 2 + kappa * (abs(error) - inside)
                costs.append(huber / kappa * (1.0 - level if error < 0 else level))
            losses[b] += np.mean(np.array(costs))
    return losses


def preference_loss(
    chosen, rejected, reference_chosen, reference_rejected, *, beta, kind
):
    """Learn from preferences by how much more likely a response has become."""
    chosen_rewards = beta * (chosen - reference_chosen)
    rejected_rewards = beta * (rejected - reference_rejected)
    margins = chosen_rewards - rejected_rewards
    if kind == "sigmoid":
        losses = -jax.nn.log_sigmoid(margins)
    elif kind == "hinge":
        losses = jax.nn.relu(1.0 - margins)
    else:
        losses = jnp.square(margins / beta - 0.5 / beta)
    return jnp.mean(losses), {"chosen": chosen_rewards, "rejected": rejected_rewards}


def preference_loss_reference(
    chosen, rejected, reference_chosen, reference_rejected, *, beta, kind
):
    log_ratios = (chosen - rejected) - (reference_chosen - reference_rejected)
    total = np.zeros(())
    for log_ratio in log_ratios:
        if kind == "sigmoid":
            total = total + np.log(1.0 + np.exp(-beta * log_ratio))
        elif kind == "hinge":
            total = total + max(0.0, 1.0 - beta * log_ratio)
        else:
            total = total + (log_ratio - 1.0 / (2.0 * beta)) ** 2
    rewards = {
        "chosen": beta * chosen - beta * reference_chosen,
        "rejected": beta * rejected - beta * reference_rejected,
    }
    return total / len(log_ratios), rewards


def ppo_loss(
    log_probs, old_log_probs, advantages, values, old_values, returns, *, clip
):
    """Clipped policy and value objectives of proximal policy optimization."""
    ratio = jnp.exp(log_probs - old_log_probs)
    clipped_ratio = jnp.clip(ratio, 1.0 - clip, 1.0 + clip)
    policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, clipped_ratio * advantages))
    clipped_values = old_values + jnp.clip(values - old_values, -clip, clip)
    value_losses = jnp.maximum(
        jnp.square(values - returns), jnp.square(clipped_values - returns)
    )
    return {
        "policy": policy_loss,
        "value": 0.5 * jnp.mean(value_losses),
        "clip_fraction": jnp.mean(jnp.abs(ratio - 1.0) > clip, dtype=ratio.dtype),
    }


def ppo_loss_reference(
    log_probs, old_log_probs, advantages, values, old_values, returns, *, clip
):
    size = len(log_probs)
    policy, value, clipped = np.zeros(()), np.zeros(()), 0
    for i in range(size):
        ratio = np.exp(log_probs[i]) / np.exp(old_log_probs[i])
        # A good action gains nothing above the clip, a bad one nothing below it.
        if advantages[i] > 0:
            policy = policy - min(ratio, 1.0 + clip) * advantages[i] / size
        else:
            policy = policy - max(ratio, 1.0 - clip) * advantages[i] / size
        near = min(max(values[i], old_values[i] - clip), old_values[i] + clip)
        error = max(abs(values[i] - returns[i]), abs(near - returns[i]))
        value = value + error**2 / (2 * size)
        clipped += int(ratio > 1.0 + clip or ratio < 1.0 - clip)
    return {
        "policy": policy,
        "value": value,
        "clip_fraction": np.array(float(clipped)) / size,
    }


def grpo_loss(log_probs, old_log_probs, anchor_log_probs, rewards, mask, *, clip, beta):
    """Group relative policy optimization of the responses to one prompt."""
    deviation = jnp.std(rewards) + 1e-4
    advantages = ((rewards - jnp.mean(rewards)) / deviation)[:, None]
    ratio = jnp.exp(log_probs - old_log_probs)
    surrogate = jnp.minimum(
        ratio * advantages, jnp.clip(ratio, 1.0 - clip, 1.0 + clip) * advantages
    )
    # An estimate of the divergence that is never negative.
    log_ratio = anchor_log_probs - log_probs
    divergence = jnp.expm1(log_ratio) - log_ratio
    objective = jnp.where(mask, surrogate - beta * divergence, 0.0)
    lengths = jnp.maximum(jnp.sum(mask, axis=1), 1)
    return -jnp.mean(jnp.sum(objective, axis=1) / lengths)


def grpo_loss_reference(
    log_probs, old_log_probs, anchor_log_probs, rewards, mask, *, clip, beta
):
    group, length = log_probs.shape
    center = np.sum(rewards) / group
    spread = np.sqrt(np.sum((rewards - center) ** 2) / group) + 1e-4
    loss = np.zeros(())
    for i in range(group):
        advantage = (rewards[i] - center) / spread
        for t in range(length):
            if not mask[i, t]:
                continue
            ratio = np.exp(log_probs[i, t]) / np.exp(old_log_probs[i, t])
            limit = 1.0 + clip if advantage > 0 else 1.0 - clip
            gain = min(ratio * advantage, limit * advantage)
            odds = np.exp(anchor_log_probs[i, t]) / np.exp(log_probs[i, t])
            gain = gain - beta * (odds - np.log(odds) - 1.0)
            loss = loss - gain / (group * np.sum(mask[i]))
    return loss


def generalized_advantages(rewards, values, done, *, discount, decay):
    """Exponentially weighted temporal difference errors, and the value targets."""
    continues = discount * (1.0 - done.astype(rewards.dtype))
    errors = rewards + continues * values[1:] - values[:-1]

    def step(advantage, inputs):
        error, gamma = inputs
        advantage = error + gamma * decay * advantage
        return advantage, advantage

    start = jnp.zeros_like(values[0])
    _, advantages = lax.scan(step, start, (errors, continues), reverse=True)
    return advantages, advantages + values[:-1]


def generalized_advantages_reference(rewards, values, done, *, discount, decay):
    steps, batch = rewards.shape
    advantages = np.zeros((steps, batch))
    for b in range(batch):
        for t in range(steps):
            weight = 1.0
            for s in range(t, steps):
                following = 0.0 if done[s, b] else discount * values[s + 1, b]
                error = rewards[s, b] + following - values[s, b]
                advantages[t, b] += weight * error
                weight *= discount * decay
                if done[s, b]:
                    break
    return advantages, advantages + values[:-1]


def lambda_returns(rewards, values, *, discount, decay):
    """Returns that mix all bootstrapped lengths, of a trajectory that was cut off."""

    def step(following, inputs):
        reward, value = inputs
        following = reward + discount * ((1.0 - decay) * value + decay * following)
        return following, following

    _, returns = lax.scan(step, values[-1], (rewards, values), reverse=True)
    return returns


def lambda_returns_reference(rewards, values, *, discount, decay):
    steps = len(rewards)
    returns = np.zeros(steps)
    for t in range(steps):
        discounted, weight = np.zeros(()), np.array(1.0)
        for n in range(1, steps - t + 1):
            discounted = discounted + discount ** (n - 1) * rewards[t + n - 1]
            bootstrapped = discounted + discount**n * values[t + n - 1]
            share = weight if t + n == steps else (1.0 - decay) * weight
            returns[t] += share * bootstrapped
            weight = weight * decay
    return returns


def vtrace(log_ratios, rewards, values, *, discount, rho_clip, trace_clip):
    """Off-policy value targets and policy gradient advantages with clipped weights."""
    ratios = jnp.exp(log_ratios)
    rhos = jnp.minimum(rho_clip, ratios)
    traces = jnp.minimum(trace_clip, ratios)
    errors = rhos * (rewards + discount * values[1:] - values[:-1])

    def step(correction, inputs):
        error, trace = inputs
        correction = error + discount * trace * correction
        return correction, correction

    start = jnp.zeros_like(values[-1])
    _, corrections = lax.scan(step, start, (errors, traces), reverse=True)
    targets = values[:-1] + corrections
    following = jnp.append(targets[1:], values[-1])
    return targets, rhos * (rewards + discount * following - values[:-1])


def vtrace_reference(log_ratios, rewards, values, *, discount, rho_clip, trace_clip):
    steps = len(rewards)
    ratios = np.exp(log_ratios)
    targets = [np.zeros(())] * steps + [values[steps]]
    advantages = np.zeros(steps)
    for s in range(steps):
        targets[s] = values[s]
        for t in range(s, steps):
            weight = discount ** (t - s)
            for i in range(s, t):
                weight = weight * np.minimum(trace_clip, ratios[i])
            error = rewards[t] + discount * values[t + 1] - values[t]
            targets[s] = targets[s] + weight * np.minimum(rho_clip, ratios[t]) * error
    for s in range(steps):
        gain = rewards[s] + discount * targets[s + 1] - values[s]
        advantages[s] = np.minimum(rho_clip, ratios[s]) * gain
    return np.array(targets[:-1]), advantages


def categorical_projection(logits, rewards, done, *, limit, discount):
    """Project the Bellman update of a distribution back onto its atoms."""
    count = logits.shape[-1]
    atoms = jnp.linspace(-limit, limit, count, dtype=logits.dtype)
    spacing = 2.0 * limit / (count - 1)
    discounts = jnp.where(done, 0.0, discount)
    moved = rewards[:, None] + discounts[:, None] * atoms
    moved = jnp.clip(moved, -limit, limit)
    # Each moved atom is shared between its two neighbours by nearness.
    gaps = jnp.abs(moved[:, None, :] - atoms[:, None]) / spacing
    shares = jnp.clip(1.0 - gaps, 0.0, 1.0)
    return jnp.einsum("bij,bj->bi", shares, jax.nn.softmax(logits))


def categorical_projection_reference(logits, rewards, done, *, limit, discount):
    batch, count = logits.shape
    projected = np.zeros((batch, count))
    for b in range(batch):
        probs = np.exp(logits[b]) / np.sum(np.exp(logits[b]))
        for j in range(count):
            atom = np.array(j / (count - 1)) * (2 * limit) - limit
            moved = rewards[b] + (0.0 if done[b] else discount * atom)
            place = (min(max(moved, -limit), limit) + limit) * (count - 1) / (2 * limit)
            lower = min(int(np.floor(place)), count - 2)
            projected[b, lower] += probs[j] * (lower + 1 - place)
            projected[b, lower + 1] += probs[j] * (place - lower)
    return projected


def double_q_loss(values, next_values, target_values, actions, rewards, *, discount):
    """Squared error of action values, with targets at another network's best action."""
    chosen = jnp.take_along_axis(values, actions[:, None], axis=1)[:, 0]
    best = jnp.argmax(next_values, axis=1)
    bootstrap = jax.vmap(lambda row, index: row[index])(target_values, best)
    errors = lax.stop_gradient(rewards + discount * bootstrap) - chosen
    return jnp.mean(jnp.square(errors)), errors


def double_q_loss_reference(
    values, next_values, target_values, actions, rewards, *, discount
):
    errors = np.zeros(len(actions))
    for b, action in enumerate(actions):
        best = 0
        for a in range(1, next_values.shape[1]):
            if next_values[b, a] > next_values[b, best]:
                best = a
        target = rewards[b] + discount * target_values[b, best]
        errors[b] = target - values[b, action]
    return np.sum(errors**2) / len(actions), errors
