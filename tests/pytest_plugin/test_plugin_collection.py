"""Collection: ids, markers, selection, and no JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


def collected(result: pytest.RunResult) -> list[str]:
    """The parameter ids that ``--collect-only -q`` lists."""
    return [line.split("[")[1].rstrip("]") for line in result.outlines if "::" in line]


def test_ids_are_listed_even_over_the_categories_in_turn(project: Project) -> None:
    result = project.run("--collect-only", "-q", "--corpus-size=7", "--corpus-seed=3")
    assert collected(result) == [
        "curves-s3-000000",
        "curves-s3-000001",
        "odd-s3-000000",
        "odd-s3-000001",
        "waves-s3-000000",
        "waves-s3-000001",
        "curves-s3-000002",
    ]


@pytest.mark.parametrize(
    ("markexpr", "categories"),
    [
        ("curves", ["curves"] * 6),
        ("waves and not odd", ["waves"] * 6),
        ("waves", ["odd", "odd", "waves", "waves", "odd", "waves"]),
        ("not curves", ["odd", "odd", "waves", "waves", "odd", "waves"]),
    ],
)
def test_the_size_is_divided_over_what_m_can_select(
    project: Project, markexpr: str, categories: list[str]
) -> None:
    result = project.run(
        "--collect-only", "-q", "--strict-markers", "-m", markexpr, "--corpus-size=6"
    )
    assert [name.split("-")[0] for name in collected(result)] == categories


def test_tags_are_markers(project: Project) -> None:
    every = collected(project.run("--collect-only", "-q", "--corpus-size=60"))
    tagged = collected(project.run("--collect-only", "-q", "--corpus-size=60", "-m", "unary"))
    plain = collected(project.run("--collect-only", "-q", "--corpus-size=60", "-m", "not unary"))
    assert tagged
    assert plain
    assert sorted(tagged + plain) == sorted(every)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_unknown_marker_is_a_usage_error_naming_the_closest(
    project: Project, workers: str
) -> None:
    result = project.emit("-n", workers, "-m", "waves and not curve", "--corpus-size=6")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: -m names an unknown marker 'curve'; did you mean 'curves'?*"]
    )
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert not (project.path / "out").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_selecting_nothing_is_not_green(project: Project, workers: str) -> None:
    result = project.emit("-n", workers, "-m", "waves and curves", "--corpus-size=6")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not (project.path / "out").exists()


def test_a_session_without_a_corpus_keeps_the_rules_of_pytest(project: Project) -> None:
    project.pytester.makepyfile(test_other="def test_other(): pass")
    result = project.run("test_other.py", "-m", "not whatever")
    result.assert_outcomes(passed=1)


def test_an_id_names_its_function_without_other_options(project: Project) -> None:
    node = "test_mini.py::test_function[waves-s7-123456]"
    result = project.run("--collect-only", "-q", node)
    assert collected(result) == ["waves-s7-123456"]


@pytest.mark.parametrize("arguments", [["--help"], ["--collect-only", "-q", "--corpus-size=30"]])
def test_neither_help_nor_collecting_imports_jax(project: Project, arguments: list[str]) -> None:
    project.pytester.makeconftest(
        """
        import sys
        def pytest_unconfigure():
            heavy = {"jax", "jaxlib", "numpy"} & sys.modules.keys()
            print("HEAVY", sorted(heavy))
        """
    )
    result = project.run(*arguments)
    result.stdout.fnmatch_lines(["*HEAVY []"])


def test_functions_are_written_while_collecting_only_if_a_tag_is_asked_for(
    project: Project,
) -> None:
    project.pytester.makeconftest(
        """
        from jaxsmith.program.corpus import Corpus
        written = []
        plain = Corpus.write
        Corpus.write = lambda self, case, draft=0: written.append(case) or plain(self, case, draft)
        def pytest_collection_finish():
            print("WRITTEN", len(written))
        """
    )
    none = project.run("--collect-only", "-q", "--corpus-size=9", "-m", "waves and odd")
    none.stdout.fnmatch_lines(["WRITTEN 0"])
    for selection in (["-m", "waves and not unary"], ["-k", "unary"]):
        every = project.run("--collect-only", "-q", "--corpus-size=9", *selection)
        every.stdout.fnmatch_lines(["WRITTEN 9"])
