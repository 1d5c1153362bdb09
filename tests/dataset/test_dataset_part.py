"""Parts: written at once, one line a record, and never half a line in the midst."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from small_corpora import failure, sample

from jaxsmith import dataset
from jaxsmith.errors import InvalidRequestError, JaxsmithError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def staging(tmp_path: Path) -> dataset.Staging:
    return dataset.claim(tmp_path)


def test_a_receipt_is_small_and_travels_as_json(staging: dataset.Staging) -> None:
    with dataset.PartWriter(staging.path, "gw0") as writer:
        receipt = writer.emit(sample("math", 0))
        other = writer.reject(failure("math", 1))
    line = (staging.parts / "gw0.jsonl").read_bytes().splitlines(keepends=True)[0]
    assert (receipt.digest, receipt.size) == (sha256(line).hexdigest(), len(line))
    assert (receipt.status, receipt.reason) == ("verified", None)
    assert (other.status, other.reason) == ("failed", "mismatch")
    sent = orjson.loads(orjson.dumps(receipt.as_dict()))
    assert dataset.Receipt.from_dict(sent) == receipt


def test_a_record_is_with_the_system_when_the_call_returns(staging: dataset.Staging) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from jaxsmith.dataset import PartWriter\n"
        "PartWriter(Path(sys.argv[1]), 'gw0').emit({'id': 'a', 'category': 'c'})\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(staging.path)], check=False)
    assert done.returncode == -9
    assert orjson.loads((staging.parts / "gw0.jsonl").read_bytes()) == {"id": "a", "category": "c"}


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ({"category": "c"}, "without 'id'"),
        ({"id": "a", "category": 3}, "without 'category'"),
        ({"id": "a", "category": "c", "status": "odd"}, "'status' is kept for rejects"),
        ({"id": "a", "category": "c", "made": object()}, "a is not JSON"),
        ({"id": "a", "category": "c", 3: "x"}, "a is not JSON"),
    ],
)
def test_a_record_that_a_hook_spoiled_is_refused(
    staging: dataset.Staging, record: dict[Any, Any], complaint: str
) -> None:
    with (
        dataset.PartWriter(staging.path, "gw0") as writer,
        pytest.raises(InvalidRequestError, match=complaint),
    ):
        writer.emit(record)
    assert (staging.parts / "gw0.jsonl").read_bytes() == b""


def test_a_full_disk_leaves_whole_lines(
    staging: dataset.Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def fill(descriptor: int, data: memoryview) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:20])

    with dataset.PartWriter(staging.path, "gw0") as writer:
        writer.emit(sample("math", 0))
        monkeypatch.setattr(os, "write", fill)
        with pytest.raises(JaxsmithError, match="No space left"):
            writer.emit(sample("math", 1))
        monkeypatch.undo()
        writer.emit(sample("math", 2))
    lines = (staging.parts / "gw0.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == ["math-s0-000000", "math-s0-000002"]


def test_two_processes_cannot_share_a_part(staging: dataset.Staging) -> None:
    with (
        dataset.PartWriter(staging.path, "gw0"),
        pytest.raises(JaxsmithError, match=r"gw0\.jsonl: File exists"),
    ):
        dataset.PartWriter(staging.path, "gw0")


def test_a_worker_may_be_named_after_a_test(staging: dataset.Staging) -> None:
    dataset.PartWriter(staging.path, "controller-tests/test_a.py::test_b[x/y]").close()
    (part,) = staging.parts.glob("*.jsonl")
    assert part.name.startswith("controller-")
