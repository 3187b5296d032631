"""What stands on either side of a likeness, what a merge did, and what became of a record: for pages."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from tongxin.people import likeness
from tongxin.people.authority import Actor
from tongxin.people.masks import TABLE, Purpose, shown
from tongxin.people.models import Account, Appointment, Likeness, Membership, Merge, MergedRow, Person
from tongxin.people.powers import Power
from tongxin.people.queries.pointing import counts

KINDS: Final = {
    "activities_enrolment": "在册",
    "calls_applicant": "报名",
    "calls_award": "名额",
    "calls_objection": "异议",
    "notices_message": "消息",
    "people_appointment": "岗位",
    "people_claimcode": "认领码",
    "people_disclosure": "号码查看记录",
    "people_joinapplication": "入会申请",
    "people_transfer": "转接申请",
    "people_passport": "会籍通行证",
    "people_phonechange": "手机号更换记录",
    "people_verification": "身份核验记录",
    "served_servedrow": "服务统计",
}
OTHERS: Final = "其他记录"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records as the decider sees it: masked as on a person's page."""

    person: Person
    cells: dict[str, str]
    stay: Membership | None  # the open one
    stays: int
    account: Account | None
    posts: int
    rows: dict[str, int]  # how many of which kind, in words: what would follow


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both."""

    field: str
    one: str
    other: str
    differs: bool

    @property
    def both(self) -> bool:
        """Both have one: where they differ, someone must choose."""
        return bool(self.one and self.other)


def sides(pair: Likeness, actor: Actor) -> tuple[Side, Side]:
    people = [pair.one, pair.other]
    stays = list(Membership.objects.filter(person__in=people).select_related("union"))
    accounts = {account.person_id: account for account in Account.objects.filter(person__in=people)}
    posts = Counter(
        Appointment.objects.filter(person__in=people, ends__gt=actor.on).values_list("person_id", flat=True)
    )
    one, other = (
        Side(
            person=person,
            cells={field: shown(person, field, Purpose.STAFF_DETAIL) for field in TABLE},
            stay=next((stay for stay in stays if stay.person_id == person.pk and stay.ends is None), None),
            stays=sum(stay.person_id == person.pk for stay in stays),
            account=accounts.get(person.pk),
            posts=posts[person.pk],
            rows=counts(person, KINDS),
        )
        for person in people
    )
    return one, other


def better(one: Side, other: Side) -> Side:
    """The one to keep unless the decider says otherwise: a member, surer known, with a number, longer here."""

    def rank(side: Side) -> tuple[bool, int, bool, bool, int]:
        person = side.person
        known = person.document is not None
        return (side.stay is not None, person.assurance, known, side.account is not None, -person.pk)

    return max(one, other, key=rank)


def lines(one: Side, other: Side) -> list[Line]:
    """Fields that either has; masked numbers may look equal and differ: what is compared is the whole of them."""
    whole = {"document": Person.document_text, "phone": Person.phone_text}
    found = []
    for field in TABLE:
        a, b = one.cells[field], other.cells[field]
        read = whole.get(field)
        differs = read(one.person) != read(other.person) if read else a != b
        if a or b:
            found.append(Line(field, a, b, differs))
    return found


def reasons(pair: Likeness) -> list[str]:
    return [likeness.WORDS[code] for code in pair.reasons if code in likeness.WORDS]


def merges_of(person: Person) -> list[Merge]:
    """Merges into this record, newest first, also those that were undone."""
    rows = Merge.objects.filter(kept=person).select_related("gone", "union")
    return list(rows.order_by("-at", "-pk"))


def merges_within(actor: Actor) -> "QuerySet[Merge]":
    rows: QuerySet[Merge] = Merge.objects.within(actor, Power.MERGE_PEOPLE).select_related("kept", "gone", "union")
    return rows.order_by("-at", "-pk")


def moved(merge: Merge) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows of which kind followed, and how many were put aside, in words."""
    followed, aside = Counter[str](), Counter[str]()
    for row in MergedRow.objects.filter(merge=merge).exclude(column="state"):
        (aside if row.aside else followed)[KINDS.get(row.table, OTHERS)] += 1
    return dict(followed), dict(aside)
