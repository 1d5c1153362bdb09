"""The sample corpus under docs/sample/, held against the code that writes it."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import CORPUS
from jaxsmith.dataset import read
from jaxsmith.program.function import Case
from jaxsmith.sample import remake

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "docs" / "sample"
COMMAND = ["corpus", "-q", "-n", "2", "--corpus-size=144", "-p", "no:cacheprovider"]


@pytest.fixture(scope="module")
def records():
    return list(read(SAMPLE))


def case_of(record):
    return Case(record["category"], int(record["id"].rpartition("-")[2]), record["seed"])


def test_it_is_small_and_holds_every_category(records):
    assert 100 <= len(records) <= 200
    assert {record["category"] for record in records} == set(CORPUS.categories)
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 10e6


def test_its_sources_are_those_that_are_written_now(records):
    for record in records:
        draft = len(record["rejected_drafts"])
        function = CORPUS.rewrite(case_of(record), record["source_code"], draft)
        assert function is not None, record["id"]
        assert function.reference_source == record["reference_source"]


def test_its_inputs_can_be_made_again(records):
    from hashlib import sha256

    for record in records:
        for chosen, arrays in zip(record["inputs"], remake(record), strict=True):
            digests = [sha256(array.tobytes()).hexdigest() for array in arrays]
            assert digests == [argument["sha256"] for argument in chosen["arguments"]]


def test_every_source_runs_in_an_empty_namespace(records):
    for record in records[::10]:
        namespace = {}
        exec(record["source_code"], namespace)
        assert callable(namespace[record["function_name"]])


def test_jax_has_the_derivatives_that_the_tag_promises(records):
    import jax
    import jax.numpy as jnp

    tagged = [record for record in records if "differentiable" in record["tags"]]
    assert len(tagged) >= len(records) / 4
    for record in tagged[::4]:
        namespace = {}
        exec(record["source_code"], namespace)

        def total(*args, fn=namespace[record["function_name"]]):
            leaves = jax.tree.leaves(fn(*args))
            return sum(jnp.sum(leaf) for leaf in leaves if jnp.issubdtype(leaf, jnp.floating))

        arrays = remake(record)[0]
        floats = [i for i, array in enumerate(arrays) if array.dtype.kind == "f"]
        with jax.enable_x64(record["config"]["x64"]):
            slopes = jax.eval_shape(jax.grad(total, argnums=floats), *arrays)
        assert [slope.shape for slope in slopes] == [arrays[i].shape for i in floats]


def test_the_one_command_makes_it_again(records, tmp_path):
    made_with = {record["jax_version"] for record in records}
    if made_with != {importlib.metadata.version("jax")}:
        pytest.skip(f"docs/sample was made with JAX {made_with}")
    folder = tmp_path / "sample"
    command = [sys.executable, "-m", "pytest", *COMMAND, f"--emit={folder}"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    again = {record["id"]: record for record in read(folder)}
    assert list(again) == [record["id"] for record in records]
    instruction_set = {record["instruction_set"] for record in again.values()}
    same_machine = instruction_set == {record["instruction_set"] for record in records}
    for record in records:
        # XLA and NumPy may choose other instructions on another processor, and so round otherwise.
        machine = {"optimized_hlo", "instruction_set", "flops", "bytes_accessed", "memory"}
        machine |= {"max_abs_error", "max_rel_error", "max_ulp_error", "expected", "tolerance"}
        machine |= {"alignment"}
        leave_out = set() if same_machine else machine
        for field in record.keys() - leave_out:
            assert again[record["id"]][field] == record[field], (record["id"], field)
