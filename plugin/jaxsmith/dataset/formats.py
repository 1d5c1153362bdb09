"""The formats of the files of a corpus: one row each, in the order in which readers prefer them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from jaxsmith.dataset import jsonl, parquet
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path, PurePath

    from jaxsmith.dataset.columns import Columns


class Sink(Protocol):
    """A file that is being written, record by record."""

    def add(self, raw: bytes) -> None:
        """Write a record, given as one line of JSON."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: as ``--emit-format`` takes it, and the end of the names of the files.
        media_type: what the web calls it.
        open: starts a file for records with these columns.
        lines: what is in a file, in order: each record as one line of JSON, or as an object.
        module: the library that it needs beside the core dependencies, if any.
        extra: the extra of this project that brings the library.
    """

    name: str
    media_type: str
    open: Callable[[Path, Columns], Sink]
    lines: Callable[[Path], Iterator[bytes | dict[str, Any]]]
    module: str = ""
    extra: str = ""

    @property
    def suffix(self) -> str:
        """The end of the names of its files."""
        return f".{self.name}"

    def require(self) -> None:
        """Check that its library is there.

        Raises:
            InvalidRequestError: it isn't; says what to install.
        """
        if self.module and find_spec(self.module) is None:
            raise InvalidRequestError(
                f"{self.name} needs {self.module}; pip install 'jaxsmith[{self.extra}]'"
            )


FORMATS = {
    each.name: each
    for each in (
        Format("jsonl", "application/jsonlines", jsonl.Plain, jsonl.plain),
        Format(
            "jsonl.zst",
            "application/zstd",
            jsonl.Compressed,
            jsonl.compressed,
            "zstandard",
            "zstd",
        ),
        Format(
            "parquet",
            "application/vnd.apache.parquet",
            parquet.Sink,
            parquet.records,
            "pyarrow",
            "parquet",
        ),
    )
}
"""By name."""

DEFAULT_FORMATS = ("jsonl",)


def select(names: Iterable[str]) -> tuple[str, ...]:
    """The formats of these names, each once, in the order of the table.

    Raises:
        InvalidRequestError: there is no such format, or its library is missing.
    """
    wanted = list(names)
    for name in wanted:
        if name not in FORMATS:
            raise InvalidRequestError(
                f"unknown format {name!r}; the formats are {', '.join(FORMATS)}"
            )
        FORMATS[name].require()
    return tuple(name for name in FORMATS if name in wanted)


def of(path: PurePath) -> Format | None:
    """The format of a file, by the end of its name; None for another file."""
    ends = (each for each in FORMATS.values() if path.name.endswith(each.suffix))
    return next(ends, None)


def by_split(paths: Iterable[Path], order: Sequence[str]) -> list[Path]:
    """Files in the order of their splits; others first, by name."""
    places = {split: place for place, split in enumerate(order)}
    return sorted(paths, key=lambda path: (places.get(split_of(path), -1), path.name))


def split_of(path: PurePath) -> str:
    """The split that a file belongs to: the beginning of its name."""
    return path.name.partition("-")[0]
