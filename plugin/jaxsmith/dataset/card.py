"""The card: what a corpus is, for people and hubs; the README of its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.dataset.columns import REST
from jaxsmith.dataset.formats import FORMATS
from jaxsmith.dataset.groups import NEAR
from jaxsmith.dataset.metadata import metadata, shown_format
from jaxsmith.dataset.shingles import LENGTH
from jaxsmith.dataset.splits import COMBINATIONS, TEST, TRAIN, VALIDATION
from jaxsmith.record import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxsmith.dataset.columns import Columns
    from jaxsmith.dataset.facts import Facts

CARD = "README.md"

_PURPOSES = {
    TRAIN: "to train on",
    VALIDATION: "to tune on",
    TEST: "to test on: nothing in it is related to anything in another split",
    COMBINATIONS: "to test on: in each function two operations meet that `train` has only apart",
}

_ABOUT = """\
# JAX functions with every IR level

Functions that jaxsmith wrote in JAX, each with its jaxpr, StableHLO, HLO and optimized HLO as far
as they were asked for. Each was compiled, run on at least three input sets and held against an
independent NumPy reference, within an error bound that is carried through the program; `tolerance`
and `max_ulp_error` tell how close it came.\
"""

_SPLITS = f"""\
Records that are related are in one split: those whose Python source or StableHLO is the same once
names and constants are taken out; a function and what is derived from it (`base_id`); functions
that bring the same algorithm along, whatever it is called and with whichever constants. Of sources
in different splits no two are near-duplicates: the Jaccard similarity of their runs of {LENGTH}
tokens, with names, numbers and strings alike, is below {NEAR}. `python -m jaxsmith leaks FOLDER`
checks all of this from the records and prints the figures.\
"""

_FILES = f"""\
`report.html`, opened in a browser, shows what is in the corpus and some of its functions;
`rejects.jsonl` has the functions that are no samples, and why; `statistics.json` what is in the
corpus, counted; `schema.json` and `rejects.schema.json` the JSON Schema of the records;
`croissant.json` a Croissant description; `manifest.json` where the corpus comes from, with every
file and the full account. `sha256sum -c SHA256SUMS` checks the files. In Parquet, an object whose
keys are open, such as `primitives`, is a list of `name` and `value`, and what has no column of its
own is in `{REST}`, as JSON. Where `datasets` reads JSON lines, such an object has every key of the
corpus, with null for those that the record lacks.\
"""

_CAUTION = """\
The functions were generated: they say nothing about how often people write what. `source_code` is a
program; whoever runs it runs code. Optimized HLO and costs depend on the processor
(`instruction_set`) and the versions above.\
"""


def card(facts: Facts, table: Columns) -> str:
    """The card in Markdown, with the block of metadata that hubs read at its head."""
    return "\n".join([*metadata(facts, table), "", *_body(facts)]) + "\n"


def _body(facts: Facts) -> Iterator[str]:
    yield _ABOUT
    yield from ("", "## Loading", "", "```python", *_loading(facts), "```")
    yield from ("", "## Splits", "", *_splits(facts), "", _SPLITS)
    yield from ("", "## Fields", "", _fields(facts))
    yield from ("", "## Categories", "", *_categories(facts))
    yield from ("", "## Files", "", _FILES)
    yield from ("", "## Where it comes from", "", *_origin(facts))
    yield from ("", "## To mind", "", _CAUTION, "")
    yield f"Licence: {', '.join(facts.licenses) or 'none named'}."


def _loading(facts: Facts) -> Iterator[str]:
    suffix = FORMATS[shown_format(facts)].suffix
    yield "import datasets"
    yield ""
    yield 'corpus = datasets.load_dataset("FOLDER")  # this folder, or its name on a hub'
    yield ""
    if "parquet" in facts.formats:
        yield "import pandas, polars, duckdb"
        yield ""
        yield 'frame = pandas.read_parquet("FOLDER/data/train-00000-of-00001.parquet")'
        yield 'frame = polars.read_parquet("FOLDER/data/train-*.parquet")'
        yield "rows = duckdb.sql(\"FROM 'FOLDER/data/train-*.parquet'\")"
    else:
        yield "import duckdb"
        yield ""
        yield f"rows = duckdb.sql(\"FROM read_json_auto('FOLDER/data/train-*{suffix}')\")"


def _fields(facts: Facts) -> str:
    return markdown(facts.provenance.stages, facts.selection.fields).rstrip()


def _splits(facts: Facts) -> Iterator[str]:
    yield from ("| split | functions | for |", "| --- | ---: | --- |")
    for split, counts in facts.totals.splits.items():
        yield f"| `{split}` | {sum(counts.values()):,} | {_PURPOSES[split]} |"


def _categories(facts: Facts) -> Iterator[str]:
    splits = facts.totals.splits
    yield _row(["category", *(f"`{split}`" for split in splits)])
    yield _row(["---", *["---:"] * len(splits)])
    for name in facts.totals.categories:
        yield _row([f"`{name}`", *(f"{counts.get(name, 0):,}" for counts in splits.values())])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _origin(facts: Facts) -> Iterator[str]:
    origin = facts.provenance
    versions = (f"{name} {_each(each)}" for name, each in sorted(origin.versions.items()))
    yield f"- made with {', '.join(versions)}"
    yield f"- compiled for {' '.join([_each(origin.platform), *sorted(origin.cpu_features)])}"
    yield f"- seed {_each(origin.seed)}, {_each(origin.size or 0)} functions asked for"
    if origin.markers:
        yield f"- selected by {_each(origin.markers, '`{}`')}"
    for what, names in facts.selection.as_dict().items():
        yield f"- of a larger corpus, only these {what}: {', '.join(names)}"
    yield f"- stages: {', '.join(origin.stages)}"
    total = facts.totals.total
    yield (
        f"- {total.collected:,} functions made, of which {total.emitted:,} are here, "
        f"{total.rejected:,} were rejected, {total.failed:,} failed and {total.crashed:,} crashed"
    )


def _each(value: object, form: str = "{}") -> str:
    """A value, or all that the corpora had which this one was merged from."""
    several = value if isinstance(value, list) else [value]
    shown = (f"{each:,}" if isinstance(each, int) else form.format(each) for each in several)
    return " and ".join(each if each != form.format("") else "nothing" for each in shown)
