"""What does the plugin cost? The same functions through pytest and through a bare loop.

    python tests/benchmarks/plugin_cost.py --size 300 --rounds 3

All run in a process of their own, one at a time and in turn, from the start of Python to its end;
the plugin's time includes collecting, writing the functions, checking the numbers, and writing and
merging the records. The loop runs twice: with the settings that the plugin gives XLA, which leaves
what the plugin itself takes; and with XLA's own, as in any process that nobody has set up. Printed
are the medians and the ratios, round by round.
"""

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from corpus import CORPUS
from jaxsmith.dataset import read
from jaxsmith.program.function import Case
from jaxsmith.sample.sets import make_set
from jaxsmith.stages import environment

ROOT = Path(__file__).parents[2]


def emit(size: int, folder: Path) -> list[str]:
    """The command that builds a corpus in one process."""
    return [
        *(sys.executable, "-m", "pytest", "corpus", "-q", "-p", "no:xdist"),
        *("-p", "no:cacheprovider"),
        f"--corpus-size={size}",
        f"--emit={folder}",
    ]  # fmt: skip


def seconds(command: list[str], environ: Mapping[str, str]) -> float:
    """How long a command takes from start to end."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def unset() -> dict[str, str]:
    """The environment as it is, but for as many devices as the functions ask for."""
    devices = f"--xla_force_host_platform_device_count={environment.DEVICES}"
    return {**os.environ, "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {devices}".strip()}


def prepare(folder: Path, target: Path) -> int:
    """Write the emitted functions with their inputs where the bare loop finds them."""
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
    target.write_bytes(pickle.dumps(functions))
    return len(functions)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=300, help="functions (default: 300)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default: 3)")
    options = parser.parse_args()
    default, ours = unset(), dict(os.environ)
    environment.prepare(ours)
    with tempfile.TemporaryDirectory() as scratch:
        folder, functions = Path(scratch, "corpus"), Path(scratch, "functions.pickle")
        seconds(emit(options.size, folder), ours)
        count = prepare(folder, functions)
        loop = [sys.executable, str(ROOT / "tests/benchmarks/bare_loop.py"), str(functions)]
        rounds = [
            (
                seconds(emit(options.size, folder), ours),
                seconds(loop, ours),
                seconds(loop, default),
            )
            for _ in range(options.rounds)
        ]
    print(f"{count} functions; medians of {options.rounds} rounds, one process each")
    names = ("plugin", "bare loop, same settings", "bare loop, XLA's defaults")
    for position, (name, times) in enumerate(zip(names, zip(*rounds, strict=True), strict=True)):
        ratios = [times_of[0] / times_of[position] for times_of in rounds]
        median = statistics.median(times)
        line = f"{name:26} {median:7.1f} s  {count / median:6.1f} functions/s"
        if position:
            spread = f"({min(ratios):.3f} to {max(ratios):.3f})"
            line += f"  ratio {statistics.median(ratios):.3f} {spread}"
        print(line)


if __name__ == "__main__":
    main()
