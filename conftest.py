"""What the tests of this repository need of pytest beyond its defaults."""

import os

from jaxsmith.stages.environment import prepare

pytest_plugins = ["pytester"]

# Tests that import JAX themselves see the devices that functions of a corpus see.
prepare(os.environ)
