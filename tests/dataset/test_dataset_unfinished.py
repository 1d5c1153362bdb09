"""A run that died: what is whole is kept, what is not is cut off, another run is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from small_corpora import failure, sample

from jaxsmith import dataset
from jaxsmith.dataset import unfinished
from jaxsmith.dataset.index import scan
from jaxsmith.dataset.settings import difference
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {"seed": 0, "stages": ["jaxpr"]}


@pytest.fixture
def died(tmp_path: Path) -> Path:
    staging = dataset.claim(tmp_path, SETTINGS)
    with dataset.PartWriter(staging.path, "gw0") as writer:
        for index in range(3):
            writer.emit(sample("math", index))
        writer.reject(failure("math", 3))
    staging.lock.release()
    return staging.parts / "gw0.jsonl"


def everything(_: str) -> bool:
    return True


def test_whole_lines_are_kept_with_their_receipts(died: Path) -> None:
    staging = dataset.claim(died.parents[2], SETTINGS, resume=True)
    receipts = dataset.take_up(staging.parts, everything)
    assert [receipt.id for receipt in receipts] == [f"math-s0-{i:06d}" for i in range(4)]
    assert [receipt.reason for receipt in receipts] == [None, None, None, "mismatch"]
    assert sum(receipt.size for receipt in receipts) == died.stat().st_size
    staging.release()


DAMAGE = {
    "cut": lambda data: data[:-1],
    "zeros": lambda data: data + bytes(5000),
    "zeros in a line": lambda data: data[:-40] + bytes(39) + b"\n",
    "half a record": lambda data: data + b'{"id": "math-s0',
    "no record": lambda data: data + b"[1, 2]\n",
    "no text": lambda data: data + b'{"id": 3, "category": "math"}\n{}\n',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_a_power_cut_spoiled_is_cut_off(died: Path, damage: str) -> None:
    whole = died.read_bytes()
    died.write_bytes(DAMAGE[damage](whole))
    kept = dataset.take_up(died.parent, everything)
    assert len(kept) == (3 if damage in ("cut", "zeros in a line") else 4)
    assert died.read_bytes() == b"".join(whole.splitlines(keepends=True)[: len(kept)])
    assert sorted(line.id for line in scan(died.parent)) == [receipt.id for receipt in kept]


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"{}\n", b"[]\n"])
def test_notes_that_are_spoiled_are_read_again(died: Path, damage: bytes) -> None:
    notes = died.with_suffix(".notes")
    before = scan(died.parent)
    notes.write_bytes(b"".join(notes.read_bytes().splitlines(keepends=True)[:1]) + damage)
    dataset.take_up(died.parent, everything)
    assert scan(died.parent) == before


def test_what_is_not_wanted_is_taken_out(died: Path) -> None:
    kept = dataset.take_up(died.parent, lambda each: not each.endswith("1"))
    assert [receipt.id[-1] for receipt in kept] == ["0", "2", "3"]
    assert [line.id[-1] for line in scan(died.parent)] == ["0", "2", "3"]


def test_a_writer_that_lives_is_waited_for(died: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "PATIENCE", 0.0)
    with (
        dataset.PartWriter(died.parents[1], "gw1"),
        pytest.raises(InvalidRequestError, match=r"still writes .*gw1\.jsonl"),
    ):
        dataset.take_up(died.parent, everything)
    assert len(dataset.take_up(died.parent, everything)) == 4


def test_another_run_is_refused_and_unharmed(died: Path) -> None:
    folder = died.parents[2]
    before = died.read_bytes()
    with pytest.raises(InvalidRequestError, match="seed was 0 and is 1; resume it"):
        dataset.claim(folder, {**SETTINGS, "seed": 1}, resume=True)
    assert died.read_bytes() == before
    dataset.claim(folder, SETTINGS, resume=True).lock.release()
    dataset.claim(folder, {**SETTINGS, "seed": 1}).release()  # which begins again
    assert not died.exists()


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (SETTINGS, None),
        ({"seed": 0, "stages": []}, 'stages was ["jaxpr"] and is []'),
        ({"seed": 0}, 'stages was ["jaxpr"] and is null'),
        ({**SETTINGS, "shard": "1/2"}, 'shard was null and is "1/2"'),
    ],
)
def test_the_first_setting_that_differs_is_named(now: dict[str, object], said: str | None) -> None:
    assert difference(SETTINGS, now) == said


def test_a_part_that_is_deleted_is_put_back(tmp_path: Path) -> None:
    staging = dataset.claim(tmp_path)
    with dataset.PartWriter(staging.path, "gw0") as writer:
        writer.emit(sample("math", 0))
        (staging.parts / "gw0.jsonl").unlink()
        writer.emit(sample("math", 1))
        (staging.parts / "gw0.notes").unlink()
    assert (staging.parts / "gw0.notes").exists()
    lines = (staging.parts / "gw0.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == ["math-s0-000000", "math-s0-000001"]
    assert len(scan(staging.parts)) == 2
