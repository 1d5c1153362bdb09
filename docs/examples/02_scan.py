"""A loop as one operation: ``lax.scan`` carries a state and stacks what each step gives out.

Shows an exponential moving average written twice, and how large the two programs are: a Python
loop is unrolled while JAX traces, a scan is traced for one step however long it runs.
"""

import jax.numpy as jnp
import numpy as np
from jax import lax

import jaxsmith

DECAY = 0.9


def averages_by_scan(samples):
    """The moving average after each sample; the carry is the average so far."""

    def step(average, sample):
        average = DECAY * average + (1 - DECAY) * sample
        return average, average

    _, averages = lax.scan(step, jnp.float32(0), samples)
    return averages


def averages_by_python_loop(samples):
    """The same, one equation after the other."""
    average = jnp.float32(0)
    averages = []
    for sample in samples:
        average = DECAY * average + (1 - DECAY) * sample
        averages.append(average)
    return jnp.stack(averages)


def averages_reference(samples):
    """The same in NumPy."""
    average = 0.0
    averages = []
    for sample in samples:
        average = DECAY * average + (1 - DECAY) * sample
        averages.append(average)
    return np.array(averages)


def main() -> None:
    """Extract both forms at two lengths, run them, and compare the sizes of their programs."""
    print("samples  written as   equations  StableHLO lines")
    for length in (4, 16):
        samples = np.linspace(-1, 1, length, dtype=np.float32)
        for name, fn in [("scan", averages_by_scan), ("Python loop", averages_by_python_loop)]:
            found = jaxsmith.extract(fn, samples, stages=["stablehlo"])
            (averages,) = found.run(samples)
            np.testing.assert_allclose(averages, averages_reference(samples), rtol=1e-5, atol=1e-6)
            equations = sum(found.primitives.values())
            lines = len(found.texts["stablehlo"].splitlines())
            print(f"{length:7}  {name:11}  {equations:9}  {lines:15}")

    print("\nThe scan as JAX traced it for 4 samples:")
    print(jaxsmith.extract(averages_by_scan, np.zeros(4, np.float32)).texts["jaxpr"])


if __name__ == "__main__":
    main()
