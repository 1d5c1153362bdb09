"""A comparison as JSON values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.dataset.diff.causes import Cause
    from jaxsmith.dataset.diff.groups import Group
    from jaxsmith.dataset.diff.report import Corpus, Report
    from jaxsmith.dataset.diff.threshold import Broken


def as_dict(report: Report, broken: Sequence[Broken] = ()) -> dict[str, Any]:
    """The comparison as JSON values, with every cause and every function that is no mere change."""
    return {
        "old": _corpus(report.old),
        "new": _corpus(report.new),
        "functions": dict(report.counts),
        "texts_changed": {name: report.changed[name] for name in LEVELS if report.changed[name]},
        **report.named,
        "numerics": {
            # JSON has no infinity.
            name: {"ulp": None if math.isinf(moved.ulp) else moved.ulp, "exact": moved.exact}
            for name, moved in report.moved.items()
        },
        "causes": [_group(group) for group in report.groups],
        "broken": [each.line for each in broken],
    }


def _corpus(corpus: Corpus) -> dict[str, Any]:
    return {**corpus.setting, "functions": corpus.functions, "texts": list(corpus.texts)}


def _group(group: Group) -> dict[str, Any]:
    evidence = group.seen.evidence
    return {
        **_cause(group.level, group.cause),
        "text": phrase(group.cause, group.seen),
        "functions": group.functions,
        "operations": dict(group.seen.ops.most_common()),
        "values": [[*pair, count] for pair, count in group.seen.values.most_common()],
        "example": {"id": group.seen.example, "old": evidence.old, "new": evidence.new},
        "then": [
            {**_cause(level, cause), "text": phrase(cause), "functions": count}
            for (level, cause), count in group.then
        ],
    }


def _cause(level: str, cause: Cause) -> dict[str, Any]:
    return {
        "level": level,
        "kind": cause.kind,
        "gone": cause.gone,
        "come": cause.come,
        "name": cause.name,
    }
