"""Token counts: what each field needs, and what fits into a budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from small_corpora import Record, sample

from jaxsmith.cli import main
from jaxsmith.dataset import read, tokens
from jaxsmith.dataset.tokens import BUDGETS, FieldTokens, Fit, render, tokenizer
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"


def records() -> Iterator[Record]:
    """Ten records of 1000 to 10,000 words of source, and twice as many of StableHLO."""
    for index in range(10):
        words = 1000 * (index + 1)
        jaxpr = {"jaxpr": "b " * 100} if index < 4 else {}
        texts = {"source_code": "a " * words, "stablehlo": "c " * 2 * words, **jaxpr}
        yield sample("math", index, **texts, reference_source=None)


def words(text: str) -> int:
    return len(text.split())


def test_counts_are_those_of_each_field_and_of_fields_together() -> None:
    found = tokens.tokens(records(), "words", words)
    assert found.fields == {
        "source_code": FieldTokens(10, 55_000, 5_000, 9_000, 10_000),
        "jaxpr": FieldTokens(4, 400, 100, 100, 100),
        "stablehlo": FieldTokens(10, 110_000, 10_000, 18_000, 20_000),
    }
    assert found.fits == (
        Fit(("source_code",), 10, dict(zip(BUDGETS, (2, 4, 8, 10), strict=True))),
        Fit(("source_code", "jaxpr"), 4, dict(zip(BUDGETS, (1, 3, 4, 4), strict=True))),
        Fit(("source_code", "stablehlo"), 10, dict(zip(BUDGETS, (0, 1, 2, 10), strict=True))),
    )
    text = render(found)
    assert "stablehlo         10  110,000  10,000  18,000    20,000" in text
    assert "source_code + stablehlo  10      0      1      2      10" in text
    assert orjson.loads(orjson.dumps(found.as_dict()))["fits"][2]["within"]["32768"] == 10


def test_no_records_have_no_tokens() -> None:
    assert "tokens of words" in render(tokens.tokens([], "words", words))


# What OpenAI's guide to tiktoken gives for them.
KNOWN = {
    "tiktoken is great!": {"cl100k_base": 6, "o200k_base": 6},
    "2 + 2 = 4": {"cl100k_base": 7, "o200k_base": 7},
    "お誕生日おめでとう": {"cl100k_base": 9, "o200k_base": 8},
}


@pytest.mark.parametrize("name", tokens.NAMES)
def test_named_vocabularies_count_without_a_download(name: str) -> None:
    pytest.importorskip("bpe_openai", reason="the extra tokens is not installed")
    count = tokenizer(name)
    assert {text: count(text) for text in KNOWN} == {t: each[name] for t, each in KNOWN.items()}
    assert count("") == 0
    assert count("<|endoftext|>") > 1


def test_the_command_counts_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("bpe_openai", reason="the extra tokens is not installed")
    assert main(["tokens", str(SAMPLE), "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert found["tokenizer"] == "o200k_base"
    assert found["fields"]["source_code"]["records"] == len(list(read(SAMPLE)))
    assert main(["tokens", str(SAMPLE), "--tokenizer=cl100k_base"]) == 0
    assert capsys.readouterr().out.startswith("tokens of cl100k_base\n")


def test_a_tokenizer_may_be_a_file(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the extra tokens is not installed")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    assert tokenizer(str(tmp_path / "tokenizer.json"))("a b a") == 3
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(InvalidRequestError, match=r"other\.json is no tokenizer"):
        tokenizer(str(tmp_path / "other.json"))


def test_what_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tokens", str(SAMPLE), "--tokenizer", "gpt9"]) == 2
    assert "there is no tokenizer 'gpt9'; name o200k_base or cl100k_base" in capsys.readouterr().err
    monkeypatch.setattr(tokens, "find_spec", lambda name: None)
    for name in ("o200k_base", __file__):
        assert main(["tokens", str(SAMPLE), "--tokenizer", name]) == 2
        printed = capsys.readouterr()
        assert "pip install 'jaxsmith[tokens]'" in printed.err
        assert printed.out == ""
