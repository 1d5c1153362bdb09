"""Losses."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints, positions

IDIOMS = [
    Idiom(
        "smoothed_cross_entropy",
        "Szegedy et al., 'Rethinking the Inception Architecture for Computer Vision' (2016), "
        "section 7",
        {"logits": floats("b c", -4, 4), "labels": ints("b", 0, "c-1")},
        floats("b"),
        options={"smoothing": (0.0, 0.1, 0.2)},
        dims={"b": (3, 5, 8), "c": (3, 5, 10)},
        wrt=("logits",),
    ),
    Idiom(
        "next_token_loss",
        "Chowdhery et al., 'PaLM: Scaling Language Modeling with Pathways' (2022), section 5",
        {"logits": floats("b t v", -4, 4), "tokens": ints("b t", 0, "v-1")},
        floats(""),
        options={"pad_id": (0, 3), "z_loss": (1e-4, 1e-3, 1e-2)},
        dims={"b": (1, 2, 3), "t": (4, 6, 7), "v": (5, 8, 11)},
        wrt=("logits",),
    ),
    Idiom(
        "masked_language_model_loss",
        "Devlin et al., 'BERT: Pre-training of Deep Bidirectional Transformers for Language "
        "Understanding' (2019), section 3.1; Gemma Team, 'Gemma 2: Improving Open Language "
        "Models at a Practical Size' (2024), section 2",
        {
            "hidden": floats("b t d"),
            "table": floats("v d", -1, 1),
            "positions": ints("b m", 0, "t-1"),
            "labels": ints("b m", 0, "v-1"),
            "weights": floats("b m", 0, 1),
        },
        {"loss": floats(""), "per_token": floats("b m")},
        options={"soft_cap": (5.0, 30.0)},
        dims={"b": (1, 2, 3), "t": (5, 8), "d": (4, 6), "v": (7, 12), "m": (2, 3)},
        wrt=("hidden", "table", "weights"),
    ),
    Idiom(
        "distillation_loss",
        "Hinton, Vinyals and Dean, 'Distilling the Knowledge in a Neural Network' (2015), "
        "section 2",
        {
            "student_logits": floats("b c", -3, 3),
            "teacher_logits": floats("b c", -3, 3),
            "labels": ints("b", 0, "c-1"),
        },
        floats(""),
        options={"temperature": (1.5, 2.0, 4.0), "alpha": (0.3, 0.5, 0.9)},
        dims={"b": (3, 4, 6), "c": (4, 7, 10)},
        wrt=("student_logits", "teacher_logits"),
    ),
    Idiom(
        "sigmoid_focal_loss",
        "Lin et al., 'Focal Loss for Dense Object Detection' (2017), eq. 5",
        {"logits": floats("b c", -4, 4), "targets": bools("b c")},
        floats("b c"),
        options={"alpha": (0.25, 0.75), "gamma": (1.0, 2.0, 5.0)},
        dims={"b": (2, 3, 5), "c": (3, 6, 8)},
        wrt=("logits",),
    ),
    Idiom(
        "huber_loss",
        "Huber, 'Robust Estimation of a Location Parameter' (1964)",
        {"predictions": floats("b d"), "targets": floats("b d")},
        floats("b"),
        options={"delta": (0.5, 1.0, 1.5)},
        wrt=("predictions", "targets"),
    ),
    Idiom(
        "log_cosh_loss",
        "Saleh and Saleh, 'Statistical Properties of the log-cosh Loss Function Used in Machine "
        "Learning' (2022)",
        {"predictions": floats("n"), "targets": floats("n"), "weights": floats("n", 0.5, 1.5)},
        floats(""),
        options={"sharpness": (0.5, 1.0, 3.0)},
        dims={"n": (5, 9, 16)},
        wrt=("predictions", "targets", "weights"),
    ),
    Idiom(
        "crammer_singer_hinge",
        "Crammer and Singer, 'On the Algorithmic Implementation of Multiclass Kernel-based "
        "Vector Machines' (2001)",
        {"scores": floats("b c"), "labels": ints("b", 0, "c-1")},
        floats(""),
        options={"margin": (0.5, 1.0), "squared": (False, True)},
    ),
    Idiom(
        "jensen_shannon_divergence",
        "Lin, 'Divergence Measures Based on the Shannon Entropy' (1991)",
        {"p_weights": floats("b k", 0.1, 2), "q_weights": floats("b k", 0.1, 2)},
        floats("b"),
        options={"bits": (False, True)},
        dims={"k": (4, 6, 9)},
        wrt=("p_weights", "q_weights"),
    ),
    Idiom(
        "batch_hard_triplet_loss",
        "Hermans, Beyer and Leibe, 'In Defense of the Triplet Loss for Person Re-Identification' "
        "(2017), section 2",
        {"embeddings": floats("b d"), "labels": ints("b", 0, 2)},
        (floats(""), positions("")),
        options={"margin": (0.2, 0.5, 1.0)},
        dims={"b": (6, 8, 9), "d": (2, 3, 4)},
    ),
    Idiom(
        "nt_xent_loss",
        "Chen et al., 'A Simple Framework for Contrastive Learning of Visual Representations' "
        "(2020), eq. 1",
        {"first_views": floats("b d"), "second_views": floats("b d")},
        floats(""),
        options={"temperature": (0.2, 0.5, 1.0)},
        dims={"b": (3, 4, 6), "d": (4, 5, 8)},
        wrt=("first_views", "second_views"),
    ),
    Idiom(
        "supervised_contrastive_loss",
        "Khosla et al., 'Supervised Contrastive Learning' (2020), eq. 2",
        {"embeddings": floats("b d"), "labels": ints("b", 0, 2)},
        floats(""),
        options={"temperature": (0.2, 0.5, 1.0)},
        dims={"b": (5, 7, 8), "d": (4, 5, 8)},
        wrt=("embeddings",),
    ),
    Idiom(
        "clip_loss",
        "Radford et al., 'Learning Transferable Visual Models From Natural Language Supervision' "
        "(2021), figure 3",
        {"images": floats("b d"), "texts": floats("b d"), "log_scale": floats("", 0, 2)},
        floats(""),
        options={"max_scale": (3.0, 5.0, 100.0)},
        dims={"b": (3, 4, 6), "d": (4, 5, 8)},
        wrt=("images", "texts"),
    ),
    Idiom(
        "siglip_loss",
        "Zhai et al., 'Sigmoid Loss for Language Image Pre-Training' (2023), algorithm 1",
        {
            "images": floats("b d"),
            "texts": floats("b d"),
            "log_temperature": floats("", 0, 2),
            "bias": floats("", -3, 0),
        },
        floats(""),
        dims={"b": (2, 3, 5, 6), "d": (4, 5, 7, 8)},
        wrt=("images", "texts", "log_temperature", "bias"),
    ),
    Idiom(
        "contrastive_pair_loss",
        "Hadsell, Chopra and LeCun, 'Dimensionality Reduction by Learning an Invariant Mapping' "
        "(2006), eq. 4",
        {"left": floats("b d", -1, 1), "right": floats("b d", -1, 1), "similar": bools("b")},
        floats("b"),
        options={"margin": (1.5, 2.5, 4.0)},
        dims={"b": (5, 6, 8), "d": (2, 3, 4)},
    ),
    Idiom(
        "poisson_nll_loss",
        "McCullagh and Nelder, 'Generalized Linear Models' (2nd ed., 1989), chapter 6",
        {"rates": floats("b d", 0.2, 2.5), "counts": ints("b d", 0, 6)},
        floats("b"),
        options={"log_input": (True, False), "full": (False, True)},
        wrt=("rates",),
    ),
    Idiom(
        "beta_gaussian_nll",
        "Seitzer et al., 'On the Pitfalls of Heteroscedastic Uncertainty Estimation with "
        "Probabilistic Neural Networks' (2022)",
        {"means": floats("n"), "variances": floats("n", 0.3, 3), "targets": floats("n")},
        floats(""),
        options={"beta": (0.25, 0.5, 1.0)},
        dims={"n": (5, 8, 12)},
        wrt=("means", "targets"),
    ),
    Idiom(
        "pinball_loss",
        "Koenker and Bassett, 'Regression Quantiles' (1978)",
        {
            "predictions": floats("b q"),
            "targets": floats("b"),
            "levels": floats("q", 0.05, 0.95, "sorted"),
        },
        floats("q"),
        dims={"b": (4, 7, 10), "q": (2, 3, 5)},
    ),
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
        "generalized_dice_loss",
        "Sudre et al., 'Generalised Dice overlap as a deep learning loss function for highly "
        "unbalanced segmentations' (2017)",
        {"logits": floats("b n c", -3, 3), "labels": ints("b n", 0, "c-1")},
        floats("b"),
        options={"weighting": ("square", "simple", "uniform")},
        dims={"b": (1, 2, 3), "n": (9, 12, 16), "c": (2, 3, 4)},
        wrt=("logits",),
    ),
    Idiom(
        "focal_tversky_loss",
        "Abraham and Khan, 'A Novel Focal Tversky Loss Function with Improved Attention U-Net "
        "for Lesion Segmentation' (2019)",
        {"logits": floats("b h w", -3, 3), "masks": bools("b h w")},
        floats(""),
        options={"alpha": (0.3, 0.5, 0.7), "gamma": (1.0, 4 / 3, 2.0), "smooth": (1e-3, 1.0)},
        dims={"b": (1, 2, 3), "h": (4, 5, 7), "w": (4, 6)},
        wrt=("logits",),
    ),
    Idiom(
        "lovasz_hinge",
        "Berman, Triki and Blaschko, 'The Lovász-Softmax loss: A tractable surrogate for the "
        "optimization of the intersection-over-union measure in neural networks' (2018), "
        "algorithm 1",
        {"logits": floats("b n", -3, 3), "masks": bools("b n")},
        floats(""),
        options={"per_image": (True, False)},
        dims={"b": (2, 3, 4), "n": (5, 7, 9, 12)},
    ),
    Idiom(
        "listnet_loss",
        "Cao et al., 'Learning to Rank: From Pairwise Approach to Listwise Approach' (2007)",
        {
            "scores": floats("b n"),
            "relevance": floats("b n", 0, 3),
            "lengths": ints("b", 1, "n"),
        },
        floats("b"),
        dims={"b": (2, 3, 4, 5), "n": (4, 5, 6, 7, 9)},
        wrt=("scores", "relevance"),
    ),
    Idiom(
        "ranknet_loss",
        "Burges et al., 'Learning to Rank using Gradient Descent' (2005)",
        {"scores": floats("n"), "grades": ints("n", 0, 4)},
        floats(""),
        options={"sigma": (0.5, 1.0, 2.0)},
        dims={"n": (5, 6, 8, 10)},
        wrt=("scores",),
    ),
    Idiom(
        "approx_ndcg_loss",
        "Qin, Liu and Li, 'A General Approximation Framework for Direct Optimization of "
        "Information Retrieval Measures' (2010)",
        {"scores": floats("n"), "grades": ints("n", 0, 4)},
        floats(""),
        options={"temperature": (0.1, 0.5, 1.0)},
        dims={"n": (5, 6, 8, 10)},
        wrt=("scores",),
    ),
    Idiom(
        "gan_losses",
        "Lucic et al., 'Are GANs Created Equal? A Large-Scale Study' (2018), table 1; "
        "Lim and Ye, 'Geometric GAN' (2017)",
        {"real_scores": floats("n", -3, 3), "fake_scores": floats("m", -3, 3)},
        {"discriminator": floats(""), "generator": floats("")},
        options={"kind": ("wasserstein", "hinge", "least_squares", "non_saturating")},
    ),
    Idiom(
        "sliced_wasserstein",
        "Bonneel et al., 'Sliced and Radon Wasserstein Barycenters of Measures' (2015)",
        {"x": floats("n d"), "y": floats("n d"), "directions": floats("p d")},
        floats(""),
        options={"order": (1, 2, 3)},
        dims={"n": (5, 8, 11), "d": (2, 3, 4), "p": (3, 4, 6)},
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
        options={"discount": (0.9, 0.95, 0.99)},
    ),
    Idiom(
        "vicreg_loss",
        "Bardes, Ponce and LeCun, 'VICReg: Variance-Invariance-Covariance Regularization for "
        "Self-Supervised Learning' (2022), section 4",
        {"first": floats("b d", -1.5, 1.5), "second": floats("b d", -1.5, 1.5)},
        floats(""),
        options={
            "invariance": (1.0, 10.0, 25.0),
            "variance": (10.0, 25.0),
            "covariance": (1.0, 5.0),
        },
        dims={"b": (4, 6, 9), "d": (3, 4, 6)},
    ),
    Idiom(
        "barlow_twins_loss",
        "Zbontar et al., 'Barlow Twins: Self-Supervised Learning via Redundancy Reduction' (2021), "
        "eqs. 1 and 2",
        {"first": floats("b d"), "second": floats("b d")},
        floats(""),
        options={"redundancy": (0.005, 0.05, 0.2)},
        dims={"b": (5, 6, 9), "d": (3, 4, 6)},
        wrt=("first", "second"),
    ),
    Idiom(
        "gaussian_elbo",
        "Kingma and Welling, 'Auto-Encoding Variational Bayes' (2014), appendix B; Kingma et al., "
        "'Improved Variational Inference with Inverse Autoregressive Flow' (2016)",
        {
            "pixels": floats("b p", 0, 1),
            "logits": floats("b p"),
            "means": floats("b z", -1, 1),
            "log_variances": floats("b z", -1, 1),
        },
        floats(""),
        options={"beta": (0.5, 1.0, 4.0), "free_nats": (0.0, 0.25, 0.4)},
        dims={"b": (3, 4, 5), "p": (6, 9, 12), "z": (2, 3, 4)},
    ),
    Idiom(
        "dino_loss",
        "Caron et al., 'Emerging Properties in Self-Supervised Vision Transformers' (2021), "
        "algorithm 1",
        {
            "student": floats("2 b d", -1, 1),
            "teacher": floats("2 b d", -1, 1),
            "center": floats("d", -0.5, 0.5),
        },
        (floats(""), floats("d")),
        options={
            "student_temperature": (0.3, 0.5),
            "teacher_temperature": (0.1, 0.2),
            "momentum": (0.9, 0.95, 0.99),
        },
        dims={"b": (2, 3, 4), "d": (4, 5, 8)},
        wrt=("student", "teacher", "center"),
    ),
    Idiom(
        "arcface_loss",
        "Deng et al., 'ArcFace: Additive Angular Margin Loss for Deep Face Recognition' (2019), "
        "eq. 3",
        {
            "embeddings": floats("b d"),
            "centers": floats("c d"),
            "labels": ints("b", 0, "c-1"),
        },
        floats(""),
        options={"scale": (4.0, 8.0), "margin": (0.2, 0.3, 0.5)},
        dims={"b": (3, 4, 6), "c": (3, 4, 5), "d": (4, 5, 8)},
        wrt=("embeddings", "centers"),
    ),
    Idiom(
        "center_loss",
        "Wen et al., 'A Discriminative Feature Learning Approach for Deep Face Recognition' "
        "(2016), eqs. 2 to 4",
        {
            "features": floats("b d"),
            "labels": ints("b", 0, "c-1"),
            "centers": floats("c d"),
        },
        (floats(""), floats("c d")),
        options={"rate": (0.1, 0.5, 0.9)},
        dims={"b": (5, 6, 9), "c": (2, 3, 4), "d": (2, 3, 5)},
        wrt=("features", "centers"),
    ),
    Idiom(
        "gaussian_crps",
        "Gneiting and Raftery, 'Strictly Proper Scoring Rules, Prediction, and Estimation' (2007), "
        "section 4.2",
        {
            "means": floats("b n"),
            "deviations": floats("b n", 0.5, 2),
            "observations": floats("b n"),
        },
        floats("b n"),
        wrt=("means", "deviations", "observations"),
    ),
    Idiom(
        "cox_partial_likelihood",
        "Cox, 'Regression Models and Life-Tables' (1972)",
        {
            "risks": floats("n"),
            "times": floats("n", 0.5, 9, "distinct"),
            "observed": bools("n"),
        },
        floats(""),
        dims={"n": (5, 6, 8, 9, 12, 15)},
        wrt=("risks",),
    ),
    Idiom(
        "style_loss",
        "Gatys, Ecker and Bethge, 'Image Style Transfer Using Convolutional Neural Networks' "
        "(2016), eqs. 3 to 5",
        {
            "generated": floats("l p c"),
            "style": floats("l p c"),
            "layer_weights": floats("l", 0.1, 1),
        },
        floats(""),
        dims={"l": (1, 2, 3), "p": (4, 6, 9), "c": (2, 3, 5)},
        wrt=("generated", "style", "layer_weights"),
    ),
    Idiom(
        "skip_gram_loss",
        "Mikolov et al., 'Distributed Representations of Words and Phrases and their "
        "Compositionality' (2013), eq. 4",
        {
            "word_vectors": floats("v d", -1, 1),
            "context_vectors": floats("v d", -1, 1),
            "centers": ints("b", 0, "v-1"),
            "contexts": ints("b", 0, "v-1"),
            "noise": ints("b k", 0, "v-1"),
        },
        floats(""),
        dims={"v": (8, 12), "d": (3, 4, 6), "b": (3, 4, 5), "k": (2, 3, 5)},
        wrt=("word_vectors", "context_vectors"),
    ),
]
