"""The items of a session that verifies: a record, a line that holds none, a file of a manifest."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.pytest_plugin.verifying.rows import DamageError, load

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jaxsmith.pytest_plugin.verifying.rows import Row

VERIFIED = pytest.StashKey[dict[str, Any]]()
"""On an item: what was done to verify its record, as JSON values."""

_BLOCK = 2**20


class _Item(pytest.Item):
    """An item whose failures are one line that names the place."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> Any:
        """The place and what is wrong; a traceback only for what nobody foresaw."""
        if isinstance(excinfo.value, DamageError):
            return _printable(f"{self.place} {excinfo.value}")
        return super().repr_failure(excinfo, *rest)

    @property
    def place(self) -> str:
        """The file, from where pytest was started, and what in it."""
        start = self.config.invocation_params.dir
        return Path(os.path.relpath(self.path, start)).as_posix()


class _RowItem(_Item):
    """What is in one line of a file."""

    def __init__(self, *, row: Row, **rest: Any) -> None:
        super().__init__(**rest)
        self.row = row

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{super().place}, line {self.row.number}: {self.row.id}:"

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it lies."""
        return self.path, self.row.number - 1, self.row.id


class RecordItem(_RowItem):
    """A record: its texts are read, its program is compiled and run."""

    def __init__(self, *, texts: Collection[str], **rest: Any) -> None:
        super().__init__(**rest)
        self._texts = texts

    def runtest(self) -> None:
        """Verify it."""
        from jaxsmith.pytest_plugin.verifying.examination import verify

        record = load(self.path, self.row)
        source = self.config.getoption("run_source")
        verified = verify(record, texts=self._texts, run_source=source)
        self.stash[VERIFIED] = verified.as_dict()
        if verified.not_run and not verified.from_source:
            pytest.skip(self.why_not_run(verified.as_dict()))

    @staticmethod
    def why_not_run(verified: Mapping[str, Any]) -> str:
        """The same for a person."""
        return _printable(f"not run: {verified['not_run']}")


class RejectItem(_RowItem):
    """What is said of a function that is no sample: only its fields are looked at."""

    def runtest(self) -> None:
        """Compare it with the table of fields."""
        from jaxsmith.record import complaint

        found = complaint(load(self.path, self.row), "reject")
        if found is not None:
            raise DamageError(found)


class DamagedItem(_Item):
    """A line that should hold a record: fails, and says why it doesn't."""

    def __init__(self, *, number: int, what: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._number = number
        self._what = what

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{super().place}, line {self._number}"

    def runtest(self) -> None:
        """Fail."""
        raise DamageError(self._what)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it lies."""
        return self.path, self._number - 1, self.name


class ListedItem(_Item):
    """A file that the manifest lists: must be there, of that size and with that digest."""

    def __init__(self, *, entry: Mapping[str, Any] | None, **rest: Any) -> None:
        super().__init__(**rest)
        self._entry = entry

    def runtest(self) -> None:
        """Compare the file with its entry."""
        if self._entry is None:
            raise DamageError(f"does not list {self.name}")
        path = self.path.parent / self.name
        if not path.resolve().is_relative_to(self.path.parent.resolve()):
            raise DamageError(f"lists {self.name!r}, which is outside of its folder")
        if not path.is_file():
            raise DamageError(f"lists {self.name}, which is not there")
        size = path.stat().st_size
        if size != self._entry.get("bytes"):
            said = self._entry.get("bytes")
            raise DamageError(f"says that {self.name} has {said} bytes; it has {size}")
        digest = _sha256(path)
        if digest != self._entry.get("sha256"):
            said = self._entry.get("sha256")
            raise DamageError(f"says that the SHA-256 of {self.name} is {said}; it is {digest}")


class UnreadItem(_Item):
    """A file of records that is not verified: skipped, so that it is told of."""

    def __init__(self, *, why: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._why = why

    def runtest(self) -> None:
        """Skip."""
        pytest.skip(f"{self.place} was not verified: {self._why}")


class BrokenItem(_Item):
    """A file that can't be read at all: fails, and says why."""

    def __init__(self, *, what: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._what = what

    def runtest(self) -> None:
        """Fail."""
        raise DamageError(self._what)


def _printable(text: str) -> str:
    # What a record holds may be meant for the terminal, not for who reads it.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
