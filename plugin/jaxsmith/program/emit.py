"""Source text from a graph, in JAX's spelling or in NumPy's.

Values that are read once are written where they are read, as long as the line stays short; the
others become statements. Both spellings share one set of names.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from jaxsmith.program.layout import breaks_well, statement
from jaxsmith.vocabulary.code import LEVELS, Code, fill
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.program.naming import Namer
    from jaxsmith.vocabulary.value import Atom

Spelling = Literal["jax", "numpy"]
SPELLINGS: tuple[Spelling, ...] = ("jax", "numpy")

# What a function calls an argument that is a tuple: its first, and the one after it.
GROUP_NAMES = (("carry", "state", "loop_state"), ("inputs", "items", "carry", "state"))

LONGEST_INLINE = 44
LONGEST_LAMBDA = 56


@dataclass(slots=True)
class Printer:
    """Prints one function; values in ``inlined`` may be written where they are read.

    ``helpers`` and ``code`` collect the definitions that must stand before it.
    """

    spelling: Spelling
    namer: Namer
    inlined: frozenset[Var]
    helpers: dict[str, None] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)

    def function(self, graph: Graph, name: str, depth: int = 0) -> list[str]:
        """The lines of ``def name(...)``."""
        with self.namer.scope(graph):
            header, unpack = self._header(graph, depth + 1)
            body = self._body(graph, depth + 1)
        if unpack and body[0].lstrip().startswith("def "):
            unpack.append("")
        return [*statement(f"def {name}({', '.join(header)}):", depth), *unpack, *body]

    def _header(self, graph: Graph, depth: int) -> tuple[list[str], list[str]]:
        names: list[str] = []
        unpack: list[str] = []
        params = iter(graph.params)
        uses = graph.uses()
        for position, count in enumerate(graph.groups or (0,) * len(graph.params)):
            if count == 0:
                param = next(params)
                names.append(self.namer.parameter(param, read=uses[param] > 0))
                continue
            inside = [next(params) for _ in range(count)]
            read = any(uses[param] for param in inside)
            hints = GROUP_NAMES[position % 2]
            group = self.namer.function(
                graph, f"argument{position}", hints if read else ("_", *(f"_{h}" for h in hints))
            )
            names.append(group)
            if not read:
                continue
            members = [self.namer.parameter(param, read=uses[param] > 0) for param in inside]
            target = f"({members[0]},)" if count == 1 else ", ".join(members)
            unpack += statement(f"{target} = {group}", depth)
        return names, unpack

    def _body(self, graph: Graph, depth: int) -> list[str]:
        here = _direct_uses(graph)
        everywhere = graph.uses()
        pending: dict[Var, Code] = {}
        lines: list[str] = []
        for eqn in graph.eqns:
            defs, regions = self._regions(eqn, depth)
            if defs:
                lines += ([""] if lines and lines[-1] else []) + defs + [""]
            joined = {v: pending[v] for v in eqn.operands if isinstance(v, Var) and v in pending}
            code = self._spell(eqn, pending, regions)
            single = eqn.outputs[0]
            once = len(eqn.outputs) == 1 and here[single] == everywhere[single] == 1
            if (
                once
                and "unpack" not in eqn.attributes
                and self._inlines(code, single, graph, depth)
            ):
                pending[single] = code
            else:
                text = f"{self._target(eqn, everywhere)} = {code}"
                if joined and not breaks_well(text, depth):
                    lines += self._apart(joined, depth)
                    code = self._spell(eqn, pending, regions)
                    text = f"{self._target(eqn, everywhere)} = {code}"
                    if once and self._is_returned(code, single, graph, depth):
                        pending[single] = code
                        continue
                lines += statement(text, depth)
        return [*lines, *self._return(graph, pending, depth)]

    def _return(self, graph: Graph, pending: dict[Var, Code], depth: int) -> list[str]:
        template = graph.returns or "{*}"
        joined = dict(pending)
        codes = [self._atom(atom, pending) for atom in graph.results]
        text = f"return {fill(template, codes, {})}"
        if not joined or breaks_well(text, depth):
            return statement(text, depth)
        lines = self._apart(joined, depth)
        codes = [self._atom(atom, {}) for atom in graph.results]
        return [*lines, *statement(f"return {fill(template, codes, {})}", depth)]

    def _apart(self, codes: dict[Var, Code], depth: int) -> list[str]:
        """Statements of their own for values that would make their reader too long."""
        named = ((self.namer.of(var), code) for var, code in codes.items())
        return [line for name, code in named for line in statement(f"{name} = {code}", depth)]

    def _inlines(self, code: Code, var: Var, graph: Graph, depth: int) -> bool:
        if graph.results == (var,):
            return self._is_returned(code, var, graph, depth)
        return var in self.inlined and len(code.text) <= LONGEST_INLINE

    def _is_returned(self, code: Code, var: Var, graph: Graph, depth: int) -> bool:
        """Whether a value is all that is returned, and stands well in that line."""
        return graph.results == (var,) and breaks_well(f"return {code}", depth)

    def _target(self, eqn: Eqn, uses: Counter[Var]) -> str:
        names = [self.namer.of(var) if uses[var] else "_" for var in eqn.outputs]
        unpack = eqn.attributes.get("unpack")
        if isinstance(unpack, str):
            return fill(unpack, [Code(name) for name in names], {})
        return ", ".join(names)

    def _spell(self, eqn: Eqn, pending: dict[Var, Code], regions: dict[str, object]) -> Code:
        if self.spelling == "numpy":
            self.helpers.update(dict.fromkeys(eqn.op.helpers))
        if eqn.op.code is not None:
            self.code.update(eqn.op.code.definitions(self.spelling))
        operands = [self._atom(atom, pending) for atom in eqn.operands]
        text = fill(self._template(eqn), operands, {**eqn.attributes, **regions})
        # A proposal that replaces the row's spelling may say that its precedence is another.
        other = eqn.attributes.get(f"{self.spelling}_level")
        return Code(text, eqn.op.level if other is None else LEVELS[str(other)])

    def _template(self, eqn: Eqn) -> str:
        row = eqn.op.jax if self.spelling == "jax" else eqn.op.numpy
        return str(eqn.attributes.get(f"{self.spelling}_template", row))

    def _atom(self, atom: Atom, pending: dict[Var, Code]) -> Code:
        if isinstance(atom, Var):
            return pending.pop(atom, None) or Code(self.namer.of(atom))
        text = str(atom)
        return Code(text, LEVELS["unary"] if text.startswith("-") else LEVELS["atom"])

    def _regions(self, eqn: Eqn, depth: int) -> tuple[list[str], dict[str, object]]:
        """Definitions that come before the statement, and what the template calls them."""
        defs: list[str] = []
        names: dict[str, object] = {}
        for position, region in enumerate(eqn.regions):
            # A lambda that is called on the spot, or written twice, wants a name.
            template = self._template(eqn)
            once = template.count(f"{{r{position}}}") == 1
            named = not once or f"{{r{position}}}(" in template
            inline = None if named else self._as_lambda(region)
            if inline is None:
                name = self.namer.function(region, "name", (region.name or "body",))
                defs += ([""] if defs else []) + self.function(region, name, depth)
                inline = name
            names[f"r{position}"] = inline
        return defs, names

    def _as_lambda(self, graph: Graph) -> str | None:
        if any(graph.groups) or any(eqn.regions for eqn in graph.eqns) or len(graph.eqns) > 2:
            return None
        with self.namer.scope(graph):
            names = ", ".join(self._header(graph, 0)[0])
            lines = self._body(graph, 0)
        if len(lines) != 1 or not lines[0].startswith("return "):
            return None
        result = lines[0].removeprefix("return ")
        if (called := self._called_alone(result, names)) is not None:
            return called
        if len(graph.results) > 1 and not result.startswith("("):
            result = f"({result})"
        text = f"lambda {names}: {result}" if names else f"lambda: {result}"
        return text if len(text) <= LONGEST_LAMBDA else None

    def _called_alone(self, result: str, arguments: str) -> str | None:
        """The function that a lambda would do nothing but call, with the very arguments it gets."""
        called, bracket, rest = result.partition("(")
        if not arguments or bracket + rest != f"({arguments})":
            return None
        root, dot, _ = called.partition(".")
        known = root in _ROOTS if dot else called in self.helpers or called in self.code
        return called if known else None


def _direct_uses(graph: Graph) -> Counter[Var]:
    atoms = [atom for eqn in graph.eqns for atom in eqn.operands]
    atoms += graph.results
    return Counter(atom for atom in atoms if isinstance(atom, Var))


def _mentions(name: str) -> Callable[[str], bool]:
    """Whether a text has the name, not as the end of another."""

    def found(text: str) -> bool:
        # Every text is searched for every name: a pattern that looks behind is ten times slower.
        at = text.find(name)
        while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_."):
            at = text.find(name, at + 1)
        return at >= 0

    return found


STANDARD = (
    (_mentions("math."), "import math"),
    (_mentions("partial("), "from functools import partial"),
    (_mentions("NamedTuple"), "from typing import NamedTuple"),
)
IMPORTS = {
    "jax": (
        (_mentions("jax."), "import jax"),
        (_mentions("jnp."), "import jax.numpy as jnp"),
        (_mentions("np."), "import numpy as np"),
    ),
    "numpy": ((_mentions("np."), "import numpy as np"),),
}
# Modules that are imported from a package, which one line does for all.
MEMBERS = {"jax": ("jax", ("lax", "random")), "numpy": ("scipy", ("linalg", "special"))}

# What a name with a dot begins with where it is a library's.
_ROOTS = frozenset({"jax", "jnp", "np", "math", *MEMBERS["jax"][1], *MEMBERS["numpy"][1]})

# Documentation cites functions that the code need not call.
_PROSE = re.compile(r'"""[\s\S]*?"""|#.*')


def with_imports(text: str, spelling: Spelling) -> str:
    """A text with the imports that it needs before it, as import sorters space them."""
    header = imports(text, spelling)
    if not header:
        return text + "\n"
    gap = 2 if text.startswith(("def ", "class ", "@")) else 1
    return "\n".join(header) + "\n" * (gap + 1) + text + "\n"


def imports(text: str, spelling: Spelling) -> list[str]:
    """The import lines that a text needs, in the order that import sorters give."""
    text = _PROSE.sub("", text)
    standard = [line for marker, line in STANDARD if marker(text)]
    others = [line for marker, line in IMPORTS[spelling] if marker(text)]
    package, names = MEMBERS[spelling]
    members = [name for name in names if _mentions(f"{name}.")(text)]
    if members:
        others.append(f"from {package} import {', '.join(members)}")
    return [*standard, *([""] if standard and others else []), *others]
