"""The merge: from the parts of all processes to the files of one corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.duplicates import mark
from jaxsmith.dataset.index import scan
from jaxsmith.dataset.shards import Parts, plan, write, write_shards
from jaxsmith.dataset.totals import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.order import Order
    from jaxsmith.dataset.totals import Totals

SHARD_BYTES = 128 * 2**20
REJECTS = "rejects.jsonl"


def merge(
    staging: Staging, order: Order, collected: Mapping[str, int], shard_bytes: int = SHARD_BYTES
) -> Totals:
    """Write ``data/`` and ``rejects.jsonl`` from the parts; return the account of them.

    The files depend on the records alone, not on which process wrote which. Memory holds one line
    and an index entry for each record, never the records.

    Args:
        staging: the claimed folder.
        order: the order of the records; the first of two duplicates is kept.
        collected: how many functions there were to make, by category.
        shard_bytes: the largest size of a file under ``data/``; one longer record still has one.
    """
    ordered = sorted(scan(staging.parts), key=lambda line: order(line.category, line.id))
    lines = list(mark(ordered))
    runs = list(plan((line for line in lines if line.status is None), shard_bytes))
    with Parts() as parts:
        files = write_shards(parts, runs, staging.building)
        rejects = (line for line in lines if line.status is not None)
        files.append(write(parts, rejects, staging.building, REJECTS))
    return count(lines, collected, files)
