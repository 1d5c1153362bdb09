"""A sharded array can't be reduced by an exclusive or: XLA for CPU knows no such all-reduce."""

import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"

import jax
import jax.numpy as jnp


def function(words):
    mesh = jax.make_mesh((2,), ("shard",), (jax.sharding.AxisType.Auto,))
    sharding = jax.NamedSharding(mesh, jax.P("shard"))
    words = jax.lax.with_sharding_constraint(words, sharding)
    return jnp.bitwise_xor.reduce(words)


inputs = (jnp.arange(4) * 5,)
expected = jnp.int32(0 ^ 5 ^ 10 ^ 15)
tolerance = 0

if __name__ == "__main__":
    print(jax.jit(function)(*inputs), "expected", expected)
