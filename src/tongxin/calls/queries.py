"""What someone has, who stands in line, what is left."""

from tongxin.calls.models import Application, Pool


def place_in_line(application: Application, pool: Pool) -> int | None:
    """1 for the first in line; None for one who does not wait there."""
    raise NotImplementedError
