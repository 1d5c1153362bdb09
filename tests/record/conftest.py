"""Evidence of a small function, made without JAX."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from jaxsmith.record import Check, Evidence, Subject
from jaxsmith.sample.sets import InputSet
from jaxsmith.verdict.compare import Comparison
from jaxsmith.verdict.expectation import Expectation
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.stages import Extracted

STAGES = ("jaxpr", "stablehlo")


@pytest.fixture
def subject() -> Subject:
    return Subject(
        id="math-s0-000001",
        category="math",
        name="halve",
        tags={"unary", "tiny"},
        source_code="def halve(x):\n    return x / 2\n",
        reference_source="def halve(x):\n    return x / 2\n",
        input_names=("x",),
        inputs=(Aval((3,), "float32"),),
        draws=(Draw("uniform", -1.0, 1.0),),
        outputs=(Aval((3,), "float32"), Aval((), "int32")),
        structure=("*", {"count": "*"}),
        op_count=1,
        seed=0,
    )


@pytest.fixture
def extracted() -> Extracted:
    found = SimpleNamespace(
        texts={name: f"{name} text" for name in STAGES},
        missing={},
        alignment={"lines": [[], [2]], "jaxpr": [1], "stablehlo": [0]},
        kept_inputs=(0,),
        primitives={"div": 1},
        stablehlo_ops={"stablehlo.divide": 1, "func.return": 1},
        flops=3.0,
        bytes_accessed=None,
        memory={"arguments": 12},
        versions={"jax": "0.10.2", "jaxlib": "0.10.2", "platform": "cpu", "device_kind": "cpu"},
        config={
            "x64": False,
            "xla_threads": 2,
            "default_matmul_precision": None,
            "numpy_dtype_promotion": "standard",
            "threefry_partitionable": True,
            "devices": 1,
        },
    )
    return cast("Extracted", found)


@pytest.fixture
def check() -> Callable[..., Check]:
    def make(seed: int = 0, bound: float = 0.0, **errors: Any) -> Check:
        values = np.arange(3, dtype=np.float32) + seed
        expectation = Expectation(
            (values.astype(float), np.array(3)), (np.array([0.0, bound, 0.0]), np.array(0.0))
        )
        comparison = Comparison(None, **errors)
        return Check(InputSet("domain", seed, (values,)), expectation, comparison)

    return make


@pytest.fixture
def evidence(subject: Subject, extracted: Extracted, check: Callable[..., Check]) -> Evidence:
    checks = (
        check(0, 1e-6, max_abs_error=1e-8),
        check(1, 1e-7, max_abs_error=1e-7),
        check(2, 1e-7, max_abs_error=0.0),
    )
    return Evidence(subject, extracted, checks, rule="running error bound")
