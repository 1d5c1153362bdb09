"""Optimization."""

from jaxsmith.program.idiom import Idiom, bools, floats

IDIOMS = [
    Idiom(
        "backtracking_logistic_regression",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), algorithm 3.1",
        {"features": floats("m n"), "labels": bools("m")},
        {"weights": floats("n"), "values": floats("steps"), "lengths": floats("steps")},
        options={"penalty": (0.01, 0.1, 0.0), "first_step": (8.0, 16.0), "steps": (1, 2, 3)},
        dims={"m": (4, 6, 9), "n": (2, 3, 4)},
    ),
    Idiom(
        "lbfgs_direction",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), algorithm 7.4",
        {
            "gradient": floats("n"),
            "steps": floats("k n", 0.2, 1),
            "changes": floats("k n", 0.3, 1.5),
        },
        floats("n"),
        options={"scaled": (True, False)},
        dims={"n": (3, 5, 8, 12), "k": (1, 2, 3, 5)},
        wrt=("gradient", "steps", "changes"),
    ),
    Idiom(
        "multilateration_gauss_newton",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), section 10.3",
        {
            "anchors": floats("m 2", -3, 3),
            "distances": floats("m", 1, 4),
            "start": floats("2", 0.2, 0.8),
        },
        (floats("2"), floats("steps")),
        options={"steps": (1, 2, 3)},
        dims={"m": (4, 5, 7)},
    ),
    Idiom(
        "levenberg_marquardt_decay",
        "Marquardt, 'An Algorithm for Least-Squares Estimation of Nonlinear Parameters' (1963)",
        {
            "times": floats("m", 0, 3, kind="sorted"),
            "values": floats("m", 0.2, 2),
            "start": floats("2", 0.4, 1.5),
        },
        (floats("2"), floats(""), floats("steps")),
        options={"marquardt": (False, True), "steps": (1, 2, 3)},
        dims={"m": (5, 8, 12)},
    ),
    Idiom(
        "golden_section_search",
        "Press et al., 'Numerical Recipes' (3rd ed., 2007), section 10.2",
        {"growth": floats("b", 0.5, 2), "decay": floats("b", 0.5, 2)},
        (floats("b"), floats("b")),
        options={"steps": (4, 7, 10)},
        dims={"b": (3, 5, 9)},
    ),
    Idiom(
        "fista_lasso",
        "Beck and Teboulle, 'A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse "
        "Problems' (2009), eqs. 4.1 to 4.3",
        {"matrix": floats("m n"), "target": floats("m")},
        (floats("n"), floats("steps")),
        options={"penalty": (0.1, 0.5, 1.0), "accelerated": (True, False), "steps": (3, 5, 8)},
        dims={"m": (4, 6, 8), "n": (3, 5, 8)},
    ),
    Idiom(
        "project_simplex",
        "Duchi et al., 'Efficient Projections onto the l1-Ball for Learning in High Dimensions' "
        "(2008), figure 1",
        {"points": floats("b n")},
        floats("b n"),
        options={"radius": (1.0, 0.5, 3.0)},
        dims={"b": (1, 2, 4), "n": (3, 5, 8)},
    ),
    Idiom(
        "barzilai_borwein",
        "Barzilai and Borwein, 'Two-Point Step Size Gradient Methods' (1988)",
        {"matrix": floats("n n", kind="spd"), "right": floats("n", 0.2, 2)},
        (floats("n"), floats("steps")),
        options={"variant": ("long", "short"), "steps": (1, 2, 4)},
        dims={"n": (4, 5, 7)},
        wrt=("right",),
    ),
    Idiom(
        "coordinate_descent_lasso",
        "Friedman, Hastie and Tibshirani, 'Regularization Paths for Generalized Linear Models via "
        "Coordinate Descent' (2010), section 2",
        {"matrix": floats("m n"), "target": floats("m")},
        floats("n"),
        options={"penalty": (0.1, 0.5, 1.0), "sweeps": (1, 2, 3)},
        dims={"m": (5, 6, 9), "n": (2, 3, 4)},
    ),
    Idiom(
        "admm_lasso",
        "Boyd et al., 'Distributed Optimization and Statistical Learning via the Alternating "
        "Direction Method of Multipliers' (2011), sections 3.4.3 and 6.4",
        {"matrix": floats("m n"), "target": floats("m")},
        (floats("n"), floats("steps")),
        options={
            "penalty": (0.2, 1.0),
            "coupling": (1.0, 2.0),
            "relaxation": (1.0, 1.6),
            "steps": (2, 3, 5),
        },
        dims={"m": (4, 6, 9), "n": (2, 3, 5)},
    ),
    Idiom(
        "frank_wolfe_simplex",
        "Jaggi, 'Revisiting Frank-Wolfe: Projection-Free Sparse Convex Optimization' (2013)",
        {"matrix": floats("m n"), "target": floats("m")},
        (floats("n"), floats("steps")),
        options={"exact": (False, True), "steps": (1, 2, 4)},
        dims={"m": (3, 5, 7), "n": (3, 4, 6)},
    ),
    Idiom(
        "mirror_descent_simplex",
        "Kivinen and Warmuth, 'Exponentiated Gradient versus Gradient Descent for Linear "
        "Predictors' (1997)",
        {"matrix": floats("m n"), "target": floats("m")},
        floats("n"),
        options={"length": (0.1, 0.3), "averaged": (False, True), "steps": (2, 4, 6)},
        dims={"m": (3, 5, 7), "n": (3, 4, 6)},
        wrt=("matrix", "target"),
    ),
    Idiom(
        "dogleg_step",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), section 4.1",
        {
            "gradient": floats("n", 0.2, 2),
            "hessian": floats("n n", kind="spd"),
            "radius": floats("", 0.3, 1.8),
        },
        (floats("n"), floats("")),
        dims={"n": (3, 4, 6)},
    ),
    Idiom(
        "more_sorensen_step",
        "More and Sorensen, 'Computing a Trust Region Step' (1983), section 3",
        {
            "gradient": floats("n", 0.2, 2),
            "hessian": floats("n n", kind="spd"),
            "radius": floats("", 0.3, 1.8),
        },
        (floats("n"), floats("")),
        dims={"n": (3, 4, 6)},
    ),
    Idiom(
        "sinkhorn_transport",
        "Cuturi, 'Sinkhorn Distances: Lightspeed Computation of Optimal Transport' (2013), "
        "algorithm 1",
        {
            "cost": floats("n m", 0, 3),
            "source": floats("n", 0.2, 1),
            "target": floats("m", 0.2, 1),
        },
        {"plan": floats("n m"), "cost": floats("")},
        options={"temperature": (0.5, 1.0), "steps": (2, 4, 8)},
        wrt=("cost", "source", "target"),
    ),
    Idiom(
        "isotonic_regression",
        "Robertson, Wright and Dykstra, 'Order Restricted Statistical Inference' (1988), "
        "section 1.4",
        {"values": floats("n"), "weights": floats("n", 0.5, 2)},
        floats("n"),
        options={"decreasing": (False, True)},
        dims={"n": (4, 6, 9, 14)},
    ),
    Idiom(
        "range_space_qp",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), section 16.2",
        {
            "hessian": floats("n n", kind="spd"),
            "linear": floats("n"),
            "constraints": floats("k n", kind="conditioned"),
            "levels": floats("k"),
        },
        (floats("n"), floats("k")),
        dims={"n": (4, 5, 7), "k": (1, 2, 3)},
        wrt=("linear", "constraints", "levels"),
    ),
    Idiom(
        "chambolle_pock_denoise",
        "Chambolle and Pock, 'A First-Order Primal-Dual Algorithm for Convex Problems with "
        "Applications to Imaging' (2011), algorithm 1",
        {"signal": floats("b n")},
        floats("b n"),
        options={"weight": (0.1, 0.3, 0.8), "steps": (2, 4, 8)},
        dims={"b": (1, 2, 3), "n": (5, 8, 13)},
    ),
    Idiom(
        "newton_cg_logistic",
        "Nocedal and Wright, 'Numerical Optimization' (2nd ed., 2006), section 7.1",
        {"features": floats("m n"), "labels": bools("m"), "start": floats("n", -1, 1)},
        (floats("n"), floats("")),
        options={"penalty": (0.5, 1.0, 2.0), "inner": (1, 2, 3)},
        dims={"m": (4, 6, 9), "n": (4, 5, 6)},
    ),
]
