"""JSON lines, plain and compressed: a record is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jaxsmith.dataset.columns import Columns

_LEVEL = 12
_CHUNK = 2**18


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
        InvalidRequestError: it is damaged.
    """
    import zstandard

    rest = b""
    try:
        for content in _decompressed(path):
            *lines, rest = (rest + content).split(b"\n")
            yield from (line + b"\n" for line in lines)
    except zstandard.ZstdError as error:
        raise InvalidRequestError(f"{path} is damaged: {error}") from error
    if rest:
        yield rest


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
        raise InvalidRequestError(f"{path} is damaged: it is cut off")
