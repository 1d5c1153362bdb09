"""Write again what the README and the docs show of the code and of a corpus.

python docs/refresh.py                   # README: the record of docs/sample/, the table of fields
python docs/refresh.py output/           # and, from that corpus, docs/statistics.md and coverage.md
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from jaxsmith.dataset import read
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


if __name__ == "__main__":
    refresh_readme()
    for folder in sys.argv[1:]:
        refresh_statistics(folder)
