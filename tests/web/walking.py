"""Every address of the house, with something to stand behind each: for tests that walk them all.

`every_page()` reads the resolver, so that a new page is walked without being named anywhere. `things_of(school)` says what
stands for each piece of an address; a piece that is new fails with its name.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver  # noqa: TID251 - it walks the addresses
from tests.cast import HOUSE, NOW, Player, member_of_staff, worker
from tests.factories.activities import School, at, enrolment, fresh, lesson, sign_up
from tests.factories.likenesses import again as member
from tests.factories.likenesses import pair_of
from tests.factories.rosters import document, members, row, uploaded
from tests.web.staff.benefit_things import benefit_things
from tests.web.staff.call_things import call_things
from tests.web.staff.catalogue_things import catalogue_things, poll_things
from tests.web.staff.channel_things import channel_things
from tests.web.staff.counter_things import counter_things
from tests.web.staff.draw_things import draw_things
from tests.web.staff.filing_things import filing_things
from tests.web.staff.lane_things import lane_things
from tests.web.staff.member_things import member_things
from tests.web.staff.rule_things import rule_things
from tests.web.staff.sending_things import sending_things
from tests.web.staff.union_things import union_things

from tongxin.activities.actions import collective, enrolments
from tongxin.activities.models import Cohort
from tongxin.activities.queries.check_in import screen_code
from tongxin.people.actions import appointments, merging, tokens
from tongxin.people.actions.imports import pieces
from tongxin.people.actions.merging import Choice
from tongxin.people.models import Appointment
from tongxin.people.roles import RoleName
from tongxin.web.guard import DEVICE_COOKIE, Guard
from tongxin.web.middleware import GUARD_THEMSELVES

AT_THE_DOOR: datetime = at(4, 2, 18, 50)  # ten minutes before the first lesson of the week's second day
PIECE = re.compile(r"<(?:\w+:)?(\w+)>")
NO_OBJECT = {
    "name",
    "key",
    "signed",
    "parameters",
}  # name no row of anyone: a figure, a provider, a signature, a ceiling


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the resolver: `staff/people/<slug:public_id>/edit/`."""

    route: str
    guard: Guard | None
    view: str

    @property
    def pieces(self) -> list[str]:
        """What stands in the address; an id that may be of several kinds goes by the word before it."""
        return [_key(self.route, found) for found in PIECE.finditer(self.route)]

    @property
    def has_object(self) -> bool:
        return bool(set(self.pieces) - NO_OBJECT)

    def address(self, things: Mapping[str, object]) -> str:
        def piece(found: re.Match[str]) -> str:
            key = _key(self.route, found)
            assert key in things, (
                f"nothing stands for {key} of /{self.route}: add it to things_of in tests/web/walking.py"
            )
            return str(things[key])

        return "/" + PIECE.sub(piece, self.route)


def _key(route: str, found: re.Match[str]) -> str:
    name = found[1]
    before = route[: found.start()].rstrip("/").rpartition("/")[2]
    return before if name in {"public_id", "person_id"} or before == "parameters" else name


def every_page() -> list[Page]:
    """All but the API, whose operations are walked by its own document."""
    return [
        Page(route, getattr(view, "guard", None), f"{view.__module__}.{view.__name__}")
        for route, view in _walk(get_resolver())
        if not getattr(view, "func", view).__module__.startswith("ninja.")
    ]


def _walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, object]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from _walk(entry, route)


def guards_itself(page: Page) -> bool:
    return any(page.view.startswith(prefix) for prefix, _reason in GUARD_THEMSELVES)


# ---- what stands behind the addresses -----------------------------------------------------------------------------


@dataclass
class Estate:
    """A school with everything that an address may name, and the one who may do all of it."""

    school: School
    master: Player  # administrator and officer at the school's union, who also teaches its class
    cohort: Cohort
    waiter: Player
    things: dict[str, object]


def master_of(union, login: str) -> Player:
    """Two posts, which together have every power but the operator's."""
    player = member_of_staff(union, RoleName.FEDERATION_ADMIN, "全能", login=login)
    appointments.appoint(
        person=player.person,
        role=RoleName.PROGRAMME_OFFICER,
        union=union,
        starts=NOW.date(),
        ends=at(6, 30).date(),
        by=HOUSE,
        at=NOW,
    )
    return player


def estate(school: School, pupil: Player, login: str, waiter_name: str, **plan: object) -> Estate:
    """One class with a lesson today, one pupil on its roster, one in its line, and a roster that was uploaded."""
    master = master_of(school.union, login)
    cohort = school.cohort(units=1, room=school.room, **plan)
    home = pupil.person.memberships.get().union
    waiter = worker(home, waiter_name, login=f"waits-{login}")
    other = school.cohort(name="另一班", weekday=5, **plan)
    sign_up(cohort, pupil, waiter)
    things = _things(school, master, cohort, pupil) | {"other": other.public_id}
    things |= _named(school.cohort(name="第三班", weekday=6, **plan), home, pupil, master)
    return Estate(school, master, fresh(cohort), waiter, things)


def _things(school: School, master: Player, cohort: Cohort, pupil: Player) -> dict[str, object]:
    session = lesson(cohort, 1)
    token, _key_text = tokens.issue(account=master.account, name="对账系统", days=30, by=master.actor, at=NOW)
    home = pupil.person.memberships.get().union
    batch = uploaded(home, row(pupil.person.name, document(pupil)), *members(1), by=master.actor)
    upload = pieces.begin(union=home, file_name="花名册.csv", size=9, fingerprint="", by=master.actor, at=NOW)
    post = Appointment.objects.filter(union=school.union, role=RoleName.PROGRAMME_OFFICER).first()
    return {
        "cohort_id": cohort.public_id, "session_id": session.public_id, "enrolment_id": enrolment(cohort, pupil).public_id,
        "accounts": school.officer.person.public_id, "course_id": cohort.course.public_id, "term_id": school.term.public_id,
        "programme_id": school.programme.public_id, "site_id": school.site.public_id, "room_id": school.room.public_id,
        "token_id": token.public_id, "text": screen_code(session=session, at=AT_THE_DOOR).text, "name": "person_times",
        **counter_things(school, pupil, master),
        "people": pupil.person.public_id, "unions": home.public_id, "appointments": post.public_id,
        "upload_id": upload.public_id,
        "imports": batch.public_id, "row_no": 2, "union": home.public_id, "site": school.site.public_id,
        "sites": school.site.public_id, "cohorts": cohort.public_id, "key": "nobody",
        **_known_twice(home, master), **union_things(home, school.union, pupil, master.actor),
        **member_things(home, school.union, pupil, master.account.login),
        **sending_things(school, pupil),
        **rule_things(school.union, master.actor),
        **channel_things(school),
        **draw_things(school, pupil, master),
        **catalogue_things(school.union),
        **lane_things(school.union, AT_THE_DOOR, [pupil.person, master.person]),
        **poll_things(school),
        **call_things(school.union, pupil),
        **filing_things(home, school.union, pupil, master.actor),
        **benefit_things(home, school.union, pupil),
    }  # fmt: skip


def _named(cohort: Cohort, home, pupil: Player, master: Player) -> dict[str, object]:
    """Someone named by their union for another class, who left it since; and the list that did it."""
    done = collective.sign_up(cohort=cohort, union=home, people=[pupil.person.public_id], by=master.actor, at=NOW)
    enrolments.withdraw(cohort=cohort, person=pupil.person, by=pupil.actor, at=NOW)  # each may have two in a term
    return {"group_id": done.group.public_id, "named_id": done.group.places.get().public_id}


def _known_twice(union, master: Player) -> dict[str, object]:
    """A pair to be decided, and a merge that can be undone, among the members of that union."""
    one, other, third = (member(union, name).person for name in ("宋江", "松江", "宋姜"))
    pair = pair_of(one, third)
    done = merging.merge(
        pair=pair_of(one, other), choice=Choice(kept=one, membership=one.memberships.get().public_id),
        by=master.actor, at=NOW,
    )  # fmt: skip
    return {"likeness_id": pair.public_id, "merge_id": done.public_id}


def again(client: Client) -> Client:
    """The same session (and device) in a browser that has seen nothing else."""
    other = Client(raise_request_exception=False)
    kept = {"sessionid", DEVICE_COOKIE}
    other.cookies.load({name: morsel.value for name, morsel in client.cookies.items() if name in kept})
    return other


def at_counter(ours: Estate) -> Client:
    """Before the paired device, whose shift is open."""
    client = Client(raise_request_exception=False)
    client.cookies[DEVICE_COOKIE] = str(ours.things["till-token"])
    return client


def digest_of_everything() -> dict[str, str]:
    """Each table of the house with a digest of its rows: what a request changed shows up by the table's name."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in {"django_session", "cache"} or table.startswith("procrastinate_"):
                continue
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            rows = "\n".join(row[0] for row in cursor.fetchall())
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found
