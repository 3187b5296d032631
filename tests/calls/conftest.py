"""Every test here runs with the quiet kind."""

from tests.factories.calls import heard

__all__ = ["heard"]
