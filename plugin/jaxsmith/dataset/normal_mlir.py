"""StableHLO without names and constants: equal texts are the same program.

What goes: names of values (numbered anew in each function), blocks, functions and the module; the
values of ``dense<...>`` and strings that say what a result is called in Python. What stays: every
operation, type and attribute, so shapes, dtypes, dimension numbers and slice bounds count as
structure. The few attributes that are written as ``dense<...>``, such as paddings, go with the
constants; that makes the count of distinct programs smaller, never larger.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<constant>dense(?:_resource)?<[^>]*>)
    |(?P<called>jax\.result_info\ =\ "(?:[^"\\]|\\.)*")
    |(?P<function>func\.func\b)
    |(?P<value>[%^]\w+)
    |(?P<symbol>@(?:[\w.$-]+|"[^"]*"))
    """,
    re.VERBOSE,
)
_DEFINED = re.compile(r'(?:module|func\.func(?:\s+\w+)?)\s+(@(?:[\w.$-]+|"[^"]*"))')


def normal_mlir(text: str) -> str:
    """What is left of the text of a module; equal for programs that differ in names, constants."""
    symbols = {
        name: f"@{place}" for place, name in enumerate(dict.fromkeys(_DEFINED.findall(text)))
    }
    values: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        token = match[0]
        match match.lastgroup:
            case "value":
                return values.setdefault(token, f"{token[0]}{len(values)}")
            case "symbol":
                # A symbol that is not defined here, the kernel of a custom call, is no mere name.
                return symbols.get(token, token)
            case "function":
                values.clear()
                return token
            case _:
                return ""

    return _TOKEN.sub(replaced, text)
