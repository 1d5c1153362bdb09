"""Tokens: how long the texts of a corpus are to a language model, so that a budget can be planned.

Nothing is downloaded: the vocabularies that have a name come with the library, any other tokenizer
is a file of the user's own.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import InvalidRequestError
from jaxsmith.record.fields import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Count = Callable[[str], int]
"""From a text to the number of its tokens."""

NAMES = ("o200k_base", "cl100k_base")
"""Vocabularies that have a name: those of GPT-4o and of GPT-4, as tiktoken calls them."""

BUDGETS = (2048, 4096, 8192, 32768)
"""Context windows, in tokens."""

TOGETHER = (
    ("source_code",),
    ("source_code", "jaxpr"),
    ("source_code", "stablehlo"),
    ("stablehlo", "optimized_hlo"),
    ("source_code", "jaxpr", "stablehlo", "hlo", "optimized_hlo"),
)
"""Fields that are likely to be in one example of a task together."""


@dataclass(frozen=True, slots=True)
class FieldTokens:
    """The tokens of one field.

    Attributes:
        records: how many records have it.
        total: the tokens of all of them.
        median: the median of a record.
        p90: nine records of ten have no more.
        greatest: the most of a record.
    """

    records: int
    total: int
    median: int
    p90: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How many records have some fields within a budget.

    Attributes:
        fields: the fields, whose tokens are added up.
        records: how many records have all of them.
        within: how many of these need no more, by the budget in tokens.
    """

    fields: tuple[str, ...]
    records: int
    within: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token counts of a corpus.

    Attributes:
        tokenizer: whose tokens they are.
        fields: by field.
        fits: a row for each of ``TOGETHER`` that some record has.
    """

    tokenizer: str
    fields: Mapping[str, FieldTokens]
    fits: tuple[Fit, ...]

    def as_dict(self) -> dict[str, Any]:
        """The counts as JSON values."""
        fits = [
            {**asdict(fit), "within": {str(most): count for most, count in fit.within.items()}}
            for fit in self.fits
        ]
        return {**asdict(self), "fits": fits}


def tokenizer(name: str) -> Count:
    """The tokenizer of a name, or in a file (``tokenizer.json``, as Hugging Face has them).

    Special tokens are counted as the text that they are written with.

    Raises:
        InvalidRequestError: there is none, or its library is missing.
    """
    if name in NAMES:
        _require("bpe_openai")
        import bpe_openai

        encode = bpe_openai.get_encoding(name).encode_ordinary
        return lambda text: len(encode(text))
    if not Path(name).is_file():
        raise InvalidRequestError(
            f"there is no tokenizer {name!r}; name {' or '.join(NAMES)}, or a tokenizer.json"
        )
    _require("tokenizers")
    import tokenizers

    try:
        loaded = tokenizers.Tokenizer.from_file(name)
    except Exception as error:  # the library raises nothing more special
        raise InvalidRequestError(f"{name} is no tokenizer: {error}") from error
    return lambda text: len(loaded.encode(text, add_special_tokens=False).ids)


def tokens(records: Iterable[Mapping[str, Any]], name: str, count: Count) -> Tokens:
    """Count the tokens of each text of each record; memory holds the numbers, no text.

    Args:
        records: of a corpus.
        name: the tokenizer's.
        count: the tokenizer.
    """
    numbers: dict[str, array[int]] = defaultdict(lambda: array("Q"))
    within: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    complete: Counter[tuple[str, ...]] = Counter()
    for record in records:
        texts = {field: record[field] for field in TEXTS if isinstance(record.get(field), str)}
        counts = {field: count(text) for field, text in texts.items()}
        for field, number in counts.items():
            numbers[field].append(number)
        for together in TOGETHER:
            if counts.keys() >= set(together):
                complete[together] += 1
                total = sum(counts[field] for field in together)
                within[together].update(most for most in BUDGETS if total <= most)
    return Tokens(
        name,
        {field: _field(sorted(numbers[field])) for field in TEXTS if field in numbers},
        tuple(
            Fit(each, complete[each], {most: within[each][most] for most in BUDGETS})
            for each in TOGETHER
            if complete[each]
        ),
    )


def render(found: Tokens) -> str:
    """The counts as text for a terminal."""
    return "\n".join(_lines(found))


def _field(ordered: Sequence[int]) -> FieldTokens:
    last = len(ordered) - 1
    median, p90 = (ordered[last * share // 100] for share in (50, 90))
    return FieldTokens(len(ordered), sum(ordered), median, p90, ordered[last])


def _lines(found: Tokens) -> Iterator[str]:
    yield f"tokens of {found.tokenizer}"
    yield ""
    yield from _table(
        ("field", "records", "total", "median", "90 %", "greatest"),
        [
            (name, each.records, each.total, each.median, each.p90, each.greatest)
            for name, each in found.fields.items()
        ],
    )
    yield ""
    yield from _table(
        ("records that fit in", "of", *(f"{most:,}" for most in BUDGETS)),
        [(" + ".join(each.fields), each.records, *each.within.values()) for each in found.fits],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> Iterator[str]:
    shown = ([each if isinstance(each, str) else f"{each:,}" for each in row] for row in rows)
    cells = [head, *shown]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *rest in cells:
        numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *numbers])


def _require(module: str) -> None:
    if find_spec(module) is None:
        raise InvalidRequestError(f"tokens needs {module}; pip install 'jaxsmith[tokens]'")
