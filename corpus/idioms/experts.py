"""Mixtures of experts."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "top_k_mixture",
        "Jiang et al., 'Mixtral of Experts' (2024), section 2.1",
        {
            "x": floats("n d"),
            "w_router": floats("d e"),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h d", -1, 1),
        },
        floats("n d"),
        options={"k": (1, 2, 3), "renormalize": (True, False)},
        dims={"n": (3, 4, 6), "d": (3, 4, 5), "e": (3, 4, 5), "h": (3, 4, 6)},
        where="k < e",
        wrt=("w_in", "w_out"),
    ),
    Idiom(
        "switch_routing",
        "Fedus, Zoph and Shazeer, 'Switch Transformers: Scaling to Trillion Parameter Models with "
        "Simple and Efficient Sparsity' (2022), section 2",
        {
            "x": floats("n d"),
            "w_router": floats("d e"),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h d", -1, 1),
        },
        (floats("n d"), bools("n")),
        gives=("routed", "kept"),
        options={"capacity": (1, 2)},
        dims={"n": (6, 8, 9), "d": (3, 4), "e": (2, 3, 4), "h": (3, 4, 6)},
    ),
    Idiom(
        "two_expert_dispatch",
        "Lepikhin et al., 'GShard: Scaling Giant Models with Conditional Computation and Automatic "
        "Sharding' (2021), algorithm 1",
        {"logits": floats("n e")},
        (floats("n e capacity"), bools("n e capacity")),
        gives=("combine", "is_dispatched"),
        options={"capacity": (2, 3, 4)},
        dims={"n": (5, 6, 8), "e": (3, 4, 5)},
    ),
    Idiom(
        "router_losses",
        "Fedus, Zoph and Shazeer, 'Switch Transformers: Scaling to Trillion Parameter Models with "
        "Simple and Efficient Sparsity' (2022), eqs. 4 to 6; Zoph et al., 'ST-MoE: Designing "
        "Stable and Transferable Sparse Expert Models' (2022), eq. 5",
        {"logits": floats("n e")},
        {"balance": floats(""), "z": floats("")},
        options={"k": (1, 2)},
        dims={"n": (5, 8, 12), "e": (3, 4, 6)},
    ),
    Idiom(
        "expert_choice_routing",
        "Zhou et al., 'Mixture-of-Experts with Expert Choice Routing' (2022), section 3.2",
        {
            "x": floats("n d"),
            "w_router": floats("d e"),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h d", -1, 1),
        },
        floats("n d"),
        options={"capacity": (1, 2, 3)},
        dims={"n": (5, 6, 8), "d": (3, 4), "e": (2, 3, 4), "h": (3, 4, 6)},
        wrt=("w_in", "w_out"),
    ),
    Idiom(
        "soft_mixture",
        "Puigcerver et al., 'From Sparse to Soft Mixtures of Experts' (2024), eqs. 1 to 3",
        {
            "x": floats("n d", -1, 1),
            "slots": floats("e s d", -1, 1),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h o", -1, 1),
        },
        floats("n o"),
        dims={
            "n": (4, 5, 7),
            "d": (3, 4, 5),
            "e": (2, 3),
            "s": (1, 2, 3),
            "h": (3, 5),
            "o": (3, 4),
        },
        wrt=("x", "slots", "w_in", "w_out"),
    ),
    Idiom(
        "hash_routing",
        "Roller et al., 'Hash Layers for Large Sparse Models' (2021), section 3; Knuth, 'The Art "
        "of Computer Programming', volume 3 (2nd ed., 1998), section 6.4",
        {
            "tokens": ints("n", 0, 999),
            "x": floats("n d"),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h d", -1, 1),
        },
        (floats("n d"), ints("n")),
        gives=("routed", "expert"),
        options={"multiplier": (2654435761, 40503, 2246822519)},
        dims={"n": (4, 6, 9), "d": (3, 4, 5), "e": (2, 3, 4), "h": (3, 4, 6)},
        wrt=("x", "w_in", "w_out"),
    ),
    Idiom(
        "product_key_memory",
        "Lample et al., 'Large Memory Layers with Product Keys' (2019), section 3.2",
        {
            "queries": floats("n 2*h"),
            "subkeys": floats("2 m h", 0.1, 0.9),
            "values": floats("m*m d"),
        },
        floats("n d"),
        options={"k": (2, 3)},
        dims={"n": (2, 3, 4), "h": (3, 4, 5), "m": (4, 5, 6), "d": (3, 4, 6)},
        wrt=("values",),
    ),
    Idiom(
        "hierarchical_mixture",
        "Jordan and Jacobs, 'Hierarchical Mixtures of Experts and the EM Algorithm' (1994), "
        "section 2",
        {
            "x": floats("n d"),
            "w_top": floats("d g", -1, 1),
            "w_gates": floats("g d e", -1, 1),
            "w_experts": floats("g e d o", -1, 1),
        },
        (floats("n o"), floats("n g e")),
        gives=("predictions", "gate_weights"),
        dims={"n": (3, 4, 6), "d": (2, 3, 4), "g": (2, 3), "e": (2, 3), "o": (1, 2, 3)},
        wrt=("x", "w_top", "w_gates", "w_experts"),
    ),
    Idiom(
        "sinkhorn_routing",
        "Clark et al., 'Unified Scaling Laws for Routed Language Models' (2022), section 3",
        {"logits": floats("n e")},
        (floats("n"), floats("n e")),
        gives=("gates", "plan"),
        options={"iterations": (2, 4, 6), "temperature": (0.5, 1.0)},
        dims={"n": (5, 6, 8), "e": (3, 4, 5)},
    ),
    Idiom(
        "bias_balanced_routing",
        "Wang et al., 'Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts' (2024), "
        "algorithm 1",
        {"logits": floats("n e"), "bias": floats("e", -0.3, 0.3)},
        (floats("n k"), ints("n k"), floats("e")),
        gives=("gates", "chosen", "next_bias"),
        options={"k": (2, 3), "rate": (0.001, 0.01, 0.1)},
        dims={"n": (4, 6, 9), "e": (4, 5, 6)},
    ),
    Idiom(
        "multi_gate_mixture",
        "Ma et al., 'Modeling Task Relationships in Multi-task Learning with Multi-gate "
        "Mixture-of-Experts' (2018)",
        {
            "x": floats("n d"),
            "w_experts": floats("e d h", -1, 1),
            "w_gates": floats("tasks d e", -1, 1),
            "w_towers": floats("tasks h o", -1, 1),
        },
        floats("n tasks o"),
        dims={
            "n": (3, 4, 6),
            "d": (3, 4, 5),
            "e": (2, 3, 4),
            "h": (3, 4),
            "tasks": (2, 3),
            "o": (1, 2, 3),
        },
        wrt=("w_gates", "w_towers"),
    ),
    Idiom(
        "dropless_mixture",
        "Gale et al., 'MegaBlocks: Efficient Sparse Training with Mixture-of-Experts' (2023)",
        {
            "x": floats("n d"),
            "expert": ints("n", 0, "e-1"),
            "gate": floats("n", 0.1, 1),
            "w_in": floats("e d h", -1, 1),
            "w_out": floats("e h d", -1, 1),
        },
        floats("n d"),
        options={"block": (2, 3, 4)},
        dims={"n": (5, 7, 10), "d": (3, 4, 5), "e": (2, 3, 4), "h": (3, 4, 6)},
        wrt=("x", "gate", "w_in", "w_out"),
    ),
    Idiom(
        "mixture_of_depths",
        "Raposo et al., 'Mixture-of-Depths: Dynamically Allocating Compute in Transformer-Based "
        "Language Models' (2024), eq. 1",
        {
            "x": floats("t d"),
            "w_router": floats("d"),
            "w_in": floats("d h", -1, 1),
            "w_out": floats("h d", -1, 1),
        },
        floats("t d"),
        options={"capacity": (2, 3, 4)},
        dims={"t": (5, 6, 8), "d": (3, 4, 5), "h": (4, 6)},
        wrt=("w_in", "w_out"),
    ),
    Idiom(
        "noisy_top_k_gating",
        "Shazeer et al., 'Outrageously Large Neural Networks: The Sparsely-Gated "
        "Mixture-of-Experts Layer' (2017), eqs. 3 to 5 and appendix A",
        {
            "x": floats("n d"),
            "noise": floats("n e"),
            "w_gate": floats("d e"),
            "w_noise": floats("d e", -0.5, 0.5),
        },
        (floats("n e"), floats("")),
        gives=("gates", "load_imbalance"),
        options={"k": (1, 2)},
        dims={"n": (4, 6, 8), "d": (3, 4), "e": (4, 5, 6)},
    ),
]
