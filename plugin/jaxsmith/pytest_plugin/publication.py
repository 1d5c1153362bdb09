"""The corpus as files: claimed when a session starts, published when all is accounted for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from jaxsmith import dataset, record
from jaxsmith.dataset.marker import MANIFEST, read_marked
from jaxsmith.errors import JaxsmithError
from jaxsmith.pytest_plugin.done import Done
from jaxsmith.pytest_plugin.provenance import provenance
from jaxsmith.pytest_plugin.quota import case_named
from jaxsmith.pytest_plugin.settings import settings
from jaxsmith.stages.errors import one_line

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from jaxsmith.pytest_plugin.baseline import Comparison
    from jaxsmith.pytest_plugin.ledger import Ledger
    from jaxsmith.pytest_plugin.options import Options


class Publication:
    """One session's hold on the folder of a corpus; lives in the controller.

    Attributes:
        folder: the folder.
        comparison: how the corpus compares with the baseline, once it is published; the error that
            kept it from being compared; None where there is no baseline.

    Raises:
        InvalidRequestError: the folder can't be used.
    """

    def __init__(self, config: pytest.Config, options: Options, folder: Path) -> None:
        self._config = config
        self._options = options
        self.folder = folder
        self.comparison: Comparison | JaxsmithError | None = None
        self._made = not folder.exists()
        self._staging = dataset.claim(folder, settings(config, options), resume=options.resume)
        self._session = _sessions(self._staging.parts) + 1
        self.restored: list[dataset.Receipt] = []
        if options.resume:
            self.restored = self._take_up()
        self._crashes: dataset.PartWriter | None = None
        self._held = True

    def _take_up(self) -> list[dataset.Receipt]:
        """What earlier sessions did, once for each function; later ones are told of it."""
        try:
            found = dataset.take_up(self._staging.parts, lambda id: case_named(id) is not None)  # noqa: A006 - the name of the field
        except BaseException:
            self._staging.lock.release()
            raise
        latest = {receipt.id: receipt for receipt in found}
        Done.write(self.parts, latest)
        return list(latest.values())

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to go on with, but the corpus that was asked for is complete."""
        if not self._options.resume or self.restored:
            return False
        corpus = read_marked(self.folder / MANIFEST)
        if corpus is None:
            return False
        asked = provenance(self._config, self._options, None).as_dict()
        there = corpus["provenance"]
        same = ("versions", "seed", "size", "markers", "stages")
        flags = ("keyword", "oracles", "shard")
        return all(asked[name] == there.get(name) for name in same) and all(
            asked["flags"].get(name) == there.get("flags", {}).get(name) for name in flags
        )

    def part_of(self, process: str) -> str:
        """The name of the part of a process in this session."""
        return process if self._session == 1 else f"{process}.{self._session}"

    @property
    def shown(self) -> Path:
        """The folder as a user would type it."""
        return _shown(self._config, self.folder)

    @property
    def parts(self) -> Path:
        """What a process needs to write its part."""
        return self._staging.path

    def record_death(
        self,
        id: str,  # noqa: A002 - the name of the field
        category: str,
        reason: str,
        detail: str,
    ) -> dataset.Receipt:
        """Write the reject of a function whose process died with it."""
        if self._crashes is None:
            self._crashes = dataset.PartWriter(self.parts, self.part_of(dataset.CONTROLLER))
        return self._crashes.reject(
            record.reject(id=id, category=category, reason=reason, detail=detail)
        )

    def publish(self, ledger: Ledger) -> dataset.Totals:
        """Merge the parts, let hooks see the manifest, and put the corpus in place.

        Raises:
            JaxsmithError: the parts don't hold what was collected, or a file can't be written.
        """
        self._close()
        # By name: shards of a corpus have one order, whichever category each begins with.
        order = dataset.by_category(sorted(ledger.tallies))
        totals = dataset.merge(
            self._staging,
            order,
            collected=ledger.collected,
            formats=self._options.formats,
            stages=self._options.stages,
        )
        samples = dataset.read(self._staging.building) if totals.total.emitted else iter(())
        origin = provenance(self._config, self._options, next(samples, None))
        formats = self._options.formats
        times = ledger.times if self._options.times else None
        dataset.finish(self._staging, totals, origin, formats, change=self._ask_hooks, times=times)
        self.comparison = self._compared()
        dataset.publish(self._staging)
        self._held = False
        return totals

    def _compared(self) -> Comparison | JaxsmithError | None:
        """The comparison with the baseline, which may be the corpus that will be replaced."""
        if self._options.baseline is None:
            return None
        try:
            return self._options.baseline.compare(self._staging.building)
        except JaxsmithError as error:
            return error  # the new corpus is none the worse for it

    def _ask_hooks(self, manifest: dict[str, Any]) -> None:
        try:
            self._config.hook.pytest_jaxsmith_manifest(manifest=manifest, config=self._config)
        except Exception as error:
            # The session is over: pytest would show a traceback of itself, and no summary.
            raise JaxsmithError(f"pytest_jaxsmith_manifest: {one_line(error)}") from error

    def abandon(self) -> None:
        """Give the folder up as it was found: nothing was run."""
        if not self._held:
            return
        self._held = False
        self._close()
        if self.restored:
            self._staging.lock.release()  # the run can still be gone on with
            return
        self._staging.release()
        if self._made:
            self.folder.rmdir()

    def leave(self) -> list[str]:
        """Leave the parts of an incomplete corpus; say where they are and how to go on."""
        self._held = False
        self._close()
        self._staging.lock.release()
        parts = _shown(self._config, self.parts)
        older = "an older corpus" if (self.folder / MANIFEST).exists() else "no corpus"
        return [
            f"{self.shown} holds {older}; the parts of this run are in {parts}",
            f"go on with it: {self._command()}",
        ]

    def _command(self) -> str:
        """The command that goes on with the run, from where this one was started."""
        given = self._config.invocation_params.args
        resumes = () if "--emit-resume" in given else ("--emit-resume",)
        return shlex.join(["pytest", *map(str, given), *resumes])

    def _close(self) -> None:
        if self._crashes is not None:
            self._crashes.close()
            self._crashes = None


def _shown(config: pytest.Config, path: Path) -> Path:
    """The path from where pytest was started, if it lies below."""
    start = config.invocation_params.dir
    return path.relative_to(start) if path.is_relative_to(start) else path


def _sessions(parts: Path) -> int:
    """How many sessions wrote parts so far; this one, too, takes note of itself."""
    notes = list(parts.glob("*.session"))
    (parts / f"{len(notes) + 1}.session").touch()
    return len(notes)
