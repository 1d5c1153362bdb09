"""The settings of a run, which decide what it writes: two runs with the same can be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping


def difference(begun: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """What keeps a run from being gone on with: the first setting that is another; None if none.

    Args:
        begun: the settings of the run that died.
        now: those of the one that is to go on with it.
    """
    for name in [*now, *(name for name in begun if name not in now)]:
        if begun.get(name) != now.get(name):
            return f"{name} was {_shown(begun.get(name))} and is {_shown(now.get(name))}"
    return None


def _shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else f"{text[:59]}…"
