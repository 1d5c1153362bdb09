"""The lines of a printed jaxpr, each with the source lines that its equations came from."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from jaxsmith.stages import compat
from jaxsmith.stages.alignment import Line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

    from jaxsmith.stages.compat import PrintedJaxpr

# A jaxpr that is used twice, or is long, is printed ahead of the others under a name.
_SHARED = re.compile(r"let (\S+) = \{ lambda ")


def lines_of(printed: PrintedJaxpr, file: str) -> list[Line]:
    """The lines of a jaxpr's text.

    Args:
        printed: the text in parts, each with the tracebacks of the equations that it shows.
        file: the name of the file that the function's source was compiled under.
    """
    blocks = [found[1] if (found := _SHARED.match(part)) else "" for part, _ in printed]
    called = _calls(filter(None, blocks))
    frames = _Frames(file)
    begun: set[int] = set()
    lines: list[Line] = []
    for (part, tracebacks), block in zip(printed, blocks, strict=True):
        # What begins here is nearer than what it stands within, of which a part may be shown too.
        tracebacks = sorted(tracebacks, key=lambda traceback: id(traceback) in begun)
        begun.update(map(id, tracebacks))
        own = tuple(line for traceback in tracebacks for line in frames.lines(traceback))
        depth = len(part) - len(part.lstrip())
        calls = () if called is None else tuple(called.findall(part))
        lines += [Line(own, depth, block, calls)] * (1 + part.count("\n"))
    return lines


def _calls(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the names of shared jaxprs where they stand for the jaxpr: no variable has one."""
    either = "|".join(map(re.escape, names))
    # Neither the primitive in `= svd[`, nor `name=svd`, nor either word of `jaxpr={ lambda`.
    free = rf"(?<!= )(?<!\bname=)(?<!let )(?<!\{{ )(?<![\w.<'\"])(?:{either})(?![\w.=:\[>'\"])"
    return re.compile(free) if either else None


class _Frames:
    """Lines of one file in tracebacks; equations share most of their frames."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._known: dict[tuple[CodeType, int], int | None] = {}

    def lines(self, traceback: Any) -> list[int]:
        """The lines of the file at which its frames stand, that of the nearest call first."""
        only = compat.only_frame(traceback)
        if only is not None:
            name, line = only
            return [line] if name == self._file else []
        found = (
            self._line(code, instruction)
            for code, instruction in compat.frames(traceback)
            if code.co_filename == self._file
        )
        return [line for line in found if line is not None]

    def _line(self, code: CodeType, instruction: int) -> int | None:
        key = (code, instruction)
        if key not in self._known:
            # Instructions are counted in bytes, two of which make one position.
            start = instruction // 2
            self._known[key] = next(islice(code.co_positions(), start, start + 1))[0]
        return self._known[key]
