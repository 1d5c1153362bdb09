"""The report of a corpus on disk, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith.dataset import diff
from jaxsmith.dataset.marker import MANIFEST, read_marked
from jaxsmith.dataset.read import files, read, read_rejects
from jaxsmith.dataset.report.drift import drift, examples
from jaxsmith.dataset.report.gathering import SETTING, Gathering
from jaxsmith.dataset.report.page import MARK, page
from jaxsmith.dataset.stats import stats
from jaxsmith.errors import InvalidRequestError
from jaxsmith.record import misfit
from jaxsmith.record.fields import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from jaxsmith.dataset.report.markup import Html

    Record = Mapping[str, Any]

# What is counted: a field of another type would be told wrongly, or not be counted at all.
_COUNTED = (
    *("tags", "transform", "primitives", "stablehlo_ops", "op_count", "flops", "bytes_accessed"),
    *("input_dtypes", "output_dtypes", "input_shapes", "output_shapes", *SETTING, *TEXTS),
    *("max_ulp_error", "max_rel_error", "max_abs_error"),
)


def write(source: Path, out: Path, baseline: Path | None = None) -> str:
    """Write the report of a corpus; return a line that says what was written.

    Args:
        source: the folder of the corpus, or a file of records.
        out: the file to write.
        baseline: an older corpus, with which it is compared.

    Raises:
        InvalidRequestError: there is no corpus, it is damaged, or the file can't be written.
    """
    check_file(out)
    if baseline is not None:
        files(baseline)  # before the corpus is counted, which takes a while
    gathered = Gathering()
    samples = gathered.watch(_checked(read(source), source))
    rejects = gathered.watch_rejects(_with_reason(read_rejects(source), source))
    found = stats(samples, rejects)
    changed = None if baseline is None else _drift(baseline, source)
    content = page(found, gathered, changed).encode()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidRequestError(f"can't write {out} ({error.strerror})") from error
    shown = len(gathered.choice.result())
    return (
        f"{out}: {found.records:,} functions counted, {shown:,} of them to look at "
        f"({len(content) / 1e6:.1f} MB); open it in a browser"
    )


def check_file(out: Path) -> None:
    """Refuse a file in whose place no report may be written.

    Raises:
        InvalidRequestError: it is something else, or a corpus has its checksum.
    """
    manifest = read_marked(out.parent / MANIFEST) or {}
    if out.name in {file["name"] for file in manifest.get("files", ())}:
        raise InvalidRequestError(
            f"{out} belongs to the corpus in {out.parent}, whose checksums would no longer fit; "
            "name another file with -o"
        )
    try:
        with out.open("rb") as file:
            ours = MARK.encode() in file.read(4096)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InvalidRequestError(f"can't write {out} ({error.strerror})") from error
    if not ours:
        raise InvalidRequestError(f"{out} is no report of jaxsmith; name another file with -o")


def _drift(old: Path, new: Path) -> Html:
    report = diff.compare(old, new)
    return drift(report, (), examples(report, old), examples(report, new))


def _checked(records: Iterable[Record], source: Path) -> Iterator[Record]:
    for record in records:
        for name in _COUNTED:
            if name in record and (wrong := misfit(record, name)):
                raise InvalidRequestError(
                    f"{source}: {record['id']}: {wrong}; pytest {source} shows all that is damaged"
                )
        yield record


def _with_reason(rejects: Iterable[Record], source: Path) -> Iterator[Record]:
    for reject in rejects:
        if not isinstance(reject.get("reason"), str):
            raise InvalidRequestError(f"{source}/rejects.jsonl: {reject['id']} has no reason")
        yield reject
