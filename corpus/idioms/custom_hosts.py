"""Callbacks to the host, and what depends on the platform or the compiler."""

from jaxsmith.program.idiom import Idiom, floats, ints

IDIOMS = [
    Idiom(
        "host_median_filter",
        "jax.pure_callback, JAX documentation, on vmap_method; Tukey, 'Exploratory Data "
        "Analysis' (1977), chapter 7",
        {"x": floats("n d", kind="distinct")},
        floats("n d"),
        options={"width": (3, 5), "vmap_method": ("sequential", "expand_dims", "broadcast_all")},
        dims={"n": (1, 2, 4), "d": (3, 5, 8)},
        family="custom",
    ),
    Idiom(
        "host_bessel_slopes",
        "JAX documentation, 'External callbacks', on pure_callback and custom_jvp; "
        "Abramowitz and Stegun, 'Handbook of Mathematical Functions' (1964), eqs. 9.6.10 "
        "and 9.6.27",
        {"x": floats("n", 0.3, 3)},
        (floats("n"), floats("n")),
        gives=("bessel", "slopes"),
        options={
            "scaled": (False, True),
            "vmap_method": ("sequential", "expand_dims", "broadcast_all"),
        },
        dims={"n": (1, 2, 4, 7)},
        wrt=("x",),
        family="custom",
    ),
    Idiom(
        "host_determinant_gradient",
        "JAX documentation, 'External callbacks'; Giles, 'An extended collection of matrix "
        "derivative results for forward and reverse mode automatic differentiation' (2008), "
        "section 2.2.4",
        {"matrices": floats("b n n", kind="conditioned"), "weights": floats("b")},
        (floats(""), floats("b n n")),
        gives=("objective", "matrices_grad"),
        options={"vmap_method": ("sequential", "expand_dims", "broadcast_all")},
        dims={"b": (1, 2, 3), "n": (1, 2, 3, 4)},
        family="custom",
    ),
    Idiom(
        "host_run_lengths",
        "Robinson and Cherry, 'Results of a Prototype Television Bandwidth Compression "
        "Scheme' (1967), for run lengths; jax.pure_callback, JAX documentation",
        {"values": ints("n", 0, 1)},
        (ints("n"), ints("")),
        gives=("lengths", "longest_run"),
        options={"wrap": (False, True)},
        dims={"n": (4, 6, 9, 14, 20)},
        family="custom",
    ),
    Idiom(
        "host_quantile_table",
        "Hyndman and Fan, 'Sample Quantiles in Statistical Packages' (1996), definitions 6 "
        "to 8; jax.experimental.io_callback, JAX documentation",
        {"x": floats("n d", kind="distinct"), "probabilities": floats("k", 0, 1)},
        floats("k d"),
        options={"method": ("linear", "weibull", "median_unbiased")},
        dims={"n": (3, 5, 8), "d": (1, 2, 3), "k": (1, 2, 4)},
        family="custom",
    ),
    Idiom(
        "platform_dependent_gelu",
        "jax.lax.platform_dependent, JAX documentation; Hendrycks and Gimpel, 'Gaussian "
        "Error Linear Units' (2016), section 2",
        {"x": floats("n"), "y_bar": floats("n")},
        (floats("n"), floats("n")),
        gives=("y", "x_grad"),
        options={"cubic": (False, True)},
        dims={"n": (1, 2, 4, 7, 12)},
        wrt=("x", "y_bar"),
        family="custom",
    ),
    Idiom(
        "compensated_sum",
        "Kahan, 'Further remarks on reducing truncation errors' (1965); "
        "jax.lax.optimization_barrier, JAX documentation",
        {"x": floats("n d"), "scale": floats("", 0.5, 2)},
        (floats("d"), floats("n d")),
        gives=("total", "scaled_sums"),
        options={"barrier": (True, False)},
        dims={"n": (2, 3, 5, 9), "d": (1, 2, 4)},
        wrt=("x", "scale"),
        family="custom",
    ),
]
