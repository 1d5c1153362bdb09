"""Losses of regression and of generative models."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
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
]
