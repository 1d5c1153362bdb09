"""The table of rooms in docs/design.md, held against the imports of the code."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "plugin" / "jaxsmith"
CORPUS = Path(__file__).parents[1] / "corpus"

# Which rooms and libraries each room may import, beside itself, `errors`, `clock` and Python's own
# library.
ALLOWED = {
    "vocabulary": set(),
    "program": {"vocabulary"},
    "sample": {"vocabulary", "program", "numpy", "ml_dtypes"},
    "stages": {"vocabulary", "jax", "jaxlib", "numpy", "ml_dtypes"},
    "verdict": {"vocabulary", "program", "sample", "numpy", "scipy"},
    "record": {"vocabulary", "program", "sample", "stages", "verdict", "numpy"},
    "dataset": {"record", "orjson", "pyarrow", "zstandard", "bpe_openai", "tokenizers"},
    "releases": {"dataset"},
    "shrink": {"vocabulary", "program", "sample", "verdict", "numpy"},
    "replay": {"vocabulary", "program", "stages"},
    "mutation": {
        "vocabulary", "program", "sample", "stages", "verdict", "dataset", "numpy",
    },
    "pytest_plugin": {
        "vocabulary", "program", "sample", "stages", "verdict", "record", "dataset", "shrink",
        "numpy", "pytest", "_pytest", "xdist", "pluggy", "orjson",
    },
}  # fmt: skip
STANDARD = {"__future__", *__import__("sys").stdlib_module_names}


def imports(path: Path) -> set[tuple[str, bool]]:
    """(top-level module or room, whether only for type checking) of every import of a file."""
    tree = ast.parse(path.read_text())
    typing_only = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
            if names == ["jaxsmith"]:
                names = [f"jaxsmith.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            own = parts[0] == "jaxsmith" and len(parts) > 1
            found.add((parts[1] if own else parts[0], node in typing_only))
    return found


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_stands_below_it(room):
    files = sorted((PACKAGE / room).rglob("*.py"))
    assert files
    allowed = ALLOWED[room] | {room, "errors", "clock", "__version__"} | STANDARD
    wrong = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in files
        for name, typing_only in imports(path)
        if name not in allowed and not (typing_only and name in ALLOWED)
    ]
    assert not wrong


def test_the_corpus_imports_neither_jax_nor_numpy():
    as_text = {
        CORPUS / "reference_helpers.py",
        *CORPUS.glob("idioms/code/*.py"),
        *CORPUS.glob("findings/*.py"),
    }  # not imported
    files = sorted(set(CORPUS.rglob("*.py")) - as_text)
    wrong = [
        f"{path.relative_to(CORPUS)}: {name}"
        for path in files
        for name, _ in imports(path)
        if name in {"jax", "jaxlib", "numpy", "scipy", "verdict", "stages", "record", "dataset"}
    ]
    assert not wrong
