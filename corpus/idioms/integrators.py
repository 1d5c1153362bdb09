"""Integrators of differential equations."""

from jaxsmith.program.idiom import Idiom, floats, positions

IDIOMS = [
    Idiom(
        "lorenz_rk4",
        "Lorenz, 'Deterministic Nonperiodic Flow' (1963), eqs. 25 to 27; Hairer, Norsett and "
        "Wanner, 'Solving Ordinary Differential Equations I' (2nd ed., 1993), section II.1",
        {"start": floats("b 3", -5, 5), "rho": floats("b", 20, 30)},
        floats("steps b 3"),
        options={"step": (0.01, 0.02), "steps": (1, 2, 4)},
        dims={"b": (1, 2, 3)},
        wrt=("start", "rho"),
    ),
    Idiom(
        "dormand_prince_step",
        "Dormand and Prince, 'A Family of Embedded Runge-Kutta Formulae' (1980), table 2",
        {"state": floats("b 2", -2, 2), "damping": floats("b", 0.5, 2)},
        (floats("b 2"), floats("b")),
        options={"step": (0.4, 0.5), "tolerance": (0.1, 0.01)},
        dims={"b": (2, 3, 5)},
        wrt=("state", "damping"),
    ),
    Idiom(
        "bogacki_shampine_adaptive",
        "Bogacki and Shampine, 'A 3(2) Pair of Runge-Kutta Formulas' (1989)",
        {"start": floats("2", 0.4, 2.5)},
        (floats("2"), positions("")),
        options={"span": (1.0, 2.0), "tolerance": (1e-2, 3e-3, 1e-3)},
    ),
    Idiom(
        "adams_bashforth_moulton",
        "Hairer, Norsett and Wanner, 'Solving Ordinary Differential Equations I' (2nd ed., 1993), "
        "section III.1",
        {"start": floats("2 b")},
        floats("steps+1 2 b"),
        options={
            "damping": (0.0, 0.3),
            "corrected": (False, True),
            "step": (0.1, 0.2),
            "steps": (1, 2, 4),
        },
        dims={"b": (1, 3, 5)},
        wrt=("start",),
    ),
    Idiom(
        "leapfrog_n_body",
        "Birdsall and Langdon, 'Plasma Physics via Computer Simulation' (1985); "
        "softened as in Aarseth, 'Dynamical Evolution of Clusters of Galaxies, I' (1963)",
        {
            "positions": floats("n 3"),
            "velocities": floats("n 3", -1, 1),
            "masses": floats("n", 0.5, 2),
        },
        {"positions": floats("n 3"), "velocities": floats("n 3"), "energy": floats("")},
        options={"softening": (0.3, 0.5), "step": (0.05, 0.1), "steps": (1, 2, 3)},
        dims={"n": (2, 3, 4)},
        wrt=("positions", "velocities", "masses"),
    ),
    Idiom(
        "symplectic_pendulum",
        "Forest and Ruth, 'Fourth-Order Symplectic Integration' (1990)",
        {"angle": floats("b", -3, 3), "momentum": floats("b")},
        (floats("b"), floats("b"), floats("steps b")),
        options={"order": (1, 2, 4), "step": (0.1, 0.3), "steps": (1, 3, 5)},
        dims={"b": (1, 3, 5)},
        wrt=("angle", "momentum"),
    ),
    Idiom(
        "implicit_euler_logistic",
        "Hairer and Wanner, 'Solving Ordinary Differential Equations II' (2nd ed., 1996), section "
        "IV.8",
        {"population": floats("b", 0.1, 2), "rate": floats("b", 0.5, 2.5)},
        floats("steps b"),
        options={"step": (0.1, 0.25, 0.5), "steps": (1, 3, 5)},
        dims={"b": (1, 3, 5, 8)},
        wrt=("population", "rate"),
    ),
    Idiom(
        "exponential_runge_kutta",
        "Cox and Matthews, 'Exponential Time Differencing for Stiff Systems' (2002), scheme ETD2RK",
        {"state": floats("b n", -1, 1), "decay": floats("n", 1, 5)},
        floats("b n"),
        options={"step": (0.25, 0.5), "steps": (1, 2, 4)},
        dims={"b": (1, 2, 3), "n": (2, 3, 5)},
        wrt=("state", "decay"),
    ),
    Idiom(
        "rosenbrock_van_der_pol",
        "Verwer et al., 'A Second-Order Rosenbrock Method Applied to Photochemical Dispersion "
        "Problems' (1999)",
        {"state": floats("b 2", 0.2, 2)},
        floats("b 2"),
        options={"stiffness": (2.0, 5.0), "step": (0.05, 0.1), "steps": (1, 2, 3)},
        dims={"b": (1, 2, 3)},
        wrt=("state",),
    ),
    Idiom(
        "implicit_midpoint_rigid_body",
        "Hairer, Lubich and Wanner, 'Geometric Numerical Integration' (2nd ed., 2006), section "
        "VII.5",
        {"momentum": floats("b 3"), "inertia": floats("3", 1, 3)},
        (floats("b 3"), floats("steps b")),
        options={"step": (0.1, 0.2), "steps": (1, 2, 3), "iterations": (2, 3, 5)},
        dims={"b": (1, 2, 4)},
        wrt=("momentum", "inertia"),
    ),
    Idiom(
        "gragg_bulirsch_stoer",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 17.3",
        {"start": floats("b 2", 0.3, 2.5)},
        floats("b 2"),
        options={"step": (0.25, 0.5, 1.0), "columns": (1, 2, 3)},
        dims={"b": (1, 3, 5)},
        wrt=("start",),
    ),
    Idiom(
        "milstein_geometric_brownian",
        "Kloeden and Platen, 'Numerical Solution of Stochastic Differential Equations' (1992), "
        "section 10.3",
        {"price": floats("b", 0.5, 2), "normals": floats("t b")},
        floats("t b"),
        options={
            "drift": (0.05, 0.1),
            "volatility": (0.2, 0.4),
            "step": (0.1, 0.25),
            "milstein": (True, False),
        },
        dims={"b": (1, 3, 5), "t": (2, 4, 7)},
        wrt=("price", "normals"),
    ),
    Idiom(
        "parareal_logistic",
        "Lions, Maday and Turinici, 'Resolution d'EDP par un schema en temps parareel' (2001)",
        {"start": floats("b", 0.1, 1.6)},
        floats("slices+1 b"),
        options={"span": (1.0, 2.0), "slices": (3, 4), "iterations": (1, 2)},
        dims={"b": (1, 3, 5)},
        wrt=("start",),
    ),
    Idiom(
        "lie_euler_rotation",
        "Iserles et al., 'Lie-Group Methods' (2000)",
        {"angular_velocity": floats("t 3")},
        floats("t 3 3"),
        options={"step": (0.1, 0.5, 1.0), "in_body": (True, False)},
        dims={"t": (1, 2, 4, 6)},
        wrt=("angular_velocity",),
    ),
]
