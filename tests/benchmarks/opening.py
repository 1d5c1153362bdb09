"""How long does the report of a corpus take to open, and to show another function?

    python tests/benchmarks/opening.py output/report.html

Opens the page in a Chromium, each time in a new one, until the first function's texts are there;
then filters by an operation and shows the last function of the list. Printed are the median and the
longest of each, the page's size, and how many other files it asked for. It needs
``pip install -e '.[browser]'`` and a Chromium, on the ``PATH`` or Playwright's own.
"""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def opened(driver: Playwright, page_path: Path) -> tuple[float, float, int]:
    """Seconds until the page is there, seconds for another function, and what else it asked for."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    browser = driver.chromium.launch(executable_path=found)
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    started = time.perf_counter()
    page.goto(page_path.as_uri())
    page.locator("#panes ol li").first.wait_for()
    first = time.perf_counter() - started
    started = time.perf_counter()
    page.fill("#op", "stablehlo.reduce")
    last = page.locator("#list option").last.get_attribute("value")
    page.select_option("#list", last)
    page.wait_for_function("id => document.querySelector('#name').innerText.includes(id)", arg=last)
    page.locator("#panes ol li").first.wait_for()
    second = time.perf_counter() - started
    browser.close()
    return first, second, len(asked) - 1


def main() -> None:
    """Open it so many times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, help="the report.html of a corpus")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    path = options.page.resolve(strict=True)
    with sync_playwright() as driver:
        rounds = [opened(driver, path) for _ in range(options.rounds)]
    firsts, seconds, others = zip(*rounds, strict=True)
    print(f"{path.stat().st_size / 1e6:.1f} MB, {max(others)} other files asked for")
    for told, times in (("open", firsts), ("another function", seconds)):
        print(f"{told:17} {median(times):.2f} s, at most {max(times):.2f} s")


if __name__ == "__main__":
    main()
