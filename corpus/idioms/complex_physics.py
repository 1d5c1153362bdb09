"""Waves, circuits, optics and spins in complex amplitudes."""

from jaxsmith.program.idiom import Idiom, Spec, complexes, floats

POZAR = "Pozar, 'Microwave Engineering' (4th ed., 2012)"
BORN = "Born and Wolf, 'Principles of Optics' (7th ed., 1999)"
GOODMAN = "Goodman, 'Introduction to Fourier Optics' (3rd ed., 2005)"
SAKURAI = "Sakurai and Napolitano, 'Modern Quantum Mechanics' (2nd ed., 2011)"
BERGEN = "Bergen and Vittal, 'Power Systems Analysis' (2nd ed., 2000)"

IDIOMS = [
    Idiom(
        "ladder_impedance",
        "Van Valkenburg, 'Introduction to Modern Network Synthesis' (1960), chapter 3",
        {
            "resistances": floats("n", 0.5, 2),
            "inductances": floats("n", 0.2, 1),
            "capacitances": floats("n", 0.2, 1),
            "frequencies": floats("f", 0.2, 2),
        },
        (complexes("f"), floats("f")),
        gives=("impedances", "reflections"),
        options={"load": (0.5, 1.0, 2.0)},
        dims={"n": (1, 2, 3, 5), "f": (2, 4, 7)},
        family="complex",
    ),
    Idiom(
        "thin_film_reflectance",
        f"{BORN}, section 1.6.2",
        {
            "indices": floats("n", 1.3, 2.5),
            "thicknesses": floats("n", 0.05, 0.4),
            "wavelengths": floats("w", 0.4, 1),
        },
        floats("w"),
        options={"ambient": (1.0, 1.33), "substrate": (1.52, 3.5)},
        dims={"n": (1, 2, 3, 5), "w": (1, 3, 6)},
        wrt=("indices", "thicknesses", "wavelengths"),
        family="complex",
    ),
    Idiom(
        "fresnel_amplitudes",
        f"{BORN}, section 1.5.2, eqs. 20 and 21",
        {"angles": floats("n", 0.1, 1.4), "index": floats("", 1.3, 2.5)},
        (complexes("2 n"), floats("n")),
        gives=("amplitudes", "reflectance"),
        options={"absorption": (0.0, 0.1, 0.5)},
        dims={"n": (1, 2, 4, 7)},
        family="complex",
    ),
    Idiom(
        "split_step_schrodinger",
        "Feit, Fleck and Steiger, 'Solution of the Schroedinger Equation by a Spectral Method' "
        "(1982)",
        {"wave": complexes("n"), "potential": floats("n", 0, 2)},
        (complexes("n"), floats("steps")),
        gives=("final_wave", "energies"),
        options={"step": (0.05, 0.1), "steps": (1, 2, 4), "nonlinearity": (0.0, 0.5)},
        dims={"n": (6, 8, 11)},
        family="complex",
    ),
    Idiom(
        "angular_spectrum",
        f"{GOODMAN}, section 3.10",
        {"field": complexes("m n"), "distance": floats("", 0.2, 2)},
        complexes("m n"),
        options={"spacing": (0.35, 0.5, 0.7), "wavelength": (0.5, 0.6, 1.1)},
        dims={"m": (3, 4, 6), "n": (4, 5, 7)},
        family="complex",
    ),
    Idiom(
        "gauss_seidel_voltages",
        f"{BERGEN}, section 10.4",
        {"admittances": complexes("n n", 0.2, 1), "loads": complexes("n", 0.02, 0.1)},
        (complexes("n"), complexes("n")),
        gives=("voltages", "powers"),
        options={"shunt": (4.0, 6.0), "sweeps": (1, 2, 3)},
        dims={"n": (3, 4, 5)},
        family="complex",
    ),
    Idiom(
        "scattering_conversions",
        f"{POZAR}, section 4.3",
        {"scattering": complexes("b p p", -0.2, 0.2), "references": floats("p", 0.5, 2)},
        complexes("b p p"),
        options={"to": ("impedance", "admittance")},
        dims={"b": (1, 2, 4), "p": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "spinor_rotations",
        f"{SAKURAI}, section 3.2",
        {"axes": floats("r 3", 0.2, 1), "angles": floats("r", -3, 3), "spinor": complexes("2")},
        (complexes("2"), floats("r 3")),
        gives=("final_spinor", "directions"),
        options={"inverse": (False, True)},
        dims={"r": (1, 2, 3, 5)},
        family="complex",
    ),
    Idiom(
        "wave_plate_train",
        f"{GOODMAN}, appendix C; Jones, 'A New Calculus for the Treatment of Optical Systems' "
        "(1941)",
        {"angles": floats("p", -3, 3), "retardances": floats("p", 0.2, 3)},
        floats("4"),
        options={"light": ("horizontal", "diagonal", "circular"), "transmission": (1.0, 0.5)},
        dims={"p": (1, 2, 3, 5)},
        wrt=("angles", "retardances"),
        family="complex",
    ),
    Idiom(
        "crank_nicolson_wave",
        "Goldberg, Schey and Schwartz, 'Computer-Generated Motion Pictures of One-Dimensional "
        "Quantum-Mechanical Transmission and Reflection Phenomena' (1967)",
        {"wave": complexes("n"), "potential": floats("n", 0, 2)},
        complexes("n"),
        options={"step": (0.1, 0.2, 0.5), "steps": (1, 2, 3)},
        dims={"n": (3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "structure_factors",
        "Kittel, 'Introduction to Solid State Physics' (8th ed., 2005), chapter 2, eq. 46",
        {
            "positions": floats("a d", 0, 1),
            "strengths": floats("a", 0.5, 2),
            "waves": floats("k d", -3, 3),
        },
        {"amplitudes": complexes("k"), "intensities": floats("k")},
        options={"damping": (0.0, 0.05, 0.1)},
        dims={"a": (2, 3, 5), "d": (1, 2, 3), "k": (1, 3, 4)},
        family="complex",
    ),
    Idiom(
        "lorentz_dispersion",
        "Jackson, 'Classical Electrodynamics' (3rd ed., 1999), section 7.5, eq. 51",
        {
            "strengths": floats("k", 0.1, 0.6),
            "resonances": floats("k", 1, 3),
            "widths": floats("k", 0.2, 0.8),
            "frequencies": floats("f", 0.2, 4),
        },
        {"absorption": floats("f"), "permittivity": complexes("f"), "phase_index": floats("f")},
        options={"background": (3.0, 4.0, 6.0)},
        dims={"k": (1, 2, 3), "f": (2, 3, 6)},
        family="complex",
    ),
    Idiom(
        "two_band_dispersion",
        "Asboth, Oroszlany and Palyi, 'A Short Course on Topological Insulators' (2016), chapter 1",
        {
            "hopping": floats("2", 0.3, 1.5),
            "momenta": floats("k", -3, 3),
            "masses": floats("k", 0.2, 1),
        },
        floats("k 2"),
        options={"tilt": (0.0, 0.3)},
        dims={"k": (2, 3, 5, 8)},
        wrt=("hopping", "momenta", "masses"),
        family="complex",
    ),
    Idiom(
        "surface_green_function",
        "Lopez Sancho, Lopez Sancho and Rubio, 'Highly Convergent Schemes for the Calculation of "
        "Bulk and Surface Green Functions' (1985)",
        {
            "onsite": Spec("n n", "complex", -4, 4, kind="spd"),
            "coupling": complexes("n n", -0.4, 0.4),
        },
        (complexes("n n"), floats("")),
        gives=("green", "density"),
        options={"energy": (0.0, 1.0, 2.5), "broadening": (0.5, 1.0), "doublings": (1, 2, 3)},
        dims={"n": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "symmetrical_components",
        f"{BERGEN}, section 12.1; Fortescue, 'Method of Symmetrical Co-ordinates Applied to the "
        "Solution of Polyphase Networks' (1918)",
        {"voltages": complexes("b 3"), "currents": complexes("b 3")},
        {"components": complexes("b 3"), "power": complexes("b")},
        options={"order": ("abc", "acb")},
        dims={"b": (1, 2, 4, 7)},
        family="complex",
    ),
]
