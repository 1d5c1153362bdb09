"""Complex signals: mixing, filters, spectra, equalizers, arrays of sensors."""

from jaxsmith.program.idiom import Idiom, Spec, complexes, floats

OPPENHEIM = "Oppenheim and Schafer, 'Discrete-Time Signal Processing' (3rd ed., 2010)"
VAN_TREES = "Van Trees, 'Optimum Array Processing' (2002)"
HAYKIN = "Haykin, 'Adaptive Filter Theory' (4th ed., 2002)"

IDIOMS = [
    Idiom(
        "zoom_spectrum",
        "Bluestein, 'A Linear Filtering Approach to the Computation of Discrete Fourier "
        "Transform' (1970)",
        {"signal": complexes("b n")},
        complexes("b bins"),
        options={"start": (0.0, 0.1, -0.2), "spacing": (0.01, 0.03, 0.05), "bins": (4, 6, 9)},
        dims={"b": (1, 2, 3), "n": (5, 8, 12)},
        family="complex",
    ),
    Idiom(
        "sliding_fourier_bins",
        "Jacobsen and Lyons, 'The Sliding DFT' (2003)",
        {"signal": complexes("n")},
        complexes("n bins"),
        options={"window": (4, 6, 8), "bins": (2, 3, 4), "damping": (1.0, 0.99, 0.9)},
        dims={"n": (8, 12, 17)},
        family="complex",
    ),
    Idiom(
        "cross_spectral_matrices",
        "Stoica and Moses, 'Spectral Analysis of Signals' (2005), section 2.7.2",
        {"signals": complexes("c n")},
        (complexes("frame c c"), floats("frame c c")),
        gives=("cross_spectra", "coherences"),
        options={"frame": (4, 6, 8), "window": ("rectangle", "sine")},
        dims={"c": (1, 2, 3), "n": (24, 32, 40)},
        family="complex",
    ),
    Idiom(
        "minimum_variance_weights",
        f"{VAN_TREES}, section 6.2.1",
        {"covariance": Spec("n n", "complex", -4, 4, kind="spd"), "sines": floats("d", -0.9, 0.9)},
        {"powers": floats("d"), "weights": complexes("d n")},
        options={"spacing": (0.5, 0.4), "loading": (0.0, 0.1, 1.0)},
        dims={"n": (3, 4, 6), "d": (1, 3, 5)},
        family="complex",
    ),
    Idiom(
        "noise_subspace_spectrum",
        "Schmidt, 'Multiple Emitter Location and Signal Parameter Estimation' (1986), eq. 6",
        {"covariance": Spec("n n", "complex", -4, 4, kind="spd"), "sines": floats("d", -0.9, 0.9)},
        floats("d"),
        options={"sources": (1, 2), "spacing": (0.5, 0.4)},
        dims={"n": (4, 5, 7), "d": (2, 4, 6)},
        family="complex",
    ),
    Idiom(
        "multicarrier_equalizer",
        "Bingham, 'Multicarrier Modulation for Data Transmission' (1990)",
        {"symbols": complexes("b n"), "taps": complexes("l", -0.2, 0.2)},
        (complexes("b n+prefix"), complexes("b n")),
        gives=("received", "equalized"),
        options={"prefix": (3, 4), "noise": (0.0, 0.05, 0.2)},
        dims={"b": (1, 2, 3), "n": (6, 8, 12), "l": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "ambiguity_surface",
        "Woodward, 'Probability and Information Theory, with Applications to Radar' (1953), "
        "section 7.2",
        {"pulse": complexes("n")},
        complexes("2*lags+1 dopplers"),
        options={"lags": (1, 2, 4), "dopplers": (3, 5), "rate": (0.02, 0.05)},
        dims={"n": (6, 9, 13)},
        family="complex",
    ),
    Idiom(
        "complex_lms_equalizer",
        "Widrow, McCool and Ball, 'The Complex LMS Algorithm' (1975)",
        {"received": complexes("n", -1, 1), "training": complexes("n", -1, 1)},
        (complexes("taps"), complexes("n")),
        gives=("weights", "errors"),
        options={"taps": (2, 3, 4), "rate": (0.05, 0.1), "normalized": (False, True)},
        dims={"n": (6, 10, 14)},
        family="complex",
    ),
    Idiom(
        "constant_modulus_equalizer",
        "Godard, 'Self-Recovering Equalization and Carrier Tracking in Two-Dimensional Data "
        "Communication Systems' (1980)",
        {"received": complexes("n", -1, 1)},
        (complexes("taps"), complexes("n-taps+1")),
        gives=("weights", "equalized"),
        options={"taps": (2, 3, 4), "rate": (0.02, 0.05), "modulus": (1.0, 0.7)},
        dims={"n": (7, 10, 14)},
        family="complex",
    ),
    Idiom(
        "oscillator_mixer",
        "Lyons, 'Understanding Digital Signal Processing' (3rd ed., 2010), section 8.5",
        {"signal": complexes("n"), "frequencies": floats("n", -0.4, 0.4)},
        complexes("n"),
        options={"up": (True, False), "start": (0.0, 0.25, 1.0)},
        dims={"n": (5, 8, 13)},
        family="complex",
    ),
    Idiom(
        "complex_resonators",
        "Martin and Cundy, 'Parallelizing Linear Recurrent Neural Nets Over Sequence Length' "
        "(2018), section 2",
        {
            "signal": complexes("n"),
            "decays": floats("k", 0.1, 1),
            "frequencies": floats("k", -3, 3),
        },
        complexes("n k"),
        options={"normalized": (True, False), "reverse": (False, True)},
        dims={"n": (4, 7, 12), "k": (1, 2, 4)},
        family="complex",
    ),
    Idiom(
        "phase_locked_frames",
        "Puckette, 'Phase-Locked Vocoder' (1995)",
        {
            "previous": complexes("b k", 0.2, 1.5),
            "earlier": complexes("b k", 0.2, 1.5),
            "later": complexes("b k", 0.2, 1.5),
        },
        complexes("b k"),
        options={"neighbors": (0.0, 0.3, 0.5)},
        dims={"b": (1, 2, 3), "k": (3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "image_rejection",
        "Anttila, Valkama and Renfors, 'Circularity-Based I/Q Imbalance Compensation in Wideband "
        "Direct-Conversion Receivers' (2008), section III",
        {"signal": complexes("b n", -1, 1), "offset": complexes("", -0.3, 0.3)},
        (complexes("b n"), complexes("b")),
        gives=("cleaned", "circularity"),
        options={"gain": (1.0, 1.1, 1.2), "skew": (0.05, 0.1, 0.2)},
        dims={"b": (1, 2, 3), "n": (8, 12, 16)},
        family="complex",
    ),
]
