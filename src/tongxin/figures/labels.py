"""What the rows of an axis are called, and how an address names them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from tongxin.activities.models import Cohort, Course, Term
from tongxin.figures.asking import Axis, Key
from tongxin.people.models import Person
from tongxin.people.names import mask
from tongxin.unions.models import Union, UnionName
from tongxin.venues.models import Site


@dataclass(frozen=True, slots=True)
class Label:
    """`slug` stands in addresses (a public id, a union's code, a year); empty where there is nothing further to open."""

    words: str
    note: str = ""
    slug: str = ""
    order: tuple[Any, ...] = ()


HERE = Label("本级", "由这个工会自己举办")
GONE = Label("记录已归档", "只剩台账，原记录已不在")
Maker = Callable[[set[Any]], dict[Key, Label]]


def of(axis: Axis, keys: Iterable[Key], *, on: date, names: bool = False) -> Mapping[Key, Label]:
    """A label for every key. One statement, whatever the number of rows (two for unions).

    People are masked unless `names`; whether they may be read is for `sheets.may_read_names` to say.
    """
    wanted = set(keys)
    present = {key for key in wanted if key is not None}
    dated: dict[Axis, Maker] = {
        Axis.BRANCH: partial(_unions, on=on),
        Axis.UNION: partial(_unions, on=on),
        Axis.PERSON: partial(_persons, names=names),
    }
    found = {**_MAKERS, **dated}[axis](present)
    lost = HERE if axis is Axis.BRANCH else GONE
    return {key: found.get(key, lost) for key in wanted}


def _unions(keys: set[Any], *, on: date) -> dict[Key, Label]:
    """Called as on that day."""
    then = dict(UnionName.objects.as_of(on).filter(union__in=keys).values_list("union_id", "name"))
    unions = Union.objects.filter(pk__in=keys)
    return {u.pk: Label(then.get(u.pk, u.name), u.get_kind_display(), u.code, (1, u.level, u.code)) for u in unions}


def _terms(keys: set[Any]) -> dict[Key, Label]:
    terms = Term.objects.filter(pk__in=keys).select_related("programme")
    return {t.pk: _term(t) for t in terms}


def _term(term: Term) -> Label:
    days = f"{_day(term.starts)}—{_day(term.ends)}"
    order = (term.programme.name, term.programme_id, term.ordinal)
    return Label(f"第{term.ordinal}期", f"{term.programme.name}，{days}", term.public_id, order)


def _courses(keys: set[Any]) -> dict[Key, Label]:
    courses = Course.objects.filter(pk__in=keys)
    return {c.pk: Label(c.name, c.topic, c.public_id, (c.topic, c.name, c.pk)) for c in courses}


def _cohorts(keys: set[Any]) -> dict[Key, Label]:
    cohorts = Cohort.objects.filter(pk__in=keys).select_related("course", "term", "site")
    return {c.pk: _cohort(c) for c in cohorts}


def _cohort(cohort: Cohort) -> Label:
    note = f"第{cohort.term.ordinal}期，{cohort.site.name}，{_day(cohort.first_day)}起"
    return Label(cohort.title, note, cohort.public_id, (cohort.term.ordinal, cohort.first_day, cohort.title, cohort.pk))


def _sites(keys: set[Any]) -> dict[Key, Label]:
    sites = Site.objects.filter(pk__in=keys)
    return {s.pk: Label(s.name, s.get_kind_display(), s.public_id, (s.name, s.pk)) for s in sites}


def _years(keys: set[Any]) -> dict[Key, Label]:
    return {key: Label(f"{key}年", "", key, (key,)) for key in keys}


def _months(keys: set[Any]) -> dict[Key, Label]:
    return {key: Label(f"{key[:4]}年{int(key[5:])}月", "", key, (key,)) for key in keys}


def _persons(keys: set[Any], *, names: bool) -> dict[Key, Label]:
    people = Person.objects.filter(pk__in=keys).values_list("pk", "name", "name_sort")
    return {pk: Label(name if names else mask(name), "", "", (sort, pk)) for pk, name, sort in people}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_MAKERS: dict[Axis, Maker] = {
    Axis.TERM: _terms, Axis.COURSE: _courses, Axis.COHORT: _cohorts, Axis.SITE: _sites, Axis.YEAR: _years,
    Axis.MONTH: _months,
}  # fmt: skip
