"""Mutants are drawn evenly, and the same ones each time."""

from collections import Counter

from jaxsmith.mutation.choose import choose

MANY = "def f(x, y):\n" + "".join(f"    x = x + y * {k}.0\n" for k in range(20)) + "    return x\n"
FEW = "def f(x):\n    return x\n"


def record(number, text):
    return {
        "id": f"math-s0-{number:06d}",
        "source_code": text,
        "function_name": "f",
        "output_dtypes": ["float32"],
    }


RECORDS = [record(number, MANY) for number in range(7)]


def draw(records, count, seed=0):
    return list(choose(records, len(records), count, seed))


def test_a_draw_is_the_same_each_time_and_another_for_another_seed():
    assert draw(RECORDS, 30) == draw(RECORDS, 30)
    assert draw(RECORDS, 30) != draw(RECORDS, 30, seed=1)


def test_functions_give_as_many_each():
    assert [len(mutants) for _, mutants in draw(RECORDS, 30)] == [4, 4, 4, 5, 4, 4, 5]
    assert [record["id"][-1] for record, _ in draw(RECORDS, 3)] == ["2", "4", "6"]


def test_kinds_give_as_many_each_though_there_are_more_of_some():
    kinds = Counter(mutant.kind for _, mutants in draw(RECORDS, 28) for mutant in mutants)
    assert set(kinds) == {"swap_op", "nudge_constant", "scale", "output_dtype"}
    assert set(kinds.values()) == {7}


def test_no_mutant_is_drawn_twice_and_a_function_gives_what_it_has():
    (_, mutants), *_ = draw([record(0, FEW)], 50)
    assert len(mutants) == len(set(mutants)) == 2
    (_, mutants), *_ = draw(RECORDS[:1], 60)
    assert len(set(mutants)) == 60
