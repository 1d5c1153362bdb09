"""A disagreement made small: fewer statements, fewer results, simpler inputs, as a script.

``steps`` gives the programs that are a little less than another, ``search`` tries them for as long
as they still disagree, and ``script`` writes what is left for a bug report.
"""

from __future__ import annotations

from jaxsmith.shrink.script import Facts, script
from jaxsmith.shrink.search import TRIES, shrink

__all__ = ["TRIES", "Facts", "script", "shrink"]
