"""Helpers of these tests: small records, and runs that write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from jaxsmith import dataset, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Record = dict[str, Any]


class Build(Protocol):
    """Makes a corpus of records, given by the worker that writes them."""

    def __call__(
        self, folder: Path, parts: dict[str, list[Record]], **settings: Any
    ) -> dataset.Totals:
        """Write, merge and publish; ``settings`` go to ``merge``."""
        ...


def sample(category: str, index: int, **fields: Any) -> Record:
    """A record like no other, unless fields say so."""
    name = f"{category}_{index}"
    return {
        "id": f"{category}-s0-{index:06}",
        "function_name": name,
        "category": category,
        "source_code": f"def {name}(x):\n    return x + {index}.{len(category)}\n",
        "stablehlo": f"module @jit_{name} {{\n  {category} {index}\n}}\n",
        **fields,
    }


def failure(category: str, index: int, reason: str = "mismatch") -> Record:
    """The record of a function that is no sample."""
    return record.reject(
        id=f"{category}-s0-{index:06}", category=category, reason=reason, detail="seen"
    )


def write(staging: dataset.Staging, parts: dict[str, list[Record]]) -> None:
    """Write records as the workers of a run would."""
    for worker, records in parts.items():
        with dataset.PartWriter(staging.path, worker) as writer:
            for each in records:
                (writer.reject if "status" in each else writer.emit)(each)


def provenance(stages: Sequence[str] = ("stablehlo",)) -> dataset.Provenance:
    """What some run depended on."""
    return dataset.Provenance(
        {"jax": "0.10.2"}, platform="cpu", seed=0, size=4, markers="", stages=stages
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
