"""The one place where text that depends on the process is taken out.

JAX prints parameters of equations with ``repr``, so a jaxpr can hold ``<function f at 0x7f...>``
(callbacks, policies of rematerialisation, computations of ``reduce``) and ``f at /any/f.py:3``
(Pallas kernels, messages of errors). JAX masks some addresses by itself, as ``0xXXXXXXXXXXXX``;
those go too, so that all are written alike: ``<function f>``. A set of strings is printed in the
order of a hash that every process salts anew; here its members are sorted.

Names, counters of variables and numbers of regions need nothing: JAX starts them again for every
function. Locations are never printed in the first place.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-fX]+")
_SOURCE_LINE = re.compile(r" at (?:/|[A-Za-z]:[\\/])[^\n<>]*?\.py(?::\d+)?")


# Of strings, which are what is salted; none of them holds a brace.
_SET = re.compile(r"(?<=frozenset\(\{)['\"][^{}\n]*(?=\}\))")
_MEMBER = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def normalise(text: str) -> str:
    """The text without memory addresses and places in source files, with sets in order."""
    if " at " in text:  # to look for a word first takes a twentieth of the time
        text = _SOURCE_LINE.sub("", _ADDRESS.sub("", text))
    if "frozenset" in text:
        text = _SET.sub(lambda found: ", ".join(sorted(_MEMBER.findall(found[0]))), text)
    return text
