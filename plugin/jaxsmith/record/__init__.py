"""Records: what is said of a function, field by field. Imports neither JAX nor pytest.

``build`` makes the record of a function that passed every check, ``reject`` that of one that did
not; ``fields`` documents both, and ``schema`` and ``markdown`` are made from it.
``complaint`` says what is wrong with a record that was read, ``misfit`` with one field of it.
"""

from __future__ import annotations

from jaxsmith.record.build import build, reject
from jaxsmith.record.evidence import Check, Evidence, Subject
from jaxsmith.record.fields import SCHEMA_VERSION, Field, fields
from jaxsmith.record.reasons import REASONS, Reason, status_of
from jaxsmith.record.schema import markdown, schema
from jaxsmith.record.validity import complaint, misfit

__all__ = [
    "REASONS",
    "SCHEMA_VERSION",
    "Check",
    "Evidence",
    "Field",
    "Reason",
    "Subject",
    "build",
    "complaint",
    "fields",
    "markdown",
    "misfit",
    "reject",
    "schema",
    "status_of",
]
