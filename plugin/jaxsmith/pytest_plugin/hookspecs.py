"""The hooks with which a project takes part in what becomes of its records.

A hook runs in the process that its docstring names: a *worker* is an xdist worker, or the only
process of a session without xdist; the *controller* is xdist's, or again the only process.
Implementations in a ``conftest.py`` or a plugin see the same calls in the same order of items with
and without xdist, but spread over the workers: keep no state between calls that the result of a
session may depend on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxsmith.record import Evidence

Record = dict[str, Any]
"""A record as it is written: JSON values by field name."""


@pytest.hookspec(firstresult=True)
def pytest_jaxsmith_build_record(evidence: Evidence, config: pytest.Config) -> Record | None:
    """Make the record of a function that passed every check.

    Called in the worker, once for each verified function. The first result that isn't None is the
    record; the plugin's own implementation comes last.

    Args:
        evidence: all that is known of the function: texts, counts, costs, inputs and verdicts.
        config: pytest's configuration in that worker.

    Example:
        Write only what a language model reads::

            def pytest_jaxsmith_build_record(evidence, config):
                full = jaxsmith.record.build(evidence)
                return {name: full[name] for name in ("id", "category", "source_code", "stablehlo")}
    """


@pytest.hookspec
def pytest_jaxsmith_modify_record(
    record: Record, evidence: Evidence, config: pytest.Config
) -> str | None:
    r"""Change a record in place, or drop it by returning why.

    Called in the worker, once for each record, before it is written. All implementations run; if
    one returns a string, the record goes to the rejects with reason ``dropped_by_hook`` and that
    string as the detail.

    Args:
        record: the record; change it in place. The values must be JSON.
        evidence: what the record was made from.
        config: pytest's configuration in that worker.

    Example:
        Add a field, and leave out functions with a very long StableHLO text::

            def pytest_jaxsmith_modify_record(record, evidence, config):
                record["lines"] = record["source_code"].count("\n")
                if len(record["stablehlo"]) > 100_000:
                    return "StableHLO is longer than 100,000 characters"
    """


@pytest.hookspec
def pytest_jaxsmith_record_written(
    record: Record, receipt: Mapping[str, Any], config: pytest.Config
) -> None:
    """Take note of a record of a verified function.

    Called in the worker, after the record was appended to the worker's part; not called without
    ``--emit``. It may still go to the rejects at the end, as a duplicate of another.

    Args:
        record: the record as it was written; changes come too late.
        receipt: its ``id``, ``category``, ``status`` and ``size`` in bytes.
        config: pytest's configuration in that worker.

    Example:
        Send the records elsewhere too::

            def pytest_jaxsmith_record_written(record, receipt, config):
                queue.send(record["id"], orjson.dumps(record))
    """


@pytest.hookspec
def pytest_jaxsmith_manifest(manifest: dict[str, Any], config: pytest.Config) -> None:
    """Add to the manifest of a finished corpus.

    Called in the controller, once, after the parts were merged and before the corpus takes the
    place of an older one; not called without ``--emit``, nor when the run stopped early.

    Args:
        manifest: what will be written as ``manifest.json``; change it in place.
        config: pytest's configuration in the controller.

    Example:
        Say which revision of the project the functions came from::

            def pytest_jaxsmith_manifest(manifest, config):
                manifest["project"] = {"name": "mylib", "revision": "1.4.0"}
    """
