"""A function with a statement that never matters is no sample."""

import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.builder import Entry
from jaxsmith.program.function import Case
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.write import write
from jaxsmith.verdict import examine
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.value import Var

X = Var(Aval((4,), "float32"), Interval(1.0, 2.0), ("x",))


def chain(*steps):
    """A function of one array put through these operations in turn."""
    eqns, last = [], X
    for name, attributes in steps:
        shape = attributes.get("shape", last.aval.shape)
        var = Var(Aval(shape, "float32"), Interval(-1e3, 1e3), (name,))
        eqns.append(Eqn(CORPUS.vocabulary[name], (last,), (var,), attributes))
        last = var
    graph = Graph((X,), tuple(eqns), (last,))
    entries = [Entry(X, Draw("uniform", 1.0, 2.0))]
    return write(Case("rows", 0, 0), graph, entries, CORPUS.helpers, x64=False)


def test_what_a_clip_swallows_is_no_sample():
    swallowed = {"low": -0.5, "high": 0.5}
    with pytest.raises(RejectedError, match="trivial"):
        examine(chain(("exp", {}), ("guard_clip", swallowed), ("sin", {})))


def test_what_a_clip_lets_through_is_one():
    assert len(examine(chain(("exp", {}), ("guard_clip", {"low": 4.0, "high": 6.0})))) >= 3


def test_what_does_nothing_by_its_inputs_is_no_sample():
    with pytest.raises(RejectedError, match="guard_clip does nothing to any input"):
        examine(chain(("exp", {}), ("guard_clip", {"low": 0.5, "high": 20.0})))


def test_what_does_nothing_by_its_nature_is_one():
    assert len(examine(chain(("exp", {}), ("expand_dims", {"axis": 0, "shape": (1, 4)})))) >= 3


def test_what_might_as_well_be_left_out_is_no_sample():
    flipped = chain(("exp", {}), ("flip", {"axis": ", axis=0"}))
    assert len(examine(flipped)) >= 3
    with pytest.raises(RejectedError, match="no result shows whether flip is done"):
        examine(chain(("exp", {}), ("flip", {"axis": ", axis=0"}), ("sort", {"axis": ""})))


def test_the_statement_is_named():
    shown, hidden = Var(X.aval, Interval(0.0, 9.0)), Var(X.aval, Interval(-1.0, 1.0))
    larger = Var(X.aval, Interval(0.0, 9.0))
    rows = CORPUS.vocabulary
    eqns = (
        Eqn(rows["exp"], (X,), (shown,), {}),
        Eqn(rows["sin"], (X,), (hidden,), {}),
        Eqn(rows["maximum"], (shown, hidden), (larger,), {}),  # e**x is above 2 and the sine is not
    )
    graph = Graph((X,), eqns, (larger,))
    entries = [Entry(X, Draw("uniform", 1.0, 2.0))]
    function = write(Case("rows", 0, 0), graph, entries, CORPUS.helpers, x64=False)
    with pytest.raises(RejectedError, match="no result depends on what sin gives"):
        examine(function)


def body(low, high):
    """What a function that is called does, ``sin(x) + clip(exp(x), low, high)``: its equations."""
    rows, inner = CORPUS.vocabulary, Var(X.aval, X.interval, ("x",))
    wave, grown, clipped, total = (
        Var(X.aval, Interval(-1e3, 1e3), (name,)) for name in ("wave", "grown", "clipped", "total")
    )
    return (
        Eqn(rows["sin"], (inner,), (wave,), {}),
        Eqn(rows["exp"], (inner,), (grown,), {}),
        Eqn(rows["guard_clip"], (grown,), (clipped,), {"low": low, "high": high}),
        Eqn(rows["add"], (wave, clipped), (total,), {}),
    )


def differentiated(eqns):
    """The gradient of the sum of what these equations give."""
    total = Var(Aval((), "float32"), Interval(-1e3, 1e3), ("total",))
    summed = Eqn(CORPUS.vocabulary["sum"], eqns[-1].outputs, (total,), {"tail": "", "terms": 4})
    region = Graph(eqns[0].operands, (*eqns, summed), (total,), name="loss")
    text = {"jax_template": "jax.grad({r0})({0})", "numpy_template": "derivative({r0}, 0, {0})"}
    return calling("grad", region, {**text, "order": 1})


def repeated(eqns):
    """What three runs of these equations give."""
    index = Var(Aval((), "int32"), Interval(0, 3), ("i",))
    region = Graph((index, eqns[0].operands[0]), eqns, eqns[-1].outputs, name="step")
    text = "fori_loop(0, 3, {r0}, {0})"
    spelled = {"jax_template": f"lax.{text}", "numpy_template": text}
    return calling("fori_loop", region, {**spelled, "lower": 0, "upper": 3, "dynamic": False})


def calling(name, region, attributes):
    """A function that calls another by the row of this name."""
    result = Var(X.aval, Interval(-1e3, 1e3), ("result",))
    eqn = Eqn(CORPUS.vocabulary[name], (X,), (result,), attributes, (region,))
    graph = Graph((X,), (eqn,), (result,))
    entries = [Entry(X, Draw("uniform", 1.0, 2.0))]
    return write(Case("rows", 0, 0), graph, entries, CORPUS.helpers, x64=False)


def test_what_does_nothing_in_a_function_that_is_differentiated_is_no_sample():
    with pytest.raises(RejectedError, match="guard_clip does nothing to any input"):
        examine(differentiated(body(0.1, 20.0)))


@pytest.mark.parametrize("caller", [differentiated, repeated])
def test_the_statements_of_what_is_called_matter_too(caller):
    assert len(examine(caller(body(4.0, 6.0)))) >= 3
    with pytest.raises(RejectedError, match="no result depends on what exp gives"):
        examine(caller(body(-0.5, 0.5)))
    with pytest.raises(RejectedError, match=r"0\.1 of guard_clip might be another number"):
        examine(caller(body(0.1, 6.0)))


def test_a_number_that_might_be_another_is_no_sample():
    with pytest.raises(RejectedError, match=r"20\.0 of guard_clip might be another number"):
        examine(chain(("exp", {}), ("guard_clip", {"low": 4.0, "high": 20.0})))
