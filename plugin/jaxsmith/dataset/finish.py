"""The last steps of every corpus, whether a run made it or it was made from others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jaxsmith.dataset.documents import documents
from jaxsmith.dataset.folder import claim, publish
from jaxsmith.dataset.manifest import describe, write_manifest
from jaxsmith.dataset.selection import EVERYTHING, Selection
from jaxsmith.dataset.totals import reconcile
from jaxsmith.errors import JaxsmithError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jaxsmith.dataset.folder import Staging
    from jaxsmith.dataset.manifest import Provenance
    from jaxsmith.dataset.times import Times
    from jaxsmith.dataset.totals import Totals


def finish(
    staging: Staging,
    totals: Totals,
    origin: Provenance,
    formats: Sequence[str],
    selection: Selection = EVERYTHING,
    change: Callable[[dict[str, Any]], None] | None = None,
    times: Times | None = None,
) -> None:
    """Write all that lies beside the data: documents, manifest and checksums.

    Args:
        staging: where the files of the corpus are.
        totals: the account of them.
        origin: what the corpus depends on.
        formats: the formats of the files.
        selection: what was taken of a larger corpus.
        change: may change the manifest before it is written.
        times: how long the stages took, for the report.

    Raises:
        JaxsmithError: the account does not balance.
    """
    reconcile(totals)
    texts = documents(staging, totals, origin, formats, selection, times)
    manifest = describe(totals, origin, texts, selection)
    if change is not None:
        change(manifest)
    write_manifest(staging, manifest, texts)


@contextmanager
def replacing(folder: Path) -> Iterator[Staging]:
    """Claim a folder, and publish what was made in it; if that fails, leave it as it was found.

    Raises:
        JaxsmithError: the folder can't be used, or a file can't be written.
    """
    made = not folder.exists()
    staging = claim(folder)
    try:
        yield staging
    except BaseException as error:
        staging.release()
        if made:
            folder.rmdir()
        if isinstance(error, OSError):
            raise JaxsmithError(f"{error.filename or folder}: {error.strerror}") from error
        raise
    publish(staging)
