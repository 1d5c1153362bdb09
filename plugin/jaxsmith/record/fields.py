"""Every field of a record, as one row: name, type and one line of documentation.

The documentation, the JSON Schema and the order of the fields in a record come from here; a new
field is a row here and a line in ``jaxsmith.record.sections``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jaxsmith.record import types as t
from jaxsmith.record.reasons import REASONS
from jaxsmith.stages.table import STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jaxsmith.stages.table import Stage

SCHEMA_VERSION = "1.5"
"""Goes up with every change of a field: the first number where readers must change too."""

Where = Literal["both", "sample", "reject"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes:
        name: its key.
        schema: its type, as a JSON Schema.
        doc: what it holds, in one line.
        where: the records that always have it: every one, those of samples, those of rejects. A
            reject has the fields of a sample as far as they are known.
    """

    name: str
    schema: t.Schema
    doc: str
    where: Where = "sample"

    def required(self, kind: Literal["sample", "reject"]) -> bool:
        """Whether every record of that kind has the field."""
        return self.where in ("both", kind)


_DRAW = t.struct(kind=t.STRING, low=t.nullable(t.NUMBER), high=t.nullable(t.NUMBER))
_ARGUMENT = t.struct(draw=t.nullable(_DRAW), data=t.nullable(t.STRING), sha256=t.SHA256)
_INPUT_SET = t.struct(kind=t.STRING, seed=t.nullable(t.COUNT), arguments=t.array(_ARGUMENT))
_EXPECTED = t.struct(
    step=t.COUNT,
    data=t.STRING,
    bounds=t.nullable(t.STRING),
    sha256=t.nullable(t.SHA256),
    sum=t.nullable(t.NUMBER),
    sum_bound=t.nullable(t.NUMBER),
)
_TOLERANCE = t.struct(rule=t.STRING, max_bounds=t.array(t.nullable(t.NUMBER)))
_ALIGNMENT = t.struct(lines=t.array(t.array(t.COUNT)))
_ALIGNMENT["properties"] |= {
    stage.name: t.array(t.COUNT) for stage in STAGES.values() if stage.lines is not None
}
_CONFIG = t.struct(
    x64=t.BOOLEAN,
    xla_threads=t.COUNT,
    default_matmul_precision=t.nullable(t.STRING),
    numpy_dtype_promotion=t.STRING,
    threefry_partitionable=t.BOOLEAN,
    devices=t.COUNT,
)

_BEFORE_STAGES = (
    Field("id", t.STRING, "Names the record; no two of a corpus have the same.", "both"),
    Field("function_name", t.STRING, "The name that `source_code` defines."),
    Field("category", t.STRING, "The family that the function is counted under.", "both"),
    Field("tags", t.array(t.STRING, unique=True), "What else it can be selected by, sorted."),
    Field(
        "transform",
        t.array(t.STRING),
        "What was applied to the function that it was made from, outermost first; empty for one "
        "that was written as it is.",
    ),
    Field(
        "base_id",
        t.nullable(t.STRING),
        "The function that it was made from, a record of the same corpus; null: of none.",
    ),
    Field("source_code", t.STRING, "JAX source; run in an empty namespace it gives the function."),
    Field(
        "reference_source",
        t.nullable(t.STRING),
        "The same function in NumPy, under the same name; null where it was checked otherwise.",
    ),
)

_AFTER_STAGES = (
    Field(
        "alignment",
        t.nullable(_ALIGNMENT),
        "Which lines of `source_code` the lines of a text came from: `lines` are lists of line "
        "numbers, that of the nearest call first, and under the name of a text each of its lines "
        "has the index of its list; list 0 is empty. Null where the source was not run from text.",
    ),
    Field("input_names", t.array(t.STRING), "A name for each leaf of the arguments."),
    Field("input_shapes", t.array(t.SHAPE), 'Their shapes, such as `"(4, 8)"`.'),
    Field("input_dtypes", t.array(t.STRING), 'Their dtypes, such as `"float32"`.'),
    Field("output_shapes", t.array(t.SHAPE), "The shapes of the leaves of the result."),
    Field("output_dtypes", t.array(t.STRING), "Their dtypes."),
    Field("output_structure", t.STRING, "The result as a tree, with `*` for a leaf."),
    Field(
        "inputs",
        t.array(_INPUT_SET),
        "The input sets: kind, seed, and for each argument how it is drawn (or the values "
        "themselves, in base64, little-endian, row by row) and the SHA-256 of these bytes.",
    ),
    Field(
        "kept_inputs",
        t.array(t.COUNT),
        "The positions of the inputs that the StableHLO and HLO modules take: JAX leaves out those "
        "that the program does not read.",
    ),
    Field(
        "expected",
        t.array(t.array(_EXPECTED)),
        "What the reference gives, for each input set and output: up to 64 elements, number "
        "`i * step % size` each, in base64; how far each may be off, an exponent of 2 in a signed "
        "byte; of more elements the sum and how far it may be off, or the SHA-256 of all bytes.",
    ),
    Field("primitives", t.COUNTS, "Equations of the jaxpr by primitive, inner ones included."),
    Field("stablehlo_ops", t.COUNTS, "Operations of the StableHLO module by name."),
    Field(
        "op_count",
        t.nullable(t.COUNT),
        "Operations that the function was written with; null where nobody counted.",
    ),
    Field("flops", t.nullable(t.NUMBER), "XLA's estimate for one call; null where it gives none."),
    Field("bytes_accessed", t.nullable(t.NUMBER), "XLA's estimate for one call; likewise."),
    Field("memory", t.COUNTS, "Bytes of arguments, outputs, temporaries and so on, as XLA plans."),
    Field(
        "tolerance",
        _TOLERANCE,
        "How closely outputs had to agree: the rule, and for each output the largest bound on the "
        "absolute error of any element over all input sets.",
    ),
    Field("max_abs_error", t.nullable(t.NUMBER), "The largest that was seen; null: not finite."),
    Field("max_rel_error", t.nullable(t.NUMBER), "Likewise, relative to the expected value."),
    Field("max_ulp_error", t.nullable(t.NUMBER), "Likewise, in units in the last place."),
    Field("oracles", t.array(t.STRING), "The independent opinions that agreed with it."),
    Field(
        "no_opinion",
        t.array(t.struct(oracle=t.STRING, reason=t.STRING)),
        "Who else was asked and can't say, and why; empty where nobody was, or all could.",
    ),
    Field("test_success", t.BOOLEAN, "Whether every output agreed on every input set."),
    Field("jax_version", t.STRING, "The JAX that made the texts."),
    Field("jaxlib_version", t.STRING, "The jaxlib that made them."),
    Field("platform", t.STRING, "The platform that it was compiled for and ran on."),
    Field("device_kind", t.STRING, "What that device calls itself, such as NVIDIA H100 80GB."),
    Field(
        "instruction_set",
        t.nullable(t.STRING),
        "The processor's instructions, which optimized HLO may depend on.",
    ),
    Field("jaxsmith_version", t.STRING, "The jaxsmith that made the record.", "both"),
    Field("schema_version", t.STRING, "The version of this table.", "both"),
    Field("seed", t.nullable(t.COUNT), "The seed that makes the function again; null: none used."),
    Field(
        "rejected_drafts",
        t.array(t.STRING),
        "Why functions that were tried in the place of this one were no use, in order.",
    ),
    Field("license", t.nullable(t.STRING), "The SPDX name of the function's licence."),
    Field("config", _CONFIG, "The JAX settings that it needs."),
    Field(
        "status",
        {"type": "string", "enum": ["rejected", "failed", "crashed"]},
        "What became of a function that is no sample.",
        "reject",
    ),
    Field("reason", {"type": "string", "enum": list(REASONS)}, "Why.", "reject"),
    Field("detail", t.STRING, "What was seen, in one line.", "reject"),
    Field(
        "script",
        t.nullable(t.STRING),
        "A program of its own that shows what is wrong, made small; null: there is none.",
        "reject",
    ),
)


def fields(stages: Iterable[str], only: Collection[str] = ()) -> tuple[Field, ...]:
    """The fields of the records of a corpus, in order.

    Args:
        stages: the stages whose texts the records hold.
        only: the names of those that a selection kept; none where it kept all.
    """
    table = (*_BEFORE_STAGES, *(_text(STAGES[name]) for name in stages), *_AFTER_STAGES)
    return tuple(field for field in table if not only or field.name in only)


def _text(stage: Stage) -> Field:
    schema = t.nullable(t.STRING) if stage.nullable else t.STRING
    return Field(stage.name, schema, stage.summary)


TEXTS: tuple[str, ...] = ("source_code", "reference_source", *STAGES)
"""The fields that hold a program, for whoever measures or shows them."""

_PLACES: Mapping[str, int] = {field.name: i for i, field in enumerate(fields(STAGES))}


def in_order(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same record with its fields in the order of the table; unknown ones stay last."""
    places = sorted(record, key=lambda name: _PLACES.get(name, len(_PLACES)))
    return {name: record[name] for name in places}
