"""The errors that people meet: one clear line each, saying what is wrong and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class JaxsmithError(Exception):
    """Base of every error raised on purpose; ``str`` of one is a line fit for a terminal."""


class InvalidRequestError(JaxsmithError):
    """An option, an argument or a folder that can't be used as it is."""


class DiskError(JaxsmithError):
    """The disk takes no more: full, read-only, gone. What was written before is unharmed."""


class PlatformError(JaxsmithError):
    """JAX has no device of the platform that it was asked for: nothing can be compiled."""


class DamagedFileError(InvalidRequestError):
    """A file that can't be read to its end.

    Args:
        path: the file.
        what: what is wrong with it, in one line.
    """

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(f"{path} is damaged: {what}")
        self.what = str(what)


class RejectedError(JaxsmithError):
    """A function that is no use as a sample; becomes a record in the rejects.

    Args:
        reason: a typed reason, one of ``jaxsmith.record.reasons.REASONS``.
        detail: one line on what was seen.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
