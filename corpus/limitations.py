"""Known bugs of released versions of JAX that functions of this corpus would meet.

Each has an entry with a script in ``FINDINGS.md``. The versions are those that were run: the last
that has the bug is older than ``before``.
"""

from jaxsmith.program.limits import Limitation

LIMITATIONS = [
    Limitation(
        name="nested-dynamic-slices",
        rows=frozenset(
            {
                "index_one", "index_one_clamped", "index_pair", "dynamic_slice",
                "dynamic_slice_at", "dynamic_slice_in_dim", "dynamic_index", "roll_by",
                "at_set_rows", "at_set_rows_dropped", "at_set_rows_clipped", "at_add_rows",
                "at_add_rows_dropped", "at_add_rows_clipped", "at_multiply_rows",
                "at_multiply_rows_dropped", "at_multiply_rows_clipped", "at_min_rows",
                "at_set", "at_add", "at_subtract", "at_multiply", "at_divide", "at_min", "at_max",
                "at_min_rows_dropped", "at_min_rows_clipped", "at_max_rows",
                "at_max_rows_dropped", "at_max_rows_clipped", "complex_index_one",
                "complex_dynamic_slice", "complex_dynamic_slice_at", "complex_at_add_rows",
                "take", "take_clip", "take_wrap", "take_fill", "take_default",
            }
        ),
        least=2,
        before="0.12",
        reason="XLA merges two dynamic slices without clamping the start of the first",
    ),
    Limitation(
        name="gradient-of-a-mapped-slice",
        rows=frozenset(
            {
                "dynamic_slice", "dynamic_slice_at", "dynamic_slice_in_dim", "dynamic_index",
                "index_one", "index_one_clamped", "index_pair", "take_clip",
            }
        ),
        least=1,
        before="0.9",
        reason="the gradient of a mapped dynamic slice is lost where its start is out of bounds",
        inside="gradient",
        beside=("vmap",),
        always=False,
    ),
    Limitation(
        name="derivative-of-ldexp-at-zero",
        rows=frozenset({"ldexp"}),
        least=1,
        before="0.12",
        reason="the derivative of jnp.ldexp at 0 is 1 whatever the exponent",
        inside="gradient",
    ),
    Limitation(
        name="gradient-of-a-maximum-lost",
        rows=frozenset(
            {
                "max", "min", "max_where", "min_where", "max_initial", "max_abs",
                "reduce_max", "reduce_min", "lax_max", "lax_min", "nanmax", "nanmin",
                "max_difference", "max_normalize", "min_max_scale", "subtract_max", "ptp",
                "complex_max_abs",
            }
        ),
        least=1,
        before=None,
        reason="a maximum is looked for among values that are computed again and rounded otherwise",
        inside="gradient",
        calls=("jnp.max(", "jnp.min(", "jnp.ptp(", ".max(", ".min(", "lax.reduce_max"),
        always=False,
    ),
    Limitation(
        name="derivative-of-spence",
        rows=frozenset({"spence"}),
        least=1,
        before=None,
        reason="the derivative of jax.scipy.special.spence is NaN from 1.5 to 2, and 0 at 1",
        inside="gradient",
    ),
    Limitation(
        name="second-derivative-of-betaln-of-equals",
        rows=frozenset({"beta", "betaln"}),
        least=1,
        before="0.12",
        reason="the second derivative of jax.scipy.special.betaln is off where its arguments agree",
        inside="gradient",
        calls=("scipy.special.betaln(", "scipy.special.beta(", "scipy.stats.beta."),
        always=False,
    ),
    Limitation(
        name="derivative-of-xlogy-of-two-dtypes",
        rows=frozenset({"xlogy", "xlog1py"}),
        least=1,
        before=None,
        reason="the derivative by a float64 has the precision of a float32 beside it",
        inside="gradient",
        mixed=True,
    ),
    Limitation(
        name="derivative-of-vander-at-zero",
        rows=frozenset({"vander"}),
        least=1,
        before=None,
        reason="the reverse derivative of jnp.vander is NaN where the argument is 0",
        inside="gradient",
    ),
    Limitation(
        name="checkpoint-saves-complex-dots",
        rows=frozenset(
            {
                "complex_matmul", "complex_matmul_transposed", "complex_transposed_matmul",
                "complex_dot", "complex_vdot", "complex_inner", "complex_outer", "complex_matvec",
                "complex_batch_matmul", "complex_kron", "complex_matrix_power",
                "complex_einsum_sum", "complex_einsum_matmul", "complex_einsum_batch",
                "complex_einsum_outer", "complex_einsum_bilinear", "complex_einsum_chain",
                "complex_einsum_ellipsis",
            }
        ),
        least=1,
        before=None,
        reason="jax.checkpoint with a policy that saves dots refuses those of complex numbers",
        inside="checkpoint",
        calls=("1j", "lax.complex(", "jnp.fft.", "jnp.conj(", ".conj()"),
    ),
    Limitation(
        name="derivative-of-a-jitted-zeta",
        rows=frozenset({"zeta"}),
        least=1,
        before="0.12",
        reason="a mapped jit that joins a zeta function to another array has no derivative",
        inside="gradient",
        calls=("scipy.special.zeta(",),
        beside=("jit",),
    ),
    Limitation(
        name="second-derivative-of-erfcx",
        rows=frozenset({"erfcx"}),
        least=1,
        before=None,
        reason="jax.scipy.special.erfcx of an array has a first derivative only",
        inside="gradient",
        calls=("scipy.special.erfcx(",),
        since="0.12",
    ),
    Limitation(
        name="sign-of-a-narrow-cast",
        rows=frozenset({"store_float"}),
        least=1,
        before="0.10",
        reason="without LLVM's optimizations, a cast of bfloat16 to float8_e4m3fnuz loses the sign",
        since="0.9",
        always=False,
    ),
    Limitation(
        name="vmap-of-ragged-dot",
        rows=frozenset(),
        least=1,
        before=None,
        reason="jax.lax.ragged_dot has no batching rule but for the first axis",
        inside="vmap gradient",
        calls=("lax.ragged_dot(", "lax.ragged_dot_general("),
    ),
    Limitation(
        name="clamp-with-one-batched-bound",
        rows=frozenset({"clamp"}),
        least=1,
        before=None,
        reason="vmap of lax.clamp over one of its bounds alone gives clamp shapes that it refuses",
        inside="vmap",
    ),
    Limitation(
        name="bitwise-reduction-of-a-sharded-array",
        rows=frozenset({"reduce_either", "reduce_hypot", "reduce_xor", "bitwise_reduce"}),
        least=1,
        before=None,
        reason="XLA for CPU adds up shards by sums, products and extremes alone",
        calls=("lax.reduce(", "lax.reduce_xor(", "jnp.bitwise_xor.reduce("),
        beside=("jax.make_mesh(", "jax.pmap("),
    ),
    Limitation(
        name="derivatives-of-mutable-references",
        rows=frozenset(),
        least=1,
        before=None,
        reason="many derivatives of code that writes to a jax.new_ref can't be traced",
        inside="gradient",
        calls=("jax.new_ref(",),
    ),
    Limitation(
        name="mutable-references-mapped-over",
        rows=frozenset(),
        least=1,
        before="0.10",
        reason="two references that a mapped function writes in a loop can't be traced",
        inside="vmap",
        calls=("jax.new_ref(",),
        since="0.8",
    ),
]  # fmt: skip
