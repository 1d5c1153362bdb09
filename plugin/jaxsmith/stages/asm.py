"""The machine code of a function, disassembled. XLA prints none, so this needs a tool."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jaxsmith.stages.compat import varies
from jaxsmith.stages.errors import NoTextError, StageError
from jaxsmith.stages.llvm import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOOLS = ("objdump", "llvm-objdump")
"""Programs that disassemble; the first that is on the ``PATH`` is taken."""

# Nothing takes so long; a program that isn't objdump might.
_SECONDS = 60


def disassembled(objects: Mapping[str, bytes]) -> str:
    """One text of all object files, under a line that says which tool wrote it.

    Args:
        objects: object files by the name of the module that each was made from, in order.

    Raises:
        NoTextError: there is no object file.
        StageError: stage ``"asm"``, when there is no tool or it fails.
    """
    if not objects:
        raise NoTextError("XLA made no code of its own for this function")
    tool = next(filter(None, map(shutil.which, TOOLS)), None)
    if tool is None:
        raise StageError("asm", f"neither {' nor '.join(TOOLS)} is on the PATH")
    left_out = [f"# {name}: {LEFT_OUT}\n" for name in objects if varies(name)]
    stable = {f"{name}.o": content for name, content in objects.items() if not varies(name)}
    code = [_disassemble(tool, stable)] if stable else []
    return "\n".join([f"# {_version(tool)}\n", *left_out, *code])


def _disassemble(tool: str, files: Mapping[str, bytes]) -> str:
    with TemporaryDirectory(prefix="jaxsmith-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        command = [tool, "--disassemble", "--reloc", "--no-show-raw-insn", *files]
        return _output(command, folder).lstrip("\n")


@cache
def _version(tool: str) -> str:
    """The line in which a tool says what it is, such as ``"GNU objdump (GNU Binutils) 2.40"``."""
    lines = _output([tool, "--version"]).splitlines()
    return next((line.strip() for line in lines if any(map(str.isdigit, line))), Path(tool).name)


def _output(command: Sequence[str], folder: str | None = None) -> str:
    # Run in the folder of the files, because what is printed holds their names as they were given.
    english = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=english,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise StageError("asm", f"{Path(command[0]).name}: {said[0]}")
    return done.stdout
