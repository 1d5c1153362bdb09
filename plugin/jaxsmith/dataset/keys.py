"""Keys of a record: two records with a key in common are duplicates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.digest import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MODULE = re.compile(r"^module @\S+", re.MULTILINE)


def keys(record: Mapping[str, Any]) -> dict[str, bytes]:
    """A digest by field, for those fields that must differ between records.

    A field that a hook removed gives no key.
    """
    texts = {field: same(record) for field, same in _SAME.items() if record.get(field)}
    return {field: digest(text) for field, text in texts.items()}


def _unnamed_source(record: Mapping[str, Any]) -> str:
    """The source with the function's own name taken out, where it is defined.

    Not everywhere: a function may well be called as what it calls.
    """
    source: str = record["source_code"]
    name = record.get("function_name")
    return re.sub(rf"\bdef {re.escape(name)}\(", "def (", source) if name else source


def _unnamed_module(record: Mapping[str, Any]) -> str:
    """The StableHLO with the name of the module, which is made from the function's, taken out."""
    return _MODULE.sub("module", record["stablehlo"], count=1)


_SAME: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "source_code": _unnamed_source,
    "stablehlo": _unnamed_module,
}
