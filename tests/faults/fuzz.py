"""Bad input of every sort, by hand and by chance: is each refused, in a line, without a traceback?

    python tests/faults/fuzz.py --seed 0 --options 160 --functions 200 --resumed 80 --verified 80

Bad values of options; functions, references and arguments that make no sense; hooks that misbehave;
unfinished runs and whole corpora with bytes changed, cut off, or files gone. A case is wrong if
pytest breaks, if a traceback leads through jaxsmith, or if nothing is said: a damaged run may only
be gone on with if the corpus is then that of an undisturbed one. Printed are a table and every case
that is wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bad_functions import CALLS, PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
MINI = ROOT / "tests" / "pytest_plugin" / "mini"
TEST = """
import pytest
from mini import CORPUS

@pytest.mark.jaxsmith_corpus(CORPUS)
def test_function(case, jaxsmith):
    jaxsmith.check_case(case)
"""
OURS = re.compile(r'plugin/jaxsmith/\S+\.py(?::\d+: \w+|", line)|INTERNALERROR')
"""A line of a traceback through jaxsmith, in pytest's form or Python's; or pytest itself broke."""


@dataclass(frozen=True)
class Said:
    """What a run of pytest said, and its exit code."""

    text: str
    code: int

    @property
    def broke(self) -> str:
        """The first sign of a traceback of ours, if there is one."""
        found = OURS.search(self.text)
        return "" if found is None else found[0]


def project(folder: Path, test: str = TEST) -> Path:
    """A folder with the small corpus and a test module."""
    folder.mkdir(parents=True)
    shutil.copytree(MINI, folder / "mini", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "test_mini.py").write_text(test)
    return folder


def pytest_in(folder: Path, *arguments: str, **environ: str) -> Said:
    """Run pytest there."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'plugin'}:{folder}", **environ}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Said(done.stdout.decode(errors="replace"), done.returncode)


def junk(rng: random.Random) -> str:
    """A short text that is the name of nothing."""
    letters = string.ascii_letters + string.digits + " ./\\-_:;,%$é漢\t"
    return "?" + "".join(rng.choice(letters) for _ in range(rng.randrange(1, 12)))


def not_a_count(rng: random.Random) -> str:
    """No whole number above 0."""
    return rng.choice([str(-rng.randrange(9)), junk(rng), "1.5", "", "0x10", "1e3", "nan", "-"])


BAD: dict[str, Callable[[random.Random], str]] = {
    "--corpus-size": lambda r: r.choice(["0", not_a_count(r)]),
    "--corpus-seed": lambda r: r.choice(["-1", "1.0", "", junk(r)]),
    "--corpus-shard": lambda r: r.choice(["0/2", "3/2", "1", "/", "1/", "-1/2", "1/0", junk(r)]),
    "--corpus-timeout": lambda r: r.choice(["0", "-3", "nan", "inf", "", junk(r)]),
    "--corpus-shrink": lambda r: r.choice(["-1", "", junk(r)]),
    "--corpus-oracles": lambda r: r.choice(["numpy", "", junk(r)]),
    "--corpus-cache": lambda r: r.choice(["", "  ", "test_mini.py", "test_mini.py/x"]),
    "--emit": lambda r: r.choice(["", " ", "test_mini.py", "test_mini.py/out", "mini", "/proc/x"]),
    "--emit-stages": lambda r: r.choice(["", ",", "jaxpr,", junk(r), "HLO", "jaxpr hlo"]),
    "--emit-platforms": lambda r: r.choice(["cpu", "", "gpu", junk(r)]),
    "--emit-format": lambda r: r.choice(["json", "", "parquet,csv", junk(r)]),
    "--emit-baseline": lambda r: r.choice(["", "mini", "nowhere", "test_mini.py", junk(r)]),
    "--fail-on": lambda r: r.choice(["never", "gone:-1", "numerics:much", "", ":", junk(r)]),
    "-m": lambda r: r.choice(["nothing_such", "odd and nope", "odd or", "(", "odd and not there"]),
}


def options(scratch: Path, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Bad values, each in a run of its own; with ``--emit`` where only that needs the value."""
    folder = project(scratch / "options")
    given = []
    for number in range(count):
        name = list(BAD)[number % len(BAD)]
        value = BAD[name](rng)
        more = [] if name == "--emit" else [f"--emit={scratch / f'out{number}'}"]
        given.append(
            [*more, "--corpus-size=2", *([name, value] if name == "-m" else [f"{name}={value}"])]
        )

    def tried(arguments: list[str]) -> tuple[str, str]:
        said = pytest_in(folder, "-p", "no:xdist", *arguments)
        silent = "accepted" if said.code == 0 else "" if said.code in (1, 4, 5) else "no usual code"
        return " ".join(arguments[1:]), said.broke or silent

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(tried, given)


def functions(scratch: Path, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Calls of ``jaxsmith.check`` that must not pass, all in one session."""
    calls = rng.sample(CALLS, min(count, len(CALLS)))
    tests = (f"def test_{n}(jaxsmith):\n    {call}\n" for n, call in enumerate(calls))
    folder = project(scratch / "functions", PREAMBLE + "\n\n" + "\n\n".join(tests))
    said = pytest_in(folder, "test_mini.py", "--emit=out", "-rA", "-p", "no:xdist")
    passed = set(re.findall(r"^PASSED test_mini.py::test_(\d+)", said.text, re.MULTILINE))
    parts = re.split(r"^_+ test_(\d+) _+$", said.text, flags=re.MULTILINE)
    shown = dict(zip(parts[1::2], parts[2::2], strict=True))
    for number, call in enumerate(calls):
        text = shown.get(str(number), "").partition("\n=====")[0]
        broke = Said(text, 1).broke or ("internal_error" if "internal_error" in text else "")
        yield call, "accepted" if str(number) in passed else broke
    yield "the session", "" if said.code == 1 else f"exit code {said.code}"


HOOKS = [
    f"def pytest_jaxsmith_{name}:\n    {body}"
    for name in (
        "build_record(evidence)",
        "modify_record(record)",
        "record_written(record)",
        "manifest(manifest)",
    )
    for body in (
        "raise ValueError('mine')",
        "raise SystemExit(3)",
        "return 5",
        "return {'x': object()}",
        "return [1]",
    )
]


def hooks(scratch: Path, count: int, _rng: random.Random) -> Iterator[tuple[str, str]]:
    """Hooks that raise, or that return what nobody can use."""

    def tried(number: int) -> tuple[str, str]:
        folder = project(scratch / f"hooks{number}")
        (folder / "conftest.py").write_text(HOOKS[number])
        said = pytest_in(folder, "--emit=out", "--corpus-size=2", "-p", "no:xdist")
        # What most hooks return is of no interest to anybody.
        idle = said.code == 0 and "raise" in HOOKS[number]
        return HOOKS[number].replace("\n   ", ""), said.broke or ("accepted" if idle else "")

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(tried, range(min(count, len(HOOKS))))


def damage(path: Path, rng: random.Random) -> str:
    """Do something to a file that a disk or a person may do."""
    content = bytearray(path.read_bytes())
    way = rng.choice(["cut", "flip", "gone", "empty", "twice", "noise", "folder", "blank"])
    place = rng.randrange(len(content)) if content else 0
    if way == "gone":
        path.unlink()
    elif way == "folder":
        path.unlink()
        path.mkdir()
    else:
        flipped = bytes([content[place] ^ 1 << rng.randrange(8)]) if content else b""
        changed = {
            "cut": content[:place],
            "flip": content[:place] + flipped + content[place + 1 :],
            "empty": b"",
            "twice": content + content,
            "noise": content[:place] + rng.randbytes(40) + content[place:],
            "blank": content[:place] + b"\n" + content[place:],
        }
        path.write_bytes(changed[way])
    return f"{way} in {path.name} at {place}"


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a corpus."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


RUN = ("test_mini.py", "--corpus-size=8", "--corpus-shrink=0", "-p", "no:xdist", "--emit=out")


def resumed(scratch: Path, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Unfinished runs, damaged, and gone on with."""
    folder = project(scratch / "resumed")
    pytest_in(folder, *RUN, "-x", MINI_FAULTS="none none none mismatch")
    whole = project(scratch / "undisturbed")
    pytest_in(whole, *RUN, MINI_FAULTS="none none none mismatch")
    expected = tree(whole / "out")

    def tried(number: int) -> tuple[str, str]:
        copy = scratch / f"resumed{number}"
        shutil.copytree(folder, copy)
        files = sorted(path for path in (copy / "out" / ".partial").rglob("*") if path.is_file())
        chance = random.Random(f"{number}/{seed}")
        what = damage(chance.choice(files), chance)
        said = pytest_in(copy, *RUN, "--emit-resume", MINI_FAULTS="none none none mismatch")
        complete = (copy / "out" / "manifest.json").exists()
        wrong = "another corpus" if complete and tree(copy / "out") != expected else ""
        silent = "" if complete or said.code else "nothing said"
        return what, said.broke or wrong or silent

    seed = rng.random()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(tried, range(count))


def verified(scratch: Path, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Corpora, damaged, and verified."""
    folder = project(scratch / "verified")
    pytest_in(folder, "test_mini.py", "--corpus-size=6", "-p", "no:xdist", "--emit=out")

    def tried(number: int) -> tuple[str, str]:
        copy = scratch / f"verified{number}"
        shutil.copytree(folder / "out", copy / "out")
        chance = random.Random(f"{number}/{seed}")
        file = chance.choice(sorted((copy / "out" / "data").iterdir()))
        what = damage(file, chance)
        said = pytest_in(copy, "out", "-p", "no:xdist")
        return what, said.broke or ("" if said.code else "accepted")

    seed = rng.random()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(tried, range(count))


SORTS = {
    "options": options,
    "functions": functions,
    "hooks": hooks,
    "resumed": resumed,
    "verified": verified,
}


def main() -> int:
    """Try all, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    defaults = {"options": 160, "functions": 200, "hooks": 30, "resumed": 80, "verified": 80}
    for name, count in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=count, metavar="N")
    given = vars(parser.parse_args())
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, sort in SORTS.items():
            if given[name]:
                rng = random.Random(f"{name}/{given['seed']}")
                for what, fault in sort(Path(scratch), given[name], rng):
                    tried[name] += 1
                    wrong += [f"{name}: {what}: {fault}"] if fault else []
    print("| input | tried | refused or harmless |\n| --- | ---: | ---: |")
    for name, count in tried.items():
        print(f"| {name} | {count} | {count - sum(w.startswith(name) for w in wrong)} |")
    print(f"\n{tried.total()} tried, {len(wrong)} wrong", *wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
