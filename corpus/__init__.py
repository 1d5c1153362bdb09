"""What is generated: rows of operations and categories that combine them."""

from jaxsmith.program.corpus import Corpus

CORPUS = Corpus(__name__)
