"""``jnp.einsum``: the equations that people write, by what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import TERMS
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.contract import einsum, multiplied

if TYPE_CHECKING:
    from jaxsmith.vocabulary.op import Op

_REACH = {1: 1e4, 2: 1e3, 3: 30.0}


def _row(
    purpose: str, *equations: str, names: tuple[str, ...], kinds: str = "f", weight: float = 1.0
) -> Op:
    count = equations[0].count(",") + 1
    operands = ", ".join(f"{{{k}}}" for k in range(count))
    reach = _REACH[count]
    return function(
        f"einsum_{purpose}", "linalg", einsum(*equations, kinds=kinds), multiplied,
        accuracy=TERMS, domain=((-reach, reach),) * count, names=names, verb="einsum",
        jax=f'jnp.einsum("{{equation}}", {operands})',
        numpy=f'np.einsum("{{equation}}", {operands})', weight=weight,
    )  # fmt: skip


OPS = [
    _row("sum", "ij->i", "ij->j", "ijk->ik", "ijk->j", "ijk->", "ij->", "i->", "ijkl->il",
         "bij->b", "...i->...", "...ij->...j", kinds="fi", names=("sums", "marginal", "totals")),
    _row("diagonal", "ii->i", "ii->", "iij->j", "bii->b", "bii->bi", "iji->j", "...ii->...i",
         kinds="fi", names=("diagonal", "traces", "trace")),
    _row("transpose", "ij->ji", "ijk->kji", "ijk->jik", "ijk->ikj", "ijkl->ikjl", "...ij->...ji",
         "ijkl->klij", kinds="fi", names=("transposed", "rearranged", "swapped"), weight=0.6),
    _row("matmul", "ij,jk->ik", "ij,jk->ki", "ij,kj->ik", "ji,jk->ik", "ij,j->i", "i,ij->j",
         "i,i->", "ij,jk->", "ij,jk->i", "ij,ij->", "ij,ji->", kinds="fi",
         names=("product", "mixed", "projected")),
    _row("batch", "bij,bjk->bik", "bij,bkj->bik", "bij,bj->bi", "bi,bi->b", "bij,jk->bik",
         "bi,ij->bj", "bij,bij->b", "bi,bj->bij", "ibj,jbk->bik", "bhid,bhjd->bhij",
         names=("scores", "outputs", "products"), weight=1.5),
    _row("outer", "i,j->ij", "ij,k->ijk", "i,jk->jik", "ij,kl->ikjl", "ib,jb->ijb", "i,j->ji",
         names=("outer_product", "pairs", "lifted")),
    _row("scale", "ij,i->ij", "ij,j->ij", "ijk,ik->ijk", "ijk,j->ijk", "ij,ij->ij", "ij,i->ji",
         "ij,i->j", "ij,ij->i", "ij,ij->j", "ijk,k->ij", "ijk,jk->i",
         names=("scaled", "weighted", "gated")),
    _row("tensor", "ijk,kl->ijl", "ijk,jl->ilk", "ijkl,kl->ij", "ijk,ijl->kl", "ijk,jkl->il",
         "ijk,lk->lij", "ijk,kji->", "ijkl,jl->ik", names=("contracted", "coupled", "features")),
    _row("ellipsis", "...ij,...jk->...ik", "...i,...i->...", "...ij,...j->...i", "...i,ij->...j",
         "...d,kd->...k", "i...,i...->...", "...ij,...kj->...ik",
         names=("outputs", "scores", "maps")),
    _row("bilinear", "i,ij,j->", "bi,ij,bj->b", "bi,ij,j->b", "i,ijk,j->k", "bi,ijk,bj->bk",
         names=("energy", "form", "response")),
    _row("chain", "ij,jk,kl->il", "ij,jk,k->i", "i,ij,jk->k", "bij,bjk,bkl->bil", "ij,jk,ki->",
         "ai,bi,ci->abc", "ij,ik,il->jkl", names=("chained", "composed", "cores")),
    _row("sandwich", "ji,jk,kl->il", "ij,jk,lk->il", "ij,j,jk->ik", "ij,j,kj->ik", "ai,bj,ij->ab",
         "ij,i,j->ij", "ij,i,j->", names=("rotated", "covariance", "rescaled")),
]  # fmt: skip
