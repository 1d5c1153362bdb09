"""Definitions that are copied into written functions: those of a file, and of files beside it."""

from pathlib import Path

from jaxsmith.program.helpers import Helpers


def written(folder: Path) -> Helpers:
    (folder / "keys.py").write_text(
        "ROUNDS = 20\n\n\ndef mix(x):\n    return x * ROUNDS\n\n\n"
        'def split(x):\n    """Two of one."""\n    return mix(x), mix(x + 1)\n\n\n'
        "def unwanted(x):\n    return x\n\n\nsplit.register(mix)\n"
    )
    (folder / "draws.py").write_text(
        "from .keys import split\n\n\ndef draw(x):\n    return split(x)[0]\n\n\n"
        "def alone(x):\n    return x\n"
    )
    return Helpers(folder / "draws.py")


def test_a_definition_comes_with_what_it_uses_of_a_neighbour(tmp_path: Path) -> None:
    helpers = written(tmp_path)
    assert helpers.order(["draw"]) == ["ROUNDS", "mix", "split", "draw"]
    assert helpers.closure(["split"])[-1].endswith("\n\n\nsplit.register(mix)")
    assert helpers.documentation["split"] == "Two of one."


def test_nothing_else_comes_along(tmp_path: Path) -> None:
    helpers = written(tmp_path)
    assert "unwanted" not in helpers.sources
    assert helpers.order(["alone"]) == ["alone"]
