"""The report of a corpus: one HTML file to look at it with, which needs no network and no JAX.

In the order of making: ``gathering`` notes what a report needs while the records pass by, with
``choice`` of the functions to show and ``entry`` for each; ``figures`` and ``drift`` are its
sections, ``page`` puts them together with the files under ``assets/``, ``command`` makes it of a
corpus on disk, ``chart`` an image of a part of it. ``markup`` escapes all that comes from a record.
"""

from __future__ import annotations

from jaxsmith.dataset.report.chart import chart
from jaxsmith.dataset.report.command import check_file, write
from jaxsmith.dataset.report.gathering import Gathering
from jaxsmith.dataset.report.page import REPORT, page

__all__ = ["REPORT", "Gathering", "chart", "check_file", "page", "write"]
