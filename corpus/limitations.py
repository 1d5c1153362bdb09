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
                "dynamic_slice_at", "dynamic_slice_in_dim", "dynamic_index",
            }
        ),
        least=2,
        before="0.12",
        reason="XLA merges two dynamic slices without clamping the start of the first",
    ),
]  # fmt: skip
