"""Losses: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import special


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


def huber_loss(predictions, targets, *, delta):
    """Mean over features of a loss that is quadratic up to delta and linear beyond."""
    distance = jnp.abs(predictions - targets)
    quadratic = jnp.minimum(distance, delta)
    linear = distance - quadratic
    return jnp.mean(0.5 * jnp.square(quadratic) + delta * linear, axis=-1)


def huber_loss_reference(predictions, targets, *, delta):
    losses = np.zeros(predictions.shape)
    for index in np.ndindex(*predictions.shape):
        error = predictions[index] - targets[index]
        if abs(error) <= delta:
            losses[index] = error**2 / 2
        else:
            losses[index] = delta * (abs(error) - delta / 2)
    return np.mean(losses, axis=-1)


def log_cosh_loss(predictions, targets, weights, *, sharpness):
    """Weighted mean of the log of the hyperbolic cosine of the errors."""
    scaled = sharpness * (predictions - targets)
    # log(cosh(x)) without the overflow of cosh.
    losses = (jnp.logaddexp(scaled, -scaled) - jnp.log(2.0)) / sharpness
    return jnp.sum(weights * losses) / jnp.sum(weights)


def log_cosh_loss_reference(predictions, targets, weights, *, sharpness):
    losses = np.log(np.cosh(sharpness * (predictions - targets))) / sharpness
    return np.sum(losses * weights) / np.sum(weights)


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


def pairwise_distances(x, y):
    """Euclidean distances of all rows of x to all rows of y."""
    squared = jnp.sum(jnp.square(x[:, None, :] - y[None, :, :]), axis=-1)
    # The square root has no gradient at zero, where a row meets itself.
    return jnp.where(squared > 0, jnp.sqrt(jnp.where(squared > 0, squared, 1.0)), 0.0)


def batch_hard_triplet_loss(embeddings, labels, *, margin):
    """Triplet loss of each anchor's farthest positive and nearest negative."""
    distances = pairwise_distances(embeddings, embeddings)
    same = labels[:, None] == labels[None, :]
    positives = same & ~jnp.eye(len(labels), dtype=bool)
    farthest = jnp.max(jnp.where(positives, distances, 0.0), axis=1)
    nearest = jnp.min(jnp.where(same, jnp.inf, distances), axis=1)
    has_triplet = jnp.any(positives, axis=1) & jnp.any(~same, axis=1)
    losses = jax.nn.relu(farthest - jnp.where(has_triplet, nearest, 0.0) + margin)
    count = jnp.sum(has_triplet)
    return jnp.sum(jnp.where(has_triplet, losses, 0.0)) / jnp.maximum(count, 1), count


def batch_hard_triplet_loss_reference(embeddings, labels, *, margin):
    total, count = np.zeros(()), 0
    for a in range(len(labels)):
        positive, negative = [], []
        for i in range(len(labels)):
            distance = np.sqrt(np.sum((embeddings[a] - embeddings[i]) ** 2))
            if labels[i] != labels[a]:
                negative.append(distance)
            elif i != a:
                positive.append(distance)
        if positive and negative:
            total = total + max(0.0, max(positive) - min(negative) + margin)
            count += 1
    return total / max(count, 1), count


def l2_normalize(x):
    """Rows of unit length."""
    return x * lax.rsqrt(jnp.maximum(jnp.sum(x * x, axis=-1, keepdims=True), 1e-12))


def l2_normalize_reference(x):
    return x / np.sqrt(np.maximum(np.sum(x**2, axis=-1, keepdims=True), 1e-12))


def nt_xent_loss(first_views, second_views, *, temperature):
    """Normalized temperature-scaled cross entropy of two views of a batch."""
    size = first_views.shape[0]
    embeddings = l2_normalize(jnp.concatenate([first_views, second_views]))
    similarity = embeddings @ embeddings.T / temperature
    similarity = jnp.where(jnp.eye(2 * size, dtype=bool), -jnp.inf, similarity)
    partner = jnp.roll(jnp.arange(2 * size), size)
    positive = jnp.take_along_axis(similarity, partner[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(similarity, axis=1) - positive)


def nt_xent_loss_reference(first_views, second_views, *, temperature):
    size = len(first_views)
    views = [l2_normalize_reference(v) for v in (*first_views, *second_views)]
    total = np.zeros(())
    for i in range(2 * size):
        j = i + size if i < size else i - size
        others = [np.sum(views[i] * views[k]) for k in range(2 * size) if k != i]
        normalizer = np.sum(np.exp(np.array(others) / temperature))
        agreement = np.sum(views[i] * views[j])
        total = total - np.log(np.exp(agreement / temperature) / normalizer)
    return total / (2 * size)


def supervised_contrastive_loss(embeddings, labels, *, temperature):
    """Contrast each anchor's same-class embeddings with all others."""
    anchors = l2_normalize(embeddings)
    itself = jnp.eye(len(labels), dtype=bool)
    logits = jnp.where(itself, -jnp.inf, anchors @ anchors.T / temperature)
    log_probs = jax.nn.log_softmax(logits, axis=1)
    positives = (labels[:, None] == labels[None, :]) & ~itself
    counts = jnp.sum(positives, axis=1)
    # An anchor without positives adds nothing.
    attraction = jnp.sum(jnp.where(positives, log_probs, 0.0), axis=1)
    return -jnp.sum(attraction / jnp.maximum(counts, 1)) / len(labels)


def supervised_contrastive_loss_reference(embeddings, labels, *, temperature):
    size = len(labels)
    vectors = l2_normalize_reference(embeddings)
    total = np.zeros(())
    for i in range(size):
        scores = np.exp(np.sum(vectors * vectors[i], axis=1) / temperature)
        positives = [p for p in range(size) if p != i and labels[p] == labels[i]]
        others = np.sum(scores[[a for a in range(size) if a != i]])
        for p in positives:
            total = total - np.log(scores[p] / others) / len(positives)
    return total / size


def clip_loss(images, texts, log_scale, *, max_scale):
    """Symmetric cross entropy of matching images with texts and texts with images."""
    scale = jnp.minimum(jnp.exp(log_scale), max_scale)
    logits = scale * l2_normalize(images) @ l2_normalize(texts).T
    image_to_text = jnp.diagonal(jax.nn.log_softmax(logits, axis=1))
    text_to_image = jnp.diagonal(jax.nn.log_softmax(logits, axis=0))
    return -0.5 * (jnp.mean(image_to_text) + jnp.mean(text_to_image))


def clip_loss_reference(images, texts, log_scale, *, max_scale):
    size = len(images)
    scale = np.minimum(np.exp(log_scale), max_scale)
    scores = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            image = l2_normalize_reference(images[i])
            scores[i, j] = np.exp(
                scale * np.sum(image * l2_normalize_reference(texts[j]))
            )
    rows = [np.log(scores[i, i] / np.sum(scores[i])) for i in range(size)]
    columns = [np.log(scores[i, i] / np.sum(scores[:, i])) for i in range(size)]
    return -np.sum(np.array(rows) + np.array(columns)) / (2 * size)


def siglip_loss(images, texts, log_temperature, bias):
    """Binary classification of every pair of an image and a text as matching or not."""
    size = images.shape[0]
    logits = (
        jnp.exp(log_temperature) * l2_normalize(images) @ l2_normalize(texts).T + bias
    )
    signs = 2.0 * jnp.eye(size, dtype=logits.dtype) - 1.0
    return -jnp.sum(jax.nn.log_sigmoid(signs * logits)) / size


def siglip_loss_reference(images, texts, log_temperature, bias):
    total = np.zeros(())
    for i, image in enumerate(l2_normalize_reference(images)):
        for j, text in enumerate(l2_normalize_reference(texts)):
            logit = np.exp(log_temperature) * np.sum(image * text) + bias
            total = total + np.log1p(np.exp(-logit if i == j else logit))
    return total / len(images)


def contrastive_pair_loss(left, right, similar, *, margin):
    """Pull similar pairs together, push others apart until a margin."""
    distances = jnp.linalg.norm(left - right, axis=-1)
    pull = 0.5 * jnp.square(distances)
    push = 0.5 * jnp.square(jax.nn.relu(margin - distances))
    return jnp.where(similar, pull, push)


def contrastive_pair_loss_reference(left, right, similar, *, margin):
    losses = np.zeros(len(left))
    for i in range(len(left)):
        squared = np.sum((left[i] - right[i]) ** 2)
        if similar[i]:
            losses[i] = squared / 2
        else:
            losses[i] = max(0.0, margin - np.sqrt(squared)) ** 2 / 2
    return losses


def poisson_nll_loss(rates, counts, *, log_input, full):
    """Negative log likelihood of counts under Poisson distributions."""
    counts = counts.astype(rates.dtype)
    if log_input:
        losses = jnp.exp(rates) - counts * rates
    else:
        losses = rates - counts * jnp.log(rates)
    if full:
        losses += lax.lgamma(counts + 1.0)
    return jnp.mean(losses, axis=-1)


def poisson_nll_loss_reference(rates, counts, *, log_input, full):
    losses = np.zeros(rates.shape)
    for index in np.ndindex(*rates.shape):
        rate = np.exp(rates[index]) if log_input else rates[index]
        likelihood = np.exp(-rate)
        for k in range(1, counts[index] + 1):
            likelihood = likelihood * rate / (k if full else 1)
        losses[index] = -np.log(likelihood)
    return np.mean(losses, axis=-1)


def beta_gaussian_nll(means, variances, targets, *, beta):
    """Gaussian negative log likelihood, weighted by a power of each variance."""
    squared_errors = jnp.square(targets - means)
    losses = 0.5 * (jnp.log(variances) + squared_errors / variances)
    # The weight rescales gradients only; it is not to be learnt from.
    return jnp.mean(losses * lax.stop_gradient(variances) ** beta)


def beta_gaussian_nll_reference(means, variances, targets, *, beta):
    spreads = np.sqrt(variances)
    densities = np.exp(-(((targets - means) / spreads) ** 2) / 2) / spreads
    return -np.sum(spreads ** (2 * beta) * np.log(densities)) / densities.size


def pinball_loss(predictions, targets, levels):
    """Quantile regression loss of several levels at once."""
    errors = targets[:, None] - predictions
    return jnp.mean(jnp.maximum(levels * errors, (levels - 1.0) * errors), axis=0)


def pinball_loss_reference(predictions, targets, levels):
    batch, count = predictions.shape
    losses = np.zeros(count)
    for k in range(count):
        for i in range(batch):
            error = targets[i] - predictions[i, k]
            cost = levels[k] if error > 0 else 1.0 - levels[k]
            losses[k] += cost * abs(error) / batch
    return losses


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


def gan_losses(real_scores, fake_scores, *, kind):
    """Losses of a discriminator and a generator from the discriminator's scores."""
    if kind == "wasserstein":
        discriminator = jnp.mean(fake_scores) - jnp.mean(real_scores)
        generator = -jnp.mean(fake_scores)
    elif kind == "hinge":
        discriminator = jnp.mean(jax.nn.relu(1.0 - real_scores))
        discriminator += jnp.mean(jax.nn.relu(1.0 + fake_scores))
        generator = -jnp.mean(fake_scores)
    elif kind == "least_squares":
        discriminator = jnp.mean(jnp.square(real_scores - 1.0))
        discriminator += jnp.mean(jnp.square(fake_scores))
        generator = jnp.mean(jnp.square(fake_scores - 1.0))
    else:
        discriminator = jnp.mean(jax.nn.softplus(-real_scores))
        discriminator += jnp.mean(jax.nn.softplus(fake_scores))
        generator = jnp.mean(jax.nn.softplus(-fake_scores))
    return {"discriminator": discriminator, "generator": generator}


def gan_losses_reference(real_scores, fake_scores, *, kind):
    def sigmoid(x):
        return 1.0 / (1.0 + np.exp(-x))

    costs = {
        "wasserstein": (lambda r: -r, lambda f: f, lambda f: -f),
        "hinge": (
            lambda r: np.maximum(0.0, 1.0 - r),
            lambda f: np.maximum(0.0, 1.0 + f),
            lambda f: -f,
        ),
        "least_squares": (
            lambda r: (r - 1.0) ** 2,
            lambda f: f**2,
            lambda f: (f - 1) ** 2,
        ),
        "non_saturating": (
            lambda r: -np.log(sigmoid(r)),
            lambda f: -np.log(1.0 - sigmoid(f)),
            lambda f: -np.log(sigmoid(f)),
        ),
    }
    of_real, of_fake, of_generator = costs[kind]
    discriminator = np.mean(of_real(real_scores)) + np.mean(of_fake(fake_scores))
    return {
        "discriminator": discriminator,
        "generator": np.mean(of_generator(fake_scores)),
    }


def sliced_wasserstein(x, y, directions, *, order):
    """Mean transport cost of two point clouds, projected onto several directions."""
    directions = directions / jnp.linalg.norm(directions, axis=-1, keepdims=True)

    def transport_cost(direction):
        # On a line, the optimal transport takes sorted points to sorted points.
        gaps = jnp.sort(x @ direction) - jnp.sort(y @ direction)
        return jnp.mean(jnp.abs(gaps) ** order)

    return jnp.mean(jax.vmap(transport_cost)(directions)) ** (1.0 / order)


def sliced_wasserstein_reference(x, y, directions, *, order):
    costs = []
    for direction in directions:
        unit = direction / np.sqrt(np.sum(direction**2))
        left = np.sort(np.sum(x * unit, axis=1))
        right = np.sort(np.sum(y * unit, axis=1))
        costs.append(np.mean(np.abs(left - right) ** order))
    return np.mean(np.array(costs)) ** (1.0 / order)


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


def vicreg_loss(first, second, *, invariance, variance, covariance):
    """Agreement of two views' embeddings, kept from collapsing by their statistics."""
    size, features = first.shape

    def regularizers(embeddings):
        centered = embeddings - jnp.mean(embeddings, axis=0)
        matrix = centered.T @ centered / (size - 1)
        deviations = jnp.sqrt(jnp.diagonal(matrix) + 1e-4)
        spread = jnp.mean(jax.nn.relu(1.0 - deviations))
        off_diagonal = jnp.where(jnp.eye(features, dtype=bool), 0.0, matrix)
        return spread, jnp.sum(jnp.square(off_diagonal)) / features

    spread_first, decorrelation_first = regularizers(first)
    spread_second, decorrelation_second = regularizers(second)
    agreement = jnp.mean(jnp.sum(jnp.square(first - second), axis=-1))
    return (
        invariance * agreement
        + variance * (spread_first + spread_second)
        + covariance * (decorrelation_first + decorrelation_second)
    )


def vicreg_loss_reference(first, second, *, invariance, variance, covariance):
    size, features = first.shape
    loss = invariance * np.sum((first - second) ** 2) / size
    for view in (first, second):
        means = [np.sum(view[:, j]) / size for j in range(features)]
        for i in range(features):
            for j in range(features):
                products = (view[:, i] - means[i]) * (view[:, j] - means[j])
                entry = np.sum(products) / (size - 1)
                if i == j:
                    short = np.maximum(0.0, 1.0 - np.sqrt(entry + 1e-4))
                    loss = loss + variance * short / features
                else:
                    loss = loss + covariance * entry**2 / features
    return loss


def barlow_twins_loss(first, second, *, redundancy):
    """Bring the cross-correlation of two views' features close to the identity."""

    def standardize(x):
        return (x - jnp.mean(x, axis=0)) / jnp.std(x, axis=0)

    correlation = standardize(first).T @ standardize(second) / first.shape[0]
    identity = jnp.eye(correlation.shape[0], dtype=correlation.dtype)
    squares = jnp.square(correlation - identity)
    return jnp.sum(jnp.where(identity > 0, squares, redundancy * squares))


def barlow_twins_loss_reference(first, second, *, redundancy):
    features = first.shape[1]
    loss = np.zeros(())
    for i in range(features):
        for j in range(features):
            left = first[:, i] - np.mean(first[:, i])
            right = second[:, j] - np.mean(second[:, j])
            scale = np.sqrt(np.sum(left**2) * np.sum(right**2))
            correlation = np.sum(left * right) / scale
            if i == j:
                loss = loss + (1.0 - correlation) ** 2
            else:
                loss = loss + redundancy * correlation**2
    return loss


def gaussian_elbo(pixels, logits, means, log_variances, *, beta, free_nats):
    """Evidence lower bound of a Bernoulli decoder and a Gaussian encoder."""
    log_likelihood = jnp.sum(pixels * logits - jax.nn.softplus(logits), axis=-1)
    divergences = 0.5 * (
        jnp.square(means) + jnp.exp(log_variances) - 1.0 - log_variances
    )
    # Latents below the threshold are free, so that they are not given up early on.
    divergence = jnp.sum(jnp.maximum(jnp.mean(divergences, axis=0), free_nats))
    return jnp.mean(log_likelihood) - beta * divergence


def gaussian_elbo_reference(pixels, logits, means, log_variances, *, beta, free_nats):
    batch, latents = means.shape
    bound = np.zeros(())
    for b in range(batch):
        on = 1.0 / (1.0 + np.exp(-logits[b]))
        likelihood = pixels[b] * np.log(on) + (1.0 - pixels[b]) * np.log(1.0 - on)
        bound = bound + np.sum(likelihood) / batch
    for k in range(latents):
        deviations = np.exp(log_variances[:, k] / 2)
        # From N(m, s) to N(0, 1): the cross entropy less the entropy.
        cross = np.mean(deviations**2 + means[:, k] ** 2) / 2
        entropy = np.mean(np.log(deviations)) + 0.5
        bound = bound - beta * np.maximum(cross - entropy, free_nats)
    return bound


def dino_loss(
    student, teacher, center, *, student_temperature, teacher_temperature, momentum
):
    """Self-distillation of two views against a centered and sharpened teacher."""
    targets = jax.nn.softmax((teacher - center) / teacher_temperature, axis=-1)
    log_probs = jax.nn.log_softmax(student / student_temperature, axis=-1)
    # Each view of the teacher is compared with the other view of the student.
    losses = -jnp.sum(targets[::-1] * log_probs, axis=-1)
    new_center = momentum * center + (1.0 - momentum) * jnp.mean(teacher, axis=(0, 1))
    return jnp.mean(losses), new_center


def dino_loss_reference(
    student, teacher, center, *, student_temperature, teacher_temperature, momentum
):
    _, batch, features = student.shape
    loss, average = np.zeros(()), np.zeros(features)
    for b in range(batch):
        for seen, other in ((0, 1), (1, 0)):
            wanted = np.exp((teacher[seen, b] - center) / teacher_temperature)
            given = np.exp(student[other, b] / student_temperature)
            log_probs = np.log(given / np.sum(given))
            loss = loss - np.sum(wanted / np.sum(wanted) * log_probs) / (2 * batch)
            average = average + teacher[seen, b] / (2 * batch)
    return loss, center + (1.0 - momentum) * (average - center)


def arcface_loss(embeddings, centers, labels, *, scale, margin):
    """Cross entropy of scaled cosines, with a margin added to the label's angle."""
    cosine = l2_normalize(embeddings) @ l2_normalize(centers).T
    sine = jnp.sqrt(jnp.clip(1.0 - jnp.square(cosine), 0.0, 1.0))
    with_margin = cosine * jnp.cos(margin) - sine * jnp.sin(margin)
    is_label = jax.nn.one_hot(labels, centers.shape[0], dtype=bool)
    logits = scale * jnp.where(is_label, with_margin, cosine)
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    return -jnp.mean(jnp.sum(jnp.where(is_label, log_probs, 0.0), axis=-1))


def arcface_loss_reference(embeddings, centers, labels, *, scale, margin):
    loss = np.zeros(())
    for x, label in zip(embeddings, labels):
        lengths = np.sqrt(np.sum(x**2) * np.sum(centers**2, axis=1))
        angles = np.arccos(np.sum(x * centers, axis=1) / lengths)
        angles[label] = angles[label] + margin
        scores = np.exp(scale * np.cos(angles))
        loss = loss - np.log(scores[label] / np.sum(scores)) / len(labels)
    return loss


def center_loss(features, labels, centers, *, rate):
    """Distance of features to the centers of their classes, and the moved centers."""
    classes = centers.shape[0]
    offsets = centers[labels] - features
    loss = 0.5 * jnp.mean(jnp.sum(jnp.square(offsets), axis=-1))
    totals = jax.ops.segment_sum(offsets, labels, num_segments=classes)
    counts = jnp.bincount(labels, length=classes)
    # The one in the denominator keeps a class with few members from jumping.
    return loss, centers - rate * totals / (1 + counts)[:, None]


def center_loss_reference(features, labels, centers, *, rate):
    loss = np.zeros(())
    moved = np.array(centers)
    for k in range(len(centers)):
        members = features[labels == k]
        deltas = [centers[k] - member for member in members]
        for delta in deltas:
            loss = loss + np.sum(delta**2) / (2 * len(features))
            moved[k] = moved[k] - rate * delta / (1 + len(deltas))
    return loss, moved


def gaussian_crps(means, deviations, observations):
    """Continuous ranked probability score of Gaussian forecasts."""
    z = (observations - means) / deviations
    cdf = 0.5 * (1.0 + lax.erf(z / jnp.sqrt(2.0)))
    pdf = jnp.exp(-0.5 * jnp.square(z)) / jnp.sqrt(2.0 * jnp.pi)
    return deviations * (z * (2.0 * cdf - 1.0) + 2.0 * pdf - 1.0 / jnp.sqrt(jnp.pi))


def gaussian_crps_reference(means, deviations, observations):
    # The mean distance to the observation, less half that of two draws.
    gaps = observations - means
    folded = deviations * np.sqrt(2.0 / np.pi) * np.exp(-((gaps / deviations) ** 2) / 2)
    distance = folded + gaps * (1.0 - 2.0 * special.ndtr(-gaps / deviations))
    return distance - deviations / np.sqrt(np.pi)


def cox_partial_likelihood(risks, times, observed):
    """Mean negative log partial likelihood of proportional hazards."""
    order = jnp.argsort(-times)
    risks = risks[order]
    # With the longest times first, those still at risk are the ones so far.
    log_at_risk = lax.cumlogsumexp(risks)
    terms = jnp.where(observed[order], risks - log_at_risk, 0.0)
    return -jnp.sum(terms) / jnp.maximum(jnp.sum(observed), 1)


def cox_partial_likelihood_reference(risks, times, observed):
    total = np.zeros(())
    for i in np.flatnonzero(observed):
        hazards = np.exp(risks[times >= times[i]])
        total = total + np.log(np.sum(hazards) / np.exp(risks[i]))
    return total / max(np.sum(observed), 1)


def style_loss(generated, style, layer_weights):
    """Distance of the Gram matrices of feature maps, over several layers."""

    def gram_matrix(features):
        return jnp.einsum("lpc,lpd->lcd", features, features)

    _, pixels, channels = generated.shape
    differences = gram_matrix(generated) - gram_matrix(style)
    errors = jnp.sum(jnp.square(differences), axis=(1, 2))
    return jnp.dot(layer_weights, errors) / (4.0 * channels**2 * pixels**2)


def style_loss_reference(generated, style, layer_weights):
    layers, pixels, channels = generated.shape
    loss = np.zeros(())
    for k in range(layers):
        for i in range(channels):
            for j in range(channels):
                ours = np.sum(generated[k, :, i] * generated[k, :, j])
                theirs = np.sum(style[k, :, i] * style[k, :, j])
                error = ((ours - theirs) / (2.0 * channels * pixels)) ** 2
                loss = loss + layer_weights[k] * error
    return loss


def skip_gram_loss(word_vectors, context_vectors, centers, contexts, noise):
    """Skip-gram objective with negative samples, averaged over pairs of words."""
    center = word_vectors[centers]
    observed = jnp.sum(center * context_vectors[contexts], axis=-1)
    sampled = jnp.einsum("bd,bkd->bk", center, context_vectors[noise])
    attraction = jax.nn.log_sigmoid(observed)
    repulsion = jnp.sum(jax.nn.log_sigmoid(-sampled), axis=-1)
    return -jnp.mean(attraction + repulsion)


def skip_gram_loss_reference(word_vectors, context_vectors, centers, contexts, noise):
    losses = []
    for b, center in enumerate(centers):
        score = np.sum(word_vectors[center] * context_vectors[contexts[b]])
        loss = np.log(1.0 + np.exp(-score))
        for k in noise[b]:
            score = np.sum(word_vectors[center] * context_vectors[k])
            loss = loss + np.log(1.0 + np.exp(score))
        losses.append(loss)
    return np.sum(np.array(losses)) / len(losses)
