"""How much memory do workers and the controller take, as functions are done?

    python tests/benchmarks/memory.py --size 300 --workers 1

Writes a corpus and prints a row for every so many functions, of what was seen twice a second
since the row before: the median and the most memory of the largest worker (resident, in MB, what
it shares with others included), the most of the controller, and the most memory maps of a worker.
At the end it says how many processes were started: workers that grow too large are replaced.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from jaxsmith.pytest_plugin.containment.watchdog import children

ROOT = Path(__file__).parents[2]
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> int:
    """MB of memory that a process has; 0 once it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE // 10**6
    except (FileNotFoundError, ProcessLookupError):
        return 0


def maps(pid: int) -> int:
    """How many memory maps a process has; 0 once it has ended."""
    try:
        return Path(f"/proc/{pid}/maps").read_bytes().count(b"\n")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def done(folder: Path) -> int:
    """How many functions have a record."""
    parts = (folder / ".partial" / "parts").glob("*.notes")
    return sum(path.read_bytes().count(b"\n") for path in parts)


def main() -> None:
    """Write a corpus, and watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=300, help="functions in the corpus")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--every", type=int, default=25, help="functions a row")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "out"
        command = [
            *(sys.executable, "-m", "pytest", "corpus", "-q", "-p", "no:cacheprovider"),
            *(f"--corpus-size={options.size}", "-n", str(options.workers), f"--emit={folder}"),
        ]
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        print("| functions | worker MB | at most | controller MB | maps of a worker | seconds |")
        print("| --- | --- | --- | --- | --- | --- |", flush=True)
        begun, row, seen = time.monotonic(), options.every, []
        workers: set[int] = set()
        while run.poll() is None:
            found = list(children(run.pid))
            workers.update(found)
            workers_now = max(map(resident, found), default=0)
            seen.append((workers_now, resident(run.pid), max(map(maps, found), default=0)))
            count = done(folder)
            if count >= row:
                worker, controller, maps_seen = zip(*seen, strict=True)
                most = (max(worker), max(controller), max(maps_seen))
                cells = (count, round(median(worker)), *most, round(time.monotonic() - begun))
                print("|", " | ".join(map(str, cells)), "|", flush=True)
                row, seen = (count // options.every + 1) * options.every, []
            time.sleep(0.5)
    print(f"\nprocesses started: {len(workers)}")
    sys.exit(run.returncode)


if __name__ == "__main__":
    main()
