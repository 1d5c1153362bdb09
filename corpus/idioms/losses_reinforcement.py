"""Losses of policies and values: preferences, returns, advantages."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "quantile_huber_loss",
        "Dabney et al., 'Distributional Reinforcement Learning with Quantile Regression' (2018), "
        "eqs. 9 and 10",
        {"quantiles": floats("b n"), "target_quantiles": floats("b m")},
        floats("b"),
        options={"kappa": (0.5, 1.0, 2.0)},
        wrt=("quantiles", "target_quantiles"),
    ),
    Idiom(
        "preference_loss",
        "Rafailov et al., 'Direct Preference Optimization: Your Language Model is Secretly a "
        "Reward Model' (2023), eq. 7; Azar et al., 'A General Theoretical Paradigm to "
        "Understand Learning from Human Preferences' (2023)",
        {
            "chosen": floats("b", -4, 0),
            "rejected": floats("b", -4, 0),
            "reference_chosen": floats("b", -4, 0),
            "reference_rejected": floats("b", -4, 0),
        },
        (floats(""), {"chosen": floats("b"), "rejected": floats("b")}),
        gives=("loss", "chosen_rewards", "rejected_rewards"),
        options={"beta": (0.1, 0.3, 0.5), "kind": ("sigmoid", "hinge", "ipo")},
    ),
    Idiom(
        "ppo_loss",
        "Schulman et al., 'Proximal Policy Optimization Algorithms' (2017), eqs. 7 and 9",
        {
            "log_probs": floats("n", -2, -0.5),
            "old_log_probs": floats("n", -2, -0.5),
            "advantages": floats("n"),
            "values": floats("n"),
            "old_values": floats("n"),
            "returns": floats("n"),
        },
        {"policy": floats(""), "value": floats(""), "clip_fraction": floats("")},
        options={"clip": (0.1, 0.2, 0.3)},
        dims={"n": (6, 8, 13, 16)},
    ),
    Idiom(
        "grpo_loss",
        "Shao et al., 'DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open "
        "Language Models' (2024), section 4.1",
        {
            "log_probs": floats("g t", -2, -0.5),
            "old_log_probs": floats("g t", -2, -0.5),
            "anchor_log_probs": floats("g t", -2, -0.5),
            "rewards": floats("g", -1, 1),
            "mask": bools("g t"),
        },
        floats(""),
        options={"clip": (0.1, 0.2), "beta": (0.04, 0.1, 0.5)},
        dims={"g": (3, 4, 6), "t": (4, 5, 7)},
    ),
    Idiom(
        "generalized_advantages",
        "Schulman et al., 'High-Dimensional Continuous Control Using Generalized Advantage "
        "Estimation' (2016), eq. 16",
        {"rewards": floats("t b"), "values": floats("t+1 b"), "done": bools("t b")},
        (floats("t b"), floats("t b")),
        gives=("advantages", "targets"),
        options={"discount": (0.9, 0.95, 0.99), "decay": (0.8, 0.95, 1.0)},
        dims={"t": (4, 6, 9), "b": (1, 2, 4)},
        wrt=("rewards", "values"),
    ),
    Idiom(
        "lambda_returns",
        "Sutton and Barto, 'Reinforcement Learning: An Introduction' (2nd ed., 2018), section 12.1",
        {"rewards": floats("t"), "values": floats("t")},
        floats("t"),
        options={"discount": (0.9, 0.99, 1.0), "decay": (0.5, 0.8, 0.95)},
        dims={"t": (4, 5, 7, 10)},
        wrt=("rewards", "values"),
    ),
    Idiom(
        "vtrace",
        "Espeholt et al., 'IMPALA: Scalable Distributed Deep-RL with Importance Weighted "
        "Actor-Learner Architectures' (2018), section 4.1",
        {"log_ratios": floats("t", -1, 1), "rewards": floats("t"), "values": floats("t+1")},
        (floats("t"), floats("t")),
        gives=("targets", "advantages"),
        options={
            "discount": (0.9, 0.99),
            "rho_clip": (1.0, 1.5, 2.0),
            "trace_clip": (0.75, 1.0),
        },
        dims={"t": (3, 5, 6, 8)},
    ),
    Idiom(
        "categorical_projection",
        "Bellemare, Dabney and Munos, 'A Distributional Perspective on Reinforcement Learning' "
        "(2017), algorithm 1",
        {"logits": floats("b n"), "rewards": floats("b"), "done": bools("b")},
        floats("b n"),
        options={"limit": (2.0, 3.0, 5.0), "discount": (0.9, 0.95)},
        dims={"b": (2, 3, 5), "n": (5, 7, 11)},
    ),
    Idiom(
        "double_q_loss",
        "van Hasselt, Guez and Silver, 'Deep Reinforcement Learning with Double Q-learning' (2016)",
        {
            "values": floats("b a"),
            "next_values": floats("b a"),
            "target_values": floats("b a"),
            "actions": ints("b", 0, "a-1"),
            "rewards": floats("b", -1, 1),
        },
        (floats(""), floats("b")),
        gives=("loss", "td_errors"),
        options={"discount": (0.9, 0.95, 0.99)},
    ),
]
