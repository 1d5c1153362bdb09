"""What functions of this corpus ask for that some version or platform of JAX does not have.

Names that a version lacks need no row here; ``jaxsmith.stages.absent`` looks them up. That JAX
lowers something for no other platform, ``tests/program/test_absences.py`` asks it.
"""

from jaxsmith.program.absences import Absence

_ELSEWHERE = ("gpu", "tpu")

ABSENCES = [
    *(
        Absence((spread,), "its arrays are spread over as many as 8 devices", devices=8)
        for spread in ("jax.make_mesh(", "jax.sharding.Mesh(", "jax.pmap(", "jax.pmap,")
    ),
    *(
        Absence((name,), "JAX has Schur decompositions for the CPU alone", _ELSEWHERE)
        for name in ("linalg.schur(", "linalg.sqrtm(", "linalg.rsf2csf(")
    ),
    Absence(("linalg.hessenberg(",), "JAX reduces to Hessenberg form on the CPU alone", _ELSEWHERE),
    Absence(
        ("jax.pmap",),
        "a pmap inside of a jit can't be lowered where it is mapped, differentiated or not sharded",
        before="0.8",
    ),
    Absence(
        ("int4",),
        "integers of 4 bits have no mean, and a loop that stacks them ends the process",
        before="0.8",
    ),
    Absence(
        ("with_sharding_constraint(", "axis_names={", "jax.P("),
        "a constraint within a shard_map takes no bare PartitionSpec",
        before="0.8",
    ),
    Absence(
        ("axis_names={", "lax.pmean(", "jax.vmap("),
        "a mean over an axis of a shard_map can't be mapped",
        since="0.8",
        before="0.9",
    ),
]
