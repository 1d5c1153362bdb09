"""The report in a real browser: what lights up, what is filtered, and that nothing runs or loads.

Skipped without the extra ``browser`` (Playwright) or without a Chromium.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from test_report_page import HOSTILE, REAL, made, spoiled, write_records

from jaxsmith.dataset import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Open = Callable[..., Page]

playwright = pytest.importorskip("playwright.sync_api")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with playwright.sync_playwright() as driver:
        own = Path(driver.chromium.executable_path)
        if found is None and not own.exists():
            pytest.skip(f"no browser: none of {', '.join(NAMES)} on the PATH, none of Playwright's")
        chromium = driver.chromium.launch(executable_path=found)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    complaints: list[str] = []
    pages = []

    def opened(text: str, fragment: str = "", **settings: Any) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        settings.setdefault("viewport", {"width": 1600, "height": 1000})
        page = browser.new_page(**settings)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        asked: list[str] = []
        page.goto(f"{path.as_uri()}{fragment}")
        assert asked == [path.as_uri()]
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    # Whatever the policy of the page forbids is a complaint too.
    assert complaints == []


# A function made from another: its lines have several origins.
RECORD = next(each for each in REAL if each["base_id"] and len(each["alignment"]["lines"]) > 4)


def lit(page: Page, pane: str, kind: str) -> list[int]:
    """The lines of a text that are lit, from 1."""
    script = f"items => items.flatMap((li, i) => li.matches('.{kind}') ? [i + 1] : [])"
    return page.locator(f"ol[aria-label='{pane}'] li").evaluate_all(script)


def line(page: Page, pane: str, number: int) -> Any:
    return page.locator(f"ol[aria-label='{pane}'] li").nth(number - 1)


def expected(name: str, source: int) -> tuple[list[int], list[int]]:
    """The lines whose nearest origin is a line of the source, and the others that have it."""
    alignment = RECORD["alignment"]
    origins = [alignment["lines"][which] for which in alignment[name]]
    near = [i for i, each in enumerate(origins, 1) if each[:1] == [source]]
    return near, [i for i, each in enumerate(origins, 1) if source in each and i not in near]


ALIGNED = {
    "jaxpr": "jaxpr",
    "stablehlo": "StableHLO",
    "hlo": "HLO",
    "optimized_hlo": "optimized HLO",
}


def test_pointing_at_a_line_lights_up_what_it_became(open_page: Open) -> None:
    page = open_page(made([RECORD]))
    sources = sorted({number for each in RECORD["alignment"]["lines"] for number in each})
    for number in sources:
        line(page, "Python", number).hover()
        assert lit(page, "Python", "near") == [number]
        for name, title in ALIGNED.items():
            assert (lit(page, title, "near"), lit(page, title, "far")) == expected(name, number)
    assert any(expected("stablehlo", number)[0] for number in sources)
    assert any(expected("stablehlo", number)[1] for number in sources)
    page.locator("h1").hover()
    assert lit(page, "Python", "near") == []


def test_pointing_at_what_became_lights_up_where_it_came_from(open_page: Open) -> None:
    alignment = {name: each for name, each in RECORD["alignment"].items() if name != "hlo"}
    page = open_page(made([{**RECORD, "alignment": alignment}]))
    place = next(i for i, which in enumerate(alignment["stablehlo"]) if which)
    nearest, *outer = alignment["lines"][alignment["stablehlo"][place]]
    line(page, "StableHLO", place + 1).hover()
    assert lit(page, "Python", "near") == [nearest]
    assert lit(page, "Python", "far") == sorted(outer)
    assert f"from line {nearest} of the Python" in page.locator("#status").inner_text()
    line(page, "optimized HLO", 1).hover()
    assert "came from no line" in page.locator("#status").inner_text()
    line(page, "HLO", 1).hover()
    assert "does not say" in page.locator("#status").inner_text()
    assert lit(page, "Python", "near") == []


def test_the_keyboard_does_all_that_pointing_does(open_page: Open) -> None:
    page = open_page(made([RECORD]))
    number = next(n for n in range(1, 99) if expected("jaxpr", n)[0])
    line(page, "Python", 1).focus()
    for _ in range(number - 1):
        page.keyboard.press("ArrowDown")
    assert lit(page, "Python", "at") == [number]
    assert lit(page, "jaxpr", "near") == expected("jaxpr", number)[0]
    page.keyboard.press("ArrowRight")
    assert lit(page, "jaxpr", "at") == expected("jaxpr", number)[0][:1]
    assert line(page, "jaxpr", lit(page, "jaxpr", "at")[0]).evaluate("li => li.matches(':focus')")
    page.keyboard.press("ArrowLeft")
    assert lit(page, "Python", "at") == [number]
    # What is held stays lit when the pointer has been elsewhere.
    line(page, "HLO", 1).hover()
    page.locator("h1").hover()
    assert lit(page, "Python", "at") == [number]
    page.keyboard.press("Escape")
    assert lit(page, "Python", "near") == []
    # One stop for each text: Tab leads from one to the next.
    line(page, "Python", 1).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.parentElement.ariaLabel") == "jaxpr"


def test_the_line_it_became_is_brought_into_view(open_page: Open) -> None:
    page = open_page(made([RECORD]), viewport={"width": 1600, "height": 200})
    number = max(range(1, 99), key=lambda n: min(expected("stablehlo", n)[0], default=0))
    first = line(page, "StableHLO", expected("stablehlo", number)[0][0])
    is_seen = """li => { const a = li.getBoundingClientRect(), b = li.parentElement
        .getBoundingClientRect(); return a.top >= b.top - 1 && a.bottom <= b.bottom + 1 }"""
    assert not first.evaluate(is_seen)
    line(page, "Python", number).focus()
    assert first.evaluate(is_seen)


def listed(page: Page) -> list[str]:
    return page.locator("#list option").evaluate_all("found => found.map(each => each.value)")


def test_functions_are_filtered_by_category_tag_operation_and_text(open_page: Open) -> None:
    page = open_page(made(REAL))
    everything = set(listed(page))
    shown = [each for each in REAL if each["id"] in everything]

    def ids(fits: Callable[[dict[str, Any]], bool]) -> set[str]:
        return {each["id"] for each in shown if fits(each)}

    page.select_option("#category", "linalg")
    assert set(listed(page)) == ids(lambda r: r["category"] == "linalg")
    page.fill("#op", "transpose")
    found = ids(lambda r: r["category"] == "linalg" and "transpose" in r["primitives"])
    assert set(listed(page)) == found != set()
    page.click("button[type=reset]")
    assert set(listed(page)) == everything
    page.select_option("#tag", "vmap")
    assert set(listed(page)) == ids(lambda r: "vmap" in r["tags"])
    page.select_option("#tag", "")
    page.fill("#op", "stablehlo.red")  # no operation: every one that has it in its name
    reducing = ids(lambda r: any("stablehlo.red" in op for op in r["stablehlo_ops"]))
    assert set(listed(page)) == reducing
    page.fill("#op", "")
    name = shown[3]["function_name"]
    page.fill("#text", name.upper())
    assert shown[3]["id"] in listed(page)
    assert len(listed(page)) < len(everything) / 2
    page.fill("#text", "no function has this")
    assert listed(page) == []
    assert page.locator("#panes").is_hidden()


def test_a_count_leads_to_functions_and_a_link_to_one(open_page: Open) -> None:
    page = open_page(made(REAL))
    page.locator("#figures a", has_text="stablehlo.reduce").first.click()
    assert page.input_value("#op") == "stablehlo.reduce"
    assert 0 < len(listed(page)) < page.locator("#list").evaluate("() => 1000")
    chosen = REAL[1]["id"]
    page = open_page(made(REAL[:3]), f"#id={chosen}")
    assert chosen in page.locator("#name").inner_text()
    # And on to the function that it was made from.
    base = REAL[1]["base_id"] or REAL[0]["id"]
    page.select_option("#list", base)
    assert base in page.locator("#name").inner_text()
    assert page.url.endswith(f"#id={base}")


def test_nothing_that_a_record_holds_runs(open_page: Open) -> None:
    page = open_page(made([spoiled(each, HOSTILE) for each in REAL[:4]]))
    page.evaluate("() => { window.hit = () => console.error('a record ran') }")
    assert page.evaluate("[...document.images].length") == 0
    assert page.locator("script").count() == 2
    for identity in listed(page):
        page.select_option("#list", identity)
        assert "<img src=x onerror=" in page.locator("#name").inner_text()
    assert "<img" in page.locator("ol[aria-label='Python']").inner_text()
    page.locator("#figures a").first.click()
    assert len(listed(page)) > 0


def luminance(page: Page, selector: str, what: str) -> float:
    script = f"e => getComputedStyle(e).{what}.match(/[\\d.]+/g).slice(0, 3).map(Number)"
    parts = [each / 255 for each in page.locator(selector).first.evaluate(script)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(open_page: Open, scheme: str) -> None:
    page = open_page(made([RECORD]), color_scheme=scheme)
    line(page, "Python", next(n for n in range(1, 99) if expected("jaxpr", n)[0])).hover()
    pairs = [
        ("body", "body"),
        ("#figures a", ".card"),
        ("dt", "body"),
        (".lines li", ".pane"),
        (".lines li", ".lines .near"),
    ]
    for text, ground in pairs:
        ink, paper = luminance(page, text, "color"), luminance(page, ground, "backgroundColor")
        assert (paper < ink) == (scheme == "dark")
        high, low = max(ink, paper), min(ink, paper)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)  # WCAG 2, level AA


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_it_fits_any_width(open_page: Open, tmp_path: Path, width: int) -> None:
    old = write_records(tmp_path / "old.jsonl", [RECORD])
    changed = {**RECORD, "stablehlo": RECORD["stablehlo"].replace("stablehlo.", "stablehlo.new_")}
    new = write_records(tmp_path / "new.jsonl", [changed])
    report.write(new, tmp_path / "made.html", old)
    text = (tmp_path / "made.html").read_text(encoding="utf-8")
    page = open_page(text, viewport={"width": width, "height": 800})
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#panes .pane").count() == 5
    for pane in page.locator("#panes .pane").all():
        assert pane.bounding_box()["width"] >= min(300, width - 30)  # type: ignore[index]


def test_without_a_script_the_counts_are_there(open_page: Open) -> None:
    page = open_page(made(REAL[:9]), java_script_enabled=False)
    assert page.locator("noscript").inner_text().startswith("To look at functions")
    assert page.locator("#figures .card").count() >= 10
