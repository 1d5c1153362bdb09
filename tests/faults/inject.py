"""Faults of many kinds, injected into a real run: is each contained, and its function named?

    python tests/faults/inject.py --times 20 --workers 2 --timeout 8

Writes a corpus of functions of which every second does something to its process that a function
must not do (``mini/faults.py`` is the table), and reads what the records say. A fault is contained
if its own record has the reason and the detail that are expected, those beside it are sound, and no
process is left when the run has ended.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLUGIN_TESTS = ROOT / "tests" / "pytest_plugin"
sys.path.insert(0, str(PLUGIN_TESTS))

from mini.faults import FAULTS  # noqa: E402

from jaxsmith.dataset import read, read_rejects  # noqa: E402

TEST = """
import pytest
from mini import CORPUS

@pytest.mark.jaxsmith_corpus(CORPUS)
def test_function(case, jaxsmith):
    jaxsmith.check_case(case)
"""


def run(folder: Path, faults: list[str], options: argparse.Namespace, mark: str) -> str:
    """Write a corpus with these faults, one a function; return what pytest said."""
    shutil.copytree(PLUGIN_TESTS / "mini", folder / "mini", dirs_exist_ok=True)
    (folder / "test_mini.py").write_text(TEST)
    environment = {
        **os.environ,
        "MINI_FAULTS": " ".join(faults),
        "PYTHONPATH": f"{ROOT / 'plugin'}:{folder}",
        "JAXSMITH_FAULTS": mark,
    }
    command = [
        *(sys.executable, "-m", "pytest", "test_mini.py", "-q", "-p", "no:cacheprovider"),
        *("-m", "odd", "-n", str(options.workers), "--emit=out", "--corpus-shrink=0"),
        *(f"--corpus-timeout={options.timeout}", f"--corpus-size={len(faults)}"),
    ]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def left(mark: str) -> list[str]:
    """The processes of a run that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended, or is somebody else's
    return found


def judged(folder: Path, faults: list[str]) -> tuple[Counter[str], list[str]]:
    """How many of each kind were contained, and a line for each that was not."""
    rejects = {record["id"]: record for record in read_rejects(folder / "out")}
    known = set(rejects) | {record["id"] for record in read(folder / "out")}
    contained: Counter[str] = Counter()
    wrong = []
    for index, kind in enumerate(faults):
        name = f"odd-s0-{index:06d}"
        reject = rejects.get(name, {})
        reason, detail = reject.get("reason", ""), reject.get("detail", "")
        expected = FAULTS[kind].reason if kind in FAULTS else ""
        said = FAULTS[kind].said if kind in FAULTS else ""
        fine = (
            reason in ("", "duplicate") if not expected else reason == expected and said in detail
        )
        if name in known and fine:
            contained[kind] += 1
        else:
            wrong.append(f"{name} ({kind}): {reason or 'no record'}: {detail}")
    return contained, wrong


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how often each kind is injected")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=8, help="seconds that a function may take")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the faults")
    parser.add_argument("--only", nargs="*", choices=FAULTS, help="these kinds")
    options = parser.parse_args()
    kinds = [each for each in (options.only or FAULTS) for _ in range(options.times)]
    random.Random(options.seed).shuffle(kinds)
    faults = [each for kind in kinds for each in (kind, "none")]
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory() as name:
        said = run(Path(name), faults, options, mark)
        if not (Path(name) / "out" / "data").exists():
            print(said)
            return 1
        contained, wrong = judged(Path(name), faults)
    print("| fault | reason | contained | injected |\n| --- | --- | --- | --- |")
    for kind in options.only or FAULTS:
        reason = FAULTS[kind].reason or "none: the function is sound"
        print(f"| {kind} | {reason} | {contained[kind]} | {options.times} |")
    print(f"| functions beside them | none | {contained['none']} | {len(kinds)} |")
    print(f"\nprocesses left behind: {len(left(mark))}", *wrong, sep="\n")
    return 1 if wrong or left(mark) else 0


if __name__ == "__main__":
    sys.exit(main())
