"""What holds for all tests."""

from hypothesis import settings

# pytest-timeout limits a whole test; how long one example takes depends on what else the machine does.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
