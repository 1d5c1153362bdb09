"""A loop whose length depends on the data: ``lax.while_loop``, alone and under ``vmap``.

Shows Euclid's algorithm with two integers as the carry, the ``stablehlo.while`` it becomes, and a
batch of pairs that each take another number of steps.
"""

import jax
import numpy as np
from jax import lax

import jaxsmith


def gcd(a, b):
    """The greatest common divisor of two integers."""

    def unfinished(pair):
        return pair[1] != 0

    def step(pair):
        larger, smaller = pair
        return smaller, larger % smaller

    divisor, _ = lax.while_loop(unfinished, step, (a, b))
    return divisor


def main() -> None:
    """Run one pair, then a batch of pairs, and print the StableHLO of the first."""
    one = jaxsmith.extract(gcd, np.int32(48), np.int32(36))
    (divisor,) = one.run(np.int32(48), np.int32(36))
    assert divisor == np.gcd(48, 36)
    print(f"gcd(48, 36) = {divisor}\n")

    left = np.array([48, 1071, 17, 832040], np.int32)
    right = np.array([36, 462, 5, 514229], np.int32)
    (divisors,) = jaxsmith.extract(jax.vmap(gcd), left, right, stages=()).run(left, right)
    np.testing.assert_array_equal(divisors, np.gcd(left, right))
    for a, b, divisor in zip(left, right, divisors, strict=True):
        print(f"gcd({a}, {b}) = {divisor}")

    print("\nThe loop for one pair in StableHLO: a region for the condition, one for the step.")
    text = one.texts["stablehlo"]
    print(text)
    assert text.count("stablehlo.while") == 1


if __name__ == "__main__":
    main()
