"""Wavelets: pyramids, lifting schemes, packets, shrinkage."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "haar_pyramid",
        "Mallat, 'A Wavelet Tour of Signal Processing' (3rd ed., 2009), section 7.3.1",
        {"signals": floats("b n")},
        floats("b n"),
        options={"levels": (1, 2, 3)},
        dims={"b": (1, 2, 3, 4), "n": (8, 16, 24)},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "daubechies_lifting",
        "Daubechies and Sweldens, 'Factoring Wavelet Transforms into Lifting Steps' (1998), "
        "section 7",
        {"signals": floats("b 2*n")},
        (floats("b n"), floats("b n")),
        gives=("low", "high"),
        dims={"b": (1, 2, 3, 5), "n": (2, 3, 4, 6, 8)},
        wrt=("signals",),
        family="signal",
    ),
    Idiom(
        "reversible_lifting",
        "Le Gall and Tabatabai, 'Sub-band coding of digital images using symmetric short "
        "kernel filters and arithmetic coding techniques' (1988); ITU-T T.800 (2002), annex F",
        {"values": ints("b 2*n", -128, 127)},
        ints("b 2*n"),
        options={"inverse": (False, True)},
        dims={"b": (1, 2, 4), "n": (2, 3, 5, 8, 12)},
        family="signal",
    ),
    Idiom(
        "starlet_planes",
        "Starck, Murtagh and Fadili, 'Sparse Image and Signal Processing' (2010), section 3.5",
        {"signal": floats("n")},
        floats("levels+1 n"),
        options={"levels": (1, 2, 3)},
        dims={"n": (9, 12, 16, 20, 25)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "wavelet_packet",
        "Coifman and Wickerhauser, 'Entropy-Based Algorithms for Best Basis Selection' (1992)",
        {"signal": floats("8*n")},
        floats("2**depth 8*n//2**depth"),
        options={"depth": (1, 2, 3), "wavelet": ("haar", "daubechies")},
        dims={"n": (2, 3, 4, 6)},
        wrt=("signal",),
        family="signal",
    ),
    Idiom(
        "haar_image_bands",
        "Mallat, 'A Wavelet Tour of Signal Processing' (3rd ed., 2009), section 7.7",
        {"images": floats("b 2*h 2*w")},
        {
            "approximation": floats("b h w"),
            "horizontal": floats("b h w"),
            "vertical": floats("b h w"),
            "diagonal": floats("b h w"),
        },
        dims={"b": (1, 2, 3), "h": (1, 2, 3, 4), "w": (2, 3, 5)},
        wrt=("images",),
        family="signal",
    ),
    Idiom(
        "wavelet_shrinkage",
        "Donoho and Johnstone, 'Ideal Spatial Adaptation by Wavelet Shrinkage' (1994)",
        {"signal": floats("2*n")},
        floats("2*n"),
        options={"factor": (0.2, 0.35, 0.5), "soft": (True, False)},
        dims={"n": (5, 8, 12, 16)},
        wrt=("signal",),
        family="signal",
    ),
]
