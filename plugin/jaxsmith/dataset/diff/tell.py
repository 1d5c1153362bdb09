"""A comparison in any of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from jaxsmith.dataset.diff.junit import junit
from jaxsmith.dataset.diff.machine import as_dict
from jaxsmith.dataset.diff.markdown import markdown
from jaxsmith.dataset.diff.terminal import CAUSES, render
from jaxsmith.dataset.report.drift import drift
from jaxsmith.dataset.report.page import drift_page
from jaxsmith.errors import InvalidRequestError

__all__ = ["CAUSES", "check_file", "json", "text", "write"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jaxsmith.dataset.diff.report import Report
    from jaxsmith.dataset.diff.threshold import Broken


def text(report: Report, broken: Sequence[Broken], most: int | None) -> str:
    """For a terminal."""
    return "\n".join([render(report, most), *(["", *_failures(broken)] if broken else [])])


def _failures(broken: Sequence[Broken]) -> list[str]:
    return [f"FAILED {each.line}" for each in broken]


def json(report: Report, broken: Sequence[Broken]) -> str:
    """For programs."""
    return orjson.dumps(as_dict(report, broken), option=orjson.OPT_INDENT_2).decode()


def _json_file(report: Report, broken: Sequence[Broken]) -> str:
    return json(report, broken) + "\n"


def _markdown_file(report: Report, broken: Sequence[Broken]) -> str:
    return markdown(report, broken) + "\n"


def _text_file(report: Report, broken: Sequence[Broken]) -> str:
    return text(report, broken, None) + "\n"


def _html_file(report: Report, broken: Sequence[Broken]) -> str:
    return drift_page(drift(report, broken))


_FORMS: Mapping[str, Callable[[Report, Sequence[Broken]], str]] = {
    ".json": _json_file,
    ".xml": junit,
    ".md": _markdown_file,
    ".txt": _text_file,
    ".html": _html_file,
}


def check_file(path: Path) -> None:
    """Refuse a file to which no comparison can be written.

    Raises:
        InvalidRequestError: its name has none of the endings that say in which form.
    """
    if path.suffix not in _FORMS:
        raise InvalidRequestError(
            f"{path}: the name must end in {', '.join(_FORMS)}, which says what to write"
        )


def write(path: Path, report: Report, broken: Sequence[Broken]) -> None:
    """Write a comparison to a file, in the form that the end of its name says.

    Raises:
        InvalidRequestError: there is no such form, or the file can't be written.
    """
    check_file(path)
    try:
        path.write_text(_FORMS[path.suffix](report, broken), encoding="utf-8")
    except OSError as error:
        raise InvalidRequestError(f"can't write {path} ({error.strerror})") from error
