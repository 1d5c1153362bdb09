"""Write again what the README and the docs show of the code and of a corpus.

python docs/refresh.py            # README: the record of docs/sample/, the table of fields
python docs/refresh.py output/    # and, from that corpus, docs/statistics.md, coverage.md, plots/
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from jaxsmith.dataset import read
from jaxsmith.dataset.report import Gathering, chart
from jaxsmith.record import markdown
from jaxsmith.stages.names import STAGES

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def shown_record() -> dict:
    """The record of the sample that is shortest to show, with one that has something to show."""
    records = [r for r in read(ROOT / "docs" / "sample") if 2 <= r["op_count"] <= 4]
    return min(records, key=lambda record: len(json.dumps(record)))


def refresh_readme() -> None:
    """Put the record and the table of fields where the README shows them."""
    text = README.read_text(encoding="utf-8")
    record = shown_record()
    before = re.search(r"This is `([^`]+)` of `docs/sample/`", text)
    assert before is not None
    text = text.replace(before[1], record["id"])
    count = sum(1 for _ in read(ROOT / "docs" / "sample"))
    text = re.sub(r"(`docs/sample/` holds )\d+", rf"\g<1>{count}", text)
    block = f"```json\n{json.dumps(record, indent=2, ensure_ascii=False)}\n```"
    text = re.sub(r"```json\n.*?\n```", lambda _: block, text, flags=re.DOTALL)
    table = f"<!-- fields -->\n{markdown(STAGES).strip()}\n<!-- /fields -->"
    text = re.sub(r"<!-- fields -->.*?<!-- /fields -->", lambda _: table, text, flags=re.DOTALL)
    README.write_text(text, encoding="utf-8")


def refresh_statistics(folder: str) -> None:
    """Write the statistics of a corpus to the docs."""
    reasons = str(ROOT / "corpus" / "unreached.json")
    for name, arguments in {
        "statistics": ("stats", folder, "--markdown"),
        "coverage": ("coverage", folder, "--reasons", reasons),
    }.items():
        command = [sys.executable, "-m", "jaxsmith", *arguments]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        (ROOT / "docs" / f"{name}.md").write_text(table, encoding="utf-8")
    refresh_plots(Path(folder))


def refresh_plots(folder: Path) -> None:
    """Draw how numbers are spread, as the report of a corpus does, into the page of statistics."""
    page, plots = ROOT / "docs" / "statistics.md", ROOT / "docs" / "plots"
    plots.mkdir(exist_ok=True)
    gathered = Gathering()
    for _ in gathered.watch(read(folder)):
        pass
    images = []
    for each in gathered.histograms:
        image = f"{chart(each.title, each.rows())}\n"
        (plots / f"{each.name}.svg").write_text(image, encoding="utf-8")
        images.append(f"{each.title}:\n\n![{each.title}](plots/{each.name}.svg)\n")
    first, rest = page.read_text(encoding="utf-8").split("\n", 1)
    page.write_text("\n".join([f"{first}\n", *images]) + rest, encoding="utf-8")


if __name__ == "__main__":
    refresh_readme()
    for folder in sys.argv[1:]:
        refresh_statistics(folder)
