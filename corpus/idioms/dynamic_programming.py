"""Dynamic programming over sequences, lattices and states."""

from jaxsmith.program.idiom import Idiom, floats, ints, positions

IDIOMS = [
    Idiom(
        "edit_distance",
        "Wagner and Fischer, 'The String-to-String Correction Problem' (1974)",
        {"source": ints("m", 0, 3), "target": ints("n", 0, 3)},
        (ints(""), ints("n+1")),
        options={"insert": (1, 2), "delete": (1, 2), "substitute": (1, 2, 3)},
        dims={"m": (4, 6, 9, 13), "n": (3, 5, 8, 12)},
    ),
    Idiom(
        "ctc_loss",
        "Graves et al., 'Connectionist Temporal Classification' (2006), eqs. 6 to 8",
        {"logits": floats("t v"), "labels": ints("n", 1, "v-1")},
        floats(""),
        options={"average": (True, False)},
        dims={"t": (7, 9, 12), "v": (3, 4, 6), "n": (1, 2, 3)},
        wrt=("logits",),
    ),
    Idiom(
        "transducer_loss",
        "Graves, 'Sequence Transduction with Recurrent Neural Networks' (2012), eqs. 16 to 18",
        {"blank_logits": floats("t u+1"), "label_logits": floats("t u+1")},
        floats(""),
        dims={"t": (2, 3, 5, 7), "u": (1, 2, 4, 5)},
        wrt=("blank_logits", "label_logits"),
    ),
    Idiom(
        "viterbi_path",
        "Rabiner, 'A Tutorial on Hidden Markov Models and Selected Applications in Speech "
        "Recognition' (1989), eqs. 32 to 35",
        {"start": floats("k"), "transitions": floats("k k"), "emissions": floats("t k")},
        (positions("t"), floats("")),
        dims={"t": (3, 5, 8, 13), "k": (2, 3, 5)},
    ),
    Idiom(
        "forward_backward",
        "Rabiner, 'A Tutorial on Hidden Markov Models and Selected Applications in Speech "
        "Recognition' (1989), eqs. 19 to 27",
        {"start": floats("k"), "transitions": floats("k k"), "emissions": floats("t k")},
        (floats("t k"), floats("")),
        dims={"t": (3, 4, 5, 6), "k": (2, 3, 4)},
        where="k**t <= 100",
        wrt=("start", "transitions", "emissions"),
    ),
    Idiom(
        "parallel_forward_algorithm",
        "Hassan, Sarkka and Garcia-Fernandez, 'Temporal Parallelization of Inference in "
        "Hidden Markov Models' (2021), section III",
        {"start": floats("k"), "transitions": floats("k k"), "emissions": floats("t k")},
        floats("t k"),
        options={"tropical": (True, False)},
        dims={"t": (3, 5, 8), "k": (2, 3, 4)},
    ),
    Idiom(
        "crf_log_likelihood",
        "Lafferty, McCallum and Pereira, 'Conditional Random Fields' (2001), section 3",
        {"emissions": floats("t k"), "transitions": floats("k k"), "tags": ints("t", 0, "k-1")},
        floats(""),
        dims={"t": (3, 4, 5, 6), "k": (2, 3, 4)},
        where="k**t <= 100",
        wrt=("emissions", "transitions"),
    ),
    Idiom(
        "dynamic_time_warping",
        "Sakoe and Chiba, 'Dynamic programming algorithm optimization for spoken word "
        "recognition' (1978), section II",
        {"x": floats("m d"), "y": floats("n d")},
        (floats(""), floats("m n")),
        options={"radius": (2, 3, 8), "symmetric": (True, False)},
        dims={"m": (4, 5, 7), "n": (4, 6, 7), "d": (1, 2, 3)},
        where="max(m, n) - min(m, n) <= radius",
    ),
    Idiom(
        "soft_dtw",
        "Cuturi and Blondel, 'Soft-DTW: a Differentiable Loss Function for Time-Series' "
        "(2017), algorithm 1",
        {"x": floats("m d"), "y": floats("n d")},
        floats(""),
        options={"gamma": (0.1, 0.5, 1.0)},
        dims={"m": (3, 4, 6), "n": (3, 5, 7), "d": (1, 2, 3)},
        wrt=("x", "y"),
    ),
    Idiom(
        "smith_waterman",
        "Smith and Waterman, 'Identification of Common Molecular Subsequences' (1981)",
        {"x": ints("m", 0, 3), "y": ints("n", 0, 3)},
        (ints(""), ints("m n")),
        options={"match": (2, 3, 5), "mismatch": (-1, -3), "gap": (1, 2)},
        dims={"m": (5, 8, 12), "n": (4, 7, 11)},
    ),
    Idiom(
        "gotoh_alignment",
        "Gotoh, 'An Improved Algorithm for Matching Biological Sequences' (1982)",
        {"x": ints("m", 0, "v-1"), "y": ints("n", 0, "v-1"), "scores": floats("v v")},
        floats(""),
        options={"gap_open": (1.0, 1.5, 2.0), "gap_extend": (0.25, 0.5)},
        dims={"m": (3, 5, 7), "n": (4, 6, 8), "v": (3, 4, 5)},
    ),
    Idiom(
        "longest_common_subsequence",
        "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009), section 15.4",
        {"x": ints("m", 0, 3), "y": ints("n", 0, 3)},
        ints("m"),
        options={"contiguous": (False, True)},
        dims={"m": (5, 9, 14), "n": (4, 8, 13)},
    ),
    Idiom(
        "knapsack_values",
        "Kellerer, Pferschy and Pisinger, 'Knapsack Problems' (2004), section 2.3",
        {"values": floats("n", 0.2, 5), "weights": ints("n", 1, 5)},
        floats("capacity+1"),
        options={"capacity": (5, 8, 12), "exact": (False, True)},
        dims={"n": (3, 5, 6)},
    ),
    Idiom(
        "longest_increasing_subsequence",
        "Fredman, 'On computing the length of longest increasing subsequences' (1975)",
        {"values": ints("b n", 0, 20)},
        ints("b n"),
        options={"strict": (True, False)},
        dims={"b": (1, 2, 4), "n": (6, 10, 17)},
    ),
    Idiom(
        "matrix_chain_cost",
        "Cormen et al., 'Introduction to Algorithms' (3rd ed., 2009), section 15.2",
        {"sizes": ints("n+1", 1, 20)},
        ints("n n"),
        dims={"n": (2, 3, 5, 7)},
    ),
    Idiom(
        "inside_algorithm",
        "Baker, 'Trainable grammars for speech recognition' (1979); Manning and Schuetze, "
        "'Foundations of Statistical Natural Language Processing' (1999), section 11.3.1",
        {
            "sentence": ints("n", 0, "v-1"),
            "rules": floats("s s s", -3, 0),
            "words": floats("s v", -3, 0),
        },
        (floats(""), floats("s")),
        dims={"n": (2, 3, 4, 5), "s": (2, 3), "v": (3, 5)},
        wrt=("rules", "words"),
    ),
    Idiom(
        "value_iteration",
        "Sutton and Barto, 'Reinforcement Learning' (2nd ed., 2018), section 4.4",
        {"logits": floats("a s s"), "rewards": floats("s a")},
        (floats("s"), positions("s")),
        options={"discount": (0.5, 0.9, 0.99), "steps": (3, 6, 10), "robust": (False, True)},
        dims={"s": (3, 5, 8), "a": (2, 3, 4)},
    ),
    Idiom(
        "beam_search",
        "Sutskever, Vinyals and Le, 'Sequence to Sequence Learning with Neural Networks' "
        "(2014), section 3.2",
        {"start": floats("v", -3, 3, "distinct"), "bigrams": floats("v v", -3, 3, "distinct")},
        (ints("beams steps"), floats("beams")),
        options={"beams": (2, 3), "steps": (3, 4, 6)},
        dims={"v": (4, 5, 7)},
    ),
    Idiom(
        "optimal_partitioning",
        "Jackson et al., 'An Algorithm for Optimal Partitioning of Data on an Interval' "
        "(2005), section III",
        {"series": floats("n")},
        (floats("n"), positions("n")),
        options={"penalty": (0.5, 1.0, 2.0)},
        dims={"n": (5, 7, 10)},
    ),
]
