"""Reading: damaged lines are named by file and number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_corpora import Build, sample

from jaxsmith import dataset
from jaxsmith.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b'{"id": "a", "category": "c"}\n'


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"id": "a", "cat', "line 2 is cut off"),
        (b'{"id": "a",}\n', "line 2 is not JSON"),
        (b"\n", "line 2 is not JSON"),
        (b'{"id": "\xff"}\n', "line 2 is not JSON"),
        (b"[1, 2]\n", "line 2 is no record"),
        (b'{"category": "c"}\n', "line 2 has no id"),
        (b'{"id": "a", "category": 3}\n', "line 2 has no category"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes, complaint: str) -> None:
    path = tmp_path / "part.jsonl"
    path.write_bytes(GOOD + line)
    with pytest.raises(InvalidRequestError, match=f"part.jsonl, {complaint}"):
        list(dataset.read(path))


def test_a_folder_gives_the_records_of_all_shards_in_order(tmp_path: Path, build: Build) -> None:
    records = [sample("math", index) for index in range(9)]
    build(tmp_path, {"gw0": records[::-1]}, shard_bytes=400)
    assert len(list((tmp_path / "data").iterdir())) > 1
    assert list(dataset.read(tmp_path)) == records


def test_what_is_no_corpus_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="holds no corpus"):
        list(dataset.read(tmp_path))
    with pytest.raises(InvalidRequestError, match="there is no"):
        list(dataset.read(tmp_path / "nowhere"))
