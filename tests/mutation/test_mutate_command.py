"""The command: what it prints, and one line for what can't be used."""

import orjson
import pytest

from jaxsmith.cli import main
from jaxsmith.mutation import mutate


@pytest.fixture
def folder(tmp_path, record):
    """A corpus of two records, one of which is not what the package writes."""
    (tmp_path / "data").mkdir()
    other = {**record, "id": "arithmetic-s0-000002"}
    lines = b"".join(orjson.dumps(each) + b"\n" for each in (record, other))
    (tmp_path / "data" / "corpus.jsonl").write_bytes(lines)
    return tmp_path


def test_what_is_printed_is_the_same_for_any_number_of_processes(folder, capsys):
    command = ["mutate", str(folder), "--count", "8", "--seed", "3"]
    assert main([*command, "--json", "--workers", "1"]) == 0
    first = capsys.readouterr().out
    found = orjson.loads(first)
    assert found["total"]["caught"] >= 2
    assert found["total"]["unfit"] == 4
    assert {name.split(",")[0] for name in found["unfit"]} == {"arithmetic-s0-000002"}
    assert main([*command, "--json", "--workers", "2"]) == 0
    assert capsys.readouterr().out == first


def test_progress_counts_every_mutant(folder):
    done = []
    report = mutate(folder, count=4, progress=done.append)
    assert sum(done) == len(report.tried) == 4


def test_a_corpus_of_another_package_is_refused(folder, capsys):
    record = folder / "data" / "corpus.jsonl"
    record.write_bytes(record.read_bytes().splitlines()[1] + b"\n")
    assert main(["mutate", str(folder), "--count", "2"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "the package corpus writes no function of" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{folder}/nowhere"], "there is no"),
        (["{folder}", "--count", "0"], "'0' is no number above 0"),
        (["{folder}", "--corpus", "json"], "--corpus: json is no corpus package"),
        (["{folder}/empty.jsonl"], "holds no function to change"),
    ],
)
def test_bad_input_is_one_line(folder, capsys, arguments, complaint):
    (folder / "empty.jsonl").write_bytes(b"")
    assert main(["mutate", *(each.format(folder=folder) for each in arguments)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert complaint in printed.err
    assert printed.err.count("\n") == 1
