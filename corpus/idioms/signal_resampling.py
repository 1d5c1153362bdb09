"""Signals at other rates and with delays."""

from jaxsmith.program.idiom import Idiom, floats, ints

OPPENHEIM = "Oppenheim and Schafer, 'Discrete-Time Signal Processing' (3rd ed., 2010)"

IDIOMS = [
    Idiom(
        "fourier_resample",
        "scipy.signal.resample, SciPy documentation; " + OPPENHEIM + ", section 4.6",
        {"signal": floats("b n")},
        floats("b points"),
        options={"points": (4, 6, 9, 12, 16, 20)},
        dims={"b": (1, 2, 3), "n": (5, 7, 8, 10, 14)},
        where="n != points",
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "fractional_delay",
        "Laakso et al., 'Splitting the Unit Delay' (1996)",
        {"signals": floats("b n"), "delays": floats("b", -3, 3)},
        floats("b n"),
        dims={"b": (1, 2, 3, 5), "n": (6, 7, 9, 12, 16)},
        wrt=("signals", "delays"),
        family="signal",
    ),
    Idiom(
        "integrator_comb_decimator",
        "Hogenauer, 'An Economical Class of Digital Filters for Decimation and "
        "Interpolation' (1981)",
        {"samples": ints("b n", -128, 127)},
        ints("b n//factor"),
        options={"factor": (2, 3, 4), "stages": (1, 2, 3)},
        dims={"b": (1, 2, 3), "n": (12, 16, 21, 30)},
        family="signal",
    ),
    Idiom(
        "polyphase_decimator",
        "Vaidyanathan, 'Multirate Systems and Filter Banks' (1993), section 4.3",
        {"signal": floats("n"), "taps": floats("m", -1, 1)},
        floats("-(-n//factor)"),
        options={"factor": (2, 3, 4)},
        dims={"n": (9, 12, 17, 24), "m": (3, 4, 6, 7)},
        wrt=("signal", "taps"),
        family="signal",
    ),
    Idiom(
        "rational_resampler",
        "scipy.signal.upfirdn, SciPy documentation; Vaidyanathan, 'Multirate Systems and "
        "Filter Banks' (1993), section 4.1",
        {"signal": floats("n"), "taps": floats("m", -1, 1)},
        floats("-(-((n-1)*up+m)//down)"),
        options={"up": (1, 2, 3, 5), "down": (1, 2, 3, 4)},
        dims={"n": (6, 9, 13), "m": (3, 5, 8)},
        where="up != down",
        wrt=("signal", "taps"),
        family="signal",
    ),
    Idiom(
        "lanczos_interpolation",
        "Turkowski, 'Filters for Common Resampling Tasks' (1990); Duchon, 'Lanczos Filtering "
        "in One and Two Dimensions' (1979)",
        {"signal": floats("n"), "times": floats("m", 0.1, "n-1.1")},
        floats("m"),
        options={"reach": (2, 3, 4)},
        dims={"n": (6, 9, 12, 16), "m": (1, 3, 5, 8)},
        wrt=("signal", "times"),
        family="signal",
    ),
    Idiom(
        "variable_delay",
        "Laakso et al., 'Splitting the Unit Delay' (1996)",
        {"signal": floats("n"), "delays": floats("n", 0.05, 4.95)},
        floats("n"),
        dims={"n": (6, 9, 12, 17, 24)},
        wrt=("signal", "delays"),
        family="signal",
    ),
]
