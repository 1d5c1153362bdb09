"""Functions of a complex variable: maps, series, contours, dynamics."""

from jaxsmith.program.idiom import Idiom, Spec, complexes, floats, ints

AHLFORS = "Ahlfors, 'Complex Analysis' (3rd ed., 1979)"
HENRICI = "Henrici, 'Applied and Computational Complex Analysis', volume 1 (1974)"
DEVANEY = "Devaney, 'An Introduction to Chaotic Dynamical Systems' (2nd ed., 1989)"

IDIOMS = [
    Idiom(
        "mobius_orbit",
        f"{AHLFORS}, section 3.3",
        {
            "shift": complexes("", -1, 1),
            "pole": complexes("", -0.2, 0.2),
            "points": complexes("n", -1, 1),
        },
        complexes("steps n"),
        options={"scale": (0.5, 0.8, 1.0), "steps": (2, 3, 5)},
        dims={"n": (2, 3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "aberth_steps",
        "Aberth, 'Iteration Methods for Finding All Zeros of a Polynomial Simultaneously' (1973)",
        {"coefficients": complexes("n", -0.3, 0.3)},
        (complexes("n"), floats("")),
        options={"radius": (1.4, 1.6, 1.8), "steps": (1, 2, 3)},
        dims={"n": (2, 3, 4, 5)},
        family="complex",
    ),
    Idiom(
        "taylor_shift",
        f"{HENRICI}, section 6.1",
        {"coefficients": complexes("b n", -1, 1), "center": complexes("", -1, 1)},
        complexes("b n"),
        options={"reverse": (False, True)},
        dims={"b": (1, 2, 3), "n": (3, 4, 6)},
        family="complex",
    ),
    Idiom(
        "newton_basins",
        "Peitgen and Richter, 'The Beauty of Fractals' (1986), section 6",
        {"real": floats("n", 0.6, 1.6), "imag": floats("m", 0.5, 1.6)},
        (ints("m n"), complexes("m n")),
        options={"degree": (3, 4, 5), "steps": (2, 3, 4)},
        dims={"n": (2, 3, 4), "m": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "escape_counts",
        f"{DEVANEY}, section 3.8",
        {"parameters": complexes("n", -2, 1.5)},
        (ints("n"), complexes("n")),
        options={"power": (2, 3, 4), "radius": (2.0, 4.0), "limit": (6, 9, 12)},
        dims={"n": (3, 4, 6, 8)},
        family="complex",
    ),
    Idiom(
        "julia_potential",
        "Peitgen and Saupe, 'The Science of Fractal Images' (1988), section 4.2",
        {"points": complexes("n", 0.8, 2), "parameter": complexes("", -0.6, 0.6)},
        floats("n"),
        options={"steps": (4, 6, 8), "radius": (4.0, 10.0)},
        dims={"n": (3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "winding_numbers",
        f"{AHLFORS}, section 4.2.1",
        {
            "vertices": Spec("m", "complex", -2, 2, "distinct"),  # no point is on an edge
            "points": Spec("n", "complex", -1, 1, "distinct"),
        },
        ints("n"),
        options={"reverse": (False, True)},
        dims={"m": (3, 5, 7, 9), "n": (2, 4, 6)},
        family="complex",
    ),
    Idiom(
        "cauchy_derivatives",
        "Fornberg, 'Numerical Differentiation of Analytic Functions' (1981)",
        {"coefficients": complexes("n", -1, 1), "center": complexes("", -1, 1)},
        complexes("orders"),
        options={"nodes": (12, 16), "radius": (0.8, 1.0, 1.5), "orders": (2, 3, 4)},
        dims={"n": (3, 5, 7)},
        family="complex",
    ),
    Idiom(
        "joukowski_velocity",
        "Milne-Thomson, 'Theoretical Hydrodynamics' (5th ed., 1968), chapter VII",
        {
            "angles": floats("n", 0.4, 5.8),
            "attack": floats("", -0.3, 0.3),
            "camber": floats("", 0, 0.2),
        },
        (complexes("n"), complexes("n")),
        options={"thickness": (0.08, 0.15, 0.25), "lifting": (True, False)},
        dims={"n": (3, 5, 8)},
        family="complex",
    ),
    Idiom(
        "sliding_cross_ratios",
        f"{AHLFORS}, section 3.3.2",
        {"points": complexes("n", -1, 1)},
        complexes("n-3"),
        options={"spacing": (3.0, 4.0, 5.0)},
        dims={"n": (4, 5, 7, 10)},
        family="complex",
    ),
    Idiom(
        "blaschke_products",
        "Garnett, 'Bounded Analytic Functions' (2007), section II.2",
        {"zeros": complexes("k", -0.6, 0.6), "points": complexes("n", -0.7, 0.7)},
        complexes("k n"),
        options={"reverse": (False, True)},
        dims={"k": (1, 2, 3, 5), "n": (2, 3, 6)},
        family="complex",
    ),
    Idiom(
        "schwarz_christoffel_map",
        "Driscoll and Trefethen, 'Schwarz-Christoffel Mapping' (2002), sections 2.1 and 3.1",
        {
            "corners": floats("k", 0, 6),
            "turns": floats("k", 0.1, 0.6),
            "points": complexes("n", -0.6, 0.6),
        },
        complexes("n"),
        options={"nodes": (4, 6, 8)},
        dims={"k": (2, 3, 4, 5), "n": (1, 3, 5)},
        family="complex",
    ),
    Idiom(
        "tangent_fraction",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 5.2; Lentz, 'Generating Bessel "
        "Functions in Mie Scattering Calculations Using Continued Fractions' (1976)",
        {"arguments": complexes("n m", -0.9, 0.9)},
        complexes("n m"),
        options={"hyperbolic": (False, True), "terms": (12, 15)},
        dims={"n": (1, 2, 4), "m": (2, 3, 5)},
        family="complex",
    ),
    Idiom(
        "log_gamma_plane",
        "Lanczos, 'A Precision Approximation of the Gamma Function' (1964)",
        {"arguments": complexes("n", 0.6, 5)},
        complexes("n"),
        options={"rising": (0, 1, 3)},
        dims={"n": (2, 4, 7)},
        family="complex",
    ),
    Idiom(
        "jacobi_theta",
        "Whittaker and Watson, 'A Course of Modern Analysis' (4th ed., 1927), sections 21.1 and "
        "21.3",
        {"arguments": complexes("n", -0.7, 0.7), "nome": floats("", 0.05, 0.4)},
        complexes("n"),
        options={"kind": (3, 4), "terms": (8, 10)},
        dims={"n": (2, 3, 5, 8)},
        family="complex",
    ),
]
