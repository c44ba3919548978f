"""For all tests: how hypothesis looks for examples."""

import os

from hypothesis import settings

# A busy machine is no finding: examples have no deadline. On a build machine the examples are the
# same every time, so that a change is judged by itself; everybody else looks at new ones.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("repeat", settings.get_profile("explore"), derandomize=True)
settings.load_profile("repeat" if os.environ.get("CI") else "explore")
