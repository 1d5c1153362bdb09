"""Geometry: rotations, cameras, intersections, meshes and points."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

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
        "project_points",
        "Hartley and Zisserman, 'Multiple View Geometry in Computer Vision' (2nd ed., 2004), "
        "eqs. 6.6 and 7.6; tangential terms by Brown (1966)",
        {
            "points": floats("n 3", -1, 1),
            "rotation": floats("3", -1, 1),
            "translation": floats("3", 3, 5),
            "focal": floats("2", 1, 3),
            "center": floats("2", -1, 1),
            "distortion": floats("4", -0.05, 0.05),
        },
        floats("n 2"),
        dims={"n": (1, 4, 7, 12)},
        wrt=("points", "rotation", "translation", "focal", "center", "distortion"),
    ),
    Idiom(
        "intersect_rays",
        "Traa, 'Least-Squares Intersection of Lines' (2013), eq. 12",
        {
            "origins": floats("n 3"),
            "directions": floats("n 3"),
            "weights": floats("n", 0.3, 2),
        },
        (floats("3"), floats("n")),
        gives=("point", "sq_distances"),
        options={"ridge": (0.01, 0.1)},
        dims={"n": (3, 4, 6, 9)},
        wrt=("origins", "weights"),
    ),
    Idiom(
        "ray_triangle_intersection",
        "Moeller and Trumbore, 'Fast, Minimum Storage Ray/Triangle Intersection' (1997)",
        {
            "origins": floats("r 3", -1, 1),
            "directions": floats("r 3"),
            "triangles": floats("t 3 3"),
        },
        (floats("r"), ints("r")),
        gives=("distances", "indices"),
        options={"cull": (False, True)},
        dims={"r": (3, 6, 10), "t": (4, 7, 12)},
    ),
    Idiom(
        "sphere_trace",
        "Hart, 'Sphere tracing: a geometric method for the antialiased ray tracing of implicit "
        "surfaces' (1996), section 3; smooth unions by Quilez, 'Smooth minimum' (2013)",
        {
            "pixels": floats("r 2", -0.5, 0.5),
            "centers": floats("k 3", -1, 1),
            "radii": floats("k", 0.3, 0.9),
        },
        (floats("r"), floats("r 3")),
        gives=("depths", "normals"),
        options={"steps": (3, 5, 7), "blend": (0.05, 0.1, 0.3)},
        dims={"r": (2, 4, 7), "k": (1, 2, 4)},
        wrt=("pixels", "centers", "radii"),
    ),
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
        "rasterize_triangles",
        "Pineda, 'A Parallel Algorithm for Polygon Rasterization' (1988), with a depth buffer",
        {
            "corners": floats("t 3 2", 0, 7),
            "depths": floats("t 3", 1, 4),
        },
        (ints("height width"), floats("height width")),
        gives=("nearest", "depth"),
        options={"height": (5, 7), "width": (6, 8), "two_sided": (True, False)},
        dims={"t": (2, 4, 6)},
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
        "volume_rendering",
        "Mildenhall et al., 'NeRF: Representing Scenes as Neural Radiance Fields for View "
        "Synthesis' (2020), eq. 3",
        {
            "densities": floats("r s"),
            "colors": floats("r s 3"),
            "depths": floats("r s", 1, 5, "sorted"),
        },
        {"color": floats("r 3"), "depth": floats("r"), "weights": floats("r s")},
        options={"white_background": (True, False), "last_step": (0.1, 1.0, 1e4)},
        dims={"r": (1, 3, 5), "s": (3, 5, 9)},
        wrt=("densities", "colors", "depths"),
    ),
    Idiom(
        "view_projection",
        "Akenine-Moeller, Haines and Hoffman, 'Real-Time Rendering' (3rd ed., 2008), section 4.6.2",
        {
            "eye": floats("3", 2, 4),
            "target": floats("3", -0.5, 0.5),
            "points": floats("n 3", -0.9, 0.9),
        },
        (floats("n 3"), bools("n")),
        gives=("device_coords", "is_visible"),
        options={"field_of_view": (0.4, 0.6), "near": (0.1, 0.5), "far": (10.0, 100.0)},
        dims={"n": (4, 7, 12)},
        wrt=("eye", "target", "points"),
    ),
    Idiom(
        "spherical_harmonics",
        "Sloan, 'Efficient Spherical Harmonic Evaluation' (2013), section 2",
        {"directions": floats("n 3"), "coefficients": floats("(degree+1)**2 c", -1, 1)},
        (floats("n c"), floats("n (degree+1)**2")),
        gives=("weighted_sums", "basis"),
        options={"degree": (1, 2, 3)},
        dims={"n": (1, 4, 7), "c": (1, 3)},
        wrt=("directions", "coefficients"),
    ),
    Idiom(
        "project_gaussians",
        "Kerbl et al., '3D Gaussian Splatting for Real-Time Radiance Field Rendering' (2023), "
        "eqs. 5 and 6; Zwicker et al., 'EWA Splatting' (2002), eq. 29",
        {
            "means": floats("n 3", -1, 1),
            "quaternions": floats("n 4"),
            "log_scales": floats("n 3", -1.5, 0),
        },
        (floats("n 2"), floats("n 3")),
        gives=("centers", "conics"),
        options={"focal": (1.0, 2.0, 5.0), "distance": (3.0, 4.0), "dilation": (0.1, 0.3)},
        dims={"n": (1, 3, 6)},
        wrt=("means", "quaternions", "log_scales"),
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
