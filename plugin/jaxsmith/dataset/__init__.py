"""Data sets: from the records that workers write to one corpus in a folder.

Imports no JAX, NumPy or pytest. In the order of a run: ``claim`` a folder, one ``PartWriter`` in
every process, then ``merge``, ``finish`` (which writes documents and manifest), and ``publish``.
"""

from __future__ import annotations

from jaxsmith.dataset.documents import documents
from jaxsmith.dataset.finish import finish
from jaxsmith.dataset.folder import CONTROLLER, Staging, claim, publish
from jaxsmith.dataset.manifest import Provenance, describe, write_manifest
from jaxsmith.dataset.merge import merge
from jaxsmith.dataset.order import Order, by_category
from jaxsmith.dataset.part import PartWriter, Receipt
from jaxsmith.dataset.read import read, read_rejects
from jaxsmith.dataset.totals import CategoryTotals, FileEntry, Totals, reconcile
from jaxsmith.dataset.unfinished import take_up

__all__ = [
    "CONTROLLER",
    "CategoryTotals",
    "FileEntry",
    "Order",
    "PartWriter",
    "Provenance",
    "Receipt",
    "Staging",
    "Totals",
    "by_category",
    "claim",
    "describe",
    "documents",
    "finish",
    "merge",
    "publish",
    "read",
    "read_rejects",
    "reconcile",
    "take_up",
    "write_manifest",
]
