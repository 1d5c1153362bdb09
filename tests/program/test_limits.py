"""Known bugs of a JAX: programs that meet one are told, on the versions that have it."""

import pytest

from corpus import CORPUS
from corpus.bugs import BUGS
from corpus.limitations import LIMITATIONS
from jaxsmith.program.fixed import fixed_op
from jaxsmith.program.graph import Eqn, Graph
from jaxsmith.program.limits import bites
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.value import Literal, Var

SLICES = LIMITATIONS[0]


def graph_of(*rows):
    """A graph that holds these operations and nothing else."""
    eqns = tuple(Eqn(CORPUS.vocabulary[name], (), (), {}) for name in rows)
    return Graph((), eqns, ())


@pytest.mark.parametrize(
    ("rows", "version", "known"),
    [
        (("dynamic_slice_in_dim", "index_one"), "0.10.2", True),
        (("dynamic_slice_in_dim", "index_one"), "0.9.3", True),
        (("dynamic_slice_in_dim", "index_one"), "0.12.0.1", False),
        (("dynamic_slice_in_dim", "index_one"), "1.0", False),
        (("dynamic_slice_in_dim", "sin"), "0.10.2", False),
    ],
)
def test_a_limitation_bites_by_operations_and_version(rows, version, known):
    assert bites(LIMITATIONS, graph_of(*rows), version) is (SLICES if known else None)


def test_a_limitation_of_derivatives_does_not_bite_elsewhere():
    plain = graph_of("ldexp")
    slope = Eqn(CORPUS.vocabulary["grad"], (), (), {}, (plain,))
    assert bites(LIMITATIONS, plain, "0.10.2") is None
    found = bites(LIMITATIONS, Graph((), (slope,), ()), "0.10.2")
    assert found is not None
    assert found.name == "derivative-of-ldexp-at-zero"
    assert bites(LIMITATIONS, Graph((), (slope,), ()), "0.12.0") is None


def test_a_limitation_may_want_something_else_in_the_program():
    zeta = graph_of("zeta")
    slope = Eqn(CORPUS.vocabulary["grad"], (), (), {}, (zeta,))
    jitted = Eqn(fixed_op("jit", "transforms", jax="", numpy=""), (), (), {}, (zeta,))
    both = Eqn(CORPUS.vocabulary["grad"], (), (), {}, (Graph((), (jitted,), ()),))
    assert bites(LIMITATIONS, Graph((), (slope,), ()), "0.10.2") is None
    assert bites(LIMITATIONS, Graph((), (jitted,), ()), "0.10.2") is None
    found = bites(LIMITATIONS, Graph((), (both,), ()), "0.10.2")
    assert found is not None
    assert found.name == "derivative-of-a-jitted-zeta"


@pytest.mark.parametrize(("other", "known"), [("float32", True), ("float64", False)])
def test_a_limitation_may_be_of_operands_of_several_dtypes(other, known):
    operands = [Var(Aval((), dtype), Interval(1.0, 2.0)) for dtype in ("float64", other)]
    operands.append(Literal(2, Aval((), "int32")))
    step = Eqn(CORPUS.vocabulary["xlogy"], tuple(operands), (), {})
    slope = Eqn(CORPUS.vocabulary["grad"], (), (), {}, (Graph((), (step,), ()),))
    found = bites(LIMITATIONS, Graph((), (slope,), ()), "0.12.0")
    assert (found is not None) == known


def test_a_limitation_may_want_code_beside():
    sharded = next(
        op.name
        for op in CORPUS.vocabulary.by_name.values()
        if op.code and "jax.make_mesh(" in "".join(op.code.definitions("jax").values())
    )
    assert bites(LIMITATIONS, graph_of("reduce_xor"), "0.12.0") is None
    found = bites(LIMITATIONS, graph_of("reduce_xor", sharded), "0.12.0")
    assert found is not None
    assert found.name == "bitwise-reduction-of-a-sharded-array"


def test_a_limitation_that_only_some_programs_show_is_asked_for_apart():
    slope = Eqn(CORPUS.vocabulary["grad"], (), (), {}, (graph_of("max"),))
    graph = Graph((), (slope,), ())
    assert bites(LIMITATIONS, graph, "0.10.2") is None
    found = bites(LIMITATIONS, graph, "0.10.2", always=False)
    assert found is not None
    assert found.name == "gradient-of-a-maximum-lost"


def test_every_limitation_is_a_known_bug_of_the_same_versions():
    # So that ``python -m jaxsmith replay`` tells when one no longer bites.
    bugs = {bug.name: bug for bug in BUGS}
    for known in LIMITATIONS:
        assert known.before == bugs[known.name].before
        assert known.since in (None, bugs[known.name].since)


def test_a_limitation_concerns_no_version_before_its_first():
    known = next(each for each in LIMITATIONS if each.name == "mutable-references-mapped-over")
    code = next(op for op in CORPUS.vocabulary.by_name.values() if op.code and known.concerns(op))
    inner = Graph((), (Eqn(code, (), (), {}),), ())
    mapped = Graph((), (Eqn(CORPUS.vocabulary["vmap"], (), (), {}, (inner,)),), ())
    versions = ("0.7.2", "0.8.0", "0.9.2", "0.10.0")
    found = [bites([known], mapped, version) for version in versions]
    assert found == [None, known, known, None]


def test_every_limitation_names_operations_that_exist_and_a_finding():
    from pathlib import Path

    findings = Path(__file__).parents[2].joinpath("FINDINGS.md").read_text(encoding="utf-8")
    for known in LIMITATIONS:
        assert known.rows <= CORPUS.vocabulary.by_name.keys()
        assert f"## {known.name}\n" in findings
