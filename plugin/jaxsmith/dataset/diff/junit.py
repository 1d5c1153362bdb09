"""A comparison as JUnit XML, which hosted CIs show as a list of tests.

A function that became another is a test, and so is each cause; those that break a rule fail.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from jaxsmith.dataset.diff.levels import LEVELS
from jaxsmith.dataset.diff.phrases import phrase
from jaxsmith.dataset.diff.terminal import by, heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.dataset.diff.report import Report
    from jaxsmith.dataset.diff.threshold import Broken

# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Case = tuple[str, str, str]
"""The rule that a test is about, its name and what is said of it."""


def junit(report: Report, broken: Sequence[Broken]) -> str:
    """The comparison as XML, with the rules that it breaks."""
    by_rule = {each.name: each for each in broken}
    cases = list(_cases(report))
    # Of a rule about a number of functions, none need be a test.
    cases += [(each.name, each.name, each.line) for each in broken if not each.ids]
    suite = ElementTree.Element("testsuite", name=f"jaxsmith diff: {heading(report)}")
    failures = 0
    for rule, name, text in cases:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"jaxsmith.diff.{rule}", name=_writable(name)
        )
        wrong = by_rule.get(rule)
        if wrong is not None and wrong.concerns(name):
            failures += 1
            failure = ElementTree.SubElement(case, "failure", message=_writable(wrong.line))
            failure.text = _writable(text)
        else:
            ElementTree.SubElement(case, "system-out").text = _writable(text)
    suite.attrib.update(tests=str(len(cases)), failures=str(failures))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _cases(report: Report) -> Iterator[Case]:
    for kind, functions in report.named.items():
        yield from ((kind, name, reason) for name, reason in functions.items())
    yield from (("numerics", name, by(moved)) for name, moved in report.moved.items())
    for group in report.groups:
        title = f"{LEVELS[group.level].title}: {phrase(group.cause, group.seen)}"
        evidence = group.seen.evidence
        lines = [
            f"{group.functions:,} functions, such as {group.seen.example}",
            *(f"- {line}" for line in evidence.old),
            *(f"+ {line}" for line in evidence.new),
        ]
        yield group.level, title, "\n".join(lines)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("?", text)
