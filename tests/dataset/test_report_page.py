"""The report as a file: what is in it, what it is made of, and that nothing in a record runs."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import orjson
import pytest
from small_corpora import failure, sample

from jaxsmith.cli import main
from jaxsmith.dataset import read, report
from jaxsmith.dataset.report.choice import OF_A_CATEGORY, Choice
from jaxsmith.dataset.report.entry import MOST_CHARACTERS, MOST_LINES, PANES, entry
from jaxsmith.dataset.report.histogram import Histogram
from jaxsmith.dataset.stats import stats

if TYPE_CHECKING:
    from small_corpora import Build

REAL = list(read(Path(__file__).parents[2] / "docs" / "sample"))
HOSTILE = (
    '</script></style></title><img src=x onerror="hit()"><!--\'`&quot;\u2028\u2029\u202e\0$data]]>'
)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note where a script ends."""
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """Keep what is in a script."""
        if self._in_script:
            self.scripts[-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script reads."""
        return orjson.loads(self.scripts[0])  # type: ignore[no-any-return]


def made(records: list[dict[str, Any]], rejects: list[dict[str, Any]] | None = None) -> str:
    gathered = report.Gathering()
    found = stats(gathered.watch(records), gathered.watch_rejects(rejects or []))
    return report.page(found, gathered)


def everywhere(value: Any, text: str) -> Any:
    """The same value with a text behind every string and every key in it."""
    if isinstance(value, str):
        return value + text
    if isinstance(value, list):
        return [everywhere(each, text) for each in value]
    if isinstance(value, dict):
        return {key + text: everywhere(each, text) for key, each in value.items()}
    return value


def spoiled(record: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        # The alignment's keys are names of fields.
        name: value if name == "alignment" else everywhere(value, text)
        for name, value in record.items()
    }


def test_nothing_in_a_record_becomes_part_of_the_page() -> None:
    """In every field, markup is text: the elements are those of a page of harmless records."""
    pages = [
        Elements(made([spoiled(each, text) for each in REAL[:9]], [spoiled(rejected, text)]))
        for rejected in [failure("math", 0)]
        for text in (HOSTILE, "harmless")
    ]
    assert pages[0].found == pages[1].found
    assert [tag for tag, _ in pages[0].found].count("script") == 2
    assert not any(name.startswith("on") for _, names in pages[0].found for name in names)
    # Nor is it lost: what shows is what the record held, but for characters that don't show.
    shown = pages[0].data["entries"][0]
    assert HOSTILE.replace("\u202e", "�").replace("\0", "�") in shown["name"]
    assert {name for name, text in shown["texts"].items() if "onerror" in text} == set(PANES)


def test_the_page_loads_nothing_and_runs_no_script_but_its_own() -> None:
    page = made(REAL[:3])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    script, style = (
        base64.b64encode(sha256(text.encode()).digest()).decode()
        for text in (Elements(page).scripts[1], re.findall(r"<style>(.*?)</style>", page, re.S)[0])
    )
    assert policy[1] == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(
        r"<(link|img|iframe|object|embed)|\bsrc=|@import|url\(", page.split("<main>")[0]
    )


def test_it_counts_what_the_statistics_count() -> None:
    page = made(REAL, [failure("math", 7), failure("math", 8)])
    found = stats(REAL, [])
    for name in ("categories", "tags", "transforms", "primitives", "stablehlo_ops", "dtypes"):
        for each, count in found.counts[name].items():
            bar = r"<td class=\"bar\">.*?</td>"
            row = rf">{re.escape(each)}</(?:a|span)></th>{bar}<td>{count.records:,}</td>"
            assert re.search(row, page), (name, each)
    assert "mismatch</th><td>2</td>" in page
    assert "math-s0-000007: seen" in page  # the first of them
    assert "A value is further from the reference than the bound allows." in page
    measured = sum(record["max_ulp_error"] is not None for record in REAL)
    assert re.search(rf"<th scope=\"row\">max_ulp_error</th><td>{measured}</td>", page)


def test_an_entry_holds_the_texts_and_their_alignment() -> None:
    for record in REAL[::8]:
        found = entry(record)
        lists = record["alignment"]["lines"]
        for name in ("jaxpr", "stablehlo"):
            shown = found["texts"][name].split("\n")
            assert shown == record[name].splitlines()[: len(shown)]
            told = [found["origins"][which] for which in found["map"][name][: len(shown)]]
            assert told == [lists[which] for which in record["alignment"][name][: len(shown)]]


def test_a_long_text_is_cut_and_says_so() -> None:
    long = {"source_code": "x = 1\n" * 1000, "hlo": "y" * 3 * MOST_CHARACTERS + "\n1\n2"}
    many = {"jaxpr": "\n".join("z" * 200 for _ in range(300))}
    found = entry(sample("math", 0, **long, **many))
    assert found["texts"]["source_code"] == "\n".join(["x = 1"] * MOST_LINES)
    assert len(found["texts"]["hlo"]) < MOST_CHARACTERS / 4
    assert len(found["texts"]["jaxpr"]) <= MOST_CHARACTERS + 300
    assert found["cut"] == {"source_code": 1000 - MOST_LINES, "jaxpr": 300 - MOST_CHARACTERS // 200}


def test_a_field_that_is_damaged_is_not_shown() -> None:
    damaged = {"tags": 3, "alignment": "none", "jaxpr": None, "flops": "many", "primitives": []}
    found = entry({**REAL[0], **damaged})
    assert found["tags"] == []
    assert found["map"] == {}
    assert "jaxpr" not in found["texts"]
    assert "flops" not in dict(found["facts"])


def chosen(records: list[dict[str, Any]]) -> list[str]:
    choice = Choice()
    for record in records:
        choice.add(record)
    return [record["id"] for record in choice.result()]


def test_few_are_shown_the_same_in_any_order_and_something_of_all() -> None:
    ids = chosen(REAL)
    assert ids == [record["id"] for record in REAL if record["id"] in set(ids)]
    assert set(chosen(REAL[::-1])) == set(ids)
    records = [record for record in REAL if record["id"] in set(ids)]
    for category in {record["category"] for record in REAL}:
        assert sum(record["category"] == category for record in records) >= OF_A_CATEGORY
    for name in ("tags", "transform", "input_dtypes", "primitives", "stablehlo_ops"):
        assert {x for r in records for x in r[name]} == {x for r in REAL for x in r[name]}
    plain = [sample("math", index) for index in range(500)]
    assert len(chosen(plain)) == OF_A_CATEGORY  # nothing else is new in the others


def test_a_corpus_of_countless_categories_and_tags_does_not_fill_the_page() -> None:
    records = [sample(f"c{index}", index, tags=[f"t{index}"]) for index in range(3000)]
    assert len(chosen(records)) <= 400
    assert len(made(records)) < 2e6


def test_a_run_and_the_command_write_the_same(tmp_path: Path, build: Build) -> None:
    build(tmp_path / "a", {"gw0": REAL[:20], "gw1": [failure("math", 9)]})
    out = tmp_path / "mine.html"
    assert main(["report", str(tmp_path / "a"), "-o", str(out)]) == 0
    assert out.read_bytes() == (tmp_path / "a" / "report.html").read_bytes()
    manifest = orjson.loads((tmp_path / "a" / "manifest.json").read_bytes())
    assert "report.html" in {each["name"] for each in manifest["files"]}
    assert str(tmp_path) not in out.read_text(encoding="utf-8")


def write_records(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in records))
    return path


def test_what_changed_is_shown_old_beside_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = next(each for each in REAL if " = tanh " in each["jaxpr"])
    drifted = {**record, "jaxpr": record["jaxpr"].replace(" = tanh ", " = <b>tanhish ")}
    old = write_records(tmp_path / "old.jsonl", [record])
    new = write_records(tmp_path / "new.jsonl", [drifted])
    out = tmp_path / "report.html"
    assert main(["report", str(new), "-o", str(out), "--baseline", str(old)]) == 0
    page = out.read_text(encoding="utf-8")
    assert re.search(r"<summary><b>1 function</b> jaxpr: <code>tanh</code> became", page)
    assert re.search(r"<figcaption>old</figcaption><pre[^>]*><del>[^<]* = tanh ", page)
    assert re.search(r"<figcaption>new</figcaption><pre[^>]*><ins>[^<]* = &lt;b&gt;tanhish ", page)
    whole = page.split("The whole text</summary>")[1]
    assert "<span>{ lambda " in whole
    # The page of the comparison alone says the same, and has no script at all.
    alone = tmp_path / "drift.html"
    command = ["diff", str(old), str(new), "--write", str(alone), "--fail-on", "jaxpr"]
    assert main(command) == 1
    text = alone.read_text(encoding="utf-8")
    assert "FAILED jaxpr: 1, at most 0 allowed" in text
    assert "<del>" in text
    assert "<script" not in text
    capsys.readouterr()


def test_without_a_baseline_there_is_no_such_section() -> None:
    assert 'id="drift"' not in made(REAL[:2])


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("notes.html", b"<p>mine</p>", "is no report of jaxsmith; name another file with -o"),
        ("corpus/report.html", None, "belongs to the corpus in"),
        ("nowhere/report.html", None, "can't write"),
        ("corpus", None, "can't write"),
    ],
)
def test_no_other_file_is_overwritten(
    tmp_path: Path,
    build: Build,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    complaint: str,
) -> None:
    build(tmp_path / "corpus", {"gw0": REAL[:2]})
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = (tmp_path / name).read_bytes() if (tmp_path / name).is_file() else None
    assert main(["report", str(tmp_path / "corpus"), "-o", str(tmp_path / name)]) == 2
    printed = capsys.readouterr().err
    assert complaint in printed
    assert printed.count("\n") == 1
    assert before == ((tmp_path / name).read_bytes() if (tmp_path / name).is_file() else None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tags", None),
        ("primitives", ["add"]),
        ("flops", "1"),
        ("stablehlo", 3),
        ("input_shapes", 0),
    ],
)
def test_a_damaged_record_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    path = write_records(tmp_path / "some.jsonl", [REAL[0], {**REAL[1], field: value}])
    assert main(["report", str(path), "-o", str(tmp_path / "report.html")]) == 2
    printed = capsys.readouterr().err
    assert f"{REAL[1]['id']}: {field} is " in printed
    assert printed.count("\n") == 1
    assert not (tmp_path / "report.html").exists()


def test_an_older_report_is_replaced_and_no_jax_is_needed(tmp_path: Path) -> None:
    path = write_records(tmp_path / "some.jsonl", REAL[:3])
    script = (
        "import sys; from jaxsmith.__main__ import main\n"
        f"code = main(['report', {str(path)!r}]) or main(['report', {str(path)!r}])\n"
        "sys.exit(code or bool({'jax', 'numpy', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "report.html: 3 functions counted, 3 of them to look at" in done.stdout


def test_a_number_falls_into_its_range() -> None:
    histogram = Histogram("n", "", base=10, least=1, ranges=4)
    for value in (0, 0.5, 9, 10, 99, 1000, 10**9, None, float("inf")):
        histogram.add({"n": value})
    assert histogram.rows() == [
        ("0", 1),
        ("below 10", 2),
        ("10 to 100", 2),
        ("100 to 1,000", 0),
        ("from 1,000", 2),
    ]


def test_a_chart_is_an_image_with_a_bar_for_each_row() -> None:
    image = ElementTree.fromstring(report.chart("n < 1", [("a & b", 4), ("none", 0), ("c", 2)]))
    space = "{http://www.w3.org/2000/svg}"
    texts = [each.text for each in image.iter(f"{space}text")]
    assert texts == ["a & b", "4", "none", "0", "c", "2"]
    widths = [float(each.attrib["width"]) for each in image.iter(f"{space}rect")]
    assert widths[0] == 2 * widths[2] > widths[1] == 0
    assert image.findtext(f"{space}title") == "n < 1"
