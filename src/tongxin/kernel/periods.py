"""Half-open periods of days: from a day, until (not including) another."""

from dataclasses import dataclass
from datetime import date

from tongxin.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Days:
    """`starts` is in, `ends` is out; no `ends` means open."""

    starts: date
    ends: date | None = None

    def __post_init__(self) -> None:
        if self.ends is not None and self.ends <= self.starts:
            raise Refused("period-empty", "结束日期要晚于开始日期，请改其中一个。")

    def __contains__(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)

    def overlaps(self, other: "Days") -> bool:
        return (other.ends is None or self.starts < other.ends) and (self.ends is None or other.starts < self.ends)
