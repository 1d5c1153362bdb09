"""Parquet: records as a table with typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.columns import (
    NAME,
    REST,
    VALUE,
    Items,
    Open,
    Scalar,
    Struct,
    columns,
    to_record,
    to_row,
)
from jaxsmith.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from jaxsmith.dataset.columns import Columns, Type

# Rows are written together once their lines have so many bytes: a reader holds that much at least.
_GROUP_BYTES = 32 * 2**20
_LEVEL = 9
_BATCH_ROWS = 64
# What a value may raise that is not what its column says: a text that is not UTF-8, another struct.
_OTHERWISE = (ValueError, TypeError, KeyError)


class Sink:
    """A file that is being written; memory holds one group of rows.

    Args:
        path: the file.
        table: the columns of the records.
    """

    def __init__(self, path: Path, table: Columns) -> None:
        import pyarrow.parquet as pq

        self._columns = table
        self._schema = _schema(table)
        self._rows: list[dict[str, Any]] = []
        self._size = 0
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=_LEVEL,
            # Texts are as good as unique: a dictionary of them would only be made to be dropped.
            use_dictionary=["category", "license", "platform"],
        )

    def add(self, raw: bytes) -> None:
        """Write a record, given as one line of JSON."""
        self._rows.append(to_row(orjson.loads(raw), self._columns))
        self._size += len(raw)
        if self._size >= _GROUP_BYTES:
            self._write()

    def close(self) -> None:
        """Finish the file."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._size = [], 0


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, in order; what a record lacked is null.

    Raises:
        DamagedFileError: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = columns(())  # texts are stored as they are
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for row in batch.to_pylist():
                    yield to_record(row, known)
    except (pa.ArrowException, OSError, *_OTHERWISE) as error:
        raise DamagedFileError(path, " ".join(str(error).split())) from error


def _schema(table: Columns) -> pa.Schema:
    import pyarrow as pa

    members = {name: _arrow(each) for name, each in table.items()}
    return pa.schema({**members, REST: pa.string()})


def _arrow(kind: Type) -> pa.DataType:
    import pyarrow as pa

    match kind:
        case Scalar(name):
            scalars = {
                "string": pa.string(),
                "boolean": pa.bool_(),
                "integer": pa.int64(),
                "number": pa.float64(),
            }
            return scalars[name]
        case Items(item):
            return pa.list_(_arrow(item))
        case Struct(members):
            return pa.struct({name: _arrow(each) for name, each in members.items()})
        case Open(value):
            return pa.list_(pa.struct({NAME: pa.string(), VALUE: _arrow(value)}))
