"""The parts of a record, each from the piece of evidence that it tells about."""

from __future__ import annotations

import base64
import math
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jaxsmith import __version__
from jaxsmith.record.detail import one_line
from jaxsmith.record.fields import SCHEMA_VERSION
from jaxsmith.record.tree import outline

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from jaxsmith.record.evidence import Check, Evidence, Subject
    from jaxsmith.stages import Extracted
    from jaxsmith.vocabulary.draw import Draw

Section = dict[str, Any]


def identity(subject: Subject) -> Section:
    """What the function is: its name, its family and its sources."""
    return {
        "id": subject.id,
        "function_name": subject.name,
        "category": subject.category,
        "tags": sorted(subject.tags),
        "transform": list(subject.transform),
        "base_id": subject.base_id,
        "source_code": subject.source_code,
        "reference_source": subject.reference_source,
    }


def signature(subject: Subject) -> Section:
    """What goes in and what comes out."""
    return {
        "input_names": list(subject.input_names),
        "input_shapes": [str(aval.shape) for aval in subject.inputs],
        "input_dtypes": [aval.dtype for aval in subject.inputs],
        "output_shapes": [str(aval.shape) for aval in subject.outputs],
        "output_dtypes": [aval.dtype for aval in subject.outputs],
        "output_structure": outline(subject.structure),
    }


def inputs(subject: Subject, checks: Iterable[Check]) -> Section:
    """The input sets, so that each can be made again."""
    sets = [check.input_set for check in checks]
    return {
        "inputs": [
            {
                "kind": each.kind,
                "seed": each.seed,
                "arguments": list(map(_argument, subject.draws, each.arrays)),
            }
            for each in sets
        ]
    }


def _argument(draw: Draw | None, values: NDArray[np.generic]) -> Section:
    content = values.tobytes()
    drawn = draw and {"kind": draw.kind, "low": finite(draw.low), "high": finite(draw.high)}
    # Values that no recipe makes again must be in the record themselves.
    data = base64.b64encode(content).decode() if draw is None else None
    return {"draw": drawn, "data": data, "sha256": sha256(content).hexdigest()}


def texts(extracted: Extracted) -> Section:
    """The text of each stage asked for, None where the function has none, and their alignment."""
    known = {**dict.fromkeys(extracted.missing), **extracted.texts}
    return {**known, "alignment": extracted.alignment}


def expected(subject: Subject, checks: Iterable[Check]) -> Section:
    """What the outputs had to be, in bounded size."""
    from jaxsmith.verdict.sketch import sketch  # imports NumPy

    return {"expected": [sketch(check.expectation, subject.outputs) for check in checks]}


def program(extracted: Extracted) -> Section:
    """What JAX and XLA count in the compiled function."""
    return {
        "kept_inputs": list(extracted.kept_inputs),
        "primitives": dict(sorted(extracted.primitives.items())),
        "stablehlo_ops": dict(sorted(extracted.stablehlo_ops.items())),
        "flops": finite(extracted.flops),
        "bytes_accessed": finite(extracted.bytes_accessed),
        "memory": dict(sorted(extracted.memory.items())),
    }


def verdict(evidence: Evidence) -> Section:
    """How closely the outputs had to agree, and how closely they did."""
    checks = evidence.checks
    return {
        "tolerance": {"rule": evidence.rule, "max_bounds": _max_bounds(checks)},
        "max_abs_error": _worst(check.comparison.max_abs_error for check in checks),
        "max_rel_error": _worst(check.comparison.max_rel_error for check in checks),
        "max_ulp_error": _worst(check.comparison.max_ulp_error for check in checks),
        "oracles": list(evidence.oracles),
        "no_opinion": [
            {"oracle": name, "reason": one_line(why)} for name, why in evidence.no_opinion.items()
        ],
        "test_success": all(check.comparison.ok for check in checks),
    }


def versions(extracted: Extracted) -> Section:
    """What made the texts, and under which settings."""
    return {
        "jax_version": extracted.versions["jax"],
        "jaxlib_version": extracted.versions["jaxlib"],
        "platform": extracted.versions["platform"],
        "device_kind": extracted.versions["device_kind"],
        "instruction_set": extracted.versions.get("instruction_set"),
        "config": dict(extracted.config),
    }


def origin(subject: Subject) -> Section:
    """Where the function comes from, and what may be done with it."""
    return {
        "op_count": subject.op_count,
        "seed": subject.seed,
        "rejected_drafts": list(subject.rejected_drafts),
        "license": subject.license,
    }


def common() -> Section:
    """What every record says."""
    return {"jaxsmith_version": __version__, "schema_version": SCHEMA_VERSION}


def finite(value: float | None) -> float | None:
    """The number as JSON can write it: None for NaN and infinities."""
    return None if value is None or not math.isfinite(value) else value


def _worst(errors: Iterable[float]) -> float | None:
    # max() would pass over a NaN that is not the first.
    known = [float(error) for error in errors]
    if not all(map(math.isfinite, known)):
        return None
    # Four digits say all; the rest would only tell one machine's NumPy from another's.
    return float(f"{max(known, default=0.0):.4g}")


def _max_bounds(checks: Iterable[Check]) -> list[float | None]:
    outputs = zip(*(check.expectation.bounds for check in checks), strict=True)
    return [_worst(float(each.max()) for each in bounds if each.size) for bounds in outputs]
