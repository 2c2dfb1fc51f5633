"""Courses of dated steps of the synthetic city, by topic: each module lists its own in ``courses(city)``."""
