"""Images: filters, and what they find."""

from jaxsmith.program.idiom import Idiom, floats

IDIOMS = [
    Idiom(
        "image_gradients",
        "Gonzalez and Woods, 'Digital Image Processing' (3rd ed., 2008), section 10.2.5; "
        "Scharr, 'Optimal Operators in Digital Image Processing' (2000)",
        {"image": floats("h w", 0, 1)},
        (floats("h w"), floats("h w"), floats("h w")),
        gives=("dy", "dx", "magnitude"),
        options={"operator": ("sobel", "prewitt", "scharr"), "padding": ("edge", "reflect")},
        dims={"h": (4, 6, 9), "w": (5, 7, 10)},
    ),
    Idiom(
        "gaussian_blur",
        "Szeliski, 'Computer Vision: Algorithms and Applications' (2010), section 3.2.1",
        {"image": floats("h w c", 0, 1)},
        floats("h w c"),
        options={
            "sigma": (0.7, 1.0, 1.6),
            "radius": (1, 2, 3),
            "padding": ("edge", "reflect", "wrap"),
        },
        dims={"h": (4, 6, 9), "w": (5, 7, 8), "c": (1, 3)},
        wrt=("image",),
    ),
    Idiom(
        "bilateral_filter",
        "Tomasi and Manduchi, 'Bilateral Filtering for Gray and Color Images' (1998), eq. 5",
        {"image": floats("h w", 0, 1)},
        floats("h w"),
        options={"radius": (1, 2), "space_sigma": (0.8, 1.5), "value_sigma": (0.1, 0.3, 1.0)},
        dims={"h": (4, 6, 8), "w": (5, 7, 9)},
        wrt=("image",),
    ),
    Idiom(
        "corner_response",
        "Harris and Stephens, 'A Combined Corner and Edge Detector' (1988); least eigenvalue: "
        "Shi and Tomasi, 'Good Features to Track' (1994)",
        {"image": floats("h w", 0, 1)},
        floats("h-4 w-4"),
        options={"measure": ("harris", "shi_tomasi", "noble"), "sensitivity": (0.04, 0.06)},
        dims={"h": (7, 9, 11), "w": (7, 8, 12)},
    ),
    Idiom(
        "grayscale_morphology",
        "Haralick, Sternberg and Zhuang, 'Image Analysis Using Mathematical Morphology' (1987)",
        {"image": floats("h w", 0, 1)},
        floats("h w"),
        options={
            "operation": ("erode", "dilate", "open", "close", "gradient", "top_hat"),
            "size": (3, 5),
        },
        dims={"h": (5, 8, 11), "w": (6, 7, 12)},
    ),
    Idiom(
        "anisotropic_diffusion",
        "Perona and Malik, 'Scale-Space and Edge Detection Using Anisotropic Diffusion' "
        "(1990), eqs. 7 to 10",
        {"image": floats("h w", 0, 1)},
        floats("h w"),
        options={
            "conductance": ("exponential", "rational"),
            "kappa": (0.2, 0.5),
            "steps": (2, 4, 7),
        },
        dims={"h": (4, 6, 8), "w": (5, 7, 9)},
        wrt=("image",),
    ),
    Idiom(
        "structural_similarity",
        "Wang et al., 'Image Quality Assessment: From Error Visibility to Structural "
        "Similarity' (2004), eq. 13",
        {"x": floats("h w", 0, 1), "y": floats("h w", 0, 1)},
        (floats(""), floats("h-window+1 w-window+1")),
        gives=("mean_similarity", "similarity"),
        options={"window": (3, 5, 7), "gaussian": (True, False)},
        dims={"h": (8, 9, 12), "w": (8, 10, 11)},
        wrt=("x", "y"),
    ),
    Idiom(
        "guided_filter",
        "He, Sun and Tang, 'Guided Image Filtering' (2013), algorithm 1",
        {"guide": floats("h w", 0, 1), "image": floats("h w", 0, 1)},
        floats("h w"),
        options={"radius": (1, 2), "eps": (0.01, 0.04, 0.16)},
        dims={"h": (5, 7, 9), "w": (4, 6, 8)},
        wrt=("guide", "image"),
    ),
    Idiom(
        "horn_schunck_flow",
        "Horn and Schunck, 'Determining Optical Flow' (1981), section 12",
        {"first": floats("h w", 0, 1), "second": floats("h w", 0, 1)},
        (floats("h w"), floats("h w")),
        gives=("flow_x", "flow_y"),
        options={"alpha": (0.3, 0.5, 1.0), "steps": (2, 4, 8)},
        dims={"h": (4, 6, 8), "w": (5, 7, 9)},
        wrt=("first", "second"),
    ),
    Idiom(
        "laplacian_pyramid",
        "Burt and Adelson, 'The Laplacian Pyramid as a Compact Image Code' (1983)",
        {"image": floats("4*h 4*w", 0, 1)},
        [floats("4*h 4*w"), floats("2*h 2*w"), floats("h w")],
        gives=("fine_detail", "coarse_detail", "base"),
        options={"center": (0.3, 0.375, 0.4, 0.5)},
        dims={"h": (1, 2, 3), "w": (2, 3, 4)},
        wrt=("image",),
    ),
]
