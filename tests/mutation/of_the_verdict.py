"""The verdict's own code under mutation: do its quick tests notice when it is wrong?

python tests/mutation/of_the_verdict.py                # all modules of MODULES
python tests/mutation/of_the_verdict.py rules compare  # some

Prints how many mutants the tests caught and every one that they did not. Each mutant runs in a fork
of this process, which has imported NumPy and pytest but nothing of the verdict.
"""

import ast
import importlib
import importlib.abc
import importlib.util
import os
import resource
import sys
from collections import Counter
from pathlib import Path

import ml_dtypes  # noqa: F401 - imported before the fork: what takes long
import pytest
import scipy.linalg
import scipy.special  # noqa: F401

from jaxsmith.mutation.mutants import Mutant
from jaxsmith.mutation.source import Source, nodes, row
from jaxsmith.mutation.source_kinds import SOURCE_KINDS

ROOT = Path(__file__).parents[2]
VERDICT = ROOT / "plugin" / "jaxsmith" / "verdict"
TESTS = ROOT / "tests" / "verdict"
# By module, the tests that hold it; those of the others follow.
MODULES = {
    "compare": "test_compare.py",
    "rules": "test_rules.py",
    "expect": "test_expect.py",
    "rounding": "test_rounding.py",
    "interpret": "test_interpret.py",
}
LIMIT = 60  # seconds of processor time


def _left_out(node, _source):
    yield node, "None" if isinstance(node, ast.Expr) else "pass"


def _other_assignment(node, _source):
    if isinstance(node.op, ast.Add | ast.Sub):
        sign = "-=" if isinstance(node.op, ast.Add) else "+="
        yield node, f"{ast.unparse(node.target)} {sign} {ast.unparse(node.value)}"


KINDS = (
    *(kind for kind in SOURCE_KINDS if kind.name not in ("output_dtype", "residual_off")),
    row("skip_statement", ast.Raise, _left_out),
    row("skip_statement", ast.Expr, _left_out),
    row("swap_op", ast.AugAssign, _other_assignment),
)


def mutants(text):
    """Every mutant of a module; docstrings and messages are not looked at."""
    source = Source(text)
    idle = set(_idle(source.tree))
    found = {
        Mutant("source_code", kind.name, source.edit(old, new)): None
        for node in nodes(source)
        for kind in KINDS
        if isinstance(node, kind.node) and not _is_prose(node) and (kind.name, node) not in idle
        for old, new in kind.change(node, source)
    }
    return [mutant for mutant in found if mutant.edit.applied(text) != text]


# Arguments for speed, or that tell a caller of a mistake of its own: no result depends on them.
GUARDS = {"strict", "copy"}
TRUTHS = {"isfinite", "isnan", "any", "all", "array_equal"}


def _idle(tree):
    """Changes, with where, after which every caller gets the same."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in GUARDS:
            yield "flip_flag", node.value
        elif isinstance(node, ast.Assign | ast.Return) and _is_truth(node.value):
            yield "scale", node  # what is true stays true
        elif isinstance(node, ast.Call) and _name(node) == "abs":
            yield "swap_operands", node.args[0]


def _is_truth(node):
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.Invert)
    if isinstance(node, ast.Call):
        return _name(node) in TRUTHS
    return isinstance(node, ast.Compare)


def _name(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is_prose(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another text."""

    def __init__(self, name, path, text):
        self.name, self.path, self.text = name, path, text

    def find_spec(self, name, path=None, target=None):
        """Take charge of that one module."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module):
        """Run the other text."""
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


def passes(module, text):
    """Whether the tests pass with this text in the place of a module's."""
    child = os.fork()
    if not child:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            path = VERDICT / f"{module}.py"
            name = f"jaxsmith.verdict.{module}"
            sys.meta_path.insert(0, Replaced(name, path, text))
            importlib.import_module(name)  # before pytest's own hook takes charge of the package
            first = MODULES[module]
            files = [first, *(each for each in MODULES.values() if each != first)]
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
            # What this process imported before pytest's hooks stays as it is.
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
            code = pytest.main([*options, *(str(TESTS / name) for name in files)])
        finally:
            os._exit(int(code))
    _, status = os.waitpid(child, 0)
    return status == 0


def main(names):
    os.chdir(ROOT)
    total, survivors = Counter(), []
    for module in names or MODULES:
        text = (VERDICT / f"{module}.py").read_text()
        if not passes(module, text):
            sys.exit(f"{module}: its tests fail as it stands")
        found = mutants(text)
        for mutant in found:
            caught = not passes(module, mutant.edit.applied(text))
            total[module, caught] += 1
            if not caught:
                survivors.append(mutant)
                print(f"{module}.py, line {mutant.edit.start + 1}, {mutant.kind}", flush=True)
                print(*(f"    {line}" for line in mutant.edit.diff(text)), sep="\n", flush=True)
        both = total[module, True] + total[module, False]
        print(f"{module}: {total[module, True]} of {both} caught", flush=True)
    caught = sum(count for (_, was), count in total.items() if was)
    print(f"{caught} of {total.total()} caught, {100 * caught / total.total():.1f} %")


if __name__ == "__main__":
    main(sys.argv[1:])
