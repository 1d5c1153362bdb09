"""``python -m jaxsmith``: what belongs to a corpus on disk and not to a test run."""

from __future__ import annotations

import sys

from jaxsmith.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
