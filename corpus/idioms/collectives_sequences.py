"""Sequences in blocks: attention, rotations, recurrences."""

from jaxsmith.program.idiom import Idiom, floats, ints

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "ring_attention",
        "Liu, Zaharia and Abbeel, 'Ring Attention with Blockwise Transformers for Near-Infinite "
        "Context' (2023), section 3",
        {
            "query": floats("devices*b d"),
            "key": floats("devices*b d"),
            "value": floats("devices*b d"),
        },
        floats("devices*b d"),
        options={"devices": DEVICES, "causal": (False, True)},
        dims={"b": (1, 2, 3), "d": (2, 3, 4)},
        wrt=("query", "key", "value"),
        family="collectives",
    ),
    Idiom(
        "ulysses_attention",
        "Jacobs et al., 'DeepSpeed Ulysses: System Optimizations for Enabling Training of "
        "Extreme Long Sequence Transformer Models' (2023), section 3",
        {
            "query": floats("devices*b devices*h d"),
            "key": floats("devices*b devices*h d"),
            "value": floats("devices*b devices*h d"),
        },
        floats("devices*b devices*h d"),
        options={"devices": (2, 4), "causal": (False, True)},
        dims={"b": (1, 2), "h": (1, 2), "d": (2, 3)},
        wrt=("query", "key", "value"),
        family="collectives",
    ),
    Idiom(
        "sequence_parallel_block",
        "Korthikanti et al., 'Reducing Activation Recomputation in Large Transformer Models' "
        "(2022), section 4.2.2",
        {
            "x": floats("devices*n d"),
            "scale": floats("d"),
            "w_in": floats("d devices*h", -1, 1),
            "w_out": floats("devices*h d", -1, 1),
        },
        floats("devices*n d"),
        options={"devices": DEVICES, "eps": (1e-5, 1e-3, 0.1)},
        dims={"n": (1, 2), "d": (2, 3, 5), "h": (1, 2)},
        wrt=("x", "scale", "w_in", "w_out"),
        family="collectives",
    ),
    Idiom(
        "sharded_linear_recurrence",
        "Blelloch, 'Prefix Sums and Their Applications' (1990), section 1.4 on recurrences",
        {
            "decay": floats("devices*b d", 0.2, 0.95),
            "inputs": floats("devices*b d"),
            "start": floats("d"),
        },
        floats("devices*b d"),
        options={"devices": DEVICES, "method": ("chain", "gather")},
        dims={"b": (1, 2, 3, 4), "d": (1, 2, 3)},
        wrt=("decay", "inputs", "start"),
        family="collectives",
    ),
    Idiom(
        "sequence_parallel_rotary",
        "Su et al., 'RoFormer: Enhanced Transformer with Rotary Position Embedding' (2021), eq. 34",
        {"x": floats("devices*b 2*k")},
        floats("devices*b 2*k"),
        options={
            "devices": DEVICES,
            "base": (100.0, 1000.0, 10000.0),
            "interleaved": (False, True),
        },
        dims={"b": (1, 2, 3), "k": (1, 2, 3, 4)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "split_cache_decode",
        "Dao et al., 'Flash-Decoding for long-context inference' (2023)",
        {
            "query": floats("h d"),
            "keys": floats("devices*t h d"),
            "values": floats("devices*t h d"),
            "length": ints("", 1, "devices*t"),
        },
        floats("h d"),
        options={"devices": DEVICES},
        dims={"h": (1, 2, 3), "t": (1, 2, 3, 4), "d": (2, 3, 4)},
        wrt=("query", "keys", "values"),
        family="collectives",
    ),
]
