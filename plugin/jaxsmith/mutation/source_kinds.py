"""The table of mutations of Python: a row for each way to get a program wrong."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, TypeVar

from jaxsmith.mutation.source import Replacement, Source, row, written
from jaxsmith.mutation.swaps import COMPARISONS, FUNCTIONS, ORDERED

if TYPE_CHECKING:
    from collections.abc import Iterator

Expression = TypeVar("Expression", bound=ast.expr)

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Sub,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_DIFFERENTIATES = frozenset({"grad", "value_and_grad", "jacfwd", "jacrev", "hessian"})
_BRANCHES = frozenset({"where", "select", "cond", "switch", "select_n"})
_PERMUTES = frozenset({"transpose", "permute_dims", "moveaxis", "swapaxes", "rollaxis"})
_HINTS = frozenset({"jit", "checkpoint", "remat", "optimization_barrier"})
_HALVES = frozenset({"float16", "bfloat16"})
# What makes whole numbers, or truths, of what it is given.
_WHOLE = frozenset({"bool_", *(f"{u}int{bits}" for u in ("", "u") for bits in (4, 8, 16, 32, 64))})
_OFF = 1.001
_RESIDUAL_OFF = 1.01


def _swapped_operator(node: ast.BinOp, _source: Source) -> Iterator[Replacement]:
    new = _OPERATORS.get(type(node.op))
    if new is not None:
        yield node, _with(node, op=new())


def _swapped_name(node: ast.Attribute, _source: Source) -> Iterator[Replacement]:
    if node.attr in FUNCTIONS:
        yield node, _with(node, attr=FUNCTIONS[node.attr])


def _other_connective(node: ast.BoolOp, _source: Source) -> Iterator[Replacement]:
    yield node, _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _skipped_call(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    """Of a function of one operand, the operand; not of what only speaks to the compiler."""
    plain = isinstance(node.func, ast.Attribute) and _called(node) not in _HINTS
    if plain and len(node.args) == 1 and not node.keywords:
        yield node, node.args[0]


def _skipped_sign(node: ast.UnaryOp, _source: Source) -> Iterator[Replacement]:
    # A negative number is a constant, whose kind is another.
    if not isinstance(node.operand, ast.Constant):
        yield node, node.operand


def _opposite(node: ast.Compare, _source: Source) -> Iterator[Replacement]:
    for k, op in enumerate(node.ops):
        yield node, _with(node, ops=[*node.ops[:k], _OPPOSITES[type(op)](), *node.ops[k + 1 :]])


def _opposite_condition(node: ast.If, _source: Source) -> Iterator[Replacement]:
    if not isinstance(node.test, ast.Compare):
        yield node.test, f"not {written(node.test)}"


def _opposite_name(node: ast.Attribute, _source: Source) -> Iterator[Replacement]:
    if node.attr in COMPARISONS:
        yield node, _with(node, attr=COMPARISONS[node.attr])


def _exchanged_sides(node: ast.BinOp, _source: Source) -> Iterator[Replacement]:
    if not isinstance(node.op, _COMMUTATIVE):
        yield node, _with(node, left=node.right, right=node.left)


def _exchanged_arguments(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    if _called(node) in ORDERED and len(node.args) >= 2:
        first, second, *rest = node.args
        yield node, _with(node, args=[second, first, *rest])


def _shifted_slice(node: ast.Slice, _source: Source) -> Iterator[Replacement]:
    """As many elements, from one place further or one place before."""
    low, high = _integer(node.lower), _integer(node.upper)
    unknown = (node.lower and low is None) or (node.upper and high is None)
    if unknown or (not low and high is None):
        return  # everything, or what only the running program knows
    step = f":{ast.unparse(node.step)}" if node.step else ""
    low = low or 0
    if high is None:
        yield node, f":{-low}{step}" if low > 0 else f"{low - 1}:-1{step}"
        return
    yield node, f"{low + 1}:{'' if high == -1 else high + 1}{step}"
    if low > 0:
        yield node, f"{low - 1}:{high - 1}{step}"


def _other_index(node: ast.Subscript, _source: Source) -> Iterator[Replacement]:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return  # a size, not an element
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        index = _integer(part)
        if index is not None:
            yield part, str(index - 1 if index < 0 else index + 1)


def _nudged(node: ast.Constant, _source: Source) -> Iterator[Replacement]:
    value = node.value
    if type(value) is int:
        yield node, f"{value + 1}"
    elif type(value) is float:
        yield node, f"{1.125 * value if abs(value) >= 1 else value + 0.125!r}"


def _other_flag(node: ast.Constant, _source: Source) -> Iterator[Replacement]:
    if type(node.value) is bool:
        yield node, repr(not node.value)


def _scaled_value(node: ast.Assign, source: Source) -> Iterator[Replacement]:
    if isinstance(node.targets[0], ast.Name) and _scales(node.value, source):
        yield node.value, f"{_OFF} * {written(node.value)}"


def _scaled_result(node: ast.Return, source: Source) -> Iterator[Replacement]:
    for leaf in _results(node, source):
        if _scales(leaf, source):
            yield leaf, f"{_OFF} * {written(leaf)}"


def _scales(value: ast.expr, source: Source) -> bool:
    """Whether a thousandth more of a value is more: of 16 bits, a thousandth is half a unit."""
    if not _HALVES.isdisjoint(source.outputs) or isinstance(value, ast.Lambda | ast.Compare):
        return False
    passed = (
        value.args + [each.value for each in value.keywords] if isinstance(value, ast.Call) else []
    )
    return not any(isinstance(each, ast.Attribute) and each.attr in _WHOLE for each in passed)


def _one_branch(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    """Both branches of a choice are one of them, or two of a list are."""
    if _called(node) not in _BRANCHES or len(node.args) < 2:
        return
    condition, *rest = node.args
    if isinstance(rest[0], ast.List | ast.Tuple):
        choices = rest[0].elts
        for k in range(len(choices)):
            kept = [*choices[:k], choices[k - 1], *choices[k + 1 :]]
            yield rest[0], _with(rest[0], elts=kept)
    elif len(rest) >= 2:
        for kept in ([rest[0]] * 2, [rest[1]] * 2):
            yield node, _with(node, args=[condition, *kept, *rest[2:]])


def _one_side(node: ast.IfExp, _source: Source) -> Iterator[Replacement]:
    yield node, node.body
    yield node, node.orelse


def _other_argnums(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    if _called(node) not in _DIFFERENTIATES or not node.args:
        return
    given = _keyword(node, "argnums") or (node.args[1] if len(node.args) > 1 else None)
    if given is None:
        keyword = ast.keyword("argnums", ast.Constant(1))
        yield node, _with(node, keywords=[*node.keywords, keyword])
    else:
        yield from _other_numbers(given)


def _other_axes(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    if _called(node) not in ("vmap", "pmap"):
        return
    for name in ("in_axes", "out_axes"):
        given = _keyword(node, name)
        if given is None:
            keyword = ast.keyword(name, ast.Constant(1))
            yield node, _with(node, keywords=[*node.keywords, keyword])
        else:
            yield from _other_numbers(given)


def _other_numbers(given: ast.expr) -> Iterator[Replacement]:
    """Numbers of a tuple the other way round, and one of them another; or another number."""
    if isinstance(given, ast.Tuple):
        if len({ast.dump(each) for each in given.elts}) > 1:
            yield given, _with(given, elts=given.elts[::-1])
        for each in given.elts:
            yield from _other_numbers(each)
    elif isinstance(given, ast.Constant):
        yield given, "0" if given.value is None or given.value else "1"


def _other_permutation(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    if _called(node) not in _PERMUTES:
        return
    method = isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name)
    axes = node.args if method else node.args[1:]
    if len(axes) == 1 and isinstance(axes[0], ast.Tuple | ast.List):
        elements = axes[0].elts
        for k in range(len(elements) - 1):
            yield axes[0], _with(axes[0], elts=_exchanged(elements, k))
    elif len(axes) == 2:
        # Where an axis goes instead: the other way, or one place off.
        if _called(node) != "swapaxes":  # of which either order says the same
            yield node, _with(node, args=[*node.args[:-2], axes[1], axes[0]])
        last = _integer(axes[1])
        if last is not None:
            yield axes[1], f"{last - 1}"
    elif not axes and node.args:
        yield node, node.args[0]


def _not_transposed(node: ast.Attribute, _source: Source) -> Iterator[Replacement]:
    if node.attr in ("T", "mT"):
        yield node, node.value


def _other_einsum(node: ast.Call, _source: Source) -> Iterator[Replacement]:
    """The letters of the result in another order."""
    formula = node.args[0] if node.args else None
    if _called(node) != "einsum" or not isinstance(formula, ast.Constant):
        return
    operands, arrow, result = str(formula.value).partition("->")
    if arrow and len(result.strip()) >= 2:
        yield formula, repr(f"{operands}->{result.strip()[::-1]}")


def _residual_off(node: ast.Call, source: Source) -> Iterator[Replacement]:
    """What the forward rule of a ``custom_vjp`` keeps for the backward rule, a little off."""
    if _called(node) != "defvjp" or not node.args:
        return
    rule = node.args[0]
    if isinstance(rule, ast.Lambda):
        returned = [rule.body]
    else:
        name = rule.id if isinstance(rule, ast.Name) else None
        rules = [
            each
            for each in ast.walk(source.tree)
            if isinstance(each, ast.FunctionDef) and each.name == name
        ]
        found = (each for rule in rules for each in ast.walk(rule) if isinstance(each, ast.Return))
        returned = [each.value for each in found if each.value is not None]
    for value in returned:
        if isinstance(value, ast.Tuple) and len(value.elts) == 2:
            kept = value.elts[1]
            for residual in kept.elts if isinstance(kept, ast.Tuple) else [kept]:
                change = f"lambda kept: {_RESIDUAL_OFF} * kept"
                yield residual, f"jax.tree.map({change}, {ast.unparse(residual)})"


def _other_dtype(node: ast.Return, source: Source) -> Iterator[Replacement]:
    other = "float16" if "float32" in source.outputs else "float32"
    for leaf in _results(node, source):
        yield leaf, f"{written(leaf)}.astype({other!r})"


def _exchanged_results(node: ast.Return, _source: Source) -> Iterator[Replacement]:
    if isinstance(node.value, ast.Tuple):
        for k in range(len(node.value.elts) - 1):
            yield node.value, _with(node.value, elts=_exchanged(node.value.elts, k))
    elif isinstance(node.value, ast.Dict):
        for k in range(len(node.value.values) - 1):
            yield node.value, _with(node.value, values=_exchanged(node.value.values, k))


SOURCE_KINDS = (
    row("swap_op", ast.BinOp, _swapped_operator),
    row("swap_op", ast.Attribute, _swapped_name),
    row("swap_op", ast.BoolOp, _other_connective),
    row("skip_op", ast.Call, _skipped_call),
    row("skip_op", ast.UnaryOp, _skipped_sign),
    row("flip_comparison", ast.Compare, _opposite),
    row("flip_comparison", ast.If, _opposite_condition),
    row("flip_comparison", ast.Attribute, _opposite_name),
    row("swap_operands", ast.BinOp, _exchanged_sides),
    row("swap_operands", ast.Call, _exchanged_arguments),
    row("shift_slice", ast.Slice, _shifted_slice),
    row("shift_slice", ast.Subscript, _other_index),
    row("nudge_constant", ast.Constant, _nudged),
    row("flip_flag", ast.Constant, _other_flag),
    row("scale", ast.Assign, _scaled_value),
    row("scale", ast.Return, _scaled_result),
    row("drop_branch", ast.Call, _one_branch),
    row("drop_branch", ast.IfExp, _one_side),
    row("wrong_argnums", ast.Call, _other_argnums),
    row("wrong_in_axes", ast.Call, _other_axes),
    row("wrong_permutation", ast.Call, _other_permutation),
    row("wrong_permutation", ast.Attribute, _not_transposed),
    row("wrong_permutation", ast.Call, _other_einsum),
    row("residual_off", ast.Call, _residual_off),
    row("output_dtype", ast.Return, _other_dtype),
    row("swap_outputs", ast.Return, _exchanged_results),
)
"""Every way to change a program in Python."""


def _with(node: Expression, **fields: Any) -> Expression:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _exchanged(elements: list[ast.expr], k: int) -> list[ast.expr]:
    return [*elements[:k], elements[k + 1], elements[k], *elements[k + 2 :]]


def _called(node: ast.Call) -> str:
    """The last name of what is called: ``"sum"`` of ``jnp.sum(x)`` and of ``x.sum()``."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in node.keywords if each.arg == name), None)


def _integer(node: ast.expr | None) -> int | None:
    """The integer that is written there, if one is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _integer(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None


def _results(node: ast.Return, source: Source) -> list[ast.expr]:
    """The leaves of what the function returns, if this is where it does."""
    if source.main is None or node not in source.main.body or node.value is None:
        return []
    return list(_leaves(node.value))


def _leaves(value: ast.expr) -> Iterator[ast.expr]:
    branches: list[ast.expr] = []
    if isinstance(value, ast.Tuple | ast.List):
        branches = value.elts
    elif isinstance(value, ast.Dict):
        branches = value.values
    if not branches:
        yield value
    for branch in branches:
        yield from _leaves(branch)
