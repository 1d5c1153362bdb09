"""The fixture in a project's own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

MODULE = """
import jax
import jax.numpy as jnp
import numpy as np

SCALE = 2.0
X = np.linspace(-2, 2, 7, dtype=np.float32)


def shifted(x):
    return x + SCALE


def softplus(x):
    return jnp.log1p(jnp.exp(shifted(x)))


def softplus_reference(x):
    return np.log1p(np.exp(x + 2.0))


@jax.jit
def both(tree, power):
    return {"sum": tree["a"] + tree["b"], "rest": (tree["a"] ** power, tree["b"] > 0)}
"""


def project_tests(project: Project, body: str) -> None:
    """Replace the tests of the project by those that use the fixture."""
    project.pytester.makepyfile(test_mini=MODULE + body)


def by_id(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Records by what follows the last ``::`` of their id."""
    return {record["id"].rpartition("::")[2]: record for record in records}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_function_gets_the_same_record_as_any(project: Project, workers: str) -> None:
    project_tests(
        project,
        """
def test_softplus(jaxsmith):
    jaxsmith.check(
        softplus, X, reference=softplus_reference, inputs=[(X * 2,), (-X,)],
        tags={"smooth"}, license="MIT",
    )

def test_tree(jaxsmith):
    jaxsmith.check(both, {"a": X, "b": jnp.flip(X)}, 2, category="trees", name="pair")
    jaxsmith.check(jnp.dot, X, X)

def test_ordinary():
    pass
""",
    )
    result = project.emit("-n", workers)
    assert result.ret == pytest.ExitCode.OK
    records = by_id(project.records())
    assert records.keys() == {"test_softplus", "test_tree", "test_tree#2"}
    softplus = records["test_softplus"]
    assert softplus["id"] == "test_mini.py::test_softplus"
    assert softplus["category"] == "user"
    assert softplus["tags"] == ["smooth"]
    assert softplus["license"] == "MIT"
    assert softplus["oracles"] == ["numpy"]
    assert len(softplus["inputs"]) == 3
    assert softplus["input_names"] == ["x"]
    assert "stablehlo.exponential" in softplus["stablehlo"]
    assert softplus["source_complete"] is True
    namespace: dict[str, Any] = {}
    exec(softplus["reference_source"], namespace)
    assert namespace["softplus"](0.0) == pytest.approx(2.126928)
    tree = records["test_tree"]
    assert tree["function_name"] == "pair"
    assert tree["input_names"] == ["tree['a']", "tree['b']", "power"]
    assert tree["oracles"] == ["jax_eager"]
    assert tree["reference_source"] is None
    assert records["test_tree#2"]["source_complete"] is True


DISAGREEMENTS = {
    "softplus, X, reference=lambda x: np.log(np.exp(x))": "mismatch: output 0*",
    "softplus, X, reference=lambda x: softplus_reference(x)[1:]": "wrong_shape: *(7,)*(6,)*",
    "softplus, X, reference=lambda x: (softplus_reference(x),)": "wrong_structure: *",
    "softplus, X, reference=lambda x: x > 0": "wrong_dtype: output 0 is float32*bool",
    "softplus, X, reference=lambda x: 1 / 0": "reference_error: ZeroDivisionError*",
    "lambda x: x if x > 0 else -x, X[0]": "trace_error: TracerBoolConversionError*",
    "softplus, X, inputs=[(X[1:],)]": "run_error: *x is float32[[]6], in the first *[[]7]",
    "softplus, X, refrence=np.sin": "trace_error: TypeError: *refrence*",
    "str(jnp), X": "trace_error: TypeError: Expected a callable value, *",
    "softplus, jax.ShapeDtypeStruct((3,), X.dtype)": "run_error: ShapeDtypeStruct* has no values *",
    "softplus, X, reference=lambda x: None": "wrong_structure: *returns [*], its reference None *",
    "jnp.log, -X[:2] * 0 - 1, reference=lambda x: x": "nan_mismatch: *",
}


def test_a_function_that_does_not_agree_fails_with_its_reason(project: Project) -> None:
    project_tests(
        project,
        "".join(
            f"\ndef test_{i}(jaxsmith):\n    jaxsmith.check({call})\n"
            for i, call in enumerate(DISAGREEMENTS)
        ),
    )
    result = project.run()
    result.assert_outcomes(failed=len(DISAGREEMENTS))
    for i, line in enumerate(DISAGREEMENTS.values()):
        shown = [line, f"run it again: pytest test_mini.py::test_{i}"]
        result.stdout.fnmatch_lines([f"*_ test_{i} _*", *shown])


REFUSALS = {
    "softplus, X, inputs=[X]": "*inputs: set 2 is a ndarray; give a tuple*",
    "softplus, X, inputs=[(X, X)]": "*inputs: set 2 has 2 positional arguments, the first set 1",
    "softplus, X, reference=X": "*reference is a ndarray, not a function",
}


def test_a_request_that_makes_no_sense_shows_the_line_of_the_test(project: Project) -> None:
    project_tests(
        project,
        "".join(
            f"\ndef test_{i}(jaxsmith):\n    jaxsmith.check({call})\n"
            for i, call in enumerate(REFUSALS)
        ),
    )
    result = project.run()
    result.assert_outcomes(failed=len(REFUSALS))
    for i, (call, line) in enumerate(REFUSALS.items()):
        shown = call.replace("[", "[[]")
        result.stdout.fnmatch_lines([f"*_ test_{i} _*", f">*jaxsmith.check({shown})", f"E{line}"])
    result.stdout.no_fnmatch_line("*fixture.py*")


SKIPS = {
    "lambda x: None, X": "trivial: the function returns no array",
    "lambda x: x.astype(jnp.float4_e2m1fn), X": "unsupported: output 0 is float4_e2m1fn; *",
    "lambda k: jax.random.split(k), jax.random.key(0)": "unsupported: output 0 is key<fry>; *",
}


def test_what_can_not_be_compared_is_skipped_with_its_reason(project: Project) -> None:
    project_tests(
        project,
        "".join(
            f"\ndef test_{i}(jaxsmith):\n    jaxsmith.check({call})\n"
            for i, call in enumerate(SKIPS)
        ),
    )
    result = project.run("-rs")
    result.assert_outcomes(skipped=len(SKIPS))
    result.stdout.fnmatch_lines_random([f"SKIPPED*{line}" for line in SKIPS.values()])


def test_eager_runs_take_what_compiled_ones_take(project: Project) -> None:
    project_tests(
        project,
        """
import functools
from typing import NamedTuple

class Pair(NamedTuple):
    a: object
    b: object

@functools.partial(jax.jit, static_argnames=("n", "flip"))
def jitted(x, n, flip=False):
    return (x[::-1] if flip else x) ** n

def overwrite(x):
    x[0] = 1
    return x

def test_it(jaxsmith):
    jaxsmith.check(lambda x: x.at[0].set(1.0), X)  # a NumPy array has no `at`
    jaxsmith.check(lambda p: Pair(p.b, p.a), Pair(X, 1))
    jaxsmith.check(jitted, X, 2)  # `flip`, by position the third, is not given
    jaxsmith.check(lambda x: x.at[0].set(1), np.arange(3), reference=overwrite)
    jaxsmith.check(lambda k: jax.random.normal(k, (3,)), jax.random.key(0))
    jaxsmith.check(lambda x: x.astype(jnp.bfloat16) * 3, X, reference=lambda x: x * 3)
""",
    )
    project.emit().assert_outcomes(passed=1)
    records = by_id(project.records())
    assert records["test_it#2"]["output_structure"].count("*") == 2
    assert records["test_it#3"]["input_names"] == ["x"]
    assert records["test_it#3"]["static_arguments"] == {"n": "2"}


def test_a_function_that_runs_only_compiled_says_so(project: Project) -> None:
    project_tests(
        project,
        """
def picky(x):
    if not isinstance(x, jax.core.Tracer):
        raise ValueError("compiled, please")
    return x

def test_it(jaxsmith):
    jaxsmith.check(picky, X)
""",
    )
    result = project.run()
    result.stdout.fnmatch_lines(
        ["reference_error: compiled it runs, * it raises ValueError: compiled, please"]
    )


def test_static_arguments_keywords_and_x64(project: Project) -> None:
    project_tests(
        project,
        """
def powers(x, n, *, flip=False, offset):
    return (x[::-1] if flip else x) ** n + offset

def test_it(jaxsmith):
    jaxsmith.check(
        powers, np.arange(4.0), 3, static_argnums=1, static_argnames=("flip",),
        flip=True, offset=np.float64(0.5), x64=True,
        reference=lambda x, n, *, flip, offset: x[::-1] ** n + offset,
    )
""",
    )
    result = project.emit()
    assert result.ret == pytest.ExitCode.OK
    (record,) = project.records()
    assert record["input_names"] == ["x", "offset"]
    assert record["input_dtypes"] == ["float64", "float64"]
    assert record["config"]["x64"] is True


def test_what_a_source_lacks_is_said_in_the_record(project: Project) -> None:
    project_tests(
        project,
        """
TABLE = np.arange(7.0, dtype=np.float32)

def test_it(jaxsmith):
    jaxsmith.check(lambda x: x + TABLE, X)
""",
    )
    project.emit()
    (record,) = project.records()
    assert record["source_complete"] is False


def test_nothing_is_kept_of_a_function_that_failed(project: Project) -> None:
    project_tests(
        project,
        """
import gc, weakref
seen = []

class Watched:
    def __call__(self, x):
        return x + 1

def test_it(jaxsmith):
    fn = Watched()
    seen.append(weakref.ref(fn))
    jaxsmith.check(fn, X, reference=lambda x: x)

def test_after():
    gc.collect()
    held = [type(o) for o in gc.get_objects() if type(o).__name__ in ("Extracted", "Evidence")]
    assert held == []
""",
    )
    project.run().assert_outcomes(failed=1, passed=1)
