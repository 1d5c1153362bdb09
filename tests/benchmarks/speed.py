"""How fast is a corpus made, and what would no plugin at all take for the same functions?

    python -m tests.benchmarks.speed --size 300 --rounds 3 --processes 1 2

Runs one after the other, round by round, each from the start of Python to its end:

jaxsmith
    ``pytest corpus --emit``: collecting, writing the functions, checking the numbers, writing and
    merging the records are all in its time.
bare loop
    the same JAX calls over the same functions and nothing else (``bare_loop.py``), as many loops
    side by side as jaxsmith has workers, with XLA's own settings; and once more with those that
    jaxsmith gives XLA, which leaves what all the rest of jaxsmith takes.
by hand
    one stage after the other, as a script of a page does it (``by_hand.py``), in one process.

Prints medians, with the spread of the ratios, as the tables of ``docs/speed.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from corpus import CORPUS
from jaxsmith.dataset import read
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.stages import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Way:
    """A way to get at the texts of all functions: commands that run side by side."""

    name: str
    commands: Sequence[Sequence[str]]
    environ: Mapping[str, str]

    @property
    def processes(self) -> int:
        """How many functions are worked on at a time."""
        if self.name == "jaxsmith" and "-n" in self.commands[0]:
            return int(self.commands[0][self.commands[0].index("-n") + 1])
        return len(self.commands)

    def run(self) -> tuple[float, list[str]]:
        """The seconds from start to end, and what was printed."""
        start = time.perf_counter()
        running = [
            subprocess.Popen(each, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, text=True)
            for each in self.commands
        ]
        printed = [process.communicate()[0] for process in running]
        for process, command in zip(running, self.commands, strict=True):
            if process.returncode:
                raise SystemExit(f"{' '.join(command)} failed")
        return time.perf_counter() - start, printed


def emit(size: int, folder: Path, processes: int) -> list[str]:
    """The command that builds a corpus."""
    return [
        *(sys.executable, "-m", "pytest", "corpus", "-q", "-p", "no:cacheprovider"),
        *(("-n", str(processes)) if processes > 1 else ("-p", "no:xdist")),
        f"--corpus-size={size}",
        f"--emit={folder}",
    ]


def unset() -> dict[str, str]:
    """The environment as it is, but for as many devices as the functions ask for."""
    devices = f"--xla_force_host_platform_device_count={environment.DEVICES}"
    return {**os.environ, "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {devices}".strip()}


def functions_of(folder: Path) -> Iterator[tuple[str, str, bool, list[tuple[object, ...]]]]:
    """Of each emitted function what a loop needs: source, name, whether x64, input sets."""
    for record in read(folder):
        case = Case(record["category"], int(record["id"].rpartition("-")[2]), record["seed"])
        draft = len(record["rejected_drafts"])
        function = CORPUS.rewrite(case, record["source_code"], draft)
        assert function is not None  # the same code has just written it
        sets = [make_set(function.params, s["kind"], s["seed"]).arrays for s in record["inputs"]]
        yield function.source_code, function.name, function.x64, sets


def ways(scratch: Path, size: int, counts: Sequence[int]) -> tuple[int, list[Way]]:
    """The number of functions, and all ways, after the functions were written for the loops."""
    default, ours = unset(), dict(os.environ)
    environment.prepare(ours)
    folder = scratch / "corpus"
    Way("jaxsmith", [emit(size, folder, max(counts))], ours).run()
    functions = list(functions_of(folder))
    found = []
    for count in counts:
        shares = [scratch / f"{number}-of-{count}.pickle" for number in range(count)]
        for place, share in enumerate(shares):
            share.write_bytes(pickle.dumps(functions[place::count]))
        here = ROOT / "tests/benchmarks"
        loops = [[sys.executable, str(here / "bare_loop.py"), str(share)] for share in shares]
        found += [
            Way("jaxsmith", [emit(size, folder, count)], ours),
            Way("bare loop", loops, default),
            Way("bare loop, jaxsmith's settings", loops, ours),
        ]
        if count == 1:
            by_hand = [sys.executable, str(here / "by_hand.py"), str(shares[0])]
            found.append(Way("by hand", [by_hand], default))
    return len(functions), found


def rates(count: int, times: Mapping[tuple[str, int], Sequence[float]]) -> Iterator[str]:
    """A table of functions a second, and of how jaxsmith compares with each way.

    It is compared with as many processes; by hand there is one, which stands against all there are.
    """
    yield "| what | processes | functions a second | jaxsmith's rate, of its |"
    yield "| --- | ---: | ---: | ---: |"
    most = max(processes for _, processes in times)
    for (name, processes), seconds in times.items():
        rival = times["jaxsmith", most if name == "by hand" else processes]
        shares = [theirs / mine for theirs, mine in zip(seconds, rival, strict=True)]
        spread = f"{median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})"
        compared = "" if name == "jaxsmith" else spread
        yield f"| {name} | {processes} | {count / median(seconds):.1f} | {compared} |"


def stages(count: int, printed: Sequence[str]) -> Iterator[str]:
    """A table of the seconds that a bare loop in one process printed for each stage."""
    found = [json.loads(text) for text in printed]
    yield "| stage | functions a second | ms a function |"
    yield "| --- | ---: | ---: |"
    for stage in found[0]:
        seconds = median(each[stage] for each in found)
        yield f"| {stage} | {count / seconds:.1f} | {1000 * seconds / count:.1f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=300, help="functions (default: 300)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default: 3)")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument(
        "--processes",
        type=int,
        nargs="+",
        default=sorted({1, cores}),
        metavar="N",
        help=f"at a time (default: 1 and one a core, {cores})",
    )
    options = parser.parse_args()
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    told: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        count, found = ways(Path(scratch), options.size, options.processes)
        for _ in range(options.rounds):
            for way in found:
                seconds, printed = way.run()
                times[way.name, way.processes].append(seconds)
                if way.name == "bare loop" and way.processes == 1:
                    told += printed
    print(f"{count} functions, medians of {options.rounds} rounds\n")
    print("\n".join(rates(count, times)))
    if told:
        print("\n" + "\n".join(stages(count, told)))


if __name__ == "__main__":
    main()
