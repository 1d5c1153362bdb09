"""Losses of classes, masks and rankings: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np


def smoothed_cross_entropy(logits, labels, *, smoothing):
    """Cross entropy with integer labels that are mixed with a uniform distribution."""
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    picked = jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0]
    uniform = jnp.mean(log_probs, axis=-1)
    return -((1.0 - smoothing) * picked + smoothing * uniform)


def smoothed_cross_entropy_reference(logits, labels, *, smoothing):
    batch, classes = logits.shape
    losses = np.zeros(batch)
    for i in range(batch):
        target = np.full(classes, smoothing / classes)
        target[labels[i]] += 1.0 - smoothing
        probs = np.exp(logits[i]) / np.sum(np.exp(logits[i]))
        losses[i] = -np.sum(target * np.log(probs))
    return losses


def next_token_loss(logits, tokens, *, pad_id, z_loss):
    """Mean cross entropy of the next token, with a penalty on the log normalizer."""
    logits = logits[:, :-1]
    targets = tokens[:, 1:]
    log_normalizer = jax.nn.logsumexp(logits, axis=-1)
    picked = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    losses = log_normalizer - picked + z_loss * jnp.square(log_normalizer)
    weights = (targets != pad_id).astype(losses.dtype)
    return jnp.sum(losses * weights) / jnp.maximum(jnp.sum(weights), 1.0)


def next_token_loss_reference(logits, tokens, *, pad_id, z_loss):
    batch, length, _ = logits.shape
    total, count = 0.0, 0
    for b in range(batch):
        for t in range(length - 1):
            if tokens[b, t + 1] == pad_id:
                continue
            normalizer = np.sum(np.exp(logits[b, t]))
            probability = np.exp(logits[b, t, tokens[b, t + 1]]) / normalizer
            total = total - np.log(probability) + z_loss * np.log(normalizer) ** 2
            count += 1
    return np.array(total) / max(count, 1)


def masked_language_model_loss(hidden, table, positions, labels, weights, *, soft_cap):
    """Predict the tokens at masked positions with the embedding table as classifier."""
    picked = jnp.take_along_axis(hidden, positions[..., None], axis=1)
    logits = jnp.einsum("bmd,vd->bmv", picked, table)
    logits = soft_cap * jnp.tanh(logits / soft_cap)
    one_hot = jax.nn.one_hot(labels, table.shape[0], dtype=logits.dtype)
    losses = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1)
    # Padded predictions have weight zero; there may be nothing else.
    return {
        "loss": jnp.sum(weights * losses) / (jnp.sum(weights) + 1e-5),
        "per_token": losses,
    }


def masked_language_model_loss_reference(
    hidden, table, positions, labels, weights, *, soft_cap
):
    losses = np.zeros(labels.shape)
    for b, m in np.ndindex(*labels.shape):
        logits = np.sum(table * hidden[b, positions[b, m]], axis=1)
        logits = soft_cap * np.tanh(logits / soft_cap)
        losses[b, m] = np.log(np.sum(np.exp(logits))) - logits[labels[b, m]]
    mean = np.sum(weights * losses) / (np.sum(weights) + 1e-5)
    return {"loss": mean, "per_token": losses}


def distillation_loss(student_logits, teacher_logits, labels, *, temperature, alpha):
    """Match the labels and, at a higher temperature, a teacher's distribution."""
    soft_targets = jax.nn.softmax(teacher_logits / temperature)
    soft_log_probs = jax.nn.log_softmax(student_logits / temperature)
    # The gradients of soft targets scale as 1 / temperature**2.
    soft_loss = -jnp.sum(soft_targets * soft_log_probs, axis=-1) * temperature**2
    log_probs = jax.nn.log_softmax(student_logits)
    hard_loss = -jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0]
    return jnp.mean(alpha * soft_loss + (1.0 - alpha) * hard_loss)


def distillation_loss_reference(
    student_logits, teacher_logits, labels, *, temperature, alpha
):
    batch = len(labels)
    total = np.zeros(())
    for i in range(batch):
        teacher = np.exp(teacher_logits[i] / temperature)
        teacher = teacher / np.sum(teacher)
        student = np.exp(student_logits[i] / temperature)
        student = student / np.sum(student)
        plain = np.exp(student_logits[i])
        soft = -np.sum(teacher * np.log(student))
        hard = -np.log(plain[labels[i]] / np.sum(plain))
        total = total + alpha * temperature**2 * soft + (1.0 - alpha) * hard
    return total / batch


def sigmoid_focal_loss(logits, targets, *, alpha, gamma):
    """Binary cross entropy that counts well-classified examples less."""
    log_prob = jax.nn.log_sigmoid(jnp.where(targets, logits, -logits))
    weight = jnp.where(targets, alpha, 1.0 - alpha)
    modulator = (-jnp.expm1(log_prob)) ** gamma
    return -weight * modulator * log_prob


def sigmoid_focal_loss_reference(logits, targets, *, alpha, gamma):
    losses = np.zeros(logits.shape)
    for index in np.ndindex(*logits.shape):
        p = 1.0 / (1.0 + np.exp(-logits[index]))
        if targets[index]:
            losses[index] = -alpha * (1.0 - p) ** gamma * np.log(p)
        else:
            losses[index] = -(1.0 - alpha) * p**gamma * np.log(1.0 - p)
    return losses


def crammer_singer_hinge(scores, labels, *, margin, squared):
    """Multiclass hinge loss against the highest score of a wrong class."""
    classes = scores.shape[-1]
    is_label = jnp.arange(classes) == labels[:, None]
    right = jnp.sum(jnp.where(is_label, scores, 0.0), axis=-1)
    wrong = jnp.max(jnp.where(is_label, -jnp.inf, scores), axis=-1)
    losses = jax.nn.relu(margin + wrong - right)
    return jnp.mean(jnp.square(losses) if squared else losses)


def crammer_singer_hinge_reference(scores, labels, *, margin, squared):
    losses = np.zeros(len(labels))
    for i, label in enumerate(labels):
        wrong = np.delete(scores[i], label)
        losses[i] = max(0.0, np.max(margin + wrong - scores[i, label]))
    return np.mean(losses**2 if squared else losses)


def jensen_shannon_divergence(p_weights, q_weights, *, bits):
    """Mean divergence of two distributions from their mixture, in nats or bits."""
    p = p_weights / jnp.sum(p_weights, axis=-1, keepdims=True)
    q = q_weights / jnp.sum(q_weights, axis=-1, keepdims=True)
    mixture = 0.5 * (p + q)
    from_p = jnp.sum(p * jnp.log(p / mixture), axis=-1)
    from_q = jnp.sum(q * jnp.log(q / mixture), axis=-1)
    divergence = 0.5 * (from_p + from_q)
    return divergence / jnp.log(2.0) if bits else divergence


def jensen_shannon_divergence_reference(p_weights, q_weights, *, bits):
    log = np.log2 if bits else np.log
    divergences = np.zeros(len(p_weights))
    for i in range(len(p_weights)):
        p = p_weights[i] / np.sum(p_weights[i])
        q = q_weights[i] / np.sum(q_weights[i])
        m = (p + q) / 2
        # The entropy of the mixture above the mean entropy.
        divergences[i] = np.sum((p * log(p) + q * log(q)) / 2 - m * log(m))
    return divergences


def generalized_dice_loss(logits, labels, *, weighting):
    """Overlap of predicted and true segments, with rare classes weighted up."""
    probs = jax.nn.softmax(logits, axis=-1)
    truth = jax.nn.one_hot(labels, logits.shape[-1], dtype=probs.dtype)
    overlap = jnp.sum(truth * probs, axis=1)
    total = jnp.sum(truth + probs, axis=1)
    # A class that is absent would otherwise weigh infinitely much.
    volume = jnp.maximum(jnp.sum(truth, axis=1), 1.0)
    if weighting == "square":
        weights = 1.0 / jnp.square(volume)
    elif weighting == "simple":
        weights = 1.0 / volume
    else:
        weights = jnp.ones_like(volume)
    dice = 2.0 * jnp.sum(weights * overlap, axis=-1) / jnp.sum(weights * total, axis=-1)
    return 1.0 - dice


def generalized_dice_loss_reference(logits, labels, *, weighting):
    batch, pixels, classes = logits.shape
    power = {"square": 2, "simple": 1, "uniform": 0}[weighting]
    losses = np.zeros(batch)
    for b in range(batch):
        numerator, denominator = 0.0, 0.0
        for c in range(classes):
            inside = [n for n in range(pixels) if labels[b, n] == c]
            weight = 1.0 / max(len(inside), 1) ** power
            probs = np.exp(logits[b, :, c]) / np.sum(np.exp(logits[b]), axis=1)
            numerator = numerator + weight * np.sum(probs[inside])
            denominator = denominator + weight * (len(inside) + np.sum(probs))
        losses[b] = 1.0 - 2.0 * numerator / denominator
    return losses


def focal_tversky_loss(logits, masks, *, alpha, gamma, smooth):
    """One minus the Tversky index of each image, focused on the hard ones."""
    probs = jax.nn.sigmoid(logits)
    truth = masks.astype(probs.dtype)
    hits = jnp.sum(probs * truth, axis=(1, 2))
    misses = jnp.sum((1.0 - probs) * truth, axis=(1, 2))
    false_alarms = jnp.sum(probs * (1.0 - truth), axis=(1, 2))
    weighted = alpha * misses + (1.0 - alpha) * false_alarms
    index = (hits + smooth) / (hits + weighted + smooth)
    return jnp.mean((1.0 - index) ** (1.0 / gamma))


def focal_tversky_loss_reference(logits, masks, *, alpha, gamma, smooth):
    losses = []
    for image, mask in zip(logits, masks):
        inside = 1.0 / (1.0 + np.exp(-image[mask]))
        outside = 1.0 / (1.0 + np.exp(-image[~mask]))
        errors = alpha * np.sum(1.0 - inside) + (1.0 - alpha) * np.sum(outside)
        losses.append((errors / (np.sum(inside) + errors + smooth)) ** (1.0 / gamma))
    return np.mean(np.array(losses))


def lovasz_gradient(sorted_truth):
    """Increments of the Jaccard loss as the errors are taken in, largest first."""
    total = jnp.sum(sorted_truth)
    intersection = total - jnp.cumsum(sorted_truth)
    union = total + jnp.cumsum(1.0 - sorted_truth)
    jaccard = 1.0 - intersection / union
    return jnp.diff(jaccard, prepend=0.0)


def lovasz_hinge(logits, masks, *, per_image):
    """Convex surrogate of the Jaccard loss for binary segmentation."""

    def flat_loss(scores, truth):
        errors = 1.0 - scores * (2.0 * truth - 1.0)
        order = jnp.argsort(-errors)
        return jnp.dot(jax.nn.relu(errors[order]), lovasz_gradient(truth[order]))

    truths = masks.astype(logits.dtype)
    if per_image:
        return jnp.mean(jax.vmap(flat_loss)(logits, truths))
    return flat_loss(logits.ravel(), truths.ravel())


def lovasz_hinge_reference(logits, masks, *, per_image):
    def jaccard_loss(wrong, truth):
        """One minus intersection over union if exactly these pixels are wrong."""
        foreground = {k for k in range(len(truth)) if truth[k]}
        predicted = foreground ^ wrong
        union = foreground | predicted
        return 1.0 - len(foreground & predicted) / len(union) if union else 0.0

    def extension(scores, truth):
        errors = 1.0 - np.where(truth, scores, -scores)
        wrong, before, total = set(), 0.0, np.zeros(())
        for k in np.argsort(-errors):
            wrong = wrong | {int(k)}
            after = jaccard_loss(wrong, truth)
            total = total + np.maximum(errors[k], 0.0) * (after - before)
            before = after
        return total

    if per_image:
        pairs = zip(logits, masks)
        return sum(extension(*pair) for pair in pairs) / len(logits)
    return extension(logits.reshape(-1), masks.reshape(-1))


def listnet_loss(scores, relevance, lengths):
    """Cross entropy of the top-one probabilities of relevance and of scores."""
    valid = jnp.arange(scores.shape[-1]) < lengths[:, None]
    padded = jnp.finfo(scores.dtype).min
    targets = jax.nn.softmax(jnp.where(valid, relevance, padded), axis=-1)
    log_probs = jax.nn.log_softmax(jnp.where(valid, scores, padded), axis=-1)
    return -jnp.sum(jnp.where(valid, targets * log_probs, 0.0), axis=-1)


def listnet_loss_reference(scores, relevance, lengths):
    losses = np.zeros(len(lengths))
    for b, length in enumerate(lengths):
        wanted = np.exp(relevance[b, :length])
        given = np.exp(scores[b, :length])
        probs = given / np.sum(given)
        losses[b] = np.sum(wanted / np.sum(wanted) * np.log(1.0 / probs))
    return losses


def ranknet_loss(scores, grades, *, sigma):
    """Logistic loss of all pairs whose first item has the higher grade."""
    differences = scores[:, None] - scores[None, :]
    preferred = grades[:, None] > grades[None, :]
    losses = jax.nn.softplus(-sigma * differences)
    pairs = jnp.sum(preferred)
    return jnp.sum(jnp.where(preferred, losses, 0.0)) / jnp.maximum(pairs, 1)


def ranknet_loss_reference(scores, grades, *, sigma):
    losses = [np.zeros(())]
    for i in range(len(scores)):
        for j in range(len(scores)):
            if grades[i] > grades[j]:
                probability = 1.0 / (1.0 + np.exp(-sigma * (scores[i] - scores[j])))
                losses.append(-np.log(probability))
    return np.sum(np.array(losses)) / max(len(losses) - 1, 1)


def approx_ndcg_loss(scores, grades, *, temperature):
    """Normalized discounted cumulative gain with ranks from sigmoids of differences."""
    differences = (scores[None, :] - scores[:, None]) / temperature
    # An item compared with itself adds one half.
    ranks = 0.5 + jnp.sum(jax.nn.sigmoid(differences), axis=1)
    gains = 2.0 ** grades.astype(scores.dtype) - 1.0
    gained = jnp.sum(gains / jnp.log2(1.0 + ranks))
    positions = jnp.arange(1, len(scores) + 1, dtype=scores.dtype)
    ideal = jnp.sum(jnp.sort(gains)[::-1] / jnp.log2(1.0 + positions))
    return 1.0 - gained / jnp.maximum(ideal, 1.0)


def approx_ndcg_loss_reference(scores, grades, *, temperature):
    size = len(scores)
    gained = np.zeros(())
    for i in range(size):
        rank = np.array(1.0)
        for j in range(size):
            if j != i:
                rank = rank + 1.0 / (
                    1.0 + np.exp((scores[i] - scores[j]) / temperature)
                )
        gained = gained + (2.0 ** int(grades[i]) - 1.0) / np.log2(1.0 + rank)
    ideal = np.zeros(())
    for position, grade in enumerate(sorted(grades, reverse=True), start=1):
        ideal = ideal + (2.0 ** int(grade) - 1.0) / np.log2(np.array(1.0 + position))
    return 1.0 - gained / np.maximum(ideal, 1.0)
