"""Quantum states, gates, channels and dynamics."""

from jaxsmith.program.idiom import Idiom, Spec, complexes, floats, ints

NIELSEN = "Nielsen and Chuang, 'Quantum Computation and Quantum Information' (10th ed., 2010)"
QUBITS = {"q": (2, 3, 4)}


def _hermitian(dims: str) -> Spec:
    return Spec(dims, "complex", -4, 4, kind="spd")


IDIOMS = [
    Idiom(
        "apply_gates",
        f"{NIELSEN}, section 4.2",
        {"state": complexes("2**q"), "gates": complexes("g 2 2", -1, 1), "wires": ints("g", 0, 1)},
        complexes("2**q"),
        options={"normalize": (True, False)},
        dims={**QUBITS, "g": (1, 2, 4)},
        family="complex",
    ),
    Idiom(
        "quantum_fourier_circuit",
        f"{NIELSEN}, section 5.1, figure 5.1",
        {"states": complexes("b 2**q")},
        complexes("b 2**q"),
        options={"inverse": (False, True)},
        dims={**QUBITS, "b": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "reduced_density",
        f"{NIELSEN}, section 2.4.3",
        {"amplitudes": complexes("b m n")},
        (complexes("b m m"), floats("b")),
        gives=("density", "purity"),
        options={"keep": ("first", "mixture")},
        dims={"b": (1, 2, 3), "m": (2, 3, 4), "n": (2, 3, 5)},
        family="complex",
    ),
    Idiom(
        "bloch_vectors",
        f"{NIELSEN}, section 2.4.2, exercise 2.72",
        {"states": complexes("b s 2"), "weights": floats("s", 0.1, 1)},
        (floats("b 3"), floats("b")),
        gives=("vectors", "lengths"),
        dims={"b": (1, 2, 5), "s": (1, 2, 3)},
        family="complex",
    ),
    Idiom(
        "repeated_channel",
        f"{NIELSEN}, section 8.3",
        {"state": complexes("2"), "strength": floats("", 0.05, 0.9)},
        (complexes("2 2"), floats("steps")),
        gives=("density", "purities"),
        options={
            "channel": ("amplitude damping", "phase damping", "depolarizing"),
            "steps": (1, 2, 3, 5),
        },
        dims={},
        family="complex",
    ),
    Idiom(
        "trotter_evolution",
        "Hatano and Suzuki, 'Finding Exponential Product Formulas of Higher Orders' (2005), "
        "section 1",
        {"first": _hermitian("n n"), "second": _hermitian("n n"), "state": complexes("n")},
        (complexes("n"), floats("steps")),
        gives=("final_state", "survival"),
        options={"order": (1, 2), "step": (0.05, 0.1, 0.2), "steps": (2, 3, 5)},
        dims={"n": (2, 3, 4)},
        family="complex",
    ),
    Idiom(
        "pauli_string_expectations",
        f"{NIELSEN}, section 10.5.1",
        {"states": complexes("b 8"), "weights": floats("b", 0.2, 1)},
        floats("b"),
        options={"string": ("XYZ", "ZZI", "YIY", "XXX", "IZX", "YXZ")},
        dims={"b": (1, 2, 4)},
        family="complex",
    ),
    Idiom(
        "mixed_fidelity",
        "Jozsa, 'Fidelity for Mixed Quantum States' (1994), eq. 2",
        {"first": _hermitian("n n"), "second": _hermitian("n n")},
        {"fidelity": floats(""), "overlap": floats("")},
        options={"squared": (True, False)},
        dims={"n": (2, 3, 4, 6)},
        family="complex",
    ),
    Idiom(
        "lindblad_steps",
        "Lindblad, 'On the Generators of Quantum Dynamical Semigroups' (1976)",
        {
            "hamiltonian": _hermitian("n n"),
            "jumps": complexes("j n n", -0.5, 0.5),
            "amplitudes": complexes("n", 0.2, 1),
        },
        complexes("n n"),
        options={"step": (0.02, 0.05, 0.1), "steps": (1, 2, 3)},
        dims={"n": (2, 3), "j": (1, 2)},
        family="complex",
    ),
    Idiom(
        "phase_matched_search",
        "Long, 'Grover Algorithm with Zero Theoretical Failure Rate' (2001)",
        {"phase": floats("", 0.5, 3), "start": complexes("n", 0.2, 1)},
        (complexes("n"), floats("turns")),
        gives=("state", "odds"),
        options={"turns": (1, 2, 3), "marked": (0, 1, 2)},
        dims={"n": (4, 6, 8, 11)},
        family="complex",
    ),
    Idiom(
        "phase_estimation_odds",
        f"{NIELSEN}, section 5.2.1",
        {"phases": floats("b", 0.05, 0.9), "weights": floats("b", 0.2, 1)},
        floats("points"),
        options={"points": (4, 8, 16)},
        dims={"b": (1, 2, 4)},
        wrt=("phases", "weights"),
        family="complex",
    ),
    Idiom(
        "variational_energy",
        "Peruzzo et al., 'A Variational Eigenvalue Solver on a Photonic Quantum Processor' (2014)",
        {"angles": floats("d q 2"), "observable": _hermitian("2**q 2**q")},
        floats(""),
        options={"ring": (False, True)},
        dims={"q": (3, 4), "d": (1, 2, 3)},
        wrt=("angles",),
        family="complex",
    ),
    Idiom(
        "schmidt_spectrum",
        f"{NIELSEN}, section 2.5",
        {"amplitudes": Spec("m n", "complex", -4, 4, kind="conditioned")},
        (floats("min(m,n)"), floats("")),
        gives=("coefficients", "entanglement"),
        options={"entropy": ("von Neumann", "Renyi")},
        dims={"m": (2, 3, 4), "n": (2, 3, 5)},
        family="complex",
    ),
]
