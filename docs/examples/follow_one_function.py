"""Rewrites the real texts in ``docs/reading-the-ir.md``.

The page follows ``leaky_layer`` through every stage. Each of its code blocks that has a name (the
second word after the backticks) is a text of this file's making; the prose around them is not
touched. Run it after a change of JAX, then read the page again: the explanations must still fit.

    python docs/examples/follow_one_function.py
"""

import inspect
import os
import re
from collections.abc import Mapping
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import jaxsmith
from jaxsmith.stages import DEFAULT_STAGES
from jaxsmith.stages.environment import prepare

PAGE = Path(__file__).resolve().parents[1] / "reading-the-ir.md"
NAMED_BLOCK = re.compile(r"(?<=^```)(\w+ (\w+)\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)


def leaky_layer(x, w, b):
    """A layer of a network, with a leak where its output is negative."""
    hidden = jnp.tanh(x @ w + b)
    kept = jnp.where(hidden > 0.0, hidden, 0.1 * hidden)
    return kept.sum(axis=1)


def arguments() -> tuple[np.ndarray, ...]:
    """One array for each parameter, every size different."""
    return np.ones((4, 3), np.float32), np.ones((3, 2), np.float32), np.ones(2, np.float32)


def blocks() -> dict[str, str]:
    """The text of every named block of the page."""
    stages = (*DEFAULT_STAGES, "passes", "llvm")
    found = jaxsmith.extract(leaky_layer, *arguments(), stages=stages, x64=False)
    costs = {"flops": found.flops, "bytes_accessed": found.bytes_accessed}
    memory = {f"memory, {use}": size for use, size in found.memory.items()}
    setting = {**found.versions, "xla_threads": found.config["xla_threads"]}
    return {
        "source": inspect.getsource(leaky_layer),
        **{stage: f"{found.texts[stage].rstrip()}\n" for stage in DEFAULT_STAGES},
        "passes": _headers(found.texts["passes"]),
        "llvm": _end(found.texts["llvm"]),
        "primitives": _lines(found.primitives),
        "stablehlo_ops": _lines(found.stablehlo_ops),
        "costs": _lines({**costs, **memory}),
        "setting": _lines(setting),
    }


def written(page: str) -> dict[str, str]:
    """The text of every named block as the page has it."""
    return {name: text for _, name, text in NAMED_BLOCK.findall(page)}


def rewrite(page: str, texts: dict[str, str]) -> str:
    """The page with other texts in its named blocks."""
    return NAMED_BLOCK.sub(lambda block: block[1] + texts[block[2]], page)


def _headers(passes: str) -> str:
    """The lines of the text that say which pass made what follows."""
    return "".join(f"{line}\n" for line in passes.splitlines() if line.startswith("//"))


def _end(llvm: str, lines: int = 7) -> str:
    """The last lines of the last function."""
    functions = llvm[: llvm.rindex("\n}\n")] + "\n}"
    return "".join(f"{line}\n" for line in functions.splitlines()[-lines:])


def _lines(mapping: Mapping[str, object]) -> str:
    width = max(map(len, mapping))
    return "".join(f"{name:{width}}  {value}\n" for name, value in mapping.items())


def main() -> None:
    """Rewrite the page and say which blocks changed."""
    # As in a corpus: XLA's CPU backend, with the threads that a corpus gives it.
    prepare(os.environ)
    jax.config.update("jax_platforms", "cpu")
    page = PAGE.read_text(encoding="utf-8")
    texts = blocks()
    changed = [name for name, text in written(page).items() if text != texts[name]]
    PAGE.write_text(rewrite(page, texts), encoding="utf-8")
    print(f"{PAGE.name}: {', '.join(changed) if changed else 'nothing'} changed")


if __name__ == "__main__":
    main()
