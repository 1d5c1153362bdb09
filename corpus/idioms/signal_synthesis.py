"""Sounds that are made: oscillators, envelopes, strings, distortion."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "read_wavetable",
        "Mathews, 'The Technology of Computer Music' (1969), chapter 2",
        {"table": floats("size", -1, 1), "frequencies": floats("n", 0.02, 0.4)},
        floats("n"),
        dims={"size": (4, 6, 8, 12), "n": (5, 8, 12, 18)},
        wrt=("table", "frequencies"),
        family="signal",
    ),
    Idiom(
        "additive_voice",
        "Serra and Smith, 'Spectral Modeling Synthesis' (1990)",
        {"amplitudes": floats("k", -1, 1), "pitch": floats("", 0.03, 0.2)},
        floats("samples"),
        options={"samples": (6, 10, 16, 24), "decay": (0.01, 0.05, 0.1)},
        dims={"k": (1, 2, 4, 6)},
        wrt=("amplitudes", "pitch"),
        family="signal",
    ),
    Idiom(
        "shape_envelope",
        "Zoelzer, 'DAFX: Digital Audio Effects' (2nd ed., 2011), section 4.2",
        {
            "signal": floats("n"),
            "attack": floats("", 1, 3.5),
            "decay": floats("", 1, 4),
            "sustain": floats("", 0.2, 0.8),
        },
        floats("n"),
        options={"release": (2.0, 3.0, 5.0)},
        dims={"n": (8, 12, 16, 25)},
        wrt=("signal", "attack", "decay", "sustain"),
        family="signal",
    ),
    Idiom(
        "swept_sine",
        "Farina, 'Simultaneous Measurement of Impulse Response and Distortion with a "
        "Swept-Sine Technique' (2000)",
        {
            "gain": floats("", 0.2, 2),
            "start": floats("", 0.02, 0.1),
            "stop": floats("", 0.2, 0.4),
        },
        floats("samples"),
        options={"samples": (6, 10, 15, 24), "kind": ("linear", "exponential")},
        wrt=("gain", "start", "stop"),
        family="signal",
    ),
    Idiom(
        "pluck_string",
        "Karplus and Strong, 'Digital Synthesis of Plucked-String and Drum Timbres' (1983)",
        {"noise": floats("period", -1, 1)},
        floats("samples"),
        options={
            "samples": (9, 14, 20, 27),
            "loss": (0.9, 0.98, 1.0),
            "blend": (0.5, 0.3, 0.2),
        },
        dims={"period": (3, 4, 6, 7)},
        wrt=("noise",),
        family="signal",
    ),
    Idiom(
        "feedback_operator",
        "Chowning, 'The Synthesis of Complex Audio Spectra by Means of Frequency Modulation' "
        "(1973); feedback: Tomisawa (US patent 4249447, 1981)",
        {
            "pitch": floats("", 0.02, 0.2),
            "index": floats("", 0.2, 2),
            "feedback": floats("", 0, 0.8),
        },
        floats("samples"),
        options={"samples": (5, 9, 14, 20), "ratio": (0.5, 1.0, 1.41, 2.0, 3.5)},
        wrt=("pitch", "index", "feedback"),
        family="signal",
    ),
    Idiom(
        "polynomial_waveshaper",
        "Le Brun, 'Digital Waveshaping Synthesis' (1979)",
        {"signal": floats("n", -0.95, 0.95), "weights": floats("k", -1, 1)},
        floats("n"),
        dims={"n": (3, 6, 10, 16), "k": (1, 2, 4, 6)},
        wrt=("signal", "weights"),
        family="signal",
    ),
    Idiom(
        "corrected_sawtooth",
        "Valimaki and Huovilainen, 'Antialiasing Oscillators in Subtractive Synthesis' (2007)",
        {"gain": floats("", 0.2, 2), "pitch": floats("", 0.05, 0.4)},
        floats("samples"),
        options={"samples": (5, 8, 12, 17, 24)},
        wrt=("gain", "pitch"),
        family="signal",
    ),
]
