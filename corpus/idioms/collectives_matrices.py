"""Matrices in blocks: products, transforms, least squares."""

from jaxsmith.program.idiom import Idiom, floats

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "ring_matmul",
        "Wang et al., 'Overlap Communication with Dependent Computation via Decomposition in "
        "Large Deep Learning Models' (2023)",
        {"left": floats("devices*a devices*b"), "right": floats("devices*b c")},
        floats("devices*a c"),
        options={"devices": DEVICES, "pattern": ("gather", "scatter")},
        dims={"a": (1, 2), "b": (1, 2, 3), "c": (1, 3, 4)},
        wrt=("left", "right"),
        family="collectives",
    ),
    Idiom(
        "summa_matmul",
        "van de Geijn and Watts, 'SUMMA: Scalable Universal Matrix Multiplication Algorithm' "
        "(1997)",
        {"left": floats("rows*a 8*b"), "right": floats("8*b columns*c")},
        floats("rows*a columns*c"),
        options={"rows": (1, 2, 4), "columns": (2, 4), "panels": (4, 8)},
        dims={"a": (1, 2, 3), "b": (1, 2), "c": (1, 2, 3)},
        where="rows * columns <= 8",
        wrt=("left", "right"),
        family="collectives",
    ),
    Idiom(
        "cannon_matmul",
        "Cannon, 'A cellular computer to implement the Kalman filter algorithm' (1969)",
        {"left": floats("2*n 2*n"), "right": floats("2*n 2*n")},
        floats("2*n 2*n"),
        options={"accumulate": (False, True)},
        dims={"n": (1, 2, 3, 4, 5)},
        wrt=("left", "right"),
        family="collectives",
    ),
    Idiom(
        "fft_by_transpose",
        "Van Loan, 'Computational Frameworks for the Fast Fourier Transform' (1992)",
        {"image": floats("devices*a devices*b")},
        floats("devices*a devices*b"),
        options={"devices": DEVICES, "amplitude": (False, True), "centered": (False, True)},
        dims={"a": (1, 2, 3), "b": (1, 2)},
        wrt=("image",),
        family="collectives",
    ),
    Idiom(
        "four_step_fft",
        "Bailey, 'FFTs in External or Hierarchical Memory' (1990)",
        {"signal": floats("devices*a*inner"), "window": floats("devices*a*inner", 0.2, 1)},
        floats("devices*a*inner"),
        options={"devices": (2, 4), "inner": (4, 8, 12)},
        dims={"a": (1, 2, 3)},
        wrt=("signal", "window"),
        family="collectives",
    ),
    Idiom(
        "tall_skinny_least_squares",
        "Demmel et al., 'Communication-optimal Parallel and Sequential QR and LU "
        "Factorizations' (2012)",
        {"matrix": floats("devices*m n"), "right": floats("devices*m")},
        floats("n"),
        options={"devices": DEVICES, "ridge": (0.0, 0.1, 1.0)},
        dims={"m": (4, 5), "n": (2, 3)},
        # The rows of one device may be dependent; then only all of them together have a slope.
        wrt=("right",),
        family="collectives",
    ),
]
