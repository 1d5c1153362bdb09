"""A few functions of one operand, in two families."""

import math

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.rows import map1

OPS = [
    map1("sin", spans.within(-1, 1), domain=(-50, 50), family="waves"),
    map1("cos", spans.within(-1, 1), domain=(-50, 50), family="waves"),
    map1("tanh", spans.monotone(math.tanh), family="curves"),
    map1("arctan", spans.monotone(math.atan), family="curves"),
]
