"""Transforms of signals beside the Fourier transform."""

from jaxsmith.program.idiom import Idiom, floats, ints

LENGTHS = (5, 8, 11, 12, 16, 21)

IDIOMS = [
    Idiom(
        "chirp_z_transform",
        "Rabiner, Schafer and Rader, 'The Chirp z-Transform Algorithm' (1969); Bluestein, 'A "
        "linear filtering approach to the computation of discrete Fourier transform' (1970)",
        {"signal": floats("b n")},
        (floats("b points"), floats("b points")),
        gives=("spectrum_real", "spectrum_imag"),
        options={
            "points": (4, 6, 9, 15),
            "start": (0.03, 0.1, 0.25),
            "step": (0.01, 0.02, 0.04),
        },
        dims={"b": (1, 2, 3), "n": (5, 8, 11, 16)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "goertzel_power",
        "Goertzel, 'An Algorithm for the Evaluation of Finite Trigonometric Series' (1958)",
        {"signal": floats("n"), "frequencies": floats("k", 0.08, 0.42)},
        floats("k"),
        dims={"n": (8, 13, 16, 25, 32), "k": (1, 2, 3, 5, 8)},
        wrt=("signal", "frequencies"),
        family="signal",
    ),
    Idiom(
        "number_theoretic_product",
        "Pollard, 'The Fast Fourier Transform in a Finite Field' (1971)",
        {"x": ints("n", 0, "modulus-1"), "y": ints("n", 0, "modulus-1")},
        ints("n"),
        # 3 generates the multiplicative groups of both fields.
        options={"modulus": (257, 7937), "root": (3,), "negacyclic": (False, True)},
        dims={"n": (4, 8, 16)},
        family="signal",
    ),
    Idiom(
        "lomb_scargle",
        "Scargle, 'Studies in Astronomical Time Series Analysis II' (1982), eq. 10",
        {"times": floats("n", 0, 10), "values": floats("n")},
        floats("3"),
        options={"frequencies": ((0.1, 0.2, 0.3), (0.15, 0.4, 0.55), (0.25, 0.5, 0.8))},
        dims={"n": (9, 12, 16, 25)},
        wrt=("times", "values"),
        family="signal",
    ),
    Idiom(
        "wigner_distribution",
        "Claasen and Mecklenbrauker, 'The Wigner Distribution' (1980), part II",
        {"signal": floats("n")},
        floats("n 2*reach+1"),
        options={"reach": (2, 3, 4, 6)},
        dims={"n": (6, 9, 12, 16)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "extended_cosine_transform",
        "Strang, 'The Discrete Cosine Transform' (1999)",
        {"signals": floats("b n")},
        floats("b n"),
        options={"kind": (1, 2, 4)},
        dims={"b": (1, 2, 4), "n": LENGTHS},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "extended_sine_transform",
        "Britanak, Yip and Rao, 'Discrete Cosine and Sine Transforms' (2007), chapter 2",
        {"signals": floats("b n")},
        floats("b n"),
        options={"kind": (1, 2, 4)},
        dims={"b": (1, 2, 4), "n": LENGTHS},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "modified_cosine_gain",
        "Princen, Johnson and Bradley, 'Subband/Transform coding using filter bank designs "
        "based on time domain aliasing cancellation' (1987)",
        {"signal": floats("bins*blocks"), "gains": floats("bins", 0, 2)},
        (floats("blocks+1 bins"), floats("bins*blocks")),
        gives=("coefficients", "rebuilt"),
        options={"bins": (2, 3, 4, 6), "window": ("sine", "vorbis")},
        dims={"blocks": (1, 2, 3, 5)},
        wrt=("signal", "gains"),
        family="signal",
    ),
    Idiom(
        "walsh_hadamard",
        "Fino and Algazi, 'Unified Matrix Treatment of the Fast Walsh-Hadamard Transform' (1976)",
        {"signals": floats("b n")},
        floats("b n"),
        options={"ordering": ("natural", "sequency")},
        dims={"b": (1, 2, 3, 5), "n": (2, 4, 8, 16, 32)},
        wrt=("signals",),
        family="signal",
    ),
]
