"""The pages say what is true: their code runs, their texts are real, their links lead somewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxsmith.stages.setting import versions

if TYPE_CHECKING:
    from types import ModuleType

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
OVERVIEW = DOCS / "how-jax-compiles.md"
TEXTS = DOCS / "reading-the-ir.md"
BOUNDS = DOCS / "bounds.md"
PAGES = [OVERVIEW, TEXTS, BOUNDS, DOCS / "examples" / "README.md", DOCS / "using-in-your-tests.md"]

BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
EXPLANATION = re.compile(r"^- `([^`]+)`:", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HLO_OPERATION = re.compile(r" = \S+ ([a-z-]+)\(")


def page_id(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", BLOCK.sub("", text))


def runnable(text: str) -> list[tuple[str, str | None]]:
    """Each block of Python marked ``run``, with the block of text next to it, which it prints."""
    blocks = list(BLOCK.finditer(text))
    found: list[tuple[str, str | None]] = []
    for number, block in enumerate(blocks):
        if block[1] != "python run":
            continue
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        printed = after and after[1] == "text" and not text[block.end() : after.start()].strip()
        found.append((block[2], after[2] if after and printed else None))
    return found


def anchors(page: Path) -> set[str]:
    """The names that a code host gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@cache
def follower() -> ModuleType:
    path = DOCS / "examples" / "follow_one_function.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def on_page() -> dict[str, str]:
    texts: dict[str, str] = follower().written(TEXTS.read_text(encoding="utf-8"))
    return texts


@cache
def real() -> dict[str, str]:
    texts: dict[str, str] = follower().blocks()
    return texts


def same_setting(*names: str) -> bool:
    """Whether the page was made in this setting, as far as these names go."""
    made_in = dict(line.split(maxsplit=1) for line in on_page()["setting"].splitlines())
    return all(made_in[name] == versions()[name] for name in names)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://")
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(REPOSITORY)
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_files_and_commands_named_exist(page: Path) -> None:
    for name in re.findall(r"`(?:python )?((?:plugin|docs|corpus)/\S+?)`", page.read_text("utf-8")):
        assert (REPOSITORY / name).exists(), name


def test_blocks_run_in_order_and_print_what_follows_them() -> None:
    namespace: dict[str, object] = {"__name__": "page"}
    blocks = runnable(OVERVIEW.read_text(encoding="utf-8"))
    assert len(blocks) >= 8
    for source, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, OVERVIEW.name, "exec"), namespace)
        lines = [line.rstrip() for line in printed.getvalue().rstrip().splitlines()]
        assert lines == [line.rstrip() for line in (expected or "").splitlines()], source


def test_every_text_has_its_block() -> None:
    assert list(on_page()) == [
        "source",
        "setting",
        "jaxpr",
        "stablehlo",
        "hlo",
        "optimized_hlo",
        "passes",
        "llvm",
        "primitives",
        "stablehlo_ops",
        "costs",
    ]


def test_source_is_the_example_function() -> None:
    assert on_page()["source"] == real()["source"]


@pytest.mark.parametrize(
    ("name", "depends_on"),
    [
        ("jaxpr", ()),
        ("stablehlo", ()),
        ("hlo", ()),
        ("primitives", ()),
        ("stablehlo_ops", ()),
        ("optimized_hlo", ("platform", "instruction_set")),
        ("passes", ("platform", "instruction_set")),
        ("llvm", ("platform", "instruction_set")),
        ("costs", ("platform", "instruction_set")),
    ],
)
def test_texts_are_real(name: str, depends_on: tuple[str, ...]) -> None:
    if not same_setting("jax", "jaxlib", *depends_on):
        pytest.skip("the page was made with another JAX or on another machine")
    assert on_page()[name] == real()[name]


def test_operations_are_those_of_this_jax() -> None:
    """Holds on every version: the page would mislead if it spoke of other operations."""
    assert on_page()["primitives"] == real()["primitives"]
    assert on_page()["stablehlo_ops"] == real()["stablehlo_ops"]
    page, now = (set(HLO_OPERATION.findall(text["hlo"])) for text in (on_page(), real()))
    assert page == now
    page, now = (set(HLO_OPERATION.findall(text["optimized_hlo"])) for text in (on_page(), real()))
    assert {"fusion", "dot", "reduce"} <= page & now


def test_explanations_begin_with_a_part_of_the_text_above_them() -> None:
    sections = re.split(r"^## ", TEXTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    explained = 0
    for section in sections:
        text = "".join(block[2] for block in BLOCK.finditer(section))
        for excerpt in EXPLANATION.findall(section):
            assert excerpt in text
            explained += 1
    assert explained > 40


def test_no_bullet_of_the_page_goes_unchecked() -> None:
    page = BLOCK.sub("", TEXTS.read_text(encoding="utf-8"))
    assert len(re.findall(r"^- ", page, re.MULTILINE)) == len(EXPLANATION.findall(page))


def test_rewriting_changes_named_blocks_only() -> None:
    page = TEXTS.read_text(encoding="utf-8")
    assert follower().rewrite(page, on_page()) == page
    emptied = follower().rewrite(page, dict.fromkeys(on_page(), "nothing\n"))
    assert set(follower().written(emptied).values()) == {"nothing\n"}
    assert BLOCK.sub("", emptied) == BLOCK.sub("", page)
