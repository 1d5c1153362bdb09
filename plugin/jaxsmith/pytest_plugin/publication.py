"""The corpus as files: claimed when a session starts, published when all is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxsmith import dataset, record
from jaxsmith.dataset.marker import MANIFEST
from jaxsmith.errors import JaxsmithError
from jaxsmith.pytest_plugin.provenance import provenance
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
        self._staging = dataset.claim(folder)
        self._crashes: dataset.PartWriter | None = None
        self._held = True

    @property
    def shown(self) -> Path:
        """The folder as a user would type it."""
        return _shown(self._config, self.folder)

    @property
    def parts(self) -> Path:
        """What a process needs to write its part."""
        return self._staging.path

    def record_crash(self, id: str, category: str, detail: str) -> dataset.Receipt:  # noqa: A002 - the name of the field
        """Write the reject of a function whose process died with it."""
        if self._crashes is None:
            self._crashes = dataset.PartWriter(self.parts, dataset.CONTROLLER)
        return self._crashes.reject(
            record.reject(id=id, category=category, reason="crashed", detail=detail)
        )

    def publish(self, ledger: Ledger) -> dataset.Totals:
        """Merge the parts, let hooks see the manifest, and put the corpus in place.

        Raises:
            JaxsmithError: the parts don't hold what was collected, or a file can't be written.
        """
        self._close()
        order = dataset.by_category(list(ledger.tallies))
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
        dataset.finish(self._staging, totals, origin, formats, change=self._ask_hooks)
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
        self._staging.release()
        if self._made:
            self.folder.rmdir()

    def leave(self) -> str:
        """Leave the parts of an incomplete corpus where they are; say where that is."""
        self._held = False
        self._close()
        self._staging.lock.release()
        parts = _shown(self._config, self.parts)
        older = "an older corpus" if (self.folder / MANIFEST).exists() else "no corpus"
        return f"{self.shown} holds {older}; the parts of this run are in {parts}"

    def _close(self) -> None:
        if self._crashes is not None:
            self._crashes.close()
            self._crashes = None


def _shown(config: pytest.Config, path: Path) -> Path:
    """The path from where pytest was started, if it lies below."""
    start = config.invocation_params.dir
    return path.relative_to(start) if path.is_relative_to(start) else path
