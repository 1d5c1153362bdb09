"""Losses of embeddings: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


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
    left, right = first - np.mean(first, axis=0), second - np.mean(second, axis=0)
    scales = np.outer(np.sum(left**2, axis=0), np.sum(right**2, axis=0))
    correlation = np.einsum("bi,bj->ij", left, right) / np.sqrt(scales)
    own = np.diagonal(correlation)
    loss = redundancy * (np.sum(correlation**2) - np.sum(own**2))
    return loss + np.sum((1.0 - own) ** 2)


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
