"""The code that functions come from: another writes others, and their run is another."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxsmith.dataset.sync import write_through

if TYPE_CHECKING:
    from jaxsmith.program.corpus import Corpus


def own() -> str:
    """A digest of jaxsmith itself."""
    return _digest(Path(__file__).parents[1])


def confirm(staged: Path, corpus: Corpus) -> None:
    """Note which code of a corpus a run was begun with; refuse to go on with other code.

    Raises:
        pytest.UsageError: it has changed since.
    """
    spec = find_spec(corpus.package)
    assert spec is not None  # it was imported
    assert spec.origin is not None
    now = _digest(Path(spec.origin).parent)
    note = staged / "parts" / f"{corpus.package}.code"
    if not note.exists():
        # All workers come here at once, and none may read what another has half written.
        write_through(note, now.encode())
    if note.read_text() != now:
        raise pytest.UsageError(
            f"--emit-resume: the code of {corpus.package} has changed since the run was begun; "
            "leave --emit-resume away to begin again"
        )


@cache
def _digest(package: Path) -> str:
    found = blake2b(digest_size=16)
    for path in sorted(package.rglob("*.py")):
        found.update(f"{path.relative_to(package).as_posix()}\0".encode())
        found.update(blake2b(path.read_bytes()).digest())
    return found.hexdigest()
