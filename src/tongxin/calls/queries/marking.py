"""Groups that no rule decides: of which applications, and who is meant by the lines of a list by which they are marked.

A line is a ticket, or a name with the last digits of a document or a phone, among those who entered this call. Never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tongxin.calls.models import Applicant, Application, Call, Reserve
from tongxin.calls.places import groups_in
from tongxin.calls.queries.lists import entries_of
from tongxin.calls.states import MARKABLE, ApplicationState, Named
from tongxin.kernel.refused import Refused
from tongxin.people.name_lists import FEWEST_DIGITS, Line, check_many, fits, of_line

TICKET: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{32}(?![0-9a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Judged:
    """One line as it was written. `why` says what to do where nothing was found or nothing can be marked."""

    no: int
    text: str
    named: Named
    application: Application | None = None
    why: Refused | None = None


def markable_in(call: Call) -> dict[str, str]:
    """The groups that no rule decides: by name the words that people read."""
    rows = Reserve.objects.filter(pool__call=call, rule_version=None).order_by("order", "pk")
    return dict(rows.values_list("name", "words"))


def markable(applications: Collection[int]) -> dict[int, set[str]]:
    """The same of each of these, by the pools that it asked for."""
    found: dict[int, set[str]] = {pk: set() for pk in applications}
    rows = Reserve.objects.filter(pool__preferences__application__in=list(applications), rule_version=None)
    for application, name in rows.values_list("pool__preferences__application", "name"):
        if application in found:
            found[application].add(name)
    return found


def judge(call: Call, text: str, *, group: str, into: bool) -> list[Judged]:
    """Line by line what marking would do; as many queries for one as for many. Refused: "names-many"."""
    lines = [(no, line.strip()) for no, line in enumerate(text.splitlines(), 1) if line.strip()]
    check_many(len(lines))
    tickets = {no: one[0].lower() for no, line in lines if (one := TICKET.search(line))}
    named = {no: of_line(no, line) for no, line in lines if no not in tickets}
    by_ticket, by_name = _by_ticket(call, tickets.values()), _by_name(call, {line.name for line in named.values()})
    meant = {
        no: _of_ticket(by_ticket.get(tickets[no])) if no in tickets else _of_name(named[no], by_name) for no, _ in lines
    }
    rows = {
        row.pk: row for row in entries_of(call, "").filter(pk__in={pk for one in meant.values() for pk in one.among})
    }
    possible, seen = markable(rows), set[int]()
    judged = (_one_of(no, line, meant[no], rows) for no, line in lines)
    return [_settled(one, possible, seen, group, into=into) for one in judged]


@dataclass(frozen=True, slots=True)
class _Meant:
    """The applications that a line may mean; or what is wrong with it."""

    among: frozenset[int] = frozenset()
    named: Named = Named.NOBODY
    why: Refused | None = None


def _by_ticket(call: Call, tickets: Collection[str]) -> dict[str, int]:
    rows = Application.objects.filter(call=call, ticket__in=list(tickets))
    return {str(ticket): pk for ticket, pk in rows.values_list("ticket", "pk")}


def _by_name(call: Call, names: Collection[str]) -> dict[str, list[Applicant]]:
    found: dict[str, list[Applicant]] = defaultdict(list)
    rows = Applicant.objects.filter(call=call, person__name__in=set(names) - {""}).select_related("person")
    for row in rows.order_by("pk"):
        found[row.person.name].append(row)
    return found


def _of_ticket(pk: int | None) -> _Meant:
    if pk is None:
        return _Meant(why=Refused("ticket-unknown", "这一次的报名里没有这个票号。请照名单再抄一遍。"))
    return _Meant(frozenset({pk}))


def _of_name(line: Line, by_name: Mapping[str, Sequence[Applicant]]) -> _Meant:
    if not line.name:
        return _Meant(
            why=Refused("line-unread", "没有读到票号，也没有读到姓名。请写票号；或者姓名，逗号，再写号码的后4位。")
        )
    if len(line.number) < FEWEST_DIGITS:
        said = Refused("digits-few", "请补上证件号码或手机号的后%(n)d位以上，或改写票号，免得标错人。", n=FEWEST_DIGITS)
        return _Meant(named=Named.UNSURE, why=said)
    people = by_name.get(line.name, [])
    if not people:
        return _Meant(
            why=Refused("nobody-entered", "报名的人里没有这个姓名。请写全名，或改写票号；没有报名的人标不了。")
        )
    among = frozenset(row.application_id for row in people if fits(line.number, row.person))
    if not among:
        return _Meant(why=Refused("digits-differ", "姓名对得上，号码对不上。请核对号码，登记有误的先更正登记。"))
    return _Meant(among)


def _one_of(no: int, text: str, meant: _Meant, rows: Mapping[int, Application]) -> Judged:
    """Of several, the one that can still be marked: who withdrew and entered again is there twice."""
    if not meant.among:
        return Judged(no, text, meant.named, why=meant.why)
    found = [rows[pk] for pk in sorted(meant.among)]
    live = [row for row in found if row.state in MARKABLE]
    if len(live) > 1:
        said = Refused("several-fit", "有%(n)d份报名对得上这一行。请改写票号，报名名单里有。", n=len(live))
        return Judged(no, text, Named.UNSURE, why=said)
    if not live:
        state = ApplicationState(found[-1].state).label
        said = Refused("wrong-state", "这份报名%(state)s，标组不再起作用。", state=state)
        return Judged(no, text, Named.CLOSED, found[-1], said)
    return Judged(no, text, Named.FOUND, live[0])


def _settled(one: Judged, possible: Mapping[int, set[str]], seen: set[int], group: str, *, into: bool) -> Judged:
    if one.named is not Named.FOUND or one.application is None:
        return one
    row = one.application
    if row.pk in seen:
        return replace(one, named=Named.TWICE)
    seen.add(row.pk)
    if group not in possible[row.pk]:
        return replace(one, named=Named.CLOSED, why=Refused("group-elsewhere", "这份报名报的名额里没有这一组。"))
    return replace(one, named=Named.ALREADY) if (group in groups_in(row.groups)) == into else one
