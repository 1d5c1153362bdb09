"""The Croissant description of a corpus, for search engines and loaders (MLCommons, version 1.0).

It describes the fields that are a text, a number, a truth or a list of these; the others are in
``schema.json``, as Croissant has no objects whose keys are open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.columns import Items, Scalar
from jaxsmith.dataset.formats import FORMATS
from jaxsmith.dataset.metadata import TAGS, shown_format
from jaxsmith.record import SCHEMA_VERSION, fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jaxsmith.dataset.columns import Columns, Type
    from jaxsmith.dataset.facts import Facts

CROISSANT = "croissant.json"

_CONFORMS = "http://mlcommons.org/croissant/1.0"
_PREFIXES = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
}
_OF_CROISSANT = (
    "citeAs column dataBiases dataCollection equivalentProperty extract field fileProperty "
    "fileObject fileSet format includes isLiveDataset jsonPath key md5 parentField path "
    "personalSensitiveInformation recordSet references regex repeated replace samplingRate "
    "separator source subField transform"
)
_CONTEXT = {
    **_PREFIXES,
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _OF_CROISSANT.split()},
}
_TYPES = {
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "integer": "sc:Integer",
    "number": "sc:Float",
}


def croissant(facts: Facts, table: Columns) -> dict[str, Any]:
    """The description as JSON-LD."""
    splits = facts.totals.splits
    docs = {field.name: field.doc for field in fields(facts.provenance.stages)}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": "jaxsmith-corpus",
        "description": (
            f"{facts.totals.total.emitted:,} JAX functions with every IR level, each checked "
            "against a NumPy reference."
        ),
        **({"license": list(map(_license, facts.licenses))} if facts.licenses else {}),
        "version": f"{SCHEMA_VERSION}.0",
        "keywords": list(TAGS),
        "distribution": [_files(split, shown_format(facts)) for split in splits],
        "recordSet": [_records(split, table, docs) for split in splits],
    }


def _license(name: str) -> str:
    return f"https://spdx.org/licenses/{name}.html"


def _files(split: str, name: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{split}-files",
        "description": f"The files of the split {split}.",
        "encodingFormat": FORMATS[name].media_type,
        "includes": f"data/{split}-*{FORMATS[name].suffix}",
    }


def _records(split: str, table: Columns, docs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"The functions of the split {split}.",
        "key": {"@id": f"{split}/id"},
        "field": list(_fields(split, table, docs)),
    }


def _fields(split: str, table: Columns, docs: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, kind in table.items():
        described = _described(kind)
        if described:
            yield {
                "@type": "cr:Field",
                "@id": f"{split}/{name}",
                "description": docs[name],
                **described,
                "source": {"fileSet": {"@id": f"{split}-files"}, "extract": {"column": name}},
            }


def _described(kind: Type) -> dict[str, Any]:
    match kind:
        case Scalar(name):
            return {"dataType": _TYPES[name]}
        case Items(Scalar(name)):
            return {"dataType": _TYPES[name], "repeated": True}
    return {}
