"""What is heard in a sound: pitch, loudness, onsets, the shape of its spectra."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

# Numbers of samples of signals that are cut into frames or filtered.
LONG = (16, 21, 24, 32, 40, 48)

IDIOMS = [
    Idiom(
        "correlogram",
        "Stoica and Moses, 'Spectral Analysis of Signals' (2005), section 2.2.2",
        {"signal": floats("n")},
        floats("lags"),
        options={
            "lags": (4, 6, 9),
            "estimate": ("biased", "unbiased", "normalized"),
        },
        dims={"n": (11, 14, 18, 25, 32)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "liftered_cepstra",
        "Davis and Mermelstein, 'Comparison of Parametric Representations for Monosyllabic "
        "Word Recognition' (1980), eq. 1; lifter: Juang, Rabiner and Wilpon, 'On the Use of "
        "Bandpass Liftering in Speech Recognition' (1987)",
        {"energies": floats("t bands", 0.1, 4)},
        floats("t coefficients"),
        options={"coefficients": (3, 5, 6, 8), "lifter": (11.0, 22.0)},
        dims={"t": (1, 2, 4, 7), "bands": (8, 9, 12, 16)},
        wrt=("energies",),
        family="signal",
    ),
    Idiom(
        "spectral_shape",
        "Peeters, 'A large set of audio features for sound description' (2004), section 6",
        {"magnitudes": floats("t bins", 0.1, 2)},
        {
            "centroid": floats("t"),
            "spread": floats("t"),
            "skewness": floats("t"),
            "flatness": floats("t"),
        },
        options={"rate": (2.0, 100.0, 8000.0), "power": (1.0, 2.0)},
        dims={"t": (1, 2, 4, 6), "bins": (5, 8, 9, 17)},
        wrt=("magnitudes",),
        family="signal",
    ),
    Idiom(
        "spectral_rolloff",
        "Peeters, 'A large set of audio features for sound description' (2004), section 6",
        {"magnitudes": floats("t bins", 0, 2)},
        positions("t"),
        options={"fraction": (0.5, 0.8, 0.85, 0.95)},
        dims={"t": (2, 3, 5, 8), "bins": (9, 12, 17)},
        family="signal",
    ),
    Idiom(
        "onset_strength",
        "Bello et al., 'A Tutorial on Onset Detection in Music Signals' (2005), section III",
        {"magnitudes": floats("t bins", 0, 2)},
        (floats("t"), bools("t")),
        gives=("flux", "is_peak"),
        options={"compression": (1.0, 10.0, 100.0), "threshold": (0.8, 1.0, 1.2)},
        dims={"t": (6, 8, 11, 16), "bins": (3, 5, 8)},
        family="signal",
    ),
    Idiom(
        "zero_crossing_rate",
        "Rabiner and Schafer, 'Digital Processing of Speech Signals' (1978), section 4.3",
        {"signal": floats("n")},
        (ints("(n-size)//hop+1"), floats("(n-size)//hop+1")),
        gives=("counts", "rates"),
        options={"size": (5, 8, 9, 12), "hop": (1, 2, 4, 5), "centered": (True, False)},
        dims={"n": LONG},
        family="signal",
    ),
    Idiom(
        "phase_vocoder",
        "Flanagan and Golden, 'Phase Vocoder' (1966); Dolson, 'The Phase Vocoder: A Tutorial' "
        "(1986)",
        {"real": floats("t bins"), "imag": floats("t bins", 0.2, 2)},
        (floats("t bins"), floats("t bins")),
        gives=("stretched_real", "stretched_imag"),
        options={"ratio": (0.5, 0.75, 1.25, 1.5), "hop": (1, 2, 3)},
        dims={"t": (2, 3, 5, 7), "bins": (3, 5, 6, 9)},
        wrt=("real", "imag"),
        family="signal",
    ),
    Idiom(
        "chroma_features",
        "Fujishima, 'Realtime Chord Recognition of Musical Sound' (1999); Mueller, "
        "'Fundamentals of Music Processing' (2015), section 3.1.2",
        {"magnitudes": floats("t bins", 0.1, 2)},
        floats("t 12"),
        options={"rate": (2000.0, 4000.0, 8000.0), "tuning": (415.0, 440.0, 443.0)},
        dims={"t": (1, 2, 4), "bins": (9, 17, 25, 33)},
        wrt=("magnitudes",),
        family="signal",
    ),
    Idiom(
        "harmonic_product_pitch",
        "Noll, 'Pitch Determination of Human Speech by the Harmonic Product Spectrum' (1970)",
        {"magnitudes": floats("t bins", 0.1, 2)},
        (positions("t"), floats("t")),
        gives=("best_bins", "scores"),
        options={"harmonics": (2, 3, 4)},
        dims={"t": (1, 2, 4, 6), "bins": (16, 20, 27, 33)},
        family="signal",
    ),
    Idiom(
        "yin_pitch",
        "De Cheveigne and Kawahara, 'YIN, a fundamental frequency estimator for speech and "
        "music' (2002), eqs. 6 and 8",
        {"signal": floats("window+lags-1")},
        (positions(""), floats("lags")),
        gives=("best_lag", "differences"),
        options={"window": (6, 8, 12, 16), "lags": (5, 8, 11)},
        family="signal",
    ),
    Idiom(
        "weighted_level",
        "IEC 61672-1 (2013), annex E",
        {"power": floats("t bins", 0.1, 4)},
        floats("t"),
        options={"curve": ("A", "C"), "rate": (8000.0, 16000.0, 44100.0)},
        dims={"t": (1, 2, 3, 5), "bins": (5, 9, 13, 17)},
        wrt=("power",),
        family="signal",
    ),
    Idiom(
        "spectral_subtraction",
        "Boll, 'Suppression of Acoustic Noise in Speech Using Spectral Subtraction' (1979); "
        "Berouti, Schwartz and Makhoul, 'Enhancement of speech corrupted by acoustic noise' "
        "(1979)",
        {
            "real": floats("t bins", 0.2, 2),
            "imag": floats("t bins"),
            "noise": floats("bins", 0.2, 1.5),
        },
        (floats("t bins"), floats("t bins")),
        gives=("clean_real", "clean_imag"),
        options={"factor": (0.8, 1.0, 2.0), "floor": (0.01, 0.05, 0.1)},
        dims={"t": (1, 2, 4, 6), "bins": (3, 5, 7, 9)},
        wrt=("real", "imag", "noise"),
        family="signal",
    ),
    Idiom(
        "teager_energy",
        "Kaiser, 'On a simple algorithm to calculate the energy of a signal' (1990)",
        {"signals": floats("b n")},
        floats("b n-smoothing-1"),
        options={"smoothing": (1, 2, 3, 5)},
        dims={"b": (1, 2, 3), "n": (8, 11, 16)},
        wrt=("signals",),
        family="signal",
    ),
]
