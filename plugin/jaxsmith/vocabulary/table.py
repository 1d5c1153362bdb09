"""The vocabulary as a table: rows found in a package, by name and by family."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from jaxsmith.vocabulary.op import Op


class Vocabulary:
    """Rows by name and by family, in the order of their names.

    So what is drawn does not depend on which file a row is in.

    Raises:
        ValueError: if two rows have the same name.
    """

    def __init__(self, rows: Iterable[Op]) -> None:
        self.by_name: dict[str, Op] = {}
        self.by_family: dict[str, list[Op]] = defaultdict(list)
        for op in sorted(rows, key=lambda op: op.name):
            if op.name in self.by_name:
                raise ValueError(f"two operations are called {op.name!r}; rename one of the rows")
            self.by_name[op.name] = op
            self.by_family[op.family].append(op)
        self.guards = [op for op in self.by_name.values() if op.guard is not None]

    def __getitem__(self, name: str) -> Op:
        return self.by_name[name]

    def families(self, *names: str) -> list[Op]:
        """All rows of these families."""
        return [op for name in names for op in self.by_family[name]]


def discover(package: ModuleType) -> list[Op]:
    """The ``OPS`` of every module of a package, in the order of the modules' names."""
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return [op for module in modules for op in getattr(module, "OPS", ())]
