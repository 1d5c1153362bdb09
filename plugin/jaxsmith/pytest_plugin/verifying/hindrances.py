"""Why a record that may well be sound can't be run, or not even judged, on this machine."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxsmith.errors import JaxsmithError
from jaxsmith.pytest_plugin.verifying.rows import DamageError
from jaxsmith.record import SCHEMA_VERSION
from jaxsmith.stages.stablehlo import devices_of, knows_dtype
from jaxsmith.vocabulary.dtypes import KINDS

if TYPE_CHECKING:
    from jaxsmith.stages.stablehlo import Module

Record = dict[str, Any]

LARGEST = 2**28
"""More elements than that, in one array, are not made: a billion bytes in most dtypes."""


class NotHereError(JaxsmithError):
    """A record can't be judged here, sound or not; ``str`` says why."""


# Operations that wait for a host on the other side, which is not there.
_WAITING = frozenset(f"stablehlo.{name}" for name in ("infeed", "outfeed", "recv", "send"))


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a record can't be judged; empty where nothing hinders.

    Attributes:
        everything: why none of it can.
        arrays: why its inputs can't be made: its texts can be read.
    """

    everything: str = ""
    arrays: str = ""


def of_record(record: Record) -> Hindrance:
    """What hinders by what the record says of itself, damaged as it may be.

    Raises:
        DamageError: its schema has no version.
    """
    version = record.get("schema_version")
    if not isinstance(version, str) or not re.fullmatch(r"\d{1,4}\.\d{1,4}", version):
        raise DamageError(f"schema_version is {version!r:.40}, expected such as {SCHEMA_VERSION!r}")
    if _major(version) != _major(SCHEMA_VERSION):
        return Hindrance(f"its schema is {version}, and this jaxsmith reads {SCHEMA_VERSION}")
    for field in ("input_dtypes", "output_dtypes"):
        for dtype in _strings(record.get(field)):
            if dtype in KINDS and not knows_dtype(dtype):
                return Hindrance(arrays=f"this JAX has no {dtype}")
    for field in ("input_shapes", "output_shapes"):
        for shape in _strings(record.get(field)):
            if _elements(shape) > LARGEST:
                return Hindrance(arrays=f"an array of shape {shape:.60} is too large")
    return Hindrance()


def of_complaint(record: Record, found: str) -> str:
    """Why what was found wrong may be nothing, if so: an older record lacks what came later."""
    version = record["schema_version"]
    if found.startswith("has no field") and _minor(version) < _minor(SCHEMA_VERSION):
        return f"its schema is {version}, and this jaxsmith reads {SCHEMA_VERSION}: it {found}"
    return ""


def of_module(record: Record, module: Module) -> str:
    """Why a module that was read can't be run here; empty if it can."""
    if module.foreign:
        return f"it calls {', '.join(module.foreign)}, which is code outside of its text"
    waiting = sorted(_WAITING.intersection(module.operations))
    if waiting:
        return f"it would wait for a host: {', '.join(waiting)}"
    platform = record["platform"]
    available = devices_of(platform)
    if available < module.devices:
        return f"it needs {module.devices} devices, and here are {available} of {platform:.40}"
    return ""


def _elements(shape: str) -> float:
    # Python refuses to read a number of thousands of digits.
    return math.prod(float(size) for size in re.findall(r"\d+", shape))


def _major(version: str) -> str:
    return version.partition(".")[0]


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _strings(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
