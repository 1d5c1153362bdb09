"""Records from evidence: one dict of JSON values, in the order of the table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.record import sections
from jaxsmith.record.detail import one_line
from jaxsmith.record.fields import in_order
from jaxsmith.record.reasons import status_of

if TYPE_CHECKING:
    from jaxsmith.record.evidence import Evidence, Subject
    from jaxsmith.stages import Extracted

Record = dict[str, Any]


def build(evidence: Evidence) -> Record:
    """The record of a function that passed every check.

    A number that is NaN or infinite becomes None: JSON has no such numbers, and a column that
    holds both numbers and strings can't be loaded as a table.
    """
    subject, extracted = evidence.subject, evidence.extracted
    return in_order(
        {
            **_written(subject),
            **_compiled(extracted),
            **sections.program(extracted),
            **sections.inputs(subject, evidence.checks),
            **sections.expected(subject, evidence.checks),
            **sections.verdict(evidence),
            **sections.common(),
        }
    )


def reject(
    *,
    id: str,  # noqa: A002 - the name of the field
    category: str,
    reason: str,
    detail: str,
    subject: Subject | None = None,
    extracted: Extracted | None = None,
    script: str | None = None,
) -> Record:
    """The record of a function that is no sample, with what is known of it.

    Args:
        id: the id that its record would have had.
        category: the family that it is counted under.
        reason: one of ``REASONS``; it gives the status.
        detail: what was seen; made one line, without folders and addresses.
        subject: the function, if it could be written.
        extracted: what JAX made of it, if it came so far.
        script: one of its own that shows what is wrong, if there is one.

    Raises:
        ValueError: no such reason.
    """
    return in_order(
        {
            **(_written(subject) if subject is not None else {}),
            **(_compiled(extracted) if extracted is not None else {}),
            **sections.common(),
            "id": id,
            "category": category,
            **verdict(reason, detail, script),
        }
    )


def verdict(reason: str, detail: str, script: str | None = None) -> Record:
    """The fields that make the record of a function that of a reject.

    Raises:
        ValueError: no such reason.
    """
    return {
        "status": status_of(reason),
        "reason": reason,
        "detail": one_line(detail),
        "script": script,
    }


def without_verdict(record: Record) -> Record:
    """The record of a reject as it would be if nobody had judged it."""
    return {name: value for name, value in record.items() if name not in _VERDICT}


_VERDICT = ("status", "reason", "detail", "script")


def _written(subject: Subject) -> Record:
    return {
        **sections.identity(subject),
        **sections.signature(subject),
        **sections.origin(subject),
    }


def _compiled(extracted: Extracted) -> Record:
    return {**sections.texts(extracted), **sections.versions(extracted)}
