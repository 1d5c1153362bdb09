"""What the generator writes: the same each time, without JAX, and as an engineer would write it."""

import ast
import subprocess
import sys

import pytest

from corpus import CORPUS
from jaxsmith.errors import RejectedError
from jaxsmith.program.builder import Builder
from jaxsmith.program.function import Case
from jaxsmith.program.style import STORED, pick_style
from jaxsmith.program.transforms import TRANSFORMS
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.stream import Stream

CATEGORIES = sorted(CORPUS.categories)
PER_CATEGORY = 40
# What ruff finds fault with in code of one's own, but for the length of lines, which is that of
# its formatter, and the layout of documentation. B905: nobody writes `strict=` where one function
# made both lists, so it is ignored.
LINT = "A,B,C4,E7,E9,F,I,PERF,PIE,PLE,PLR17,PLW0108,RET,RUF059,RUF100,SIM,UP,W"


def written(category, count=PER_CATEGORY, seed=0):
    for index in range(count):
        try:
            yield CORPUS.write(Case(category, index, seed))
        except RejectedError as rejection:
            if rejection.reason != "unwritable":
                raise


@pytest.fixture(scope="module")
def functions():
    return {category: list(written(category)) for category in CATEGORIES}


def test_the_ten_categories_are_there():
    assert set(CATEGORIES) >= {
        "arithmetic", "math", "array", "linalg", "reductions", "indexing", "gradients",
        "vectorization", "conditionals", "loops",
    }  # fmt: skip


@pytest.mark.parametrize("category", CATEGORIES)
def test_nearly_every_index_gives_a_function(functions, category):
    assert len(functions[category]) >= 0.97 * PER_CATEGORY


def test_the_order_of_writing_changes_nothing(functions):
    for category in CATEGORIES:
        for function in reversed(functions[category]):
            again = CORPUS.write(function.case)
            assert again.source_code == function.source_code
            assert again.reference_source == function.reference_source
            assert again.params == function.params


DIGEST = """
import hashlib, sys
from corpus import CORPUS
from jaxsmith.program.function import Case
from jaxsmith.program.transforms import TRANSFORMS
text = "".join(
    CORPUS.write(Case(c, i, 0)).source_code for c in sorted(CORPUS.categories) for i in (3, 11, 17)
)
assert not {"jax", "numpy", "scipy"} & set(sys.modules), "writing imported a numeric library"
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_writing_is_the_same_under_another_hash_seed_and_imports_no_jax(pytestconfig):
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={"PYTHONPATH": "plugin:.", "PYTHONHASHSEED": seed},
            cwd=pytestconfig.rootpath,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(digests) == 1


def test_another_seed_gives_other_functions():
    ours = {function.source_code for function in written("math", 20, seed=0)}
    theirs = {function.source_code for function in written("math", 20, seed=1)}
    assert len(ours & theirs) <= 2


def test_neither_text_knows_the_other_library(functions):
    for function in (f for some in functions.values() for f in some):
        roots = {"jax": {"jax"}, "numpy": {"numpy", "scipy"}}
        for text, allowed in (
            (function.source_code, roots["jax"]),
            (function.reference_source, roots["numpy"]),
        ):
            tree = ast.parse(text)
            names = {
                (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom)
            }
            # What a callback calls on the host is NumPy.
            allowed = allowed | {"numpy"} if "callback(" in text else allowed
            found = {name.split(".")[0] for name in names} - sys.stdlib_module_names
            assert found <= allowed


def test_the_sources_are_formatted_and_hold_nothing_unused(functions, tmp_path):
    for some in functions.values():
        for function in some:
            (tmp_path / f"{function.case.id}.py").write_text(function.source_code)
            (tmp_path / f"{function.case.id}_reference.py").write_text(function.reference_source)
    ruff = [sys.executable, "-m", "ruff"]
    layout = subprocess.run(
        [*ruff, "format", "--isolated", "--check", str(tmp_path)], capture_output=True, text=True
    )
    assert layout.returncode == 0, layout.stdout
    lint = subprocess.run(
        [*ruff, "check", "--isolated", "--target-version=py311", f"--select={LINT}",
         "--ignore=B905", "--preview", "--output-format=concise", str(tmp_path)],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert lint.returncode == 0, lint.stdout[-3000:]


def test_every_input_is_read(functions):
    for function in (f for some in functions.values() for f in some):
        body = ast.parse(function.source_code).body[-1]
        assert isinstance(body, ast.FunctionDef)
        read = {n.id for n in ast.walk(body) if isinstance(n, ast.Name)}
        assert {arg.arg for arg in body.args.args} <= read, function.source_code


def test_what_a_scan_stacks_is_read():
    stacked = 0
    for function in (f for f in written("loops", 300) if f.base is None):
        uses = function.graph.uses()
        for eqn in function.graph.walk():
            if eqn.op.control == "scan":
                unread = [var for var in eqn.outputs[eqn.attributes["carries"] :] if not uses[var]]
                assert not unread, function.source_code
                stacked += 1
    assert stacked >= 20


def test_shapes_dtypes_sizes_and_tags_vary(functions):
    everything = [f for some in functions.values() for f in some]
    avals = [param.aval for f in everything for param in f.params]
    assert {aval.rank for aval in avals} >= {0, 1, 2, 3, 4, 5}
    assert {aval.dtype for aval in avals} >= {"float32", "float64", "int32", "int64", "bool"}
    tags = {tag for f in everything for tag in f.tags}
    assert tags >= set(CORPUS.tags) - TRANSFORMS.keys()  # each has a test of its own


def test_a_derived_function_carries_its_base(functions):
    bases = CORPUS.categories["gradients"].bases
    for function in functions["gradients"]:
        assert len(function.tags & bases) == 1


def test_few_programs_keep_arrays_of_eight_or_four_bits_and_all_kinds_of_them():
    kinds = [pick_style(Stream(f"styles/{i}")).stored for i in range(2000)]
    assert set(kinds) == {"", *STORED}
    assert 0.05 < sum(map(bool, kinds)) / len(kinds) < 0.15


def test_what_has_no_elements_is_read_by_code_that_knows_it_alone():
    builder = Builder(Stream("empty"), pick_style(Stream("empty")), CORPUS.vocabulary)
    empty = builder.parameter(Aval((0, 3), "float32"), Draw("uniform", -1, 1))
    others = [builder.value("f", ranks=(2, 2)) for _ in range(50)]
    assert empty is not None
    assert empty not in others


def test_floats_of_integers_and_a_number_do_not_meet_floats_of_another_width():
    style = pick_style(Stream("weak")).but(max_parameters=9, float_dtype="float32", x64=False)
    builder = Builder(Stream("weak"), style, CORPUS.vocabulary)
    counts = builder.parameter(Aval((3,), "int32"), Draw("integers", 0, 9))
    halves = builder.parameter(Aval((3,), "float16"), Draw("uniform", -1, 1))
    singles = builder.parameter(Aval((3,), "float32"), Draw("uniform", -1, 1))
    (shifted,) = builder.apply(CORPUS.vocabulary["integer_plus_number"], counts)
    (squared,) = builder.apply(CORPUS.vocabulary["square"], shifted)
    assert shifted.weak
    assert squared.weak
    assert not singles.weak
    product = CORPUS.vocabulary["multiply"]
    assert all(builder.apply(product, squared, halves) is None for _ in range(20))
    assert any(builder.apply(product, squared, singles) for _ in range(20))
    assert any(builder.apply(product, singles, halves) for _ in range(20))
