"""What staff fill in about a cohort, and which field a refusal speaks of."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms

from tongxin.activities.actions.cohorts import CohortPlan
from tongxin.activities.models import Cohort, Course, Term
from tongxin.activities.queries.previews import Preview, preview
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.people.names import surname
from tongxin.people.queries.appointed import holders
from tongxin.people.roles import RoleName
from tongxin.unions.models import Union
from tongxin.venues.models import Room, Site
from tongxin.venues.queries import places_to_use
from tongxin.web.dates import WEEKDAYS
from tongxin.web.forms import HouseForm
from tongxin.web.staff.fields import ClockField, DayField, whole

UNDER = {
    "cohort-times": "ends_at", "places": "units", "places-taken": "units", "room-small": "units", "room-elsewhere": "place",
    "site-closed": "place", "room-closed": "place", "room-taken": "place", "sessions-count": "session_count",
    "outside-term": "first_day", "teacher-busy": "teacher", "fee": "fee", "cohort-twice": "name",
    "session-times": "ends_at", "session-past": "day", "session-twice": "day", "why-missing": "why",
    "family-consent": "consents", "family-none": "under_6", "family_most": "under_6", "party": "under_6",
    "merge-full": "into", "pool-full": "into", "already-there": "into", "same-cohort": "into", "reason-missing": "reason",
}  # fmt: skip


class PlaceField(forms.ChoiceField):
    """A room, or a site without one. Cleans to (site, room)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found: dict[str, tuple[Site, Room | None]] = {}

    def offer(self, sites: Iterable[Site], *, anywhere: bool = True) -> None:
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for site in sites:
            options: list[tuple[str, str]] = []
            if anywhere:
                self.found[site.public_id] = (site, None)
                options.append((site.public_id, "不定教室"))
            for room in site.open_rooms:  # type: ignore[attr-defined]
                self.found[room.public_id] = (site, room)
                options.append((room.public_id, f"{room.name}（{room.seats}座）" if room.seats else room.name))
            groups.append((site.name, options))
        self.choices = [("", "请选择"), *groups]

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return self.found.get(chosen)


class TeacherField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Those appointed as teachers around the union; on a cohort's page names are shown to its staff."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Person.objects.none(), label="老师", required=False, to_field_name="public_id",
                         empty_label="还没定", **kwargs)  # fmt: skip

    def offer(self, union: Union, on: date) -> None:
        self.queryset = holders(RoleName.TEACHER, union, on=on)

    def label_from_instance(self, obj: Person) -> str:
        return obj.name


def _teacher_name() -> forms.CharField:
    return forms.CharField(
        label="职工看到的老师称呼", max_length=40, required=False, help_text="如孟老师；不填就按姓写"
    )


class CohortForm(HouseForm):
    course = forms.ModelChoiceField(
        Course.objects.none(), label="课程", to_field_name="public_id", empty_label="请选择"
    )
    name = forms.CharField(label="班名", max_length=60, required=False, help_text="同一门课有几个班时写，如晚班")
    weekday = forms.TypedChoiceField(
        label="星期", coerce=int, choices=[(str(n), name) for n, name in enumerate(WEEKDAYS, 1)]
    )
    starts_at = ClockField(label="上课时间")
    ends_at = ClockField(label="下课时间")
    session_count = whole("上课次数", most=120, initial=10)
    first_day = DayField(label="第一次课不早于", required=False, help_text="不填就从本期开始那天算起")
    place = PlaceField(label="地点和教室")
    teacher = TeacherField()
    teacher_name = _teacher_name()
    units = whole("名额", initial=30)
    fee = forms.DecimalField(
        label="材料费（元）", min_value=0, max_digits=8, decimal_places=2, initial=0, required=False
    )

    def __init__(self, *args: Any, term: Term, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.term = term
        self.fields["course"].queryset = Course.objects.filter(programme=term.programme_id).order_by("topic", "name")  # type: ignore[attr-defined]
        self.fields["place"].offer(places_to_use(term.union, term.starts))  # type: ignore[attr-defined]
        self.fields["teacher"].offer(term.union, on)  # type: ignore[attr-defined]

    def plan(self) -> CohortPlan:
        values = dict(self.cleaned_data)
        site, room = values.pop("place")
        values["teacher_name"] = called(values["teacher_name"], values["teacher"])
        return CohortPlan(**{**values, "site": site, "room": room, "fee": values["fee"] or Decimal(0)})

    def preview(self) -> Preview:
        """From what is filled in so far. Refused: "preview-early", and what planning refuses."""
        values = self.cleaned_data
        if not all(values.get(name) for name in ("weekday", "session_count")) or "first_day" in self.errors:
            raise Refused("preview-early", "选好星期、时间和次数，这里列出上课日期。")
        return preview(
            starts=self.term.starts,
            ends=self.term.ends,
            first_day=values.get("first_day") or self.term.starts,
            weekday=values["weekday"],
            count=values["session_count"],
            starts_at=values.get("starts_at") or time(19),
        )


class ChangeForm(HouseForm):
    """Room, teacher and hours of the lessons ahead."""

    place = PlaceField(label="教室")
    teacher = TeacherField()
    teacher_name = _teacher_name()
    starts_at = ClockField(label="上课时间")
    ends_at = ClockField(label="下课时间")

    def __init__(self, *args: Any, cohort: Cohort, on: date, **kwargs: Any) -> None:
        place = cohort.room.public_id if cohort.room else cohort.site.public_id
        initial = {
            "place": place,
            "teacher": cohort.teacher.public_id if cohort.teacher else "",
            "teacher_name": cohort.teacher_name,
            "starts_at": cohort.starts_at,
            "ends_at": cohort.ends_at,
        }
        super().__init__(*args, initial=initial, **kwargs)
        sites = [site for site in places_to_use(cohort.union, on) if site.pk == cohort.site_id]
        self.fields["place"].offer(sites)  # type: ignore[attr-defined]
        self.fields["teacher"].offer(cohort.union, on)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        _, room = values.pop("place")
        return {**values, "room": room, "teacher_name": called(values["teacher_name"], values["teacher"])}


class DescribeForm(HouseForm):
    name = forms.CharField(label="班名", max_length=60, required=False)
    fee = forms.DecimalField(label="材料费（元）", min_value=0, max_digits=8, decimal_places=2)


class PlacesForm(HouseForm):
    units = whole("名额", help_text="加名额时，候补的人按先后马上补上并收到消息")


class WhyForm(HouseForm):
    why = forms.CharField(label="原因", max_length=120, help_text="学员会看到")  # type: ignore[assignment]  # a field


class IntoForm(WhyForm):
    """Another cohort of the term, and why."""

    into = forms.ChoiceField(label="并到哪个班")
    field_order = ("into", "why")

    def __init__(self, *args: Any, cohorts: Iterable[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {one.public_id: one for one in cohorts}
        options = [(key, f"{one.title} {WEEKDAYS[one.weekday - 1]}，{_left(one)}") for key, one in self.found.items()]
        self.fields["into"].choices = [("", "请选择"), *options]  # type: ignore[attr-defined]

    def chosen(self) -> Cohort:
        return self.found[self.cleaned_data["into"]]


class LessonForm(HouseForm):
    """Another time for a lesson, or one lesson more."""

    day = DayField(label="日期")
    starts_at = ClockField(label="上课时间")
    ends_at = ClockField(label="下课时间")
    place = PlaceField(label="教室", required=False)
    why = forms.CharField(label="说明", max_length=120, required=False, help_text="学员会看到，如老师出差")  # type: ignore[assignment]

    def __init__(self, *args: Any, cohort: Cohort, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [site for site in places_to_use(cohort.union, on) if site.pk == cohort.site_id]
        self.fields["place"].offer(sites, anywhere=False)  # type: ignore[attr-defined]
        self.fields["place"].choices[0] = ("", "教室不变")  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        _, room = values.pop("place") or (None, None)
        return {**values, "room": room}


def called(words: str, teacher: Person | None) -> str:
    """How workers read a teacher's name: as written, else 孟老师 by the surname."""
    return words.strip() or (f"{surname(teacher.name)}老师" if teacher else "")


def _left(cohort: Cohort) -> str:
    return f"余{cohort.pool.left}" if cohort.pool else "未开放"
