"""Geometry: rotations and rigid motions."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "quaternion_rotate",
        "Kuipers, 'Quaternions and Rotation Sequences' (1999), section 5.8",
        {"quaternion": floats("b 4"), "points": floats("b n 3")},
        floats("b n 3"),
        options={"inverse": (False, True)},
        dims={"b": (1, 2, 4), "n": (1, 3, 5)},
        wrt=("quaternion", "points"),
    ),
    Idiom(
        "quaternion_slerp",
        "Shoemake, 'Animating Rotation with Quaternion Curves' (1985), section 3.3",
        {"start": floats("b 4"), "end": floats("b 4"), "time": floats("t", 0, 1)},
        floats("b t 4"),
        options={"shortest": (True, False)},
        dims={"b": (1, 2, 4), "t": (1, 3, 6)},
    ),
    Idiom(
        "rodrigues_rotation",
        "Murray, Li and Sastry, 'A Mathematical Introduction to Robotic Manipulation' (1994), "
        "eqs. 2.14 and 2.36",
        {"twist": floats("b 6")},
        (floats("b 3 3"), floats("b 3")),
        gives=("rotations", "translations"),
        dims={"b": (1, 2, 4, 7)},
        wrt=("twist",),
    ),
    Idiom(
        "six_dim_rotation",
        "Zhou et al., 'On the Continuity of Rotation Representations in Neural Networks' "
        "(2019), eq. 15; to quaternions by Shepperd, 'Quaternion from Rotation Matrix' (1978)",
        {"vectors": floats("b 2 3", kind="conditioned")},
        (floats("b 3 3"), floats("b 4")),
        gives=("rotations", "quaternions"),
        dims={"b": (1, 3, 5, 8)},
    ),
    Idiom(
        "euler_to_matrix",
        "Diebel, 'Representing Attitude: Euler Angles, Unit Quaternions, and Rotation Vectors' "
        "(2006), section 5",
        {"angles": floats("b 3", -3, 3)},
        floats("b 3 3"),
        options={"order": ("xyz", "zyx", "zxz", "yxz"), "intrinsic": (True, False)},
        dims={"b": (1, 3, 6)},
        wrt=("angles",),
    ),
    Idiom(
        "rigid_alignment",
        "Kabsch, 'A solution for the best rotation to relate two sets of vectors' (1976); scale "
        "by Umeyama (1991), eq. 42",
        {
            "source": floats("n 3"),
            "target": floats("n 3"),
            "weights": floats("n", 0.3, 2),
        },
        (floats("3 3"), floats("3"), floats("")),
        gives=("rotation", "translation", "error"),
        options={"scaled": (True, False)},
        dims={"n": (4, 6, 9, 14)},
    ),
    Idiom(
        "forward_kinematics",
        "Denavit and Hartenberg, 'A Kinematic Notation for Lower-Pair Mechanisms Based on "
        "Matrices' (1955); Spong, Hutchinson and Vidyasagar, 'Robot Modeling and Control' "
        "(2006), eq. 3.10",
        {
            "angles": floats("n", -3, 3),
            "offsets": floats("n", -0.5, 0.5),
            "lengths": floats("n", 0.3, 1),
            "twists": floats("n", -1.6, 1.6),
        },
        (floats("n 3"), floats("3 3")),
        gives=("positions", "orientation"),
        options={"modified": (False, True)},
        dims={"n": (2, 3, 5, 7)},
        wrt=("angles", "offsets", "lengths", "twists"),
    ),
]
