"""Which code a run was begun with is noted by many workers at once."""

import io
import os
from types import SimpleNamespace

import pytest

from jaxsmith.pytest_plugin import code

CORPUS = SimpleNamespace(package="jaxsmith")


def test_a_worker_that_comes_while_another_writes_agrees(tmp_path, monkeypatch):
    (tmp_path / "parts").mkdir()
    opened, came = io.open, []

    def while_it_is_empty(file, mode="r", *arguments, **named):
        stream = opened(file, mode, *arguments, **named)
        if "w" in mode and not came:
            came.append(file)
            with monkeypatch.context() as other:
                other.setattr(os, "getpid", lambda: -1)
                code.confirm(tmp_path, CORPUS)
        return stream

    monkeypatch.setattr(io, "open", while_it_is_empty)
    code.confirm(tmp_path, CORPUS)
    assert came
    assert len(list((tmp_path / "parts").iterdir())) == 1


def test_a_run_that_was_begun_with_other_code_is_refused(tmp_path):
    (tmp_path / "parts").mkdir()
    code.confirm(tmp_path, CORPUS)
    code.confirm(tmp_path, CORPUS)
    (note,) = (tmp_path / "parts").iterdir()
    note.write_text("0" * 32)
    with pytest.raises(pytest.UsageError, match="the code of jaxsmith has changed since"):
        code.confirm(tmp_path, CORPUS)
