"""JSON lines, plain and compressed: a record is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from jaxsmith.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jaxsmith.dataset.columns import Columns

_LEVEL = 12
# A piece of this size unpacks to 64 MiB at most, whoever packed it: the least block has four bytes,
# and none holds more than 128 KiB.
_CHUNK = 2**11
_LONGEST = 64 * 2**20


class Plain:
    """A file of JSON lines that is being written."""

    def __init__(self, path: Path, table: Columns) -> None:
        del table  # every line says what is in it
        self._file: BinaryIO = path.open("wb")

    def add(self, raw: bytes) -> None:
        """Write a record, given as its line."""
        self._file.write(raw)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Compressed:
    """A file of JSON lines that is compressed while it is written: one frame of Zstandard."""

    def __init__(self, path: Path, table: Columns) -> None:
        import zstandard

        del table
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._file = compressor.stream_writer(path.open("wb"))

    def add(self, raw: bytes) -> None:
        """Write a record, given as its line."""
        self._file.write(raw)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def plain(path: Path) -> Iterator[bytes]:
    """The lines of a file."""
    with path.open("rb") as file:
        yield from file


def compressed(path: Path) -> Iterator[bytes]:
    """The lines of a compressed file.

    Raises:
        DamagedFileError: it is damaged, or a line is longer than that of any record.
    """
    import zstandard

    rest: list[bytes] = []
    try:
        for content in _decompressed(path):
            first, *others = content.split(b"\n")
            rest.append(first)
            for line in others:
                yield b"".join([*rest, b"\n"])
                rest = [line]
            if sum(map(len, rest)) > _LONGEST:
                raise DamagedFileError(path, f"a line is longer than {_LONGEST // 2**20} MiB")
    except zstandard.ZstdError as error:
        raise DamagedFileError(path, error) from error
    last = b"".join(rest)
    if last:
        yield last


def _decompressed(path: Path) -> Iterator[bytes]:
    """The content of a file of one frame or more, in pieces."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor()
    with path.open("rb") as file:
        frame, compressed = decompressor.decompressobj(), b""
        while compressed := compressed or file.read(_CHUNK):
            if frame.eof:
                frame = decompressor.decompressobj()
            yield frame.decompress(compressed)
            compressed = frame.unused_data
    # The library takes a file that ends within a frame for one that ends.
    if not frame.eof:
        raise DamagedFileError(path, "it is cut off")
