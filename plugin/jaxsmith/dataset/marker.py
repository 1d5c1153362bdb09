"""The mark by which a corpus, or the remains of one, is known as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "jaxsmith-corpus"
MANIFEST = "manifest.json"


def read_marked(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file that carries our mark; None for any other file or for none."""
    try:
        content = orjson.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, orjson.JSONDecodeError):
        return None  # then it is not ours, whatever it is
    ours = isinstance(content, dict) and content.get("format") == FORMAT
    return content if ours else None


def is_ours(path: Path) -> bool:
    """Whether a file carries our mark."""
    return read_marked(path) is not None
