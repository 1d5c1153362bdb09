"""What an earlier session of the same run has done: told by the controller, left out by all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from jaxsmith.pytest_plugin.quota import case_named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jaxsmith.program.function import Case

_FILE = "done.json"


class Done:
    """A set of cases of which a million take a megabyte."""

    def __init__(self) -> None:
        self._by_category: dict[tuple[str, int], bytearray] = {}

    @classmethod
    def read(cls, folder: Path) -> Done:
        """What ``write`` put there; nothing where it did not."""
        done = cls()
        path = folder / _FILE
        if path.exists():
            done.add(orjson.loads(path.read_bytes()))
        return done

    @staticmethod
    def write(folder: Path, ids: Iterable[str]) -> None:
        """Tell the workers, before there are any, the ids of the functions that are done."""
        (folder / _FILE).write_bytes(orjson.dumps(list(ids)))

    def add(self, ids: Iterable[str]) -> None:
        """Take functions of a corpus in, by their ids."""
        for each in ids:
            case = case_named(each)
            if case is not None:
                flags = self._by_category.setdefault((case.category, case.seed), bytearray())
                flags.extend(bytes(max(0, case.index + 1 - len(flags))))
                flags[case.index] = 1

    def __contains__(self, case: Case) -> bool:
        flags = self._by_category.get((case.category, case.seed), b"")
        return case.index < len(flags) and flags[case.index] == 1


STAGED = pytest.StashKey["Path | None"]()
"""On the configuration of every process that runs items: where the parts are, if there are any."""
