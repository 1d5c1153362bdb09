"""Sums of unsigned integers, which NumPy makes wider than JAX does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.code import LEVELS

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Attributes, Op, Proposal

_SUMS = re.compile(r"\b(?:sum|prod|cumsum|cumprod|(?:add|multiply)\.(?:accumulate|reduce))\(")


def as_narrow_as_jax(op: Op, proposal: Proposal) -> Attributes:
    """The attributes of a proposal, with a NumPy spelling whose result has the dtype of JAX's.

    NumPy sums unsigned integers in 64 bits unless it is told otherwise (``numpy.sum``, ``dtype``);
    with a signed integer that makes a float, of which no bits can be taken.
    """
    attributes = proposal.attributes
    template = str(attributes.get("numpy_template", op.numpy))
    dtype = proposal.outputs[0].dtype if proposal.outputs else ""
    if not dtype.startswith("uint") or dtypes.bits(dtype) == 64:
        return attributes
    if not _SUMS.search(template.replace("{ufunc}", str(attributes.get("ufunc", "")))):
        return attributes
    level = attributes.get("numpy_level")
    if (op.level if level is None else LEVELS[str(level)]) < LEVELS["atom"]:
        template = f"({template})"
    cast = {"numpy_template": f"{template}.astype(np.{dtype})", "numpy_level": "atom"}
    return {**attributes, **cast}
