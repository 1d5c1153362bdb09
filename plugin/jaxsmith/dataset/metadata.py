"""The block at the head of a card, from which hubs and `datasets` know how to load a corpus.

It is YAML. What is more than a word is written as JSON, which YAML holds too.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson

from jaxsmith.dataset.columns import Items, Open, Scalar, Struct
from jaxsmith.dataset.formats import FORMATS, of, split_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxsmith.dataset.columns import Columns, Type
    from jaxsmith.dataset.facts import Facts

TAGS = ("jax", "xla", "mlir", "stablehlo", "hlo", "compilers", "code", "synthetic")

# What hubs call the sizes of data sets.
_SIZES = {
    "n<1K": 1_000,
    "1K<n<10K": 10_000,
    "10K<n<100K": 100_000,
    "100K<n<1M": 1_000_000,
    "1M<n<10M": 10_000_000,
}

# Formats in the order in which a hub is told to read them: with types, plain, compressed.
_PREFERRED = ("parquet", "jsonl", "jsonl.zst")

_DTYPES = {"string": "string", "boolean": "bool", "integer": "int64", "number": "float64"}


def shown_format(facts: Facts) -> str:
    """The format that a hub is told to read: it takes one only."""
    return next(name for name in _PREFERRED if name in facts.formats)


def metadata(facts: Facts, table: Columns) -> Iterator[str]:
    """The lines of the block, the rulers around it included."""
    licenses = facts.licenses
    yield from ("---", "pretty_name: JAX functions with every IR level")
    yield f"license: {licenses[0].lower() if licenses == ['Apache-2.0'] else 'other'}"
    yield "annotations_creators: [machine-generated]"
    yield "language_creators: [machine-generated]"
    yield "task_categories: [text-generation]"
    yield f"size_categories: [{_size(facts.totals.total.emitted)}]"
    yield f"tags: [{', '.join(TAGS)}]"
    yield from _configuration(facts, table)
    yield "---"


def _configuration(facts: Facts, table: Columns) -> Iterator[str]:
    shown = shown_format(facts)
    if not facts.totals.splits:
        return
    yield from ("configs:", "- config_name: default", "  data_files:")
    for split in facts.totals.splits:
        yield f"  - split: {split}"
        yield f"    path: data/{split}-*{FORMATS[shown].suffix}"
    yield from ("dataset_info:", "  config_name: default", "  splits:")
    for split, counts in facts.totals.splits.items():
        yield f"  - name: {split}"
        yield f"    num_bytes: {_bytes(facts, split, shown)}"
        yield f"    num_examples: {sum(counts.values())}"
    if shown != "parquet" and facts.plain and all(facts.keys.values()):
        yield "  features:"
        yield from (f"  - {_json(each)}" for each in _features(facts, table))


def _bytes(facts: Facts, split: str, shown: str) -> int:
    paths = ((PurePosixPath(file.name), file.bytes) for file in facts.totals.files)
    format_ = FORMATS[shown]
    return sum(size for path, size in paths if split_of(path) == split and of(path) is format_)


def _features(facts: Facts, table: Columns) -> Iterator[dict[str, Any]]:
    """The types of the columns: those guessed from the first lines of a file may be wrong later.

    An object with any keys has all that occur in the corpus. `datasets` has a type for any object,
    but with one in a file it rounds every number in it to ten decimals.
    """
    for name, kind in table.items():
        shown = kind
        if isinstance(kind, Open):
            shown = Struct(dict.fromkeys(facts.keys[name], kind.value))
        yield {"name": name, **_feature(shown)}


def _feature(kind: Type) -> dict[str, Any]:
    match kind:
        case Scalar(name):
            return {"dtype": _DTYPES[name]}
        case Struct(members):
            return {"struct": _members(members)}
        case Items(Scalar(name)):
            return {"list": _DTYPES[name]}
        case Items(Struct(members)):
            return {"list": _members(members)}
        case Items(item):
            return {"list": _feature(item)}
    raise NotImplementedError(f"no type for {kind}: objects with any keys are columns, not parts")


def _members(members: Columns) -> list[dict[str, Any]]:
    return [{"name": name, **_feature(each)} for name, each in members.items()]


def _size(records: int) -> str:
    return next((name for name, most in _SIZES.items() if records < most), "10M<n<100M")


def _json(content: object) -> str:
    return orjson.dumps(content).decode()
