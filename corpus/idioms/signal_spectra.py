"""Signals as sums of waves: spectra, and what is read from them."""

from jaxsmith.program.idiom import Idiom, floats, positions

from .signal_fourier import LENGTHS, OPPENHEIM

WINDOWS = ("boxcar", "hann", "hamming", "blackman")
# Numbers of samples of signals that are cut into frames or filtered.
LONG = (16, 21, 24, 32, 40, 48)

IDIOMS = [
    Idiom(
        "real_cepstrum",
        OPPENHEIM + ", chapter 13",
        {"signal": floats("n")},
        floats("n"),
        options={"floor": (0.001, 0.01, 0.1)},
        dims={"n": LENGTHS},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "phase_transform_delay",
        "Knapp and Carter, 'The Generalized Correlation Method for Estimation of Time Delay' "
        "(1976)",
        {"x": floats("n"), "y": floats("n")},
        (positions(""), floats("n")),
        gives=("delay", "correlation"),
        options={"floor": (0.01, 0.1, 0.5)},
        dims={"n": LENGTHS},
        family="signal",
    ),
    Idiom(
        "periodogram",
        "Stoica and Moses, 'Spectral Analysis of Signals' (2005), chapter 2",
        {"signals": floats("b n")},
        floats("b n//2+1"),
        options={
            "window": WINDOWS,
            "rate": (1.0, 8.0, 100.0),
            "scaling": ("density", "spectrum"),
        },
        dims={"b": (1, 2, 3), "n": LENGTHS},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "welch_density",
        "jax.scipy.signal.welch, JAX documentation; Welch, 'The Use of Fast Fourier Transform "
        "for the Estimation of Power Spectra' (1967)",
        {"signal": floats("n")},
        floats("size//2+1"),
        options={
            "size": (6, 8, 10, 16),
            "overlap": (2, 3, 4, 5),
            "detrend": ("constant", "linear"),
            "average": ("mean", "median"),
        },
        dims={"n": LONG},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "cross_density_parts",
        "jax.scipy.signal.csd, JAX documentation; Welch, 'The Use of Fast Fourier Transform "
        "for the Estimation of Power Spectra' (1967)",
        {"x": floats("n"), "y": floats("n")},
        (floats("size//2+1"), floats("size//2+1")),
        gives=("real_part", "imag_part"),
        options={
            "size": (6, 8, 11, 16),
            "overlap": (2, 3, 4),
            "window": ("hann", "hamming", "blackman"),
            "scaling": ("density", "spectrum"),
        },
        dims={"n": LONG},
        wrt=("x", "y"),
        family="signal",
    ),
    Idiom(
        "magnitude_squared_coherence",
        "Carter, Knapp and Nuttall, 'Estimation of the Magnitude-Squared Coherence Function "
        "Via Overlapped Fast Fourier Transform Processing' (1973)",
        {"x": floats("n"), "y": floats("n")},
        floats("size//2+1"),
        options={
            "size": (5, 6, 8, 10),
            "hop": (2, 3, 4, 5),
            "window": ("boxcar", "hann", "hamming"),
        },
        dims={"n": LONG},
        wrt=("x", "y"),
        family="signal",
    ),
    Idiom(
        "short_time_spectrum",
        "jax.scipy.signal.stft, JAX documentation; Allen, 'Short Term Spectral Analysis, "
        "Synthesis, and Modification by Discrete Fourier Transform' (1977)",
        {"signal": floats("n")},
        floats("2 size//2+1 -(-n//hop)+1"),
        options={
            "size": (4, 6, 8, 12),
            "hop": (2, 3, 4),
            "boundary": ("zeros", "even", "odd"),
        },
        dims={"n": LONG},
        where="hop < size",
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "signal_from_short_time",
        "jax.scipy.signal.istft, JAX documentation; Griffin and Lim, 'Signal Estimation from "
        "Modified Short-Time Fourier Transform' (1984)",
        {"real": floats("size//2+1 t"), "imag": floats("size//2+1 t")},
        floats("hop*(t-1)"),
        options={"size": (6, 8, 12), "hop": (2, 3), "window": ("hann", "hamming")},
        dims={"t": (4, 5, 7, 9)},
        # JAX 0.10 and 0.12 return too few samples where there are fewer windows.
        where="hop * t >= size",
        wrt=("real", "imag"),
        family="signal",
    ),
    Idiom(
        "log_spectrogram",
        OPPENHEIM + ", section 10.3",
        {"signals": floats("b n")},
        floats("b (n-size)//hop+1 size//2+1"),
        options={
            "size": (5, 8, 12, 16),
            "hop": (2, 3, 5, 8),
            "window": WINDOWS,
            "floor": (1e-4, 1e-3, 1e-2),
        },
        dims={"b": (1, 2, 3), "n": LONG},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "mel_energies",
        "Davis and Mermelstein, 'Comparison of Parametric Representations for Monosyllabic "
        "Word Recognition' (1980)",
        {"signal": floats("n")},
        floats("(n-size)//hop+1 mels"),
        options={
            "size": (16, 20, 24, 32),
            "hop": (4, 8, 10),
            "mels": (3, 4, 6),
            "rate": (4000.0, 8000.0, 16000.0),
        },
        dims={"n": (32, 40, 48, 64)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "multitaper_spectrum",
        "Riedel and Sidorenko, 'Minimum Bias Multiple Taper Spectral Estimation' (1995)",
        {"signal": floats("n")},
        floats("n//2+1"),
        options={"tapers": (2, 3, 5), "weighting": ("uniform", "parabolic")},
        dims={"n": LENGTHS},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "griffin_lim_step",
        "Griffin and Lim, 'Signal Estimation from Modified Short-Time Fourier Transform' (1984)",
        {
            "magnitudes": floats("t bins", 0.1, 2),
            "real": floats("t bins"),
            "imag": floats("t bins"),
        },
        (floats("t bins"), floats("t bins"), floats("2*bins-2+hop*(t-1)")),
        gives=("next_real", "next_imag", "signal"),
        options={"hop": (2, 3)},
        dims={"t": (3, 4, 6), "bins": (4, 5, 7)},
        wrt=("magnitudes", "real", "imag"),
        family="signal",
    ),
    Idiom(
        "morlet_scalogram",
        "Torrence and Compo, 'A Practical Guide to Wavelet Analysis' (1998), eqs. 4 and 6",
        {"signal": floats("n")},
        floats("3 n"),
        options={
            "scales": ((1.0, 2.0, 4.0), (1.5, 2.5, 5.0), (2.0, 3.0, 4.5)),
            "center": (5.0, 6.0),
        },
        dims={"n": (12, 15, 20, 27, 32)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "remove_trend",
        "jax.scipy.signal.detrend, JAX documentation",
        {"signals": floats("n n")},
        floats("n n"),
        options={
            "kind": ("linear", "constant"),
            "breaks": (0, (0, 4), (3,), (3, 6)),
            "axis": (0, 1, -1),
        },
        dims={"n": (9, 10, 12, 15)},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "linear_prediction",
        "Makhoul, 'Linear Prediction: A Tutorial Review' (1975), section II",
        {"signal": floats("n")},
        (floats("order"), floats("order"), floats("")),
        gives=("predictor", "reflections", "power"),
        options={"order": (1, 2, 3, 4), "window": ("boxcar", "hamming")},
        dims={"n": (9, 12, 16, 24)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "single_sideband",
        "Weaver, 'A Third Method of Generation and Detection of Single-Sideband Signals' "
        "(1956); Proakis and Salehi, 'Communication Systems Engineering' (2nd ed., 2002), "
        "section 3.2.3",
        {"message": floats("n")},
        floats("n"),
        options={"carrier": (0.1, 0.17, 0.25), "side": ("upper", "lower")},
        dims={"n": LENGTHS},
        wrt=("message",),
        family="signal",
    ),
    Idiom(
        "multicarrier_link",
        "Weinstein and Ebert, 'Data Transmission by Frequency-Division Multiplexing Using the "
        "Discrete Fourier Transform' (1971); Peled and Ruiz, 'Frequency domain data "
        "transmission using reduced computational complexity algorithms' (1980)",
        {"real": floats("n"), "imag": floats("n"), "channel": floats("m", -1, 1)},
        (floats("n"), floats("n")),
        gives=("received_real", "received_imag"),
        options={"prefix": (3, 4, 5)},
        dims={"n": (6, 8, 12, 16), "m": (1, 2, 3, 4)},
        wrt=("real", "imag", "channel"),
        family="signal",
    ),
    Idiom(
        "range_doppler_map",
        "Richards, 'Fundamentals of Radar Signal Processing' (2nd ed., 2014), chapter 5",
        {"real": floats("pulses samples"), "imag": floats("pulses samples")},
        floats("pulses samples"),
        options={"centered": (True, False)},
        dims={"pulses": (3, 4, 5, 8), "samples": (4, 6, 7, 10)},
        wrt=("real", "imag"),
        family="signal",
    ),
]
