"""When someone is left alone: quiet hours across midnight, and the hour of the daily summary. Arithmetic of local time."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

DIGEST_AT: Final = time(18)


class Hours(NamedTuple):
    """From one time of day until another; they may span midnight. Equal: never quiet."""

    starts: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """21:00-08:00."""
        starts, _, ends = text.partition("-")
        return cls(time.fromisoformat(starts.strip()), time.fromisoformat(ends.strip()))

    def hold(self, moment: time) -> bool:
        if self.starts <= self.ends:
            return self.starts <= moment < self.ends
        return moment >= self.starts or moment < self.ends


def after_quiet(at: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """`at` itself, or the end of the quiet hours that hold it."""
    local = at.astimezone(zone)
    if not hours.hold(local.time()):
        return at
    day = local.date() + timedelta(days=int(local.time() >= hours.ends))
    return datetime.combine(day, hours.ends, zone)


def digest_hour(at: datetime, zone: tzinfo) -> datetime:
    """The next hour of the summary after `at`."""
    local = at.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_AT, zone)
    return today if local < today else today + timedelta(days=1)
