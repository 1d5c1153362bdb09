"""Recurrent networks: linear recurrences and state-space models."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "diagonal_state_space",
        "Gu et al., 'On the Parameterization and Initialization of Diagonal State Space Models' "
        "(2022), section 3",
        {
            "inputs": floats("t d"),
            "rates": floats("d n", 0.3, 2),
            "b": floats("d n"),
            "c": floats("d n"),
            "log_step": floats("d", -2, 0),
            "skip": floats("d", -1, 1),
        },
        floats("t d"),
        options={"method": ("zoh", "bilinear")},
        dims={"t": (4, 6, 9, 12), "d": (1, 2, 3), "n": (2, 3, 4)},
        wrt=("inputs", "rates", "b", "c", "log_step", "skip"),
    ),
    Idiom(
        "parallel_min_gru",
        "Feng et al., 'Were RNNs All We Needed?' (2024), section 3.1",
        {
            "inputs": floats("t d"),
            "state": floats("h", -1, 1),
            "w_gate": floats("d h", -1, 1),
            "w_candidate": floats("d h", -1, 1),
        },
        floats("t h"),
        options={"reverse": (False, True)},
        dims={"t": (4, 5, 8, 11), "d": (2, 3, 4), "h": (2, 3, 5)},
        wrt=("inputs", "state", "w_gate", "w_candidate"),
    ),
    Idiom(
        "selective_scan",
        "Gu and Dao, 'Mamba: Linear-Time Sequence Modeling with Selective State Spaces' (2023), "
        "algorithm 2",
        {
            "inputs": floats("t d"),
            "log_rates": floats("d n", -1, 1),
            "w_step": floats("d d", -0.5, 0.5),
            "b_step": floats("d", -2, 0),
            "w_b": floats("d n", -1, 1),
            "w_c": floats("d n", -1, 1),
            "skip": floats("d", -1, 1),
        },
        floats("t d"),
        dims={"t": (3, 5, 6, 8), "d": (2, 3, 4), "n": (2, 3, 4)},
        wrt=("inputs", "log_rates", "w_step", "b_step", "w_b", "w_c", "skip"),
    ),
    Idiom(
        "chunkwise_retention",
        "Sun et al., 'Retentive Network: A Successor to Transformer for Large Language Models' "
        "(2023), eq. 7",
        {
            "query": floats("h n*chunk d", -1, 1),
            "key": floats("h n*chunk d", -1, 1),
            "value": floats("h n*chunk e"),
        },
        floats("h n*chunk e"),
        options={"chunk": (2, 3, 4), "slowest": (1.0, 2.0, 5.0)},
        dims={"h": (1, 2, 3), "n": (2, 3), "d": (2, 3, 4), "e": (2, 3, 4)},
        wrt=("query", "key", "value"),
    ),
    Idiom(
        "receptance_weighted_recall",
        "Peng et al., 'RWKV: Reinventing RNNs for the Transformer Era' (2023), section 3",
        {
            "receptance": floats("t d"),
            "key": floats("t d"),
            "value": floats("t d"),
            "decay": floats("d", 0.1, 2),
            "bonus": floats("d", -1, 1),
        },
        floats("t d"),
        dims={"t": (4, 5, 7, 9), "d": (2, 3, 5)},
        wrt=("receptance", "key", "value", "decay", "bonus"),
    ),
    Idiom(
        "linear_recurrent_unit",
        "Orvieto et al., 'Resurrecting Recurrent Neural Networks for Long Sequences' (2023), "
        "section 3 and appendix A",
        {
            "inputs": floats("t d"),
            "log_decay": floats("n", -2, 0.5),
            "log_phase": floats("n", -1, 1),
            "b": floats("2 n d", -1, 1),
            "c": floats("2 d n", -1, 1),
            "skip": floats("d", -1, 1),
        },
        floats("t d"),
        dims={"t": (4, 6, 7, 9), "d": (2, 3, 4), "n": (2, 3, 4)},
        wrt=("inputs", "log_decay", "log_phase", "b", "c", "skip"),
    ),
    Idiom(
        "gated_delta_rule",
        "Yang, Kautz and Hatamizadeh, 'Gated Delta Networks: Improving Mamba2 with Delta Rule' "
        "(2025), eq. 10",
        {
            "query": floats("t d"),
            "key": floats("t d", 0.2, 2),
            "value": floats("t e"),
            "decay": floats("t", 0.5, 1),
            "rate": floats("t", 0.1, 0.9),
        },
        (floats("t e"), floats("e d")),
        gives=("recalled", "memory"),
        dims={"t": (3, 5, 6, 8), "d": (2, 3, 4), "e": (2, 3, 5)},
        wrt=("query", "key", "value", "decay", "rate"),
    ),
    Idiom(
        "legendre_memory",
        "Gu et al., 'HiPPO: Recurrent Memory with Optimal Polynomial Projections' (2020), "
        "theorem 2 and appendix B.3",
        {"signal": floats("t")},
        floats("t order"),
        options={"order": (2, 3, 4, 5), "implicitness": (0.5, 1.0)},
        dims={"t": (4, 6, 9, 12)},
        wrt=("signal",),
    ),
    Idiom(
        "real_gated_recurrence",
        "De et al., 'Griffin: Mixing Gated Linear Recurrences with Local Attention for Efficient "
        "Language Models' (2024), eqs. 1 to 4",
        {
            "inputs": floats("t d"),
            "w_recurrence": floats("d d", -1, 1),
            "w_input": floats("d d", -1, 1),
            "decay_logits": floats("d", -1, 3),
        },
        floats("t d"),
        options={"power": (1.0, 4.0, 8.0)},
        dims={"t": (4, 5, 7, 9), "d": (2, 3, 5)},
        wrt=("inputs", "w_recurrence", "w_input", "decay_logits"),
    ),
]
