"""Derivatives: grad and its kin, of functions written for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.program.builder import Builder
from jaxsmith.program.grow import loose_ends
from jaxsmith.program.region import DEEPEST, inner, open_region, produce, used
from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import EQUAL
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Graph
    from jaxsmith.vocabulary.op import Scope, Signature
    from jaxsmith.vocabulary.value import Var

# Every coordinate of an argument costs two evaluations of the reference; of a Hessian, four for
# each pair.
MOST_ELEMENTS = 40
MOST_HESSIAN_ELEMENTS = 8
SLOPES = Interval(-1e3, 1e3)  # ranges of derivatives are not tracked; what uses one guards it
TWICE = frozenset({"smooth"})
ONCE = frozenset({"smooth", "once"})
KINKED = frozenset({"smooth", "once", "kinked", "steep"})


@dataclass(frozen=True)
class Loss:
    """A function to differentiate, the values it is applied to, and its result."""

    graph: Graph
    operands: tuple[Var, ...]
    result: Var


def _write(
    builder: Builder,
    *,
    scalar: bool,
    most: int,
    arguments: tuple[int, ...] = (1, 2, 3),
    order: int = 1,
) -> Loss | None:
    """A function of one to three float values, scalar or not, that has derivatives of this order.

    One in four of those to be differentiated once has kinks, which its inputs must keep away from.
    """
    if builder.depth >= DEEPEST:
        return None
    dtype = builder.dtype("f")
    operands: list[Var] = []
    for _ in range(builder.rng.choice(arguments)):
        var = builder.value(
            "f", dtype=dtype, ranks=(0, 3), where=lambda a: 0 < a.size <= most, avoid=operands,
            fresh=lambda: _small_shape(builder, most),
        )  # fmt: skip
        if var is not None and var not in operands:
            operands.append(var)
    if not operands:
        return None
    params = [inner(var) for var in operands]
    style = builder.style.but(
        smoothness=TWICE if order == 2 else KINKED if builder.rng.chance(0.25) else ONCE,
        new_parameter=0.0,
        max_elements=256,
    )
    size = builder.rng.weighted((1, 2, 3, 4, 6, 9, 14), (1, 3, 4, 4, 3, 2, 1))
    child = open_region(builder, "loss", params, size, style)
    result = _result(child, params, scalar=scalar)
    if result is None:
        return None
    name = builder.rng.choice(("loss", "objective", "energy", "cost") if scalar else ("model", "f"))
    graph = child.graph([result], name=name)
    if not all(used(graph)):
        return None
    return Loss(graph, tuple(operands), result)


def _small_shape(builder: Builder, most: int) -> tuple[int, ...]:
    for _ in range(8):
        shape = builder.shape((0, 3))
        if Aval(shape, "float32").size <= most:
            return shape
    return ()


def _result(child: Builder, params: list[Var], *, scalar: bool) -> Var | None:
    """One float value that joins what was computed; a scalar where one is needed."""
    ends = [var for var in loose_ends(child) if var.aval.dtype == params[0].aval.dtype]
    like = ends[-1] if ends else params[0]
    if like.aval.dtype != child.dtype("f"):
        return None
    result = produce(child, like)
    if result is None or not scalar or result.aval.shape == ():
        return result
    for name in ("sum", "mean"):
        op = child.vocabulary[name]
        for _ in range(6):
            outputs = child.apply(op, result)
            if outputs is not None and outputs[0].aval.shape == ():
                return outputs[0]
    return None


def _pick_argnums(builder: Builder, count: int) -> tuple[int, ...]:
    if count == 1 or builder.rng.chance(0.5):
        return (0,) if builder.rng.chance(0.7) else (builder.rng.integer(0, count - 1),)
    return tuple(sorted(builder.rng.sample(range(count), builder.rng.integer(2, count))))


def _argnums_text(argnums: tuple[int, ...]) -> str:
    if argnums == (0,):
        return ""
    return f", argnums={argnums[0] if len(argnums) == 1 else argnums}"


def _arguments(count: int, start: int = 0) -> str:
    return ", ".join(f"{{{start + i}}}" for i in range(count))


def _proposal(
    loss: Loss,
    outputs: tuple[Aval, ...],
    jax: str,
    numpy: str,
    *,
    unpack: str = "",
    order: int = 1,
    operands: tuple[Var, ...] = (),
    names: tuple[tuple[str, ...], ...] = (),
    value: bool = False,
) -> Proposal:
    """``value`` says that the first output is what the function gives, not a derivative."""
    attributes: dict[str, object] = {"jax_template": jax, "numpy_template": numpy, "order": order}
    if value:
        attributes["value"] = "same"
    if unpack:
        attributes["unpack"] = unpack
    return Proposal(
        (*loss.operands, *operands),
        outputs,
        attributes,
        (loss.graph,),
        names=names,
        intervals=(SLOPES,) * len(outputs),
    )


def _grad(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    loss = _write(scope, scalar=True, most=MOST_ELEMENTS)
    if loss is None:
        return None
    count = len(loss.operands)
    argnums = _pick_argnums(scope, count)
    arguments = _arguments(count)
    return _proposal(
        loss,
        tuple(loss.operands[k].aval for k in argnums),
        f"jax.grad({{r0}}{_argnums_text(argnums)})({arguments})",
        _derivatives(argnums, arguments),
        names=_gradient_names(loss, argnums),
    )


def _derivatives(argnums: tuple[int, ...], arguments: str) -> str:
    parts = [f"derivative({{r0}}, {k}, {arguments})" for k in argnums]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _gradient_names(loss: Loss, argnums: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    pairs = (("slope", "gradient", "direction"), ("other_slope", "correction"), ("third_slope",))
    return tuple(pairs[i % 3] for i in range(len(argnums)))


def _value_and_grad(scope: Scope, _op: Op) -> Proposal | None:
    assert isinstance(scope, Builder)
    loss = _write(scope, scalar=True, most=MOST_ELEMENTS)
    if loss is None:
        return None
    count = len(loss.operands)
    argnums = _pick_argnums(scope, count)
    arguments = _arguments(count)
    grads = ", ".join(f"{{{i + 1}}}" for i in range(len(argnums)))
    return _proposal(
        loss,
        (loss.result.aval, *(loss.operands[k].aval for k in argnums)),
        f"jax.value_and_grad({{r0}}{_argnums_text(argnums)})({arguments})",
        f"({{r0}}({arguments}), {_derivatives(argnums, arguments)})",
        unpack=f"{{0}}, {grads}" if len(argnums) == 1 else f"{{0}}, ({grads})",
        names=(("value", "objective_value", "level"), *_gradient_names(loss, argnums)),
        value=True,
    )


def _jacobian(transform: str) -> Signature:
    def propose(scope: Scope, _op: Op) -> Proposal | None:
        assert isinstance(scope, Builder)
        loss = _write(scope, scalar=False, most=16, arguments=(1, 1, 2))
        if loss is None or loss.result.aval.size > 32 or loss.result.aval.rank > 2:
            return None
        count = len(loss.operands)
        argnum = scope.rng.integer(0, count - 1)
        operand = loss.operands[argnum]
        arguments = _arguments(count)
        shape = loss.result.aval.shape + operand.aval.shape
        if len(shape) > 5:
            return None
        return _proposal(
            loss,
            (Aval(shape, operand.aval.dtype),),
            f"{transform}({{r0}}{_argnums_text((argnum,))})({arguments})",
            f"derivative({{r0}}, {argnum}, {arguments})",
        )

    return propose


def _hessian(form: str) -> Signature:
    def propose(scope: Scope, _op: Op) -> Proposal | None:
        assert isinstance(scope, Builder)
        loss = _write(scope, scalar=True, most=MOST_HESSIAN_ELEMENTS, arguments=(1, 1, 2), order=2)
        if loss is None:
            return None
        count = len(loss.operands)
        argnum = scope.rng.integer(0, count - 1)
        operand = loss.operands[argnum]
        if operand.aval.rank > 2:
            return None
        tail = _argnums_text((argnum,))
        spelled = form.replace("TAIL", tail)
        return _proposal(
            loss,
            (Aval(operand.aval.shape * 2, operand.aval.dtype),),
            f"{spelled}({_arguments(count)})",
            f"second_derivative({{r0}}, {argnum}, {_arguments(count)})",
            order=2,
        )

    return propose


def _with_tangents(wrap: Callable[[Loss, tuple[Var, ...]], Proposal], *, scalar: bool) -> Signature:
    """A derivative along tangents, one for each argument."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        assert isinstance(scope, Builder)
        loss = _write(scope, scalar=scalar, most=64, arguments=(1, 1, 2))
        if loss is None:
            return None
        tangents = []
        for operand in loss.operands:
            hints = ("tangent", "direction_in", "v", "t")
            tangent = scope.parameter(operand.aval, Draw("uniform", -1.0, 1.0), hints)
            if tangent is None:
                return None
            tangents.append(tangent)
        return wrap(loss, tuple(tangents))

    return propose


def _tuple(items: str) -> str:
    return f"({items})" if "," in items else f"({items},)"


def _jvp(loss: Loss, tangents: tuple[Var, ...]) -> Proposal:
    count = len(loss.operands)
    primals, directions = _tuple(_arguments(count)), _tuple(_arguments(count, count))
    return _proposal(
        loss,
        (loss.result.aval, loss.result.aval),
        f"jax.jvp({{r0}}, {primals}, {directions})",
        f"({{r0}}({_arguments(count)}), directional({{r0}}, {primals}, {directions}))",
        unpack="{0}, {1}",
        operands=tangents,
        names=(("value", "primal", "level"), ("tangent_out", "change", "rate")),
        value=True,
    )


def _vjp(scope: Scope, _op: Op) -> Proposal | None:
    """A cotangent pulled back to one argument."""
    assert isinstance(scope, Builder)
    loss = _write(scope, scalar=False, most=MOST_ELEMENTS, arguments=(1, 2))
    if loss is None:
        return None
    count = len(loss.operands)
    hints = ("cotangent", "upstream", "ct")
    cotangent = scope.parameter(loss.result.aval, Draw("uniform", -1.0, 1.0), hints)
    if cotangent is None:
        return None
    arguments = _arguments(count)
    pulled = [f"pullback({{r0}}, {k}, {{{count}}}, {arguments})" for k in range(count)]
    single = count == 1
    return _proposal(
        loss,
        tuple(var.aval for var in loss.operands),
        f"jax.vjp({{r0}}, {arguments})[1]({{{count}}})" + ("[0]" if single else ""),
        pulled[0] if single else f"({', '.join(pulled)})",
        operands=(cotangent,),
        names=_gradient_names(loss, tuple(range(count))),
    )


def _row(
    name: str, signature: Signature, helpers: tuple[str, ...], names: tuple[str, ...], weight: float
) -> Op:
    return Op(
        name, "gradients", "", "", signature, spans.keep, EQUAL, smooth="none", names=names,
        helpers=helpers, control="gradient", weight=weight,
    )  # fmt: skip


OPS = [
    _row("grad", _grad, ("derivative",), (), 3.0),
    _row("value_and_grad", _value_and_grad, ("derivative",), (), 2.0),
    _row("jacfwd", _jacobian("jax.jacfwd"), ("derivative",), ("jacobian", "slopes"), 1.0),
    _row("jacrev", _jacobian("jax.jacrev"), ("derivative",), ("jacobian", "slopes"), 1.0),
    _row("hessian", _hessian("jax.hessian({r0}TAIL)"), ("second_derivative",),
         ("hessian", "curvature"), 1.0),
    _row("jacfwd_of_grad", _hessian("jax.jacfwd(jax.grad({r0}TAIL)TAIL)"), ("second_derivative",),
         ("hessian", "curvature"), 0.5),
    _row("jvp", _with_tangents(_jvp, scalar=False), ("directional",), (), 1.0),
    _row("vjp", _vjp, ("pullback",), (), 1.0),
]  # fmt: skip
