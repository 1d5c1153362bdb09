"""Traits: what of a record decides where it goes, found once, by the worker that wrote it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING, Any, Self

from jaxsmith.dataset.digest import digest
from jaxsmith.dataset.keys import keys
from jaxsmith.dataset.minhash import sketch
from jaxsmith.dataset.normal_mlir import normal_mlir
from jaxsmith.dataset.normal_python import normal_definitions, normal_python
from jaxsmith.dataset.shingles import shingles

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Traits:
    """What a record has in common with others.

    Attributes:
        keys: by field; two records with one in common are duplicates, see ``keys``.
        relations: by kind; records with one in common belong on one side of a split:
            ``source_code`` and ``stablehlo`` without names and constants, ``definitions``, of its
            top-level functions (an algorithm that it brings along, the function that it was made
            from), and ``base``, the function that it was made from or is.
        sketch: of the shingles of its source, see ``minhash``; None where that is no Python.
        ops: the JAX primitives in it.
    """

    keys: Mapping[str, bytes]
    relations: Mapping[str, tuple[bytes, ...]]
    sketch: bytes | None
    ops: tuple[str, ...]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The traits of a record; a field that a hook removed or spoiled gives none."""
        source, module, ops = map(record.get, ("source_code", "stablehlo", "primitives"))
        relations, drawn = _of_source(source) if isinstance(source, str) else ({}, None)
        if isinstance(module, str):
            relations["stablehlo"] = (digest(normal_mlir(module)),)
        relations["base"] = (digest(record.get("base_id") or record["id"]),)
        names = sorted(ops) if isinstance(ops, dict) else ()
        return cls(keys(record), relations, drawn, tuple(map(intern, names)))

    def as_dict(self) -> dict[str, Any]:
        """The traits as JSON values."""
        return {
            "keys": {field: key.hex() for field, key in self.keys.items()},
            "relations": {
                kind: [key.hex() for key in each] for kind, each in self.relations.items()
            },
            "sketch": None if self.sketch is None else b64encode(self.sketch).decode(),
            "ops": self.ops,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The traits that ``as_dict`` was called on."""
        drawn = values["sketch"]
        return cls(
            {field: bytes.fromhex(key) for field, key in values["keys"].items()},
            {
                intern(kind): tuple(map(bytes.fromhex, each))
                for kind, each in values["relations"].items()
            },
            None if drawn is None else b64decode(drawn),
            tuple(map(intern, values["ops"])),
        )


def _of_source(source: str) -> tuple[dict[str, tuple[bytes, ...]], bytes | None]:
    """The relations and the sketch of a source; none of what is no Python."""
    try:
        relations = {
            "source_code": (digest(normal_python(source)),),
            "definitions": tuple(map(digest, normal_definitions(source))),
        }
        return relations, sketch(shingles(source))
    except (SyntaxError, ValueError, RecursionError):
        # It may be a duplicate of the same text all the same; that is among its keys.
        return {}, None
