"""The merge: from the parts of all processes to the files of one corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.columns import columns
from jaxsmith.dataset.duplicates import mark
from jaxsmith.dataset.formats import DEFAULT_FORMATS, FORMATS
from jaxsmith.dataset.index import scan
from jaxsmith.dataset.shards import Parts, plan, write, write_shards
from jaxsmith.dataset.splits import SPLITS, assign
from jaxsmith.dataset.totals import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxsmith.dataset.columns import Columns
    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.index import Line
    from jaxsmith.dataset.order import Order
    from jaxsmith.dataset.totals import Totals

SHARD_BYTES = 128 * 2**20
REJECTS = "rejects.jsonl"


def merge(
    staging: Staging,
    order: Order,
    collected: Mapping[str, int],
    shard_bytes: int = SHARD_BYTES,
    formats: Sequence[str] = DEFAULT_FORMATS,
    stages: Sequence[str] = (),
) -> Totals:
    """Write ``data/`` and ``rejects.jsonl`` from the parts; return the account of them.

    The files depend on the records alone, not on which process wrote which. Memory holds one line
    and an index entry for each record, never the records; where a format is written in groups of
    rows, one group.

    Args:
        staging: the claimed folder.
        order: the order of the records; the first of two duplicates is kept.
        collected: how many functions there were to make, by category.
        shard_bytes: how many bytes of JSON lines are in a file under ``data/``, at most; one longer
            record still has one. In a format that is compressed, the file is smaller.
        formats: the formats of the files under ``data/``.
        stages: the stages whose texts the records hold, for formats that name the columns.
    """
    ordered = sorted(scan(staging.parts), key=lambda line: order(line.category, line.id))
    lines = list(mark(ordered))
    splits = _splits([line for line in lines if line.status is None])
    return lay_out(staging, lines, splits, collected, shard_bytes, formats, columns(stages))


def lay_out(
    staging: Staging,
    lines: Sequence[Line],
    splits: Mapping[str, Sequence[Line]],
    collected: Mapping[str, int],
    shard_bytes: int,
    formats: Sequence[str],
    table: Columns,
) -> Totals:
    """Write ``data/`` and ``rejects.jsonl``; return the account of them.

    Args:
        staging: the claimed folder.
        lines: all records, in the order of the corpus.
        splits: the samples among them, by split.
        collected: as for ``merge``, like what follows.
        shard_bytes: how many bytes are in a file, at most.
        formats: the formats of the files under ``data/``.
        table: the columns of the samples.
    """
    (staging.building / "data").mkdir()
    with Parts() as parts:
        files = [
            file
            for split, members in splits.items()
            for file in write_shards(
                parts,
                list(plan(members, shard_bytes)),
                staging.building,
                split,
                formats,
                table,
            )
        ]
        rejects = [line for line in lines if line.status is not None]
        plain = FORMATS["jsonl"]
        files.append(write(parts, rejects, staging.building, REJECTS, plain, table))
    return count(lines, collected, files, splits)


def _splits(samples: Sequence[Line]) -> dict[str, list[Line]]:
    """The samples of each split that has some, in the order of the corpus."""
    traits = [line.traits for line in samples if line.traits is not None]
    found: dict[str, list[Line]] = {split: [] for split in SPLITS}
    for line, split in zip(samples, assign([line.id for line in samples], traits), strict=True):
        found[split].append(line)
    return {split: members for split, members in found.items() if members}
