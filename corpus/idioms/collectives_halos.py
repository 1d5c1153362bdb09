"""Grids in blocks whose edges are exchanged."""

from jaxsmith.program.idiom import Idiom, floats, ints

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "heat_equation_halos",
        "LeVeque, 'Finite Difference Methods for Ordinary and Partial Differential Equations' "
        "(2007), chapter 9",
        {"u": floats("devices*b")},
        floats("devices*b"),
        options={
            "devices": DEVICES,
            "diffusivity": (0.1, 0.25, 0.4),
            "steps": (1, 3, 6),
            "periodic": (True, False),
        },
        dims={"b": (1, 2, 3, 4)},
        wrt=("u",),
        family="collectives",
    ),
    Idiom(
        "jacobi_poisson_blocks",
        "Saad, 'Iterative Methods for Sparse Linear Systems' (2nd ed., 2003), section 4.1",
        {"source": floats("rows*a columns*b")},
        floats("rows*a columns*b"),
        options={"rows": (1, 2, 4), "columns": (2, 4), "sweeps": (1, 2, 4, 7)},
        dims={"a": (1, 2, 3), "b": (1, 2, 3)},
        where="rows * columns <= 8",
        wrt=("source",),
        family="collectives",
    ),
    Idiom(
        "game_of_life_blocks",
        "Gardner, 'Mathematical Games: The fantastic combinations of John Conway's new "
        "solitaire game life' (1970)",
        {"cells": ints("rows*a columns*b", 0, 1)},
        ints("rows*a columns*b"),
        options={"rows": (1, 2, 4), "columns": (2, 4), "generations": (1, 2, 4)},
        dims={"a": (2, 3), "b": (1, 2, 3)},
        where="rows * columns <= 8",
        family="collectives",
    ),
    Idiom(
        "spatially_parallel_convolution",
        "Dryden et al., 'Improving Strong-Scaling of CNN Training by Exploiting "
        "Finer-Grained Parallelism' (2019)",
        {"image": floats("rows*a columns*b"), "kernel": floats("p q")},
        floats("rows*a columns*b"),
        options={"rows": (1, 2, 4), "columns": (2, 4), "periodic": (False, True)},
        dims={"a": (2, 3), "b": (2, 3), "p": (1, 3, 5), "q": (3, 5)},
        where="rows * columns <= 8",
        wrt=("image", "kernel"),
        family="collectives",
    ),
    Idiom(
        "causal_convolution_halo",
        "van den Oord et al., 'WaveNet: A Generative Model for Raw Audio' (2016), section "
        "2.1; jax.lax.ppermute, JAX documentation",
        {"x": floats("devices*b d"), "kernel": floats("k d")},
        floats("devices*b d"),
        options={"devices": DEVICES, "gated": (False, True)},
        dims={"b": (3, 4, 5), "k": (2, 3, 4), "d": (1, 2, 3)},
        wrt=("x", "kernel"),
        family="collectives",
    ),
]
