"""The values behind the catalogue: a union's own facts, and one row a member. As many statements for one member as for all."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Committee, Membership, Officer, Person
from tongxin.people.models.officers import Office
from tongxin.people.models.persons import Sex
from tongxin.records.sheets.sheet_xml import Value
from tongxin.unions.models import Closure, Union, WorkforceCount, WorkGroup
from tongxin.unions.queries import parent_on

MOST: Final = 10_000  # members on one sheet
_SHOWN: Final = {  # a field of the catalogue → a field of the table of masks
    "name": "name", "sex": "sex", "ethnicity": "ethnicity", "id_number": "document", "born": "born",
    "political_status": "political_status", "education": "education", "skill_level": "skill_level",
    "is_migrant": "migrant_worker", "gig_group": "gig_group", "phone": "phone", "employer": "employer",
    "occupation": "occupation", "model_worker": "model_worker",
}  # fmt: skip


def union_facts(union: Union, on: date) -> dict[str, Value]:
    """By key of the catalogue; what is not known is empty. Six statements."""
    parent = parent_on(union, on)
    return {
        "union_name": union.name,
        "union_code": union.code,
        "union_uscc": union.uscc or "",
        "union_kind": str(union.get_kind_display()),
        "union_level": str(union.get_level_display()),
        "founded_on": _day(union.founded_on) if union.founded_on.year > 1900 else "",
        "parent_name": parent.name if parent else "",
        "as_of": _day(on),
        **_term(union),
        **_counts(union, on),
    }


def members_of(union: Union, on: date) -> QuerySet[Membership]:
    """Open memberships at the union and below it."""
    below = Closure.objects.as_of(on).filter(ancestor=union).values("descendant")
    rows: QuerySet[Membership] = Membership.objects.filter(union__in=below, ends=None)
    return rows


def member_rows(stays: Iterable[Membership], keys: Collection[str], *, full: bool = False) -> list[dict[str, Value]]:
    """By key of the catalogue, only those asked for. `full`: whole numbers, which the caller has disclosed."""
    return [{key: _of_member(key, place, stay, full=full) for key in keys} for place, stay in enumerate(stays, 1)]


def listed(union: Union, on: date) -> list[Membership]:
    """Members by name, with their records. Refused: "members-many"."""
    stays = list(members_of(union, on).select_related("person").order_by("person__name_sort", "pk")[: MOST + 1])
    if len(stays) > MOST:
        raise Refused(
            "members-many", "一张表最多写%(most)d名会员，这个工会和下面的更多。请选一个下级工会，分开填。", most=MOST
        )
    return stays


def _of_member(key: str, place: int, stay: Membership, *, full: bool) -> Value:
    person = stay.person
    own: dict[str, Value] = {
        "serial": place,
        "id_kind": str(person.get_document_kind_display()) if person.document_digest is not None else "",
        "is_gig": "是" if person.gig_group else "否",
        "employer_uscc": person.employer_uscc,
        "joined_on": _day(stay.starts),
        "membership_state": _state(stay),
        "post": stay.post,
    }
    if key in own:
        return own[key]
    if full and key in {"id_number", "phone"}:
        return _number(person, key)
    return shown(person, _SHOWN[key], Purpose.OFFICE_SHEET) if key in _SHOWN else ""


def _number(person: Person, key: str) -> str:
    return person.document_text() if key == "id_number" else phones.national(person.phone_text())


def _state(stay: Membership) -> str:
    if stay.retired_on is not None:
        return "退休"
    return "保留会籍" if stay.retained else "正常"


def _term(union: Union) -> dict[str, Value]:
    committee = Committee.objects.filter(union=union, succeeded_on=None).first()
    if committee is None:
        return dict.fromkeys(("chair", "term_number", "elected_on", "term_ends"), "")
    chair = Officer.objects.filter(committee=committee, office=Office.CHAIR, ends=None).select_related("person").first()
    return {
        "chair": chair.person.name if chair else "",
        "term_number": f"第{committee.number}届",
        "elected_on": _day(committee.elected_on),
        "term_ends": _day(committee.ends),
    }


def _counts(union: Union, on: date) -> dict[str, Value]:
    counted = members_of(union, on).aggregate(
        members=Count("pk"),
        women=Count("pk", filter=Q(person__sex=Sex.FEMALE)),
        migrants=Count("pk", filter=Q(person__migrant_worker=True)),
        gig_members=Count("pk", filter=~Q(person__gig_group="")),
    )
    rows = WorkforceCount.objects.filter(union=union, group=WorkGroup.ALL, as_of__lte=on).order_by("-as_of", "-pk")
    workers = rows.values_list("workers", flat=True).first()
    return {**counted, "workers": "" if workers is None else workers}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
