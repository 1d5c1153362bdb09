"""A derivative is one more program: ``value_and_grad`` of a loss, next to the loss.

Shows which operations the gradient adds, and checks it twice: against the formula in NumPy, and
against differences of the loss.
"""

import jax
import jax.numpy as jnp
import numpy as np

import jaxsmith


def loss(weights, features, labels):
    """The mean logistic loss of a linear classifier; labels are 0 or 1."""
    scores = features @ weights
    return jnp.mean(jnp.logaddexp(0.0, scores) - labels * scores)


def loss_reference(weights, features, labels):
    """The same in NumPy."""
    scores = features @ weights
    return np.mean(np.logaddexp(0.0, scores) - labels * scores)


def gradient_reference(weights, features, labels):
    """Its gradient by the weights, from the formula."""
    probabilities = 1 / (1 + np.exp(-(features @ weights)))
    return features.T @ (probabilities - labels) / len(labels)


def gradient_by_differences(weights, features, labels, step=1e-5):
    """Its gradient by the weights, from two values of the loss a weight."""
    return np.array(
        [
            loss_reference(weights + nudge, features, labels)
            - loss_reference(weights - nudge, features, labels)
            for nudge in step * np.eye(len(weights))
        ]
    ) / (2 * step)


def main() -> None:
    """Extract the loss and its gradient, run both, and compare."""
    rng = np.random.default_rng(seed=0)
    weights = rng.normal(size=3)
    features = rng.normal(size=(8, 3))
    labels = (rng.random(size=8) > 0.5).astype(np.float64)
    arguments = (weights, features, labels)

    # float64, so that the differences are good to more than a few digits.
    forward = jaxsmith.extract(loss, *arguments, x64=True)
    both = jaxsmith.extract(jax.value_and_grad(loss), *arguments, x64=True)
    value, gradient = both.run(*arguments)

    np.testing.assert_allclose(value, loss_reference(*arguments), rtol=1e-12)
    np.testing.assert_allclose(gradient, gradient_reference(*arguments), rtol=1e-10)
    np.testing.assert_allclose(gradient, gradient_by_differences(*arguments), rtol=1e-6)

    print(f"loss      {value:.6f}")
    print(f"gradient  {gradient}")
    print(f"formula   {gradient_reference(*arguments)}")
    print("\nprimitive             loss  loss and gradient")
    for name, count in both.primitives.items():
        print(f"{name:20}  {forward.primitives.get(name, 0):4}  {count:17}")


if __name__ == "__main__":
    main()
