"""How much work the reference of each idiom is, written to ``corpus/idioms/effort.json``.

    python -m tests.benchmarks.idiom_effort

Counted are the calls, operators and subscripts of one run of the reference, the mean of three draws
of sizes and options. What a corpus derives from an idiom depends on these numbers (see
``jaxsmith.program.effort``), so they are measured now and then and committed, not on the fly. An
idiom without a number counts as an ordinary one.
"""

import dis
import json
import sys
import warnings
from pathlib import Path

from corpus import CORPUS
from jaxsmith.program.builder import Builder
from jaxsmith.program.function import Case
from jaxsmith.program.recipe import finish
from jaxsmith.program.style import pick_style
from jaxsmith.program.write import write
from jaxsmith.sample.sets import make_set
from jaxsmith.verdict import reference
from jaxsmith.vocabulary.stream import Stream

TARGET = Path(__file__).parents[2] / "corpus" / "idioms" / "effort.json"
DRAWS, TRIES = 3, 12


WORK = ("BINARY_", "CALL", "COMPARE_", "UNARY_", "STORE_SUBSCR")


def operations_of(function) -> int:
    """How many calls, operators and subscripts one run of a function's reference does."""
    call = reference.load(function.reference_source, function.name)
    inputs = make_set(function.params, "domain", seed=1)
    count = 0

    def within(frame, event, _argument):
        nonlocal count
        if event == "opcode":
            count += dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith(WORK)
        return within

    def entered(frame, _event, _argument):
        if not frame.f_code.co_filename.startswith("<reference"):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return within

    arguments = [reference.widen(array) for array in inputs.arrays]
    sys.settrace(entered)
    try:
        call(*arguments)
    finally:
        sys.settrace(None)
    return count


def effort_of(op) -> int:
    """The mean over some functions of this operation alone, to two digits; 0 if there is none."""
    counts = []
    for attempt in range(TRIES):
        rng = Stream(f"effort/{op.name}/{attempt}")
        builder = Builder(rng, pick_style(rng).but(max_parameters=16), CORPUS.vocabulary)
        outputs = builder.apply(op)
        if outputs is not None and len(counts) < DRAWS:
            graph, structure = finish(builder, list(outputs), rng)
            case = Case("rows", attempt, 0)
            function = write(
                case, graph, builder.entries, CORPUS.helpers, x64=builder.x64, structure=structure
            )
            counts.append(operations_of(function))
    mean = sum(counts) / max(1, len(counts))
    return int(float(f"{mean:.1e}"))


def main() -> None:
    """Measure and write."""
    warnings.simplefilter("ignore")
    idioms = [op for op in CORPUS.vocabulary.by_name.values() if op.code is not None]
    found = {op.name.removeprefix("idiom_"): effort_of(op) for op in idioms}
    TARGET.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    ordered = sorted(found.values())
    print(len(found), "idioms; operations: median", ordered[len(ordered) // 2], "most", ordered[-1])


if __name__ == "__main__":
    main()
