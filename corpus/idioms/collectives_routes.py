"""Collectives from messages: rings, butterflies, trees, exchanges."""

from jaxsmith.program.idiom import Idiom, floats

DEVICES = (2, 4, 8)

IDIOMS = [
    Idiom(
        "scan_by_all_to_all",
        "jax.lax.all_to_all, JAX documentation",
        {"x": floats("devices*b devices*c")},
        floats("devices*b devices*c"),
        options={"devices": DEVICES, "operation": ("sum", "logsumexp", "max")},
        dims={"b": (1, 2, 3), "c": (1, 2)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "ring_all_reduce",
        "Patarasuk and Yuan, 'Bandwidth Optimal All-reduce Algorithms for Clusters of "
        "Workstations' (2009)",
        {"gradients": floats("devices devices*c")},
        floats("devices devices*c"),
        options={"devices": DEVICES, "average": (False, True)},
        dims={"c": (1, 2, 3)},
        wrt=("gradients",),
        family="collectives",
    ),
    Idiom(
        "butterfly_all_reduce",
        "Thakur, Rabenseifner and Gropp, 'Optimization of Collective Communication Operations "
        "in MPICH' (2005), recursive doubling",
        {"x": floats("devices*b d")},
        floats("devices*b d"),
        options={"devices": DEVICES, "operation": ("sum", "max", "logaddexp")},
        dims={"b": (1, 2), "d": (1, 2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "binomial_tree_broadcast",
        "Thakur, Rabenseifner and Gropp, 'Optimization of Collective Communication Operations "
        "in MPICH' (2005), binomial trees",
        {"x": floats("devices*b", 0.2, 2), "scale": floats("", 0.2, 1)},
        floats("devices*b"),
        options={"devices": DEVICES, "operation": ("sum", "hypot")},
        dims={"b": (1, 2, 3, 5)},
        wrt=("x", "scale"),
        family="collectives",
    ),
    Idiom(
        "gossip_averaging",
        "Xiao and Boyd, 'Fast linear iterations for distributed averaging' (2004), section 4",
        {"x": floats("devices d")},
        floats("devices d"),
        options={
            "devices": DEVICES,
            "weight": (0.125, 0.2, 0.25),
            "rounds": (1, 2, 3, 5),
            "topology": ("ring", "hypercube"),
        },
        dims={"d": (1, 2, 3, 5)},
        wrt=("x",),
        family="collectives",
    ),
    Idiom(
        "odd_even_merge_sort",
        "Baudet and Stevenson, 'Optimal Sorting Algorithms for Parallel Computers' (1978)",
        {"keys": floats("devices*b", kind="distinct")},
        floats("devices*b"),
        options={"devices": DEVICES, "descending": (False, True)},
        dims={"b": (1, 2, 3, 4, 5)},
        wrt=("keys",),
        family="collectives",
    ),
    Idiom(
        "hierarchical_all_reduce",
        "Jia et al., 'Highly Scalable Deep Learning Training System with Mixed-Precision: "
        "Training ImageNet in Four Minutes' (2018); Pascanu, Mikolov and "
        "Bengio, 'On the difficulty of training recurrent neural networks' (2013), section "
        "3.2",
        {"gradients": floats("nodes*cores cores*c")},
        floats("cores*c"),
        options={"nodes": (2, 4), "cores": (2, 4), "max_norm": (0.5, 1.0, 5.0)},
        dims={"c": (1, 2, 3, 4)},
        where="nodes * cores <= 8",
        wrt=("gradients",),
        family="collectives",
    ),
]
