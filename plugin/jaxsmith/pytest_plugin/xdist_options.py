"""What a corpus needs of xdist that its defaults don't give. Works without xdist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

# xdist gives up after four crashes a worker; a corpus looks for the functions that crash one.
_RESTARTS = 1_000_000

# A worker that dies before it has collected would be restarted for ever: so many may, per worker.
EARLY_DEATHS = 4


def distributes(config: pytest.Config) -> bool:
    """Whether this process will be an xdist controller."""
    return (
        config.getoption("dist", "no") != "no"
        and bool(config.getoption("tx", None))
        and not config.getoption("collectonly")
    )


class CorpusDefaults:
    """Sets options of xdist that the user left alone, where a corpus is to be emitted."""

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Choose before xdist does: it looks at the options in the same hook."""
        option = config.option
        if getattr(option, "emit", None) is not None and hasattr(option, "numprocesses"):
            if option.numprocesses and option.dist == "no" and not option.distload:
                option.dist = "worksteal"
            if option.maxworkerrestart is None:
                option.maxworkerrestart = str(_RESTARTS)
        return (yield)
