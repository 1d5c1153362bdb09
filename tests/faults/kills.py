"""Runs that are killed at random points, gone on with, and compared with an undisturbed one.

    python tests/faults/kills.py --points 50 --size 24

At each point, chosen evenly over the time that a run takes, one of its processes is killed
(controller or worker, in turn), or the controller is interrupted; then the same command is given
with ``--emit-resume``, until a corpus is there. Printed is a line for each point, and at the end in
how many the corpus was the undisturbed one, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from jaxsmith.pytest_plugin.containment.watchdog import children

ROOT = Path(__file__).parents[2]
TEST = """
import pytest
from mini import CORPUS

@pytest.mark.jaxsmith_corpus(CORPUS)
def test_function(case, jaxsmith):
    jaxsmith.check_case(case)
"""
WAYS = ("controller", "worker", "interrupt")


def started(folder: Path, out: str, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """A run that resumes, in a process of its own."""
    command = [
        *(sys.executable, "-m", "pytest", "test_mini.py", "-q", "-p", "no:cacheprovider"),
        *("-n", str(options.workers), f"--corpus-size={options.size}", "--emit-resume"),
        f"--emit={out}",
    ]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'plugin'}:{folder}"}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a corpus."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def disturb(run: subprocess.Popen[bytes], way: str) -> None:
    """Kill or interrupt what is there of a run."""
    with suppress(ProcessLookupError):
        if way == "worker":
            for worker in list(children(run.pid))[:1]:
                os.kill(worker, signal.SIGKILL)
        else:
            run.send_signal(signal.SIGKILL if way == "controller" else signal.SIGINT)


def finished(folder: Path, out: str, options: argparse.Namespace) -> int:
    """Give the command until there is a corpus; return how often."""
    for count in range(5):
        if (folder / out / "manifest.json").exists() and not (folder / out / ".partial").exists():
            return count
        started(folder, out, options).wait()
    return 5


def main() -> int:
    """Kill, go on, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--size", type=int, default=24, help="functions in the corpus")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    same = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "tests" / "pytest_plugin" / "mini", folder / "mini")
        (folder / "test_mini.py").write_text(TEST)
        begun = time.monotonic()
        started(folder, "whole", options).wait()
        takes = time.monotonic() - begun
        whole = tree(folder / "whole")
        for point in range(options.points):
            way, after = WAYS[point % len(WAYS)], rng.uniform(0, takes)
            run = started(folder, "out", options)
            with suppress(subprocess.TimeoutExpired):
                run.wait(timeout=after)
            disturb(run, way)
            run.wait()
            parts = (folder / "out" / ".partial" / "parts").glob("*.jsonl")
            kept = sum(path.read_bytes().count(b"\n") for path in parts)
            again = finished(folder, "out", options)
            equal = tree(folder / "out") == whole
            same += equal
            verdict = "the same" if equal else "ANOTHER CORPUS"
            print(
                f"{way:10} after {after:4.1f} s: {kept:3} kept, {again} more, {verdict}", flush=True
            )
            shutil.rmtree(folder / "out")
    print(f"{same} of {options.points} are as if undisturbed")
    return 0 if same == options.points else 1


if __name__ == "__main__":
    sys.exit(main())
