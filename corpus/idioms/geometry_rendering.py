"""Geometry: cameras, rays and what they see."""

from jaxsmith.program.idiom import Idiom, bools, floats, ints

IDIOMS = [
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
]
