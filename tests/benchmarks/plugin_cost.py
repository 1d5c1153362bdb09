"""What does the plugin cost? The same functions through pytest and through a bare loop.

    python tests/benchmarks/plugin_cost.py --size 1000 --rounds 3 --processes 2

All run one at a time and in turn, from the start of Python to its end, in as many processes as
there are cores unless told: the plugin's workers, or loops side by side that share the functions.
The plugin's time includes collecting, writing the functions, checking the numbers, and writing and
merging the records. The loop runs twice: as it is, with XLA's own settings; and with those that the
plugin gives XLA, which are part of the plugin, and leave what the rest of it takes. Printed are the
medians and the ratios, round by round.
"""

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from corpus import CORPUS
from jaxsmith.dataset import read
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.stages import environment

ROOT = Path(__file__).parents[2]


def emit(size: int, folder: Path, processes: int) -> list[str]:
    """The command that builds a corpus."""
    return [
        *(sys.executable, "-m", "pytest", "corpus", "-q", "-p", "no:cacheprovider"),
        *(("-n", str(processes)) if processes > 1 else ("-p", "no:xdist")),
        f"--corpus-size={size}",
        f"--emit={folder}",
    ]


def seconds(commands: Sequence[list[str]], environ: Mapping[str, str]) -> float:
    """How long commands take side by side, from start to end."""
    start = time.perf_counter()
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    for process, command in zip(running, commands, strict=True):
        if process.wait():
            raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start


def unset() -> dict[str, str]:
    """The environment as it is, but for as many devices as the functions ask for."""
    devices = f"--xla_force_host_platform_device_count={environment.DEVICES}"
    return {**os.environ, "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {devices}".strip()}


def prepare(folder: Path, targets: Sequence[Path]) -> int:
    """Write the emitted functions with their inputs, a share for each bare loop."""
    functions = []
    for record in read(folder):
        case = Case(record["category"], int(record["id"].rpartition("-")[2]), record["seed"])
        drafts = product(range(8), repeat=2)  # of it, and of what it is made from
        written = (CORPUS.write(case, draft, base) for base, draft in drafts)
        function = next(f for f in written if f.source_code == record["source_code"])
        inputs = [
            make_set(function.params, chosen["kind"], chosen["seed"]).arrays
            for chosen in record["inputs"]
        ]
        functions.append((function.source_code, function.name, function.x64, inputs))
    for place, target in enumerate(targets):
        target.write_bytes(pickle.dumps(functions[place :: len(targets)]))
    return len(functions)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1000, help="functions (default: 1000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default: 3)")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--processes", type=int, default=cores, help="default: one a core")
    options = parser.parse_args()
    default, ours = unset(), dict(os.environ)
    environment.prepare(ours)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "corpus")
        shares = [Path(scratch, f"functions{n}.pickle") for n in range(options.processes)]
        plugin = [emit(options.size, folder, options.processes)]
        seconds(plugin, ours)
        count = prepare(folder, shares)
        loops = [
            [sys.executable, str(ROOT / "tests/benchmarks/bare_loop.py"), str(share)]
            for share in shares
        ]
        rounds = [
            (seconds(plugin, ours), seconds(loops, default), seconds(loops, ours))
            for _ in range(options.rounds)
        ]
    print(f"{count} functions, {options.processes} processes; medians of {options.rounds} rounds")
    names = ("plugin", "bare loop", "bare loop, plugin's settings")
    for position, (name, times) in enumerate(zip(names, zip(*rounds, strict=True), strict=True)):
        ratios = [times_of[0] / times_of[position] for times_of in rounds]
        median = statistics.median(times)
        line = f"{name:28} {median:7.1f} s  {count / median:6.1f} functions/s"
        if position:
            spread = f"({min(ratios):.3f} to {max(ratios):.3f})"
            line += f"  ratio {statistics.median(ratios):.3f} {spread}"
        print(line)


if __name__ == "__main__":
    main()
