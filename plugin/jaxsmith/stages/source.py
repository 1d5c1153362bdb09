"""A function from its source text. Imports nothing that the text does not import."""

from __future__ import annotations

import linecache
import weakref
from typing import TYPE_CHECKING, Any

from jaxsmith.stages.errors import StageError, guard

if TYPE_CHECKING:
    from collections.abc import Callable


def file_of(name: str) -> str:
    """The name of the file that ``load`` compiles the source of a function of that name under."""
    return f"<{name}>"


def load(source_code: str, name: str) -> Callable[..., Any]:
    """Run the source in an empty namespace and return what it defines under a name.

    Tracebacks call the source ``<name>`` and show its lines, for as long as the function lives.

    Raises:
        StageError: stage ``"load"``, when the source does not parse, fails when run, or does not
            define a callable of that name.
    """
    filename = file_of(name)
    namespace: dict[str, object] = {"__name__": "jaxsmith_function"}
    with guard("load"):
        exec(compile(source_code, filename, "exec"), namespace)
    function = namespace.get(name)
    if not callable(function):
        raise StageError("load", f"the source defines no function called {name!r}")
    _show_in_tracebacks(function, filename, source_code)
    return function


def _show_in_tracebacks(function: object, filename: str, source_code: str) -> None:
    lines = source_code.splitlines(keepends=True)
    linecache.cache[filename] = (len(source_code), None, lines, filename)
    # The cache is the process's, and would grow by every function written.
    weakref.finalize(function, linecache.cache.pop, filename, None).atexit = False
