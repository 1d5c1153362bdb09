"""The table of results: a row for each release on each Python."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.diff.outcomes import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.releases.trial import Plan, Trial

_HEAD = (
    "jax", "jaxlib", "Python", "functions", "verified", "no sample", "failed", "crashed",
    "since the row before",
)  # fmt: skip


def markdown(plan: Plan, trials: Sequence[Trial]) -> str:
    """The table as Markdown, then what did not run or failed and why, and what changed."""
    return "\n".join(_lines(plan, trials))


def as_dict(plan: Plan, trials: Sequence[Trial]) -> dict[str, Any]:
    """The table as JSON values."""
    return {"size": plan.size, "seed": plan.seed, "trials": [asdict(trial) for trial in trials]}


def _lines(plan: Plan, trials: Sequence[Trial]) -> Iterator[str]:
    yield f"{plan.size:,} functions of seed {plan.seed}."
    yield from ("", _row(_HEAD), _row(["---"] * 3 + ["---:"] * 5 + ["---"]))
    yield from (_row(_cells(trial)) for trial in trials)
    missing = [trial for trial in trials if trial.status != "ran"]
    if missing:
        yield ""
        yield from (f"- jax {t.asked} on Python {t.python}: {t.reason}" for t in missing)
    failing = [(trial, reason) for trial in trials for reason in trial.reasons]
    if failing:
        yield from (
            "",
            "| jax | why no sample | functions | such as |",
            "| --- | --- | ---: | --- |",
        )
        for trial, reason in failing:
            detail = trial.details.get(reason, "").replace("|", "\\|")
            yield _row([trial.jax, f"`{reason}`", f"{trial.reasons[reason]:,}", detail])
    for trial in trials:
        if trial.changes:
            yield from ("", f"## To jax {trial.jax} on Python {trial.python}", "", trial.changes)


def _cells(trial: Trial) -> Sequence[str]:
    if trial.status != "ran":
        return [trial.jax or trial.asked, trial.jaxlib, trial.python, trial.status, *[""] * 5]
    counts = (trial.counts[n] for n in ("collected", "emitted", "rejected", "failed", "crashed"))
    return [trial.jax, trial.jaxlib, trial.python, *(f"{n:,}" for n in counts), _drift(trial)]


def _drift(trial: Trial) -> str:
    """What became of functions, but for those that nothing happened to."""
    quiet = ("no_sample", "still_failing")
    kinds = [kind for kind in KINDS if trial.drift.get(kind) and kind not in quiet]
    return ", ".join(f"{trial.drift[kind]:,} {KINDS[kind].split(':')[0]}" for kind in kinds)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
