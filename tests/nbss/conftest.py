"""No test here is timed: on a busy machine the same reading takes longer."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
