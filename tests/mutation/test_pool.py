"""Mutants that die, hang or print are outcomes; others come to what they should."""

import pytest

from jaxsmith.errors import InvalidRequestError
from jaxsmith.mutation.pool import Job, Worker, run


@pytest.fixture(scope="module")
def worker():
    one = Worker("corpus", limit=5)
    yield one
    one.dismiss()
    one.reap()


def outcomes(*jobs, corpus="corpus", workers=1):
    return run(jobs, corpus, workers, lambda _: None)


def with_return(record, line):
    head = record["source_code"].rpartition("    return ")[0]
    return f"import os\n{head}    {line}\n"


def test_what_becomes_of_mutants(worker, record):
    returned = record["source_code"].rpartition("    return ")[2].strip()
    off = "jax.numpy.where(abs(r) > 1e9, 0.0, r)"
    texts = [
        with_return(record, f"return {returned}"),
        with_return(record, f"return 1.001 * ({returned})"),
        with_return(record, f"return ({returned},)"),
        with_return(record, "return nothing"),
        with_return(record, "os._exit(3)"),
        with_return(record, f"print('{{'); return {returned}"),
        with_return(record, f"r = {returned}; import jax; return {off}"),
    ]
    found = worker.outcomes(Job(record, "source_code", texts))
    assert [(each.verdict, each.reason) for each in found] == [
        ("same", ""),
        ("caught", "mismatch"),
        ("caught", "wrong_structure"),
        ("invalid", "trace"),
        ("caught", "crash"),
        ("same", ""),
        ("equivalent", ""),
    ]


def test_a_mutant_that_never_ends_is_caught_and_the_next_is_tried(worker, record):
    endless = with_return(record, "while True: pass")
    found = worker.outcomes(Job(record, "source_code", [endless, record["source_code"]]))
    assert [(each.verdict, each.reason) for each in found] == [
        ("caught", "time"),
        ("same", ""),
    ]


def test_a_mutant_that_differs_only_elsewhere_survives(worker, record):
    # Nothing of the recorded inputs is seen when it is traced, so the third call is elsewhere.
    name = record["function_name"]
    count = len(record["inputs"])
    text = record["source_code"] + (
        f"\n\nimport jax, numpy\n_plain, _calls = {name}, []\n\n\ndef _late(value):\n"
        f"    _calls.append(1)\n    return numpy.asarray(value * (1 + (len(_calls) > {count})))\n"
        f"\n\ndef {name}(*args):\n    value = _plain(*args)\n"
        "    like = jax.ShapeDtypeStruct(value.shape, value.dtype)\n"
        "    return jax.pure_callback(_late, like, value)\n"
    )
    found = worker.outcomes(Job(record, "source_code", [text]))
    assert [(each.verdict, each.gap) for each in found] == [("survived", 1.0)]


def test_stablehlo_is_tried_too_and_results_keep_the_order_of_the_jobs(record):
    text = record["stablehlo"]
    wrong = text.replace("stablehlo.add", "stablehlo.subtract", 1)
    assert wrong != text
    jobs = [Job(record, "stablehlo", [wrong, text]), Job(record, "source_code", ["def f(:"])]
    found = outcomes(*jobs, workers=2)
    verdicts = [[each.verdict for each in of_job] for of_job in found]
    assert verdicts == [["caught", "same"], ["invalid"]]


def test_a_text_that_fails_its_own_check_is_unfit(worker, record):
    wrong = record["stablehlo"].replace("stablehlo.add", "stablehlo.subtract", 1)
    other = {**record, "stablehlo": wrong}
    (found,) = worker.outcomes(Job(other, "stablehlo", [record["stablehlo"]]))
    assert found.verdict == "unfit"
    assert "mismatch" in found.reason


def test_a_record_that_the_package_does_not_write_is_unfit(worker, record):
    other = {**record, "id": "arithmetic-s0-000002"}
    found = worker.outcomes(Job(other, "source_code", ["", ""]))
    assert [each.reason for each in found] == [
        "this corpus package writes another function under that id"
    ] * 2


@pytest.mark.parametrize("package", ["no_such_package", "json"])
def test_what_is_no_corpus_package_is_refused_in_one_line(record, package):
    with pytest.raises(InvalidRequestError, match=f"--corpus: {package} is no corpus package"):
        outcomes(Job(record, "source_code", [""]), corpus=package)
