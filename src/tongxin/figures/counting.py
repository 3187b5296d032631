"""From what is asked to numbers: whole and rows along any number of axes, in one pass over each relation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connection

from tongxin.figures import statements
from tongxin.figures.asking import Asking, Axis, Key
from tongxin.figures.catalogue import Figure
from tongxin.figures.facts import Fact
from tongxin.figures.reach import Reach, reach_of

Values = dict[str, int]
Wants = Mapping[Axis | None, Sequence[Figure]]  # None: the whole, without rows
Survey = dict[Axis | None, dict[Key, Values]]
WHOLE: Final = None


def total(figures: Sequence[Figure], asking: Asking) -> Values:
    """Each figure's number by name."""
    return survey(asking, {WHOLE: figures})[WHOLE][None]


def rows(figures: Sequence[Figure], asking: Asking, by: Axis) -> dict[Key, Values]:
    """Each figure's number by name, for every key that the axis has. Figures without a row there count 0."""
    return survey(asking, {by: figures})[by]


def survey(asking: Asking, wants: Wants) -> Survey:
    """All that is wanted at once: what is counted over one relation is read in one pass, however many the axes.

    Figures that count people need a pass of their own for each axis, since a person's rows must be summed there first.
    """
    found: Survey = {axis: {} for axis in wants}
    zeros = {axis: dict.fromkeys((figure.name for figure in figures), 0) for axis, figures in wants.items()}
    reach = reach_of(asking, branches=Axis.BRANCH in wants)
    for axis, key, values in _passes(asking, wants, reach):
        shown = {name: value for name, value in values.items() if name in zeros[axis]}
        found[axis].setdefault(key, dict(zeros[axis])).update(shown)
    if WHOLE in wants:
        found[WHOLE].setdefault(None, zeros[WHOLE])
    kept = {axis: {key: values for key, values in of.items() if any(values.values())} for axis, of in found.items()}
    return {**kept, **({WHOLE: found[WHOLE]} if WHOLE in wants else {})}


def knows(figure: Figure, axis: Axis) -> bool:
    """Whether the figure's rows can be grouped so: a cohort has no one person."""
    return (Axis.UNION if axis is Axis.BRANCH else axis) in figure.fact.columns


def _passes(asking: Asking, wants: Wants, reach: Reach) -> Iterator[tuple[Axis | None, Key, Values]]:
    every = {figure.name: figure for figures in wants.values() for figure in figures}
    for fact in {figure.fact.name: figure.fact for figure in every.values()}.values():
        plain = [figure for figure in every.values() if figure.fact is fact and not figure.by_person]
        axes = [axis for axis, figures in wants.items() if any(figure in plain for figure in figures)]
        if axes:
            yield from _plain(fact, plain, asking, axes, reach)
    for axis, figures in wants.items():
        for figure in figures:
            if figure.by_person:
                yield from _by_person(figure, asking, axis, reach)


def _plain(
    fact: Fact, figures: Sequence[Figure], asking: Asking, axes: Sequence[Axis | None], reach: Reach
) -> Iterator[tuple[Axis | None, Key, Values]]:
    grouped = [axis for axis in axes if axis is not None]
    sql, params = statements.plain(fact, [figure.aggregate for figure in figures], asking, axes, reach)
    for level, *cells in _answers(sql, params):
        place = _place(int(level), len(grouped))
        key = None if place is None else cells[place]
        yield WHOLE if place is None else grouped[place], key, _named(figures, cells[len(grouped) :])


def _by_person(
    figure: Figure, asking: Asking, axis: Axis | None, reach: Reach
) -> Iterator[tuple[Axis | None, Key, Values]]:
    sql, params = statements.by_person(figure.fact, figure.aggregate, asking, axis, reach)
    for key, number in _answers(sql, params):
        yield axis, key, _named([figure], [number])


def _answers(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _place(level: int, count: int) -> int | None:
    """Which of the axes a row is of: PostgreSQL's GROUPING has one bit an axis, 0 where the row is grouped by it."""
    return next((place for place in range(count) if not level >> (count - 1 - place) & 1), None)


def _named(figures: Sequence[Figure], numbers: Sequence[object]) -> Values:
    return {figure.name: int(str(number)) for figure, number in zip(figures, numbers, strict=True)}
