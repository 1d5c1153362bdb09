"""The corpus on one release of JAX after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from jaxsmith.dataset import diff, read_rejects
from jaxsmith.dataset.diff.markdown import markdown
from jaxsmith.dataset.marker import MANIFEST, read_marked
from jaxsmith.errors import InvalidRequestError
from jaxsmith.releases.environment import Installed, install
from jaxsmith.releases.shell import run as run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jaxsmith.releases.requests import Interpreter, Release
    from jaxsmith.releases.shell import Run

Status = Literal["ran", "not installed", "broke off"]

_INI = "pytest.ini"
_COUNTS = ("collected", "emitted", "rejected", "failed", "crashed")
# pytest's: all passed, or some failed. Anything else is no run of the corpus.
_RAN = (0, 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run, and where.

    Attributes:
        releases: of JAX, in the order of the table.
        interpreters: each release is tried on each.
        folder: for environments, corpora and logs.
        size: how many functions.
        seed: of the corpus.
        workers: for ``pytest -n``.
        rules: when what changed from one trial to the next counts as a failure.
    """

    releases: Sequence[Release]
    interpreters: Sequence[Interpreter]
    folder: Path
    size: int = 200
    seed: int = 0
    workers: str = "auto"
    rules: tuple[diff.Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one release on one Python.

    Attributes:
        asked: the release, as it was asked for.
        python: the version of Python.
        status: whether the corpus ran.
        reason: why not; empty if it did.
        jax: the version of JAX that was installed; empty for none.
        jaxlib: that of jaxlib.
        counts: functions collected, emitted, rejected, failed and crashed.
        reasons: why functions are no samples, and how many for each reason.
        details: an example for each reason: id and what was seen.
        drift: functions by what became of them since the trial before that ran.
        changes: the same as Markdown, with causes; empty where none ran before.
        broken: the rules that it breaks, a line each.
    """

    asked: str
    python: str
    status: Status
    reason: str = ""
    jax: str = ""
    jaxlib: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    drift: Mapping[str, int] = field(default_factory=dict)
    changes: str = ""
    broken: tuple[str, ...] = ()


def run_all(plan: Plan, tell: Callable[[str], None], run: Run = run_here) -> list[Trial]:
    """Run the corpus on every release and every Python, one after the other.

    Args:
        plan: what to run.
        tell: is told what is being done, a line at a time.
        run: runs the commands of other programs.

    Raises:
        InvalidRequestError: the folder can't be written to.
    """
    try:
        for name in ("environments", "corpora", "logs"):
            (plan.folder / name).mkdir(parents=True, exist_ok=True)
        # Without a file of its own, pytest would look for one in the folders above.
        (plan.folder / _INI).write_text("[pytest]\n", encoding="utf-8")
    except OSError as error:
        raise InvalidRequestError(f"can't write to {plan.folder} ({error.strerror})") from error
    trials = []
    before: Path | None = None
    for release, interpreter in ((r, i) for r in plan.releases for i in plan.interpreters):
        title = f"jax {release.asked} on Python {interpreter.version}"
        tell(f"{title}: installing")
        name = f"jax-{release.asked}-python-{interpreter.version}"
        log = plan.folder / "logs" / f"{name}.txt"
        installed = install(release, interpreter, plan.folder / "environments" / name, log, run)
        if isinstance(installed, str):
            tell(f"{title}: {installed}")
            trials.append(Trial(release.asked, interpreter.version, "not installed", installed))
            continue
        tell(f"{title}: {plan.size:,} functions on jax {installed.jax}")
        corpus = plan.folder / "corpora" / name
        trial = _run(plan, release, interpreter, installed, corpus, log, before, run)
        tell(f"{title}: {trial.reason or _summed(trial.counts)}")
        trials.append(trial)
        before = corpus if trial.status == "ran" else before
    return trials


def _run(
    plan: Plan,
    release: Release,
    interpreter: Interpreter,
    installed: Installed,
    corpus: Path,
    log: Path,
    before: Path | None,
    run: Run,
) -> Trial:
    command = [
        installed.python, "-m", "pytest", "--pyargs", "jaxsmith_corpus",
        "-c", str(plan.folder / _INI), "-p", "no:cacheprovider", "-q", "-n", plan.workers,
        f"--emit={corpus}", f"--corpus-size={plan.size}", f"--corpus-seed={plan.seed}",
    ]  # fmt: skip
    code = run(command, plan.folder, log)
    manifest = read_marked(corpus / MANIFEST) if code in _RAN else None
    if manifest is None:
        reason = f"pytest ended with {code}; see {log}"
        return Trial(
            release.asked, interpreter.version, "broke off", reason, installed.jax, installed.jaxlib
        )
    totals = manifest["totals"]
    trial = Trial(
        release.asked,
        interpreter.version,
        "ran",
        jax=installed.jax,
        jaxlib=installed.jaxlib,
        counts={name: totals[name] for name in _COUNTS},
        reasons=totals["reasons"],
        details=_details(corpus),
    )
    return trial if before is None else _compared(trial, before, corpus, plan.rules)


def _compared(trial: Trial, before: Path, corpus: Path, rules: tuple[diff.Rule, ...]) -> Trial:
    report = diff.compare(before, corpus)
    broken = diff.broken(rules, report)
    return replace(
        trial,
        drift=dict(report.counts),
        changes=markdown(report, broken),
        broken=tuple(each.line for each in broken),
    )


def _details(corpus: Path) -> dict[str, str]:
    """By reason, the first function that is no sample for it, and what was seen."""
    found: dict[str, str] = {}
    for record in read_rejects(corpus):
        found.setdefault(record["reason"], f"{record['id']}: {record.get('detail', '')}")
    return found


def _summed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[name]:,} {name}" for name in _COUNTS[1:])
