"""The command line: each subcommand is a row, so a new one is an entry of ``COMMANDS``."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import orjson

from jaxsmith import __version__, releases
from jaxsmith.dataset import coverage, distinct, leaks, report, show, stats, stats_markdown, tokens
from jaxsmith.dataset import diff as differences
from jaxsmith.dataset.diff import tell
from jaxsmith.dataset.export import export
from jaxsmith.dataset.formats import FORMATS, select
from jaxsmith.dataset.read import read, read_rejects
from jaxsmith.dataset.selection import Selection
from jaxsmith.dataset.union import unite
from jaxsmith.errors import InvalidRequestError, JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.dataset import Totals

_BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a subcommand: as it is written, and what argparse is told of it."""

    name: str
    help: str
    type: Callable[[str], object] = str
    short: str = ""
    flag: bool = False
    metavar: str = ""
    many: bool = False
    default: object = None

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Declare the argument."""
        names = [self.short, self.name] if self.short else [self.name]
        if self.flag:
            parser.add_argument(*names, help=self.help, action="store_true")
            return
        parser.add_argument(
            *names,
            help=self.help,
            type=self.type,
            metavar=self.metavar or self.name.upper(),
            nargs="+" if self.many else None,
            default=self.default,
        )


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    Attributes:
        name: what is typed.
        summary: what it does, in one line.
        details: the rest of its help, which must stand alone.
        arguments: what it takes.
        run: makes its output, and where it may end in failure, the exit code too.
    """

    name: str
    summary: str
    details: str
    arguments: tuple[Argument, ...]
    run: Callable[[argparse.Namespace], str | tuple[str, int]]


def _distinct(options: argparse.Namespace) -> str:
    figures = distinct.distinct(read(options.folder))
    if options.json:
        return _json([asdict(each) for each in figures])
    return distinct.render(figures)


def _stats(options: argparse.Namespace) -> str:
    found = stats.stats(read(options.folder), read_rejects(options.folder))
    return _json(found.as_dict()) if options.json else stats_markdown.markdown(found).rstrip()


def _coverage(options: argparse.Namespace) -> str:
    from jaxsmith.stages.catalog import catalog  # imports JAX

    reasons = {} if options.reasons is None else _reasons(options.reasons)
    found = coverage.coverage(read(options.folder), catalog(), reasons)
    return _json(asdict(found)) if options.json else coverage.markdown(found)


def _reasons(path: Path) -> dict[str, str]:
    try:
        reasons = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InvalidRequestError(f"{path}: {error}") from error
    if not isinstance(reasons, dict) or not all(isinstance(v, str) for v in reasons.values()):
        raise InvalidRequestError(f"{path}: expected an object of a reason for each name")
    return reasons


def _leaks(options: argparse.Namespace) -> str:
    found = leaks.leaks(options.folder)
    return _json(found.as_dict()) if options.json else leaks.render(found)


def _merge(options: argparse.Namespace) -> str:
    totals = unite(options.out, options.folder, select(options.format or ()))
    return _made(options, totals)


def _export(options: argparse.Namespace) -> str:
    selection = Selection(options.split or (), options.category or (), options.fields or ())
    totals = export(options.folder, options.out, select(options.format or ()), selection)
    return _made(options, totals)


def _made(options: argparse.Namespace, totals: Totals) -> str:
    """What a command says that made a corpus."""
    if options.json:
        files = [asdict(file) for file in totals.files]
        return _json({"folder": str(options.out), "totals": totals.as_dict(), "files": files})
    counts = {split: sum(each.values()) for split, each in totals.splits.items()}
    splits = ", ".join(f"{split} {count:,}" for split, count in counts.items()) or "none"
    total = totals.total
    rejects = total.rejected + total.failed + total.crashed
    return f"records in {options.out}: {total.emitted:,} ({splits}); rejects: {rejects:,}"


def _show(options: argparse.Namespace) -> str:
    record = show.find(read(options.folder), options.id)
    record = record or show.find(read_rejects(options.folder), options.id)
    if record is None:
        raise InvalidRequestError(f"there is no record {options.id!r} in {options.folder}")
    return _json(dict(record)) if options.json else show.render(record)


def _report(options: argparse.Namespace) -> str:
    return report.write(options.folder, options.output, options.baseline)


def _diff(options: argparse.Namespace) -> tuple[str, int]:
    if options.write is not None:
        tell.check_file(options.write)
    report = differences.compare(options.old, options.new)
    broken = differences.broken(options.fail_on or (), report)
    if options.write is not None:
        tell.write(options.write, report, broken)
    most = None if options.all else tell.CAUSES
    text = tell.json(report, broken) if options.json else tell.text(report, broken, most)
    return text, int(bool(broken))


def _versions(options: argparse.Namespace) -> tuple[str, int]:
    plan = releases.Plan(
        options.version,
        options.python or [releases.interpreter(sys.executable)],
        options.into.absolute(),
        size=options.size,
        workers=options.workers,
        rules=options.fail_on or (),
    )
    trials = releases.run_all(plan, lambda line: print(line, file=sys.stderr, flush=True))
    table = releases.markdown(plan, trials)
    (plan.folder / "versions.md").write_text(f"{table}\n", encoding="utf-8")
    content = _json(releases.as_dict(plan, trials))
    (plan.folder / "versions.json").write_text(f"{content}\n", encoding="utf-8")
    # That a release can't be installed is a fact about it; that nothing ran is a failure.
    statuses = {trial.status for trial in trials}
    failed = "broke off" in statuses or "ran" not in statuses or any(t.broken for t in trials)
    return content if options.json else table, int(failed)


def _mutate(options: argparse.Namespace) -> str:
    from jaxsmith import mutation

    report = mutation.mutate(
        options.folder,
        count=options.count or mutation.COUNT,
        seed=options.seed or 0,
        corpus=options.corpus,
        workers=options.workers,
        progress=_progress(),
    )
    return _json(report.as_dict()) if options.json else mutation.render(report)


def _replay(options: argparse.Namespace) -> tuple[str, int]:
    from jaxsmith import replay

    found = replay.replay_all(*replay.known_bugs(options.corpus))
    content = {"bugs": [{**asdict(each), "agrees": each.agrees} for each in found]}
    text = _json(content) if options.json else replay.render(found)
    return text, int(not all(each.agrees for each in found))


def _progress() -> Callable[[int], None]:
    """Count what is done on a terminal, on a line that the next thing printed follows."""
    total = 0

    def done(more: int) -> None:
        nonlocal total
        total += more
        if sys.stderr.isatty():
            print(f"\r{total} mutants", end="\r", file=sys.stderr, flush=True)

    return done


def _tokens(options: argparse.Namespace) -> str:
    count = tokens.tokenizer(options.tokenizer)
    found = tokens.tokens(read(options.folder), options.tokenizer, count)
    return _json(found.as_dict()) if options.json else tokens.render(found)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def _json(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


_FOLDER = Argument("folder", "The folder of a corpus, or one file of records (JSON lines).", Path)
_FOLDER_OF_CORPUS = Argument("folder", "The folder of a corpus.", Path)
_JSON = Argument("--json", "Print JSON, for programs.", flag=True)

_OUT = Argument("out", "The folder of the new corpus; an older one in it is replaced.", Path)
_FORMAT = Argument(
    "--format",
    f"The formats of its files, separated by commas: {', '.join(FORMATS)}; by default those of the "
    "corpus, of the first where there are several.",
    _names,
    metavar="NAMES",
)

_FAIL_ON = Argument(
    "--fail-on",
    "Rules, separated by commas, that what changed must keep: "
    + ", ".join(differences.NAMES)
    + ". Each may say after a colon how many functions are allowed, numerics how far numbers may "
    "move: newly_failing,gone:10,numerics:4ulp.",
    differences.parse,
    metavar="RULES",
)

COMMANDS = (
    Command(
        "distinct",
        "Count the functions that differ.",
        "Prints, for the Python sources and for the StableHLO, how many differ as they stand (but "
        "for the function's own name) and how many once names are replaced in order of appearance "
        "and literals or constants are taken out; then the largest groups that are alike. Shapes "
        "and dtypes in StableHLO count as structure and stay.",
        (_FOLDER, _JSON),
        _distinct,
    ),
    Command(
        "stats",
        "Count what is in a corpus.",
        "Prints functions by category, tag, dtype, rank, primitive and StableHLO operation, how "
        "sizes, costs and errors are spread, which share of the operations is aligned with a line "
        "of the source, and the rejects by reason.",
        (
            _FOLDER,
            Argument("--markdown", "Print Markdown, for people; this is the default.", flag=True),
            _JSON,
        ),
        _stats,
    ),
    Command(
        "coverage",
        "Hold a corpus against all that JAX has.",
        "Prints, for each primitive of jax.extend.core.primitives and each operation of StableHLO "
        "and CHLO, in how many functions it is, and which are in none and why; then the functions "
        "by dtype, rank, size and category. For each operation it says which element types it had, "
        "and in how many functions. The lists are those of the JAX that is installed.",
        (
            _FOLDER,
            Argument(
                "--reasons",
                "A JSON object of the reason for each name that is met nowhere.",
                Path,
                metavar="FILE",
            ),
            _JSON,
        ),
        _coverage,
    ),
    Command(
        "diff",
        "Compare a corpus with an older one.",
        "Prints, function by function of OLD and NEW, how many are unchanged, which text changed "
        "first, how far numbers moved, which newly fail or pass and which are gone or new; then "
        "the causes of what changed, each with its smallest example. Names, ids and metadata in "
        "the texts do not count. The exit code is 1 if a rule of --fail-on is broken.",
        (
            Argument("old", "The folder of the corpus that was there before, or a file.", Path),
            Argument("new", "The folder of the corpus to hold against it, or a file.", Path),
            Argument("--all", "Print all causes, not only those of most functions.", flag=True),
            _FAIL_ON,
            Argument(
                "--write",
                "A file to write the comparison to as well: JSON, JUnit XML, Markdown, HTML or "
                "text, as its name ends in .json, .xml, .md, .html or .txt.",
                Path,
                metavar="FILE",
            ),
            _JSON,
        ),
        _diff,
    ),
    Command(
        "versions",
        "Run the corpus on many versions of JAX.",
        "Makes an environment for each version on each Python (with uv where there is one, else "
        "with venv and pip), runs the corpus of the installed jaxsmith in it, and prints the table "
        "of results: functions verified, failed and why, and what changed from row to row and why. "
        "Environments, corpora, logs, versions.md and versions.json stay in the folder; a second "
        "run takes environments up again.",
        (
            Argument(
                "version",
                "A series (0.8: its last release), a release (0.8.1), newest, or pre.",
                releases.release,
                many=True,
            ),
            Argument(
                "--python",
                "The Pythons to try each version on, by path or name; by default this one.",
                releases.interpreter,
                metavar="PATH",
                many=True,
            ),
            Argument(
                "--into",
                "The folder for all that is made; by default versions/.",
                Path,
                metavar="DIR",
                default=Path("versions"),
            ),
            Argument(
                "--size",
                "How many functions to run; by default 200.",
                _positive,
                metavar="N",
                default=200,
            ),
            Argument(
                "--workers",
                "How many to run at once, as for pytest -n; by default auto.",
                metavar="N",
                default="auto",
            ),
            _FAIL_ON,
            _JSON,
        ),
        _versions,
    ),
    Command(
        "leaks",
        "Check that the splits of a corpus have nothing in common.",
        "Prints, for each way in which records are related, how many groups of them there are and "
        "how many are in more than one split; how many pairs of sources in different splits are "
        "near-duplicates, by the Jaccard similarity of their runs of tokens; and how many pairs of "
        "operations are new in the split of new combinations. All is found from the records alone.",
        (_FOLDER, _JSON),
        _leaks,
    ),
    Command(
        "tokens",
        "Count the tokens of the texts.",
        "Prints, for each text of the records, how many tokens all have together, and the median, "
        "the 90th percentile and the maximum of one record; then how many records fit in "
        + ", ".join(f"{most:,}" for most in tokens.BUDGETS)
        + " tokens with some texts together. Needs the extra tokens; nothing is downloaded.",
        (
            _FOLDER,
            Argument(
                "--tokenizer",
                f"{' or '.join(tokens.NAMES)}, or a tokenizer.json; by default {tokens.NAMES[0]}.",
                metavar="NAME",
                default=tokens.NAMES[0],
            ),
            _JSON,
        ),
        _tokens,
    ),
    Command(
        "merge",
        "Make one corpus of several.",
        "Writes the records of all corpora as one run would have written them: in one order, each "
        "once, without duplicates, with splits, statistics, card, manifest and checksums made "
        "anew. The merge of disjoint parts of one run has the records of the whole, byte for byte. "
        "Where the corpora were made with other versions, seeds or settings, the manifest lists "
        "all of them. Corpora of another schema or with other stages are refused, and so are two "
        "records of one id that differ.",
        (
            _OUT,
            replace(_FOLDER_OF_CORPUS, many=True),
            _FORMAT,
            _JSON,
        ),
        _merge,
    ),
    Command(
        "export",
        "Write a corpus in another format, or a selection of it.",
        "Writes a corpus of its own, with manifest, card and checksums. Records stay in their "
        "order and in their splits, and rejects come along unless splits or fields are selected. "
        "Each selection is a list of names, separated by commas.",
        (
            _FOLDER_OF_CORPUS,
            _OUT,
            _FORMAT,
            Argument("--split", "The splits to take; by default all.", _names, metavar="NAMES"),
            Argument(
                "--category", "The categories to take; by default all.", _names, metavar="NAMES"
            ),
            Argument(
                "--fields",
                "The fields to keep; by default all. The id and the category are always kept.",
                _names,
                metavar="NAMES",
            ),
            _JSON,
        ),
        _export,
    ),
    Command(
        "show",
        "Print one record.",
        "Prints the record of that id, sample or reject: its short fields, then each program.",
        (Argument("id", 'The id of the record, such as "math-s0-000017".'), _FOLDER, _JSON),
        _show,
    ),
    Command(
        "report",
        "Write an HTML page to look at a corpus with.",
        "Writes one file that a browser opens from disk, without a network: what is in the corpus, "
        "counted, and some of its functions, a few of each category and something of every tag and "
        "operation, each with its texts side by side and the lines of one lit up that belong to a "
        "line of another. The report of the same records is the same, byte for byte.",
        (
            _FOLDER,
            Argument(
                "--output",
                "The file to write (report.html). Nothing but an older report is overwritten.",
                Path,
                short="-o",
                metavar="FILE",
                default=Path(report.REPORT),
            ),
            Argument(
                "--baseline",
                "An older corpus; the report then says what changed since, as diff does, each "
                "cause with its smallest example, old and new side by side.",
                Path,
                metavar="OLD",
            ),
        ),
        _report,
    ),
    Command(
        "mutate",
        "Break functions on purpose, and see that their check notices.",
        "Changes programs of a corpus, one place at a time, in the JAX source and in the "
        "StableHLO, runs each in a process of its own on the recorded inputs, and holds it against "
        "the reference. Prints what was caught, what survived and what is equivalent in meaning "
        "(the same within 0.01 % of the largest element on a dozen other random inputs), by "
        "category and by kind, and every mutant that was not caught.",
        (
            _FOLDER,
            Argument("--count", "How many mutants to draw (2500).", _positive, metavar="N"),
            Argument("--seed", "Another seed draws others (0).", int, metavar="S"),
            Argument(
                "--corpus",
                "The package that wrote the corpus (corpus, or jaxsmith_corpus where there is no "
                "such package).",
                metavar="PACKAGE",
            ),
            Argument("--workers", "Processes to run at once (one a core).", _positive, metavar="N"),
            _JSON,
        ),
        _mutate,
    ),
    Command(
        "replay",
        "Look for known bugs in the JAX that is installed.",
        "Runs the script of each bug that the corpus package lists in its module bugs, in a "
        "process of its own, and says which are found. It is a failure if one is found on a "
        "version that is said to be free of it, or is not on one that is said to have it.",
        (
            Argument(
                "--corpus",
                "The package that lists them (corpus, or jaxsmith_corpus where there is no such "
                "package).",
                metavar="PACKAGE",
            ),
            _JSON,
        ),
        _replay,
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Args:
        argv: the arguments after the program's name; those of the process if None.

    Returns:
        The exit code: 0; 1 where the output says that something failed that was asked about; 2
        for input that can't be used, which one line on stderr explains.
    """
    code = 0
    try:
        options = _parser().parse_args(argv)
        made = options.run(options)
        text, code = (made, 0) if isinstance(made, str) else made
        print(text, flush=True)
    except JaxsmithError as error:
        print(f"jaxsmith: {error}", file=sys.stderr)
        return _BAD_INPUT
    except BrokenPipeError:
        # The reader has seen enough (`| head`); Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise InvalidRequestError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m jaxsmith", description="Look at a corpus on disk.")
    parser.add_argument("--version", action="version", version=__version__)
    rows = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        text = f"{command.summary} {command.details}"
        sub = rows.add_parser(command.name, help=command.summary, description=text)
        sub.set_defaults(run=command.run)
        for argument in command.arguments:
            argument.add_to(sub)
    return parser
