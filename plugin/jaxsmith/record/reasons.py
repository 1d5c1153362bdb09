"""Why a function is no sample: typed reasons, each with the status that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

RejectStatus = Literal["rejected", "failed", "crashed"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Attributes:
        name: what a record's ``reason`` says.
        status: ``"rejected"`` if the function is no use as a sample, ``"failed"`` if something was
            wrong with it or with what made it, ``"crashed"`` if it took its process along.
        summary: what happened, in one line.
    """

    name: str
    status: RejectStatus
    summary: str


_TABLE = (
    Reason("duplicate", "rejected", "The same as another function, but for names."),
    Reason("trivial", "rejected", "What computes nothing would pass for it, or for a part of it."),
    Reason("ill_conditioned", "rejected", "Rounding changes its result too much."),
    Reason("uncovered_branch", "rejected", "A branch that no input set takes."),
    Reason("unbounded_loop", "rejected", "A loop that runs too long on its inputs, or for ever."),
    Reason("not_finite", "rejected", "Its reference gives NaN or infinity on ordinary inputs."),
    Reason("unsupported", "rejected", "It uses something that this JAX or platform does not have."),
    Reason("known_bug", "rejected", "It meets a known bug of this JAX; see limitations.py."),
    Reason("unwritable", "rejected", "The generator found no way to finish it."),
    Reason("dropped_by_hook", "rejected", "A hook of the project left it out."),
    Reason("mismatch", "failed", "A value is further from the reference than the bound allows."),
    Reason("nan_mismatch", "failed", "NaN where the reference has a number, or the reverse."),
    Reason("dissent", "failed", "Another oracle gives something else than it and its reference."),
    Reason("wrong_structure", "failed", "The result is another tree than the reference's."),
    Reason("wrong_shape", "failed", "An output has another shape than the reference's."),
    Reason("wrong_dtype", "failed", "An output has another dtype than it should."),
    Reason("trace_error", "failed", "It raised while JAX traced it."),
    Reason("lower_error", "failed", "JAX could not lower it to StableHLO."),
    Reason("compile_error", "failed", "XLA could not compile it."),
    Reason("run_error", "failed", "The compiled function raised."),
    Reason("reference_error", "failed", "Its reference raised."),
    Reason("internal_error", "failed", "jaxsmith or a hook raised, not the function."),
    Reason("crashed", "crashed", "Its process died."),
    Reason("timeout", "crashed", "It ran past its time limit, and its process was ended."),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.name: reason for reason in _TABLE})
"""Every reason by name."""


def status_of(reason: str) -> RejectStatus:
    """The status that a reason gives.

    Raises:
        ValueError: no such reason.
    """
    if reason not in REASONS:
        raise ValueError(f"unknown reason {reason!r}; the reasons are {', '.join(REASONS)}")
    return REASONS[reason].status
