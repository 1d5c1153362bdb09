"""The corpus of a session held against an older one, before it takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.dataset import diff
from jaxsmith.dataset.diff import tell
from jaxsmith.dataset.read import files
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.terminal import TerminalReporter


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a new corpus is to be compared with, and what is to come of it.

    Attributes:
        folder: of the older corpus.
        rules: when the comparison fails the session.
        file: where the comparison is written to as well; None for nowhere.
    """

    folder: Path
    rules: tuple[diff.Rule, ...] = ()
    file: Path | None = None

    def check(self) -> None:
        """Refuse at the start of a session what could only fail at its end.

        Raises:
            InvalidRequestError: there is no corpus in the folder, or the file can't be written.
        """
        files(self.folder)
        if self.file is not None:
            tell.check_file(self.file)

    def compare(self, folder: Path) -> Comparison:
        """Compare the complete new corpus in a folder, and write the file."""
        report = diff.compare(self.folder, folder)
        broken = diff.broken(self.rules, report)
        if self.file is not None:
            tell.write(self.file, report, broken)
        return Comparison(report, tuple(broken))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found, and the rules that it breaks."""

    report: diff.Report
    broken: tuple[diff.Broken, ...]

    def write(self, reporter: TerminalReporter) -> None:
        """Write what changed; where pytest is to be quiet, no causes."""
        most = 0 if reporter.verbosity < 0 else tell.CAUSES
        reporter.write_sep("=", "against the baseline")
        for line in tell.text(self.report, (), most).splitlines():
            reporter.write_line(line)
        for each in self.broken:
            reporter.write_line(f"--fail-on: {each.line}", red=True, bold=True)


def baseline_of(
    folder: Path | None, rules: tuple[diff.Rule, ...], file: Path | None, *, emits: bool
) -> Baseline | None:
    """The baseline that options ask for; None if they ask for none.

    Raises:
        InvalidRequestError: the options don't go together.
    """
    if folder is None:
        for option, given in {"--fail-on": rules, "--emit-diff": file}.items():
            if given:
                raise InvalidRequestError(f"{option} needs --emit-baseline: there is no comparison")
        return None
    if not emits:
        raise InvalidRequestError("--emit-baseline needs --emit: there is no corpus to compare")
    return Baseline(folder, rules, file)
