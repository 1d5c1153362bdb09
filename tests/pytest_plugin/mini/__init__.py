"""A corpus as small as one can be: three categories, a handful of operations."""

from jaxsmith.program.corpus import Corpus

CORPUS = Corpus(__name__)
