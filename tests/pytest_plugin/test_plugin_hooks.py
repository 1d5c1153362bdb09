"""The hooks, from a project's ``conftest.py``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

SIZE = "--corpus-size=4"
CURVES = ("-m", "curves", SIZE)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_conftest_adds_a_field_and_drops_a_record(project: Project, workers: str) -> None:
    project.pytester.makeconftest(
        """
        def pytest_jaxsmith_modify_record(record, evidence, config):
            record["lines"] = evidence.subject.source_code.count("\\n")
            if record["id"].endswith("2"):
                return "not the third"

        def pytest_jaxsmith_manifest(manifest, config):
            manifest["project"] = "mine"
        """
    )
    result = project.emit("-n", workers, *CURVES)
    assert result.ret == pytest.ExitCode.OK
    records = project.records()
    assert records
    assert all(record["lines"] == record["source_code"].count("\n") for record in records)
    dropped = [(r["id"], r["status"], r["detail"]) for r in project.rejects() if "2" in r["id"]]
    assert dropped == [("curves-s0-000002", "rejected", "not the third")]
    assert json.loads(project.tree()["manifest.json"])["project"] == "mine"


def test_a_conftest_sends_records_elsewhere(project: Project) -> None:
    project.pytester.makeconftest(
        """
        def pytest_jaxsmith_record_written(record, receipt, config):
            with open(config.rootpath / "elsewhere.txt", "a") as file:
                print(record["id"], receipt["status"], receipt["size"], file=file)
        """
    )
    project.emit(*CURVES)
    lines = (project.path / "elsewhere.txt").read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [
        [f"curves-s0-00000{i}", "verified"] for i in range(4)
    ]


def test_a_conftest_builds_the_record_itself(project: Project) -> None:
    project.pytester.makeconftest(
        """
        def pytest_jaxsmith_build_record(evidence, config):
            s = evidence.subject
            return {"id": s.id, "category": s.category, "source_code": s.source_code}
        """
    )
    result = project.emit(*CURVES)
    assert result.ret == pytest.ExitCode.OK
    assert {tuple(record) for record in project.records()} == {("id", "category", "source_code")}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("raise KeyError('lost')", "KeyError: 'lost'"),
        ("record['handle'] = object()", "*is not JSON*"),
        ("return 5", "pytest_jaxsmith_modify_record returns int, not a reason or None"),
    ],
)
def test_a_hook_that_goes_wrong_fails_the_item_and_is_recorded(
    project: Project, body: str, detail: str
) -> None:
    project.pytester.makeconftest(f"def pytest_jaxsmith_modify_record(record):\n    {body}")
    result = project.emit(*CURVES)
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines([f"internal_error: {detail}"])
    assert {reject["reason"] for reject in project.rejects()} == {"internal_error"}


def test_a_hook_told_of_a_record_fails_the_item_and_harms_no_record(project: Project) -> None:
    project.pytester.makeconftest(
        "def pytest_jaxsmith_record_written(record): raise ValueError(record['id'])"
    )
    result = project.emit(*CURVES)
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(["pytest_jaxsmith_record_written: ValueError: curves-s0-000000"])
    assert "desk.py" not in result.stdout.str()
    assert len(project.records()) == 4


def test_a_manifest_hook_that_raises_leaves_the_folder_as_it_was(project: Project) -> None:
    project.pytester.makeconftest("def pytest_jaxsmith_manifest(manifest): manifest['no such key']")
    result = project.emit(*CURVES)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["the corpus could not be finished: pytest_jaxsmith_manifest: KeyError: 'no such key'"]
    )
    assert not (project.path / "out" / "data").exists()


def test_no_record_is_made_where_nothing_is_emitted(project: Project) -> None:
    project.pytester.makeconftest("def pytest_jaxsmith_modify_record(record): raise KeyError")
    project.run(*CURVES).assert_outcomes(passed=4)
