"""Random numbers from explicit keys: the keys and the bits themselves."""

from jaxsmith.program.idiom import Idiom, Spec, bools, ints

KEY = ints("2", 0, 2**32 - 1, "uint32")
SEED = ints("", 0, 2**31 - 1)


def words(dims: str) -> Spec:
    """Random bits, 32 in each element."""
    return ints(dims, 0, 2**32 - 1, "uint32")


def singles(dims: str, low: float = -2.0, high: float = 2.0) -> Spec:
    """Floats of a precision that x64 mode leaves alone, as draws are."""
    return Spec(dims, "float32", low, high)


IDIOMS = [
    Idiom(
        "random_words",
        "Salmon et al., 'Parallel Random Numbers: As Easy as 1, 2, 3' (2011), section 3.3",
        {"seed": SEED},
        words("rows columns"),
        options={"rows": (2, 3, 4, 6), "columns": (3, 5, 8), "width": (8, 16, 32)},
        family="random",
    ),
    Idiom(
        "monobit_p_value",
        "Rukhin et al., 'A Statistical Test Suite for Random and Pseudorandom Number Generators "
        "for Cryptographic Applications' (NIST SP 800-22, 2010), section 2.1",
        {"key": KEY},
        (ints(""), singles("")),
        gives=("excess", "p_value"),
        options={"count": (8, 12, 20, 32, 50), "width": (8, 16, 32)},
        family="random",
    ),
    Idiom(
        "runs_p_value",
        "Rukhin et al., 'A Statistical Test Suite for Random and Pseudorandom Number Generators "
        "for Cryptographic Applications' (NIST SP 800-22, 2010), section 2.3",
        {"seed": SEED},
        (ints(""), singles("")),
        gives=("runs", "p_value"),
        options={"count": (8, 12, 16, 24, 32, 48, 64)},
        family="random",
    ),
    Idiom(
        "key_tree",
        "jax.random.split and jax.random.key_data, JAX documentation",
        {"seed": SEED},
        (words("branches leaves 2"), words("branches leaves")),
        gives=("keys", "words"),
        options={"branches": (2, 3, 4, 5), "leaves": (1, 2, 3, 4, 6)},
        family="random",
    ),
    Idiom(
        "step_keys",
        "jax.random.fold_in, JAX documentation",
        {"seed": SEED, "steps": ints("n", 0, 10_000)},
        (words("n 2"), singles("n draws")),
        gives=("keys", "uniforms"),
        options={"epoch": (0, 1, 7, 100), "draws": (1, 2, 4, 5)},
        dims={"n": (2, 3, 5, 8)},
        family="random",
    ),
    Idiom(
        "experiment_arms",
        "jax.random.fold_in, JAX documentation; Kohavi, Tang and Xu, 'Trustworthy Online "
        "Controlled Experiments' (2020)",
        {"key": KEY, "users": ints("n", 0, 100_000)},
        (ints("n"), ints("arms")),
        gives=("assigned", "arm_counts"),
        options={"arms": (2, 3, 4, 5, 10)},
        dims={"n": (4, 6, 9, 12, 16)},
        family="random",
    ),
    Idiom(
        "integers_between",
        "jax.random.randint, JAX documentation",
        {"seed": SEED, "low": ints("n", -100, 100), "span": ints("n", 1, 150)},
        ints("count n"),
        options={
            "count": (2, 3, 5, 8),
            "dtype": ("int8", "uint8", "int16", "int32"),
        },
        family="random",
    ),
    Idiom(
        "lattice_walks",
        "Polya, 'Ueber eine Aufgabe der Wahrscheinlichkeitsrechnung betreffend die Irrfahrt im "
        "Strassennetz' (1921)",
        {"seed": SEED},
        (ints("walkers dimensions"), ints("walkers")),
        gives=("ends", "home_visits"),
        options={"walkers": (1, 2, 4, 6), "steps": (4, 8, 15, 20), "dimensions": (1, 2, 3)},
        family="random",
    ),
    Idiom(
        "random_graph",
        "Gilbert, 'Random Graphs' (1959); Erdos and Renyi, 'On Random Graphs' (1959)",
        {"seed": SEED},
        (bools("nodes nodes"), ints("nodes"), ints("")),
        gives=("is_edge", "degrees", "triangle_count"),
        options={"nodes": (3, 4, 5, 6, 8, 10), "probability": (0.2, 0.3, 0.5, 0.7)},
        family="random",
    ),
]
