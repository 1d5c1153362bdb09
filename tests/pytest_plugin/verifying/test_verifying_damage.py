"""Each kind of damage done to a corpus is found, and told in one line that says where it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from copies import FILE, IDS, Copy, run_pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE = f"{FILE}, line 2"
RECORD = f"{LINE}: {IDS[1]}:"
MANIFEST = "manifest.json"


def line(change: Callable[[bytes], bytes]) -> Callable[[Copy], None]:
    """Damage the bytes of the second line."""

    def damage(copy: Copy) -> None:
        copy.lines[1] = change(copy.lines[1])

    return damage


def field(name: str, change: Callable[[Any], object]) -> Callable[[Copy], None]:
    """Change a field of the second record."""
    return lambda copy: copy.change(lambda record: record.update({name: change(record[name])}))


def inside(change: Callable[[dict[str, Any]], object]) -> Callable[[Copy], None]:
    """Change the second record in place."""
    return lambda copy: copy.change(change)


def text(name: str, old: str, new: str) -> Callable[[Copy], None]:
    """Replace a piece of one of its texts."""

    def replaced(value: str) -> str:
        assert old in value
        return value.replace(old, new)

    return field(name, replaced)


def cut(name: str) -> Callable[[Copy], None]:
    return field(name, lambda value: value[: len(value) * 2 // 3])


def unsigned(change: Callable[[bytes], bytes]) -> Callable[[Copy], None]:
    """Damage the second line after the manifest was written, as it were."""

    def damage(copy: Copy) -> None:
        listed = {"name": FILE, **_facts(b"".join(copy.lines))}
        assert copy.manifest is not None
        copy.manifest["files"] = [listed]
        line(change)(copy)

    return damage


def listing(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Copy], None]:
    """Change what the manifest lists."""

    def damage(copy: Copy) -> None:
        files = [{"name": FILE, **_facts(b"".join(copy.lines))}]
        change(files)
        assert copy.manifest is not None
        copy.manifest["files"] = files

    return damage


def _facts(content: bytes) -> dict[str, Any]:
    from hashlib import sha256

    return {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def file(name: str, content: bytes) -> Callable[[Copy], None]:
    return lambda copy: copy.files.update({name: content})


def _half_replaced(copy: Copy) -> None:
    copy.files[".partial/next/manifest.json"] = orjson.dumps(copy.manifest)


def _argument(record: dict[str, Any]) -> dict[str, Any]:
    argument: dict[str, Any] = record["inputs"][0]["arguments"][0]
    return argument


# A name, how to damage a copy, the place that is to be named, and what is to be said of it.
DAMAGES: list[tuple[str, Callable[[Copy], None], str, str]] = [
    # Lines that hold no record.
    ("cut_off", line(lambda raw: raw[:-900]), LINE, "is cut off"),
    ("no_utf8", line(lambda raw: raw.replace(b"relu", b"rel\xff", 1)), LINE,
     r"is not UTF-8: byte 0xff at column \d+"),
    ("no_json", line(lambda raw: raw.replace(b'":', b'"', 1)), LINE, "is not JSON: .+"),
    ("not_a_number", line(lambda raw: re.sub(rb'"flops":[\d.]+', b'"flops":NaN', raw)), LINE,
     "is not JSON: .+"),
    ("a_list", line(lambda _: b"[]\n"), LINE, "is no record but another JSON value"),
    ("an_empty_line", line(lambda _: b"\n"), LINE, "is empty"),
    ("a_huge_line", line(lambda raw: raw[:-2] + b" " * 2**26 + b"}\n"), LINE,
     "is longer than 64 MiB"),
    ("an_empty_file", lambda copy: copy.lines.clear(), f"{FILE}, line 1",
     "is not there: the file is empty"),
    ("no_id", inside(lambda record: record.pop("id")), LINE, "has no field 'id'"),
    ("a_name_for_a_terminal", field("id", lambda _: "\x1b[2J"), LINE,
     r"has '\\x1b\[2J' for its id, expected a name"),
    ("an_id_twice", field("id", lambda _: IDS[0]), LINE,
     f"has the id of records.jsonl, line 1: {IDS[0]}"),
    ("a_reject_among_samples", inside(lambda record: record.update(status="rejected")), LINE,
     "has a status, which no sample has"),
    # Fields.
    ("no_source", inside(lambda record: record.pop("source_code")), RECORD,
     "has no field 'source_code'"),
    ("no_text", inside(lambda record: record.pop("hlo")), RECORD, "has no field 'hlo'"),
    ("tags_as_text", field("tags", ", ".join), RECORD, "tags is '.+, expected array"),
    ("a_boolean_for_a_number", field("op_count", lambda _: True), RECORD,
     "op_count is True, expected integer or null"),
    ("no_version", field("schema_version", lambda _: "new"), RECORD,
     r"schema_version is 'new', expected such as '[\d.]+'"),
    ("a_shape_that_is_none", field("input_shapes", lambda _: ["3 by 16"]), RECORD,
     r"input_shapes\[0\] is '3 by 16', which does not match .+"),
    ("a_dtype_that_is_none", field("input_dtypes", lambda _: ["float31"]), RECORD,
     "input_dtypes names 'float31', which is no dtype that is known"),
    ("a_failure", field("test_success", lambda _: False), RECORD,
     "test_success is false: the function is no sample"),
    ("fewer_expectations", field("expected", lambda sets: sets[1:]), RECORD,
     r"expected has 2 entries for 3 input sets"),
    ("fewer_names", field("input_names", lambda _: []), RECORD,
     "input_shapes has 1 entries for 0 inputs"),
    ("an_input_too_many", field("kept_inputs", lambda _: [3]), RECORD,
     "kept_inputs names input 3 of 1"),
    ("an_alignment_too_short",
     inside(lambda record: record["alignment"]["stablehlo"].pop()), RECORD,
     r"alignment.stablehlo has \d+ entries for \d+ lines"),
    ("an_alignment_elsewhere",
     inside(lambda record: record["alignment"]["lines"].append([99])), RECORD,
     "alignment.lines names a line that source_code, of 6 lines, does not have"),
    ("a_reject_without_reason",
     file("rejects.jsonl", b'{"id":"x-s0-1","category":"x","status":"rejected"}\n'),
     "rejects.jsonl, line 1: x-s0-1:", "has no field '.+'"),
    # Texts.
    ("source_cut_off", text("source_code", "0.0)\n", ""), RECORD, "source_code: SyntaxError: .+"),
    ("jaxpr_cut_off", cut("jaxpr"), RECORD, "jaxpr: parse: it ends before '.+'"),
    ("stablehlo_cut_off", cut("stablehlo"), RECORD,
     r"alignment.stablehlo has \d+ entries for \d+ lines"),
    ("no_stablehlo", text("stablehlo", "return %1 :", "return %2 :"), RECORD,
     "stablehlo: parse: .+"),
    ("hlo_cut_off", cut("hlo"), RECORD, r"alignment.hlo has \d+ entries for \d+ lines"),
    ("no_hlo", text("hlo", " maximum(", " most("), RECORD, "hlo: parse: .+"),
    ("optimized_hlo_cut_off", cut("optimized_hlo"), RECORD,
     r"alignment.optimized_hlo has \d+ entries for \d+ lines"),
    ("no_optimized_hlo", text("optimized_hlo", " maximum(", " most("), RECORD,
     "optimized_hlo: parse: .+"),
    ("another_operation", text("stablehlo", "stablehlo.maximum", "stablehlo.minimum"), RECORD,
     "stablehlo does not hold the operations that stablehlo_ops counts"),
    ("another_type", field("output_dtypes", lambda _: ["float16"]), RECORD,
     r"stablehlo has outputs \[.+\], the record says \[.+\]"),
    # Numbers.
    ("another_constant", text("stablehlo", "0.000000e+00", "1.000000e+00"), RECORD,
     r"stablehlo on input set 0 \(\w+\): .+"),
    ("another_digest", inside(lambda record: _argument(record).update(sha256="0" * 64)), RECORD,
     r"inputs\[0\]: x does not have the digest that is said"),
    ("another_draw", inside(lambda record: _argument(record)["draw"].update(kind="dice")), RECORD,
     "inputs can't be made again: .+"),
    ("expectation_without_values",
     inside(lambda record: record["expected"][1][0].update(data="AAAA")), RECORD,
     r"expected\[1\]: .+"),
    ("another_expectation",
     inside(lambda record: record["expected"][2][0].update(data=record["expected"][1][0]["data"])),
     RECORD, r"stablehlo on input set 2 \(\w+\): .+"),
    # Files.
    ("another_byte", unsigned(lambda raw: raw.replace(b"Apache-2.0", b"Apache-2.1")), MANIFEST,
     f"says that the SHA-256 of {FILE} is [0-9a-f]+; it is [0-9a-f]+"),
    ("a_byte_more", unsigned(lambda raw: raw + b"\n"), MANIFEST,
     rf"says that {FILE} has \d+ bytes; it has \d+"),
    ("a_file_missing",
     listing(lambda files: files.append({"name": "data/b.jsonl", "bytes": 1, "sha256": ""})),
     MANIFEST, "lists data/b.jsonl, which is not there"),
    ("a_file_too_many", listing(list.clear), MANIFEST, f"does not list {FILE}"),
    ("a_file_elsewhere",
     listing(lambda files: files.append({"name": "../x", "bytes": 1, "sha256": ""})),
     MANIFEST, r"lists '\.\./x', which is outside of its folder"),
    ("a_manifest_of_another", lambda copy: copy.manifest.update(format="?"),  # type: ignore
     MANIFEST, "is not of a corpus: its format is not 'jaxsmith-corpus'"),
    ("a_manifest_without_files", lambda copy: copy.manifest.update(files=3),  # type: ignore
     MANIFEST, "has no list of files, each with its name, bytes and sha256"),
    ("half_replaced", _half_replaced, MANIFEST,
     "is of a corpus that is half replaced; run the command that wrote it again"),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """The exit status and the output of one session over a copy with each damage, and a sound one.

    One session, because what takes time is to start JAX.
    """
    folder: Path = tmp_path_factory.mktemp("damaged")
    for name, damage, *_ in DAMAGES:
        copy = Copy()
        damage(copy)
        copy.write(folder / name)
    Copy().write(folder / "sound")
    run = run_pytest(folder, *(name for name, *_ in DAMAGES), "sound", "-rA")
    assert "Traceback" not in run.stdout + run.stderr
    return run.returncode, run.stdout


def failures(output: str, name: str) -> list[str]:
    return re.findall(rf"^FAILED {name}/(.+?)(?: - .*)?$", output, re.MULTILINE)


@pytest.mark.parametrize(("name", "place", "message"), [(n, p, m) for n, _, p, m in DAMAGES])
def test_a_damage_is_told_in_one_line(told: tuple[int, str], name: str, place: str, message: str):
    status, output = told
    assert status == 1
    expected = rf"^{re.escape(f'{name}/{place}')} (?:{message})$"
    assert len(re.findall(expected, output, re.MULTILINE)) == 1, [
        row for row in output.splitlines() if row.startswith(f"{name}/")
    ]
    further = {"a_byte_more": 1}  # an empty line is no record either
    assert len(failures(output, name)) == 1 + further.get(name, 0)


def test_what_is_beside_the_damage_is_verified(told: tuple[int, str]):
    _, output = told
    passed = re.findall(rf"^PASSED (\w+)/{FILE}::{IDS[0]}$", output, re.MULTILINE)
    assert set(passed) == {name for name, *_ in DAMAGES} - {"an_empty_file"} | {"sound"}
    assert not failures(output, "sound")


def test_there_are_twenty_kinds_and_more():
    assert len({name for name, *_ in DAMAGES}) == len(DAMAGES) >= 20
