"""Would it do for a million? Collecting one shard of so many, and writing a tenth for real.

    python -m tests.benchmarks.scale --size 1000000 --write 100000 --rate 6

First one shard of a corpus of ``--size`` functions is collected, of as many as ``--write``; then
all its functions are written (their first draft, not compiled) in as many processes as there are
cores. Printed are times, memory, what could not be written, and how many sources are alike without
names and literals; and how long the whole would take at a rate that ``speed.py`` measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from corpus import CORPUS
from jaxsmith.dataset.digest import digest
from jaxsmith.dataset.normal_python import normal_python
from jaxsmith.errors import RejectedError
from jaxsmith.pytest_plugin.quota import Share, planned

ROOT = Path(__file__).parents[2]
LONG = 86_400


@dataclass(frozen=True)
class Written:
    """What one process wrote.

    Attributes:
        sources: a digest of each source without names and literals.
        unwritable: cases for which nothing suited.
        first, last: seconds for the first tenth and for the last.
        megabytes: the most memory that it had.
    """

    sources: list[bytes]
    unwritable: int
    first: float
    last: float
    megabytes: int


def collect(size: int, share: Share) -> tuple[float, int]:
    """Seconds and the most megabytes for collecting a share."""
    command = [
        *(sys.executable, "-m", "pytest", "corpus", "-q", "--collect-only"),
        *("-p", "no:cacheprovider", "-p", "no:xdist"),
        f"--corpus-size={size}",
        f"--corpus-shard={share}",
    ]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000


def write(size: int, share: Share) -> Written:
    """Write all functions of a share of a corpus of that size."""
    cases = list(planned(list(CORPUS.categories), size, 0, share))
    sources, unwritable, marks = [], 0, [time.perf_counter()]
    tenth = len(cases) // 10
    for position, case in enumerate(cases, start=1):
        try:
            sources.append(digest(normal_python(CORPUS.write(case).source_code)))
        except RejectedError:
            unwritable += 1
        if position in (tenth, len(cases) - tenth, len(cases)):
            marks.append(time.perf_counter())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    return Written(sources, unwritable, marks[1] - marks[0], marks[3] - marks[2], peak)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000_000, help="functions in the corpus")
    parser.add_argument("--write", type=int, default=100_000, help="functions to write")
    parser.add_argument("--rate", type=float, default=6.0, help="functions a second, as measured")
    options = parser.parse_args()
    parts = options.size // options.write
    seconds, megabytes = collect(options.size, Share(1, parts))
    print(f"collecting shard 1/{parts} of {options.size:,}: {seconds:.1f} s, {megabytes:,} MB")
    cores = len(os.sched_getaffinity(0))
    shares = [Share(number, parts * cores) for number in range(1, cores + 1)]
    start = time.perf_counter()
    with ProcessPoolExecutor(cores) as pool:
        written = list(pool.map(write, [options.size] * cores, shares))
    seconds = time.perf_counter() - start
    count = sum(len(each.sources) + each.unwritable for each in written)
    unlike = len({source for each in written for source in each.sources})
    print(
        f"writing {count:,} functions in {cores} processes: {seconds:.0f} s, "
        f"{1000 * cores * seconds / count:.1f} ms each, {max(e.megabytes for e in written):,} MB; "
        f"the last tenth took {max(e.last / e.first for e in written):.2f} times the first"
    )
    print(f"{sum(each.unwritable for each in written):,} could not be written in the first draft")
    print(f"{unlike:,} sources ({100 * unlike / count:.1f} %) differ without names and literals")
    print(f"{options.size:,} at {options.rate:g}/s: {options.size / options.rate / LONG:.1f} days")


if __name__ == "__main__":
    main()
