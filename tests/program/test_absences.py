"""What some version, platform or machine does not have, and the programs that ask for it."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from corpus import CORPUS
from corpus.absences import ABSENCES
from jaxsmith.program.absences import Absence, Place, lacking
from jaxsmith.program.function import Case, Param
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw

HERE = Place("0.12.0", "cpu", 8)
MATRIX = np.eye(4, dtype=np.float32)
# By what a source says: the same thing as a function.
ASKED = {
    "linalg.schur(": lambda x: jax.scipy.linalg.schur(x)[0],
    "linalg.sqrtm(": jax.scipy.linalg.sqrtm,
    "linalg.rsf2csf(": lambda x: jax.scipy.linalg.rsf2csf(*jax.scipy.linalg.schur(x))[0],
    "linalg.hessenberg(": jax.scipy.linalg.hessenberg,
}
OF_PLATFORMS = [absence for absence in ABSENCES if absence.platforms]


def test_a_machine_with_enough_devices_and_the_newest_version_lacks_nothing():
    assert not [absence for absence in ABSENCES if absence.is_at(HERE)]


@pytest.mark.parametrize("absence", OF_PLATFORMS, ids=lambda absence: absence.says[0])
@pytest.mark.parametrize("platform", ["cuda", "rocm", "tpu"])
def test_jax_says_itself_that_it_lowers_the_thing_for_the_cpu_alone(absence, platform):
    (text,) = absence.says
    traced = jax.jit(ASKED[text]).trace(MATRIX)
    traced.lower()
    with pytest.raises(NotImplementedError, match=f"platform.*{platform}"):
        traced.lower(lowering_platforms=(platform,))


def test_it_takes_all_that_a_row_says():
    row = Absence(("jax.pmap", "out_axes=None"), "why", before="0.8")
    assert row.is_asked_for("jax.pmap(f, out_axes=None)")
    assert not row.is_asked_for("jax.vmap(f, out_axes=None)")


@pytest.mark.parametrize(
    ("place", "lacks"),
    [
        (HERE, False),
        (Place("0.12.0", "cpu", 1), True),
        (Place("0.12.0", "gpu", 8), True),
        (Place("0.7.2", "cpu", 8), True),
        (Place("0.8.0", "cpu", 8), False),
    ],
)
def test_a_place_lacks_what_its_version_its_platform_or_its_devices_do_not_give(place, lacks):
    rows = [
        Absence(("make_mesh",), "devices", devices=8),
        Absence(("make_mesh",), "platform", ("gpu",)),
        Absence(("make_mesh",), "version", before="0.8"),
    ]
    found = lacking(rows, written("mesh = jax.make_mesh((8,), ('x',))"), place)
    assert (found is not None) == lacks
    assert lacking(rows, written("return x"), place) is None


def test_a_parameter_asks_by_its_type():
    rows = [Absence(("int4",), "why", before="0.8")]
    old = Place("0.7.2", "cpu", 8)
    assert lacking(rows, written("return x", Aval((2, 3), "uint4")), old) is rows[0]
    assert lacking(rows, written("return x", Aval((2, 3), "int8")), old) is None


def written(body, aval=None):
    """A function that says this, of a parameter of that type."""
    function = CORPUS.write(Case("arithmetic", 0, 0))
    aval = aval or Aval((), "float32")
    params = (Param("x", aval, Draw("uniform", 0, 1)),)
    return replace(function, source_code=f"def f(x):\n    {body}\n", params=params)
