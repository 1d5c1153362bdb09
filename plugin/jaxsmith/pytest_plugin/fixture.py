"""The ``jaxsmith`` fixture: checks a function, and puts it in the corpus that is being built."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from jaxsmith.clock import timed
from jaxsmith.errors import DiskError, InvalidRequestError, PlatformError
from jaxsmith.pytest_plugin.containment.words import WORDS
from jaxsmith.pytest_plugin.desk import DESK
from jaxsmith.pytest_plugin.markers import MARKER
from jaxsmith.pytest_plugin.receipts import EXPLANATION, RECEIPTS
from jaxsmith.pytest_plugin.rerun import rerun
from jaxsmith.pytest_plugin.sensible import refuse_values, refuse_words
from jaxsmith.record import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from jaxsmith.program.function import Case
    from jaxsmith.pytest_plugin.findings import Finding, Unfit

# Modules that need NumPy or JAX are imported where they are used: collecting imports this one.


class Jaxsmith:
    """What the fixture gives: ``check_case`` for a corpus, ``check`` for a project's functions."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item
        self._desk = item.config.stash[DESK]
        self._receipts = item.stash.setdefault(RECEIPTS, [])

    def check_case(self, case: Case) -> None:
        """Write, compile, run and check one function of the corpus that the test is marked with.

        The item fails where the function does not do what its reference says, and is skipped where
        the function is no use as a sample; a record says so in both cases.
        """
        with timed("import"):
            from jaxsmith.pytest_plugin.checking import examine_case
            from jaxsmith.pytest_plugin.findings import conclude

        marker = self._item.get_closest_marker(MARKER)
        if marker is None:
            __tracebackhide__ = True
            raise InvalidRequestError(f"check_case needs a test marked with {MARKER}")
        corpus = marker.args[0]
        with self._item.config.stash[WORDS].kept(), self._stopping():
            finding = conclude(
                case.id,
                case.category,
                lambda progressed: examine_case(case, corpus, self._desk, progressed),
            )
        self._settle(finding)

    def check(
        self,
        fn: Callable[..., Any],
        /,
        *args: Any,
        reference: Callable[..., Any] | None = None,
        inputs: Sequence[Sequence[Any]] = (),
        name: str | None = None,
        category: str = "user",
        tags: str | Collection[str] = (),
        static_argnums: int | Sequence[int] = (),
        static_argnames: str | Sequence[str] = (),
        x64: bool | None = None,
        rtol: float | None = None,
        atol: float | None = None,
        license: str | None = None,  # noqa: A002 - the name of the record's field
        **kwargs: Any,
    ) -> None:
        """Check a function of a project, and put it in the corpus if one is being built.

        The compiled function must agree with the reference on every input set, in structure, shape,
        kind and value; without a reference, with itself run operation by operation, not compiled.

        Args:
            fn: any function that JAX can trace, jitted or not. One that has a parameter called as
                one of the keywords below must have it bound beforehand.
            *args: its positional arguments: pytrees of arrays and numbers.
            reference: the same function in NumPy. It gets the very arguments that ``fn`` gets, with
                arrays as NumPy arrays and floats widened to float64.
            inputs: further positional arguments, a sequence for each input set, of the same types.
            name: what the function is called in the record; by default its own name.
            category: the family that it is counted under.
            tags: what a reader of the corpus can select it by; one may be given as it is.
            static_argnums: positions of arguments that are values, not arrays, as for ``jax.jit``.
            static_argnames: their names, as for ``jax.jit``.
            x64: whether 64-bit types exist in the function; None leaves it to JAX's configuration.
            rtol: allowed error relative to the expected value; by default that of the dtype.
            atol: allowed error beside it; by default that of the dtype.
            license: the SPDX name of the function's licence, for the record.
            **kwargs: its keyword arguments, the same in every input set.

        Example:
            In a test of the project::

                def test_softplus(jaxsmith):
                    x = np.linspace(-5, 5, 64, dtype=np.float32)
                    jaxsmith.check(softplus, x, reference=lambda x: np.log1p(np.exp(x)))
        """
        __tracebackhide__ = True  # a request that makes no sense shows the test's own line
        with timed("import"):
            from jaxsmith.pytest_plugin.findings import conclude
            from jaxsmith.pytest_plugin.tolerance import Tolerance
            from jaxsmith.pytest_plugin.userfunction import Request, examine_function

        if reference is not None and not callable(reference):
            raise InvalidRequestError(f"reference is a {type(reference).__name__}, not a function")
        tags = [tags] if isinstance(tags, str) else list(tags)
        refuse_words(name, category, tags)
        refuse_values(x64, license, rtol=rtol, atol=atol)
        request = Request(
            id=self._next_id(),
            category=category,
            fn=fn,
            argument_sets=(args, *_further(inputs, len(args))),
            keywords=kwargs,
            reference=reference,
            name=name,
            tags=frozenset(tags),
            static_argnums=static_argnums,
            static_argnames=static_argnames,
            x64=x64,
            tolerance=Tolerance(rtol, atol),
            license=license,
        )
        with self._stopping():
            finding = conclude(
                request.id,
                category,
                lambda progressed: examine_function(request, self._desk, progressed),
            )
        self._settle(finding)

    def _next_id(self) -> str:
        """The node id, which is relative to the project; numbered from the second check on."""
        count = len(self._receipts) + 1
        return self._item.nodeid if count == 1 else f"{self._item.nodeid}#{count}"

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """End the run where all that comes after would be lost as well."""
        try:
            yield
        except (DiskError, PlatformError) as error:
            self._item.session.shouldstop = str(error)
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def _settle(self, finding: Finding) -> None:
        with self._stopping():
            unfit = self._desk.take(finding, self._item.ihook, self._receipts)
        if unfit is None:
            return
        line = f"{unfit.reason}: {unfit.detail}"
        rejected = status_of(unfit.reason) == "rejected"
        self._item.stash[EXPLANATION] = line if rejected else self._explain(finding, unfit)
        # pytest keeps the traceback of the last failure, and with it every frame's locals.
        del finding
        if rejected:
            pytest.skip(line)
        pytest.fail(line, pytrace=False)

    def _explain(self, finding: Finding, unfit: Unfit) -> str:
        from jaxsmith.pytest_plugin.failure import explain

        command = rerun(self._item.config, self._item.nodeid)
        return explain(unfit, finding.progressed.subject, command)


def _further(inputs: Sequence[Sequence[Any]], count: int) -> list[tuple[Any, ...]]:
    """The further input sets, each as many positional arguments as the first has."""
    __tracebackhide__ = True
    for number, each in enumerate(inputs, 2):
        # An array left bare would be taken apart into its rows.
        if not isinstance(each, tuple | list):
            kind = type(each).__name__
            raise InvalidRequestError(
                f"inputs: set {number} is a {kind}; give a tuple of positional arguments, as (x,)"
            )
        if len(each) != count:
            raise InvalidRequestError(
                f"inputs: set {number} has {len(each)} positional arguments, the first set {count}"
            )
    return [tuple(each) for each in inputs]


@pytest.fixture
def jaxsmith(request: pytest.FixtureRequest) -> Jaxsmith:
    """Check a JAX function, and put it in the corpus if one is being built (``--emit``)."""
    return Jaxsmith(request.node)
