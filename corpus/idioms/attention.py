"""Attention."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "attention",
        "Vaswani et al., 'Attention Is All You Need' (2017), eq. 1",
        {"query": floats("b t h d"), "key": floats("b s h d"), "value": floats("b s h d")},
        floats("b t h d"),
        options={"causal": (True, False)},
        dims={"b": (1, 2), "t": (3, 4, 5), "s": (3, 4, 5, 6), "h": (1, 2, 4), "d": (4, 8)},
        wrt=("query", "key", "value"),
    ),
]
