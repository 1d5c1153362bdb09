"""What the tests of this repository need of pytest beyond its defaults."""

pytest_plugins = ["pytester"]
