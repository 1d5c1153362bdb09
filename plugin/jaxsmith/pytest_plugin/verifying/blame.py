"""Saying what of a record is damaged, whatever it was that raised."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jaxsmith.pytest_plugin.verifying.rows import DamageError
from jaxsmith.stages import StageError
from jaxsmith.stages.errors import one_line
from jaxsmith.verdict.sketch import mismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Record = dict[str, Any]


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Say what of the record is damaged where something raises within."""
    try:
        yield
    except DamageError:
        raise
    except StageError as error:
        raise DamageError(f"{what}: {error}") from error
    except Exception as error:
        raise DamageError(f"{what}: {one_line(error, lines=2)}") from error


def check_outputs(what: str, record: Record, which: int, outputs: Sequence[Any]) -> None:
    """Hold the outputs of a run on one input set against what the record expects of them.

    Raises:
        DamageError: they don't agree.
    """
    with blaming(f"expected[{which}]"):
        found = mismatch(record["expected"][which], outputs)
    if found is not None:
        kind = record["inputs"][which]["kind"]
        raise DamageError(f"{what} on input set {which} ({kind}): {found.detail}")
