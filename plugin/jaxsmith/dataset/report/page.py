"""The page: its sections, the functions to browse, and the files under ``assets/`` in one file."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from jaxsmith.dataset.report.entry import PANES, entry
from jaxsmith.dataset.report.figures import figures, headline
from jaxsmith.dataset.report.markup import Html, json_in_script, tag

if TYPE_CHECKING:
    from jaxsmith.dataset.report.gathering import Gathering
    from jaxsmith.dataset.stats import Stats
    from jaxsmith.dataset.times import Times

REPORT = "report.html"
"""The name of the report in the folder of a corpus."""

MARK = '<meta name="generator" content="jaxsmith">'
"""By which a report of ours is known."""


def drift_page(drift: Html) -> str:
    """A page that holds nothing but what changed from one corpus to another."""
    title = "What changed"
    return _whole(title, tag("main", "\n", drift, "\n") + "\n")


def page(
    stats: Stats, gathered: Gathering, drift: Html | None = None, times: Times | None = None
) -> str:
    """The report of a corpus.

    Without times a function of its records alone: no path and no name of a machine is in it.

    Args:
        stats: what is in the corpus.
        gathered: what was noted of its records and rejects.
        drift: a section on what changed, where it was compared with another.
        times: how long the stages of the run took, where somebody asked.
    """
    entries = [entry(record) for record in gathered.choice.result()]
    title = f"A corpus of {stats.records:,} functions"
    body = Template(_asset("report.html")).substitute(
        heading=tag("h1", title),
        headline=headline(stats, gathered),
        links=tag("a", "What changed", href="#drift") if drift else "",
        drift=drift or "",
        figures=figures(stats, gathered, times),
        shown=f"{len(entries):,} of {stats.records:,}",
        data=json_in_script({"panes": list(PANES.items()), "entries": entries}),
        script=_asset("report.js"),
    )
    return _whole(title, body)


def _whole(title: str, body: str) -> str:
    """A page of its own.

    It may run our script and use our style, and nothing else: whatever a record held, and
    should it not be escaped, no script of its own would run, and nothing would be loaded.
    """
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(_asset("page.html")).substitute(
        mark=MARK, policy=policy, title=tag("title", title), style=style, body=body
    )


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
