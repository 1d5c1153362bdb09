"""Images changed at random: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from .random_keys import (
    random_integers,
    seeded,
    shuffled_positions,
    split_key,
    unit_uniforms,
)


def random_crops(key, images, *, size, flip):
    """A random window of each image, mirrored for half of them."""
    height, width = images.shape[1:3]

    def augment(key, image):
        row_key, column_key, flip_key = random.split(key, 3)
        row = random.randint(row_key, (), 0, height - size + 1, dtype=jnp.int32)
        column = random.randint(column_key, (), 0, width - size + 1, dtype=jnp.int32)
        crop = lax.dynamic_slice_in_dim(image, row, size, axis=0)
        crop = lax.dynamic_slice_in_dim(crop, column, size, axis=1)
        if not flip:
            return crop
        mirrored = random.bernoulli(flip_key, jnp.float32(0.5))
        return jnp.where(mirrored, crop[:, ::-1], crop)

    return jax.vmap(augment)(random.split(key, images.shape[0]), images)


def random_crops_reference(key, images, *, size, flip):
    count, height, width, _ = images.shape
    crops = []
    for subkey, image in zip(split_key(key, count), images):
        row_key, column_key, flip_key = split_key(subkey, 3)
        row = int(random_integers(row_key, (), 0, height - size + 1))
        column = int(random_integers(column_key, (), 0, width - size + 1))
        columns = np.arange(column, column + size)
        if flip and unit_uniforms(flip_key, ()) < 0.5:
            columns = columns[::-1]
        crops.append(image[row : row + size][:, columns])
    return np.array(crops)


def cutout_squares(seed, images, fill, *, size):
    """Cover a square of each image, which may reach over its border."""
    count, height, width, _ = images.shape
    row_key, column_key = random.split(random.key(seed))
    rows = random.randint(row_key, (count, 1, 1), 0, height, dtype=jnp.int32)
    columns = random.randint(column_key, (count, 1, 1), 0, width, dtype=jnp.int32)
    below = jnp.arange(height, dtype=jnp.int32)[:, None] - rows + size // 2
    right = jnp.arange(width, dtype=jnp.int32) - columns + size // 2
    inside = (below >= 0) & (below < size) & (right >= 0) & (right < size)
    return jnp.where(inside[..., None], fill, images)


def cutout_squares_reference(seed, images, fill, *, size):
    count, height, width, _ = images.shape
    row_key, column_key = split_key(seeded(seed))
    rows = random_integers(row_key, (count,), 0, height)
    columns = random_integers(column_key, (count,), 0, width)
    covered = np.array(images)
    for image, row, column in zip(range(count), rows, columns):
        top, left = row - size // 2, column - size // 2
        for i in range(max(top, 0), min(top + size, height)):
            for j in range(max(left, 0), min(left + size, width)):
                covered[image, i, j] = fill
    return covered


def keyed_mixup(key, inputs, targets, *, per_example):
    """Mix examples with others in random shares, and their targets likewise."""
    count = inputs.shape[0]
    order_key, share_key = random.split(key)
    order = random.permutation(order_key, count)
    shares = random.uniform(share_key, (count if per_example else 1, 1), jnp.float32)
    shares = shares.astype(inputs.dtype)
    mixed_inputs = shares * inputs + (1.0 - shares) * inputs[order]
    return mixed_inputs, shares * targets + (1.0 - shares) * targets[order]


def keyed_mixup_reference(key, inputs, targets, *, per_example):
    count = len(inputs)
    order_key, share_key = split_key(key)
    shares = unit_uniforms(share_key, (count if per_example else 1,)) * np.ones(count)
    mixing = np.diag(shares)
    for i, j in enumerate(shuffled_positions(order_key, count)):
        mixing[i, j] = mixing[i, j] + 1 - shares[i]
    return mixing @ inputs, mixing @ targets


def random_cut_mix(seed, first, second, *, least):
    """Paste a random rectangle of one image into another, and its share of the area."""
    height, width, _ = first.shape
    keys = random.split(random.key(seed), 4)
    tall = random.randint(keys[0], (), least, height, dtype=jnp.int32)
    wide = random.randint(keys[1], (), least, width, dtype=jnp.int32)
    top = random.randint(keys[2], (), 0, height - tall + 1, dtype=jnp.int32)
    left = random.randint(keys[3], (), 0, width - wide + 1, dtype=jnp.int32)
    below = jnp.arange(height, dtype=jnp.int32)[:, None] - top
    right = jnp.arange(width, dtype=jnp.int32) - left
    inside = (below >= 0) & (below < tall) & (right >= 0) & (right < wide)
    share = (tall * wide).astype(first.dtype) / (height * width)
    return jnp.where(inside[..., None], second, first), share


def random_cut_mix_reference(seed, first, second, *, least):
    height, width, _ = first.shape
    keys = split_key(seeded(seed), 4)
    tall = int(random_integers(keys[0], (), least, height))
    wide = int(random_integers(keys[1], (), least, width))
    top = int(random_integers(keys[2], (), 0, height - tall + 1))
    left = int(random_integers(keys[3], (), 0, width - wide + 1))
    mixed = np.array(first)
    patch = np.s_[top : top + tall, left : left + wide]
    mixed[patch] = second[patch]
    return mixed, np.array(1.0 * tall * wide) / (height * width)


def colour_jitter(key, images, *, brightness, contrast, saturation):
    """Change brightness, contrast and saturation of each image at random."""
    weights = jnp.array([0.299, 0.587, 0.114], dtype=images.dtype)

    def jitter(key, image):
        factors = random.uniform(key, (3,), jnp.float32, -1.0, 1.0).astype(image.dtype)
        image = image * (1.0 + brightness * factors[0])
        mean = jnp.mean(image @ weights)
        image = mean + (image - mean) * (1.0 + contrast * factors[1])
        gray = (image @ weights)[..., None]
        return gray + (image - gray) * (1.0 + saturation * factors[2])

    return jax.vmap(jitter)(random.split(key, images.shape[0]), images)


def colour_jitter_reference(key, images, *, brightness, contrast, saturation):
    changed = []
    for subkey, image in zip(split_key(key, len(images)), images):
        a, b, c = 2 * unit_uniforms(subkey, (3,)) - 1
        image = image + image * brightness * a
        red, green, blue = np.moveaxis(image, 2, 0)
        mean = np.mean(0.299 * red + 0.587 * green + 0.114 * blue)
        image = image * (1 + contrast * b) - mean * contrast * b
        red, green, blue = np.moveaxis(image, 2, 0)
        gray = (0.299 * red + 0.587 * green + 0.114 * blue)[:, :, None]
        changed.append(image * (1 + saturation * c) - gray * saturation * c)
    return np.array(changed)
