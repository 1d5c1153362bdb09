"""Geometry: shapes, meshes and points."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
    Idiom(
        "box_overlaps",
        "Rezatofighi et al., 'Generalized Intersection over Union' (2019), algorithm 1; Zheng "
        "et al., 'Distance-IoU Loss' (2020), eq. 6",
        {
            "corners_a": floats("n 2", 0, 5),
            "sizes_a": floats("n 2", 1, 4),
            "corners_b": floats("m 2", 0, 5),
            "sizes_b": floats("m 2", 1, 4),
        },
        floats("n m"),
        options={"kind": ("iou", "giou", "diou")},
        dims={"n": (2, 4, 7), "m": (1, 3, 6)},
    ),
    Idiom(
        "point_set_distance",
        "Fan, Su and Guibas, 'A Point Set Generation Network for 3D Object Reconstruction from "
        "a Single Image' (2017), eq. 1; Dubuisson and Jain, 'A Modified Hausdorff Distance' "
        "(1994)",
        {"x": floats("b n d"), "y": floats("b m d")},
        floats("b"),
        options={"kind": ("chamfer", "hausdorff", "modified_hausdorff")},
        dims={"b": (1, 2, 3), "n": (3, 5, 8), "m": (2, 6, 9), "d": (2, 3)},
    ),
    Idiom(
        "mesh_vertex_normals",
        "Max, 'Weights for Computing Vertex Normals from Facet Normals' (1999); volumes: Zhang "
        "and Chen, 'Efficient Feature Extraction for 2D/3D Objects in Mesh Representation' "
        "(2001)",
        {"vertices": floats("v 3"), "faces": ints("f 3", 0, "v-1")},
        (floats("v 3"), floats(""), floats("")),
        gives=("normals", "area", "volume"),
        options={"min_length": (0.01, 0.1)},
        dims={"v": (4, 6, 9), "f": (4, 7, 12)},
    ),
    Idiom(
        "points_in_polygon",
        "Hormann and Agathos, 'The point in polygon problem for arbitrary polygons' (2001), "
        "sections 2 and 3",
        {"points": floats("m 2"), "polygon": floats("n 2", -1.9, 1.9, "distinct")},
        bools("m"),
        options={"rule": ("even_odd", "nonzero")},
        dims={"m": (6, 10, 15), "n": (4, 6, 9)},
    ),
    Idiom(
        "great_circle",
        "Sinnott, 'Virtues of the Haversine' (1984); bearings: Snyder, 'Map Projections' "
        "(1987), eq. 5-4",
        {
            "latitude_a": floats("n", -1.2, 1.2, "distinct"),
            "longitude_a": floats("n", -1.2, 1.2),
            "latitude_b": floats("n", -1.15, 1.1, "distinct"),
            "longitude_b": floats("n", -1.1, 1.2),
        },
        (floats("n"), floats("n")),
        gives=("distance", "bearing"),
        options={"radius": (1.0, 6371.0)},
        dims={"n": (2, 5, 8, 13)},
    ),
    Idiom(
        "farthest_point_sampling",
        "Eldar et al., 'The Farthest Point Strategy for Progressive Image Sampling' (1997); Qi "
        "et al., 'PointNet++' (2017), section 3.2",
        {"points": floats("b n d")},
        (ints("b count"), floats("b n")),
        gives=("picks", "distances"),
        options={"count": (2, 3, 4, 5)},
        dims={"b": (1, 2, 3), "n": (6, 9, 14), "d": (2, 3)},
    ),
    Idiom(
        "splat_to_grid",
        "Hockney and Eastwood, 'Computer Simulation Using Particles' (1988), section 5-2",
        {"points": floats("n 3", 0, "size-1"), "values": floats("n c")},
        floats("size size size c"),
        options={"size": (3, 4, 5), "kernel": ("nearest", "linear")},
        dims={"n": (3, 6, 10), "c": (1, 2, 3)},
    ),
    Idiom(
        "bezier_curve",
        "Farin, 'Curves and Surfaces for CAGD' (5th ed., 2002), sections 4.2 and 5.3",
        {
            "control": floats("k d"),
            "weights": floats("k", 0.4, 2),
            "time": floats("n", 0, 1),
        },
        (floats("n d"), floats("n d")),
        gives=("points", "tangents"),
        dims={"k": (3, 4, 5), "d": (2, 3), "n": (1, 4, 7)},
        wrt=("control", "weights", "time"),
    ),
    Idiom(
        "ransac_plane",
        "Fischler and Bolles, 'Random Sample Consensus' (1981), section II",
        {"points": floats("n 3"), "samples": ints("k 3", 0, "n-1")},
        (ints(""), bools("n"), floats("3")),
        gives=("inlier_count", "is_inlier", "normal"),
        options={"tolerance": (0.2, 0.4, 0.7)},
        dims={"n": (8, 12, 18), "k": (4, 7, 10)},
    ),
]
