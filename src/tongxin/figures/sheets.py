"""A number with the rows behind it: what card, chart, table, workbook, print and API all show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tongxin.activities.models import Cohort
from tongxin.figures import counting, labels
from tongxin.figures.asking import Asking, Axis, Key
from tongxin.figures.catalogue import Figure, chosen
from tongxin.figures.ratios import Ratio, Share
from tongxin.people.authority import Actor, may
from tongxin.people.powers import Power


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure's number, as a card or a line of the API shows it."""

    figure: Figure
    value: int

    def __str__(self) -> str:
        return self.figure.show(self.value)


@dataclass(frozen=True, slots=True)
class Row:
    key: Key
    label: labels.Label
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows along one axis. `totals` are counted from the records, not from the rows, so that they check each other."""

    asking: Asking
    by: Axis
    figures: tuple[Figure, ...]
    totals: dict[str, int]
    rows: tuple[Row, ...]
    names_open: bool = False

    @property
    def columns(self) -> list[Answer]:
        return [Answer(figure, self.totals[figure.name]) for figure in self.figures]

    def sum_of_rows(self, name: str) -> int:
        return sum(row.values[name] for row in self.rows)

    def adds_up(self, name: str) -> bool:
        return self.sum_of_rows(name) == self.totals[name]

    def check(self, figure: Figure, against: str = "上一页的数字") -> "Check":
        """`against`: where the reader has seen the number before."""
        return Check(figure, self.by, self.totals[figure.name], self.sum_of_rows(figure.name), against)

    def checks(self, against: str = "上一页的数字") -> list["Check"]:
        return [self.check(figure, against) for figure in self.figures]


@dataclass(frozen=True, slots=True)
class Check:
    """Whether the rows add up to the number, and what to say about it."""

    figure: Figure
    by: Axis
    total: int
    rows_sum: int
    against: str = "上一页的数字"

    @property
    def agrees(self) -> bool:
        return self.total == self.rows_sum

    @property
    def broken(self) -> bool:
        """The rows should add up and do not: the page says so instead of hiding it."""
        return not self.agrees and (self.figure.adds_up_by(self.by) or self.rows_sum < self.total)

    @property
    def words(self) -> str:
        if self.agrees:
            return f"各行合计{self.figure.show(self.rows_sum)}，与{self.against}一致。"
        if self.broken:
            return (
                f"各行合计{self.figure.show(self.rows_sum)}，与总数{self.figure.show(self.total)}不一致，请告诉管理员。"
            )
        return f"总数{self.figure.show(self.total)}，各行相加是{self.rows_sum:,}。{self.figure.overlap}"


def answers(names: Iterable[str], asking: Asking) -> list[Answer]:
    figures = chosen(names)
    values = counting.total(figures, asking)
    return [Answer(figure, values[figure.name]) for figure in figures]


def share(ratio: Ratio, asking: Asking) -> Share:
    return ratio.of(counting.total((ratio.numerator, ratio.denominator), asking))


def sheet(names: Iterable[str], asking: Asking, by: Axis, *, reader: Actor | None = None) -> Sheet:
    """One number, or several, with the rows behind them along one axis."""
    _, sheets = board(asking, {by: tuple(names)}, reader=reader)
    return sheets[by]


def board(
    asking: Asking, wants: Mapping[Axis, Sequence[str]], also: Iterable[str] = (), *, reader: Actor | None = None
) -> tuple[counting.Values, dict[Axis, Sheet]]:
    """Sheets along several axes and the wholes of `also`, each relation read once.

    Rows are sorted as people read the axis: terms and days by number, others by name. Records that are gone stand last.
    """
    figures: dict[Axis | None, tuple[Figure, ...]] = {axis: chosen(names) for axis, names in wants.items()}
    wholes = {figure.name: figure for figure in (*chosen(also), *(one for some in figures.values() for one in some))}
    found = counting.survey(asking, {**figures, counting.WHOLE: tuple(wholes.values())})
    totals = found[counting.WHOLE][None]
    return totals, {axis: _sheet(asking, axis, figures[axis], totals, found[axis], reader) for axis in wants}


def _sheet(
    asking: Asking, by: Axis, figures: tuple[Figure, ...], totals: counting.Values,
    found: dict[Key, counting.Values], reader: Actor | None,
) -> Sheet:  # fmt: skip
    open_names = by is Axis.PERSON and may_read_names(reader, asking)
    named = labels.of(by, found, on=asking.as_of, names=open_names)
    rows = [Row(key, named[key], values) for key, values in found.items()]
    rows.sort(key=lambda row: (row.key is None, row.label.order))
    return Sheet(asking, by, figures, {one.name: totals[one.name] for one in figures}, tuple(rows), open_names)


def may_read_names(reader: Actor | None, asking: Asking) -> bool:
    """Only of one cohort at a time, and only with the power at the union that held it."""
    cohort = asking.narrowed.get(Axis.COHORT)
    if reader is None or cohort is None:
        return False
    union = Cohort.objects.values_list("union_id", flat=True).get(pk=cohort)
    return may(reader, Power.DRILL_TO_NAMES, union)
