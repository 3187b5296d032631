"""Ratios. One cannot be had without its denominator: there is no way to ask for the percentage alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tongxin.figures.catalogue import FIGURES, Figure


@dataclass(frozen=True, slots=True)
class Ratio:
    name: str
    words: str
    question: str
    numerator: Figure
    denominator: Figure
    version: int

    @property
    def definition(self) -> str:
        top, bottom = self.numerator, self.denominator
        return f"{top.words}除以{bottom.words}。{top.words}：{top.definition}{bottom.words}：{bottom.definition}"

    def of(self, values: Mapping[str, int]) -> "Share":
        return Share(self, values[self.numerator.name], values[self.denominator.name])


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio's value. It shows itself whole or not at all."""

    ratio: Ratio
    part: int
    whole: int

    def __str__(self) -> str:
        """86.4%（412/477个名额）."""
        unit = self.ratio.denominator.unit
        if self.whole == 0:
            return f"没有可比的（0/0{unit}）" if self.part == 0 else f"无法计算（{self.part:,}/0{unit}）"
        percent = (Decimal(100) * self.part / self.whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{percent}%（{self.part:,}/{self.whole:,}{unit}）"


FILL_RATE: Final = Ratio(
    name="fill_rate", words="名额使用率", question="开出的名额用上了多少？",
    numerator=FIGURES["seats_taken"], denominator=FIGURES["seats"], version=1,
)  # fmt: skip
RATIOS: Final[Mapping[str, Ratio]] = {FILL_RATE.name: FILL_RATE}
