"""Every page and every API operation, as everybody: what guard and roles say is what happens, and reach ends at the border."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse  # noqa: TID251 - for the type
from django.test import Client
from django.urls import reverse  # noqa: TID251 - this test speaks HTTP, as the pages do
from tests.cast import Cast, an_id
from tests.factories.activities import School, school
from tests.factories.rosters import members, sheet
from tests.web.conftest import Clock, sign_in
from tests.web.walking import (
    AT_THE_DOOR,
    Estate,
    Page,
    again,
    at_counter,
    digest_of_everything,
    estate,
    every_page,
    guards_itself,
    master_of,
)

from tongxin.people.actions import tokens
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES, RoleName
from tongxin.web.api.urls import api
from tongxin.web.guard import Guard, OpenTo

pytestmark = pytest.mark.django_db
VISITOR, NEWCOMER, WORKER, NO_FACTOR = "visitor", "newcomer", "worker", "staff without second factor"
WHO = [*(role.value for role in RoleName), NO_FACTOR, WORKER, NEWCOMER, VISITOR]
DEVICE = "a partner's device"  # nobody signed in, but paired
PAIRING = "/partner/pair/"
STAFF_DOOR, DOOR, FACTOR, CLAIM, FORBIDDEN, OPEN = (
    "/sign-in/staff/",
    "/sign-in/",
    "/staff/second-factor/",
    "/me/claim/",
    "403",
    "open",
)

# Pages that anyone who is let in may open for any object, with the reason.
OPEN_TO_STRANGERS = {
    "staff/collective/new/<str:cohort_id>/": "published classes are for everybody; who is named is matched in one's own reach",
    "staff/collective/new/<str:cohort_id>/commit/": "the same; 404 without a union of one's own",
    "classes/<str:cohort_id>/": "published classes are for everybody",
    "classes/<str:cohort_id>/calendar.ics": "the days of a published class are for everybody",
    "classes/<str:cohort_id>/may/": "anyone may ask whether they may; facts of the asker alone are used",
    "classes/<str:cohort_id>/family/": "the same as its sign-up; leads to the class where no children come along",
    "classes/<str:cohort_id>/sign-up/": "any worker may sign up; who may is for the call's rule to say",
    "classes/<str:cohort_id>/withdraw/": "only ever the asker's own place: refused where there is none",
    "outcomes/<slug:publication_id>/": "what was published is for everybody",
    "outcomes/<slug:publication_id>/list.txt": "the very text, so that anyone can compute its digest",
    "outcomes/<slug:publication_id>/object/": "any worker may object; the answer is the union's",
    "applications/<slug:application_id>/join/": "whoever was sent the link may join, and sees no name",
    "catalogue/<slug:line_id>/": "what both federations signed is for everybody",
    "releases/<slug:release_id>/": "a release is announced to everybody",
    "releases/<slug:release_id>/enter/": "any worker may ask for an entry; who gets one is for the call's rule to say",
    "releases/<slug:release_id>/waiting/": "alike for everybody: nothing of who looks stands there",
    "at/union/<slug:public_id>/": "a code on a wall leads everybody to the union's door",
    "at/site/<slug:public_id>/": "and to the classes of a site",
    "benefits/<str:scheme_id>/": "what is published is for everybody to read",
    "benefits/<str:scheme_id>/claim/": "any worker may ask; whether it is for them, reach and rule say",
    "benefits/<str:scheme_id>/leave/": "only ever the asker's own place: nothing happens where there is none",
    "brands/<slug:slug>/": "a brand's page is for everybody",
    "draws/<slug:round_id>/": "what a draw publishes is for everybody",
    "draws/<slug:round_id>/<slug:draw_id>/list.txt": "and its frozen list",
    "draws/<slug:round_id>/<slug:draw_id>/draw.json": "and its file, once it is drawn",
    "seal/<slug:seal_link>/": "whoever was handed the link holds the seal",
    "join/at/<slug:union>/": "anyone may ask to join any union; its reviewer decides",
    "me/transfer/to/<slug:union>/": "and to move to any: it is their own membership",
    "check-in/<str:text>/": "whoever stands before the screen may read where they are; the mark is the asker's own",
}

SAYS_WHO_LEFT = {  # 422 with words instead of 404, for any id: says no more than that the roster does not hold it
    "staff/cohorts/<str:cohort_id>/people/<str:person_id>/withdraw/",
}
NAMES_A_PERSON = {"staff/cohorts/<str:cohort_id>/roster/new/"}  # in its body

# Lists and searches, asked by strangers with what is not theirs in the query: (page, what the query names).
ASKED_WITH = [
    ("staff:people", {"union": "unions"}), ("staff:people", {"q": "surname"}), ("staff:people", {"after": "people"}),
    ("staff:appointment-new", {"person": "people"}), ("staff:appointments", {"union": "unions"}),
    ("staff:why", {"union": "unions", "person": "accounts"}), ("staff:journal", {"union": "unions"}),
    ("staff:cohorts", {"programme": "programme_id"}), ("staff:cohorts", {"site": "site_id"}),
    ("staff:unions", {"q": "surname"}), ("staff:figures", {"programme": "programme_id"}),
    ("staff:figures", {"cohort": "cohort_id"}), ("staff:figures-print", {"site": "site_id"}),
    ("staff:figures-sheet", {"term": "term_id"}), ("staff:import-new", {"union": "unions"}),
]  # fmt: skip


def expected(guard: Guard, who: str) -> str:  # noqa: PLR0911 - one line for each answer
    """What the guard's words and the page of roles promise, said once more and independently of the guard's code."""
    if guard.open_to is OpenTo.VISITOR:
        return OPEN
    if guard.open_to is OpenTo.DEVICE:
        return OPEN if who == DEVICE else PAIRING
    for_staff = guard.power is not None or guard.open_to is OpenTo.STAFF
    if who in {VISITOR, DEVICE}:
        return STAFF_DOOR if for_staff else DOOR
    if not for_staff:
        return CLAIM if who == NEWCOMER and guard.open_to is OpenTo.WORKER else OPEN
    role = RoleName.FEDERATION_ADMIN if who == NO_FACTOR else who
    if role not in set(RoleName):
        return FORBIDDEN
    if guard.power is not None and ROLES[RoleName(role)].reach_of(guard.power) is None:
        return FORBIDDEN
    return FACTOR if who == NO_FACTOR else OPEN


def happened(answer: HttpResponse) -> str:
    if answer.status_code in {302, 301}:
        place = answer["Location"].partition("?")[0]
        return place if place in {STAFF_DOOR, DOOR, FACTOR, PAIRING} or place == CLAIM else OPEN
    return {403: FORBIDDEN, 401: FORBIDDEN, 500: "an error"}.get(answer.status_code, OPEN)


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    """永川, at the door of its first lesson."""
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.fixture
def browser_of(cast: Cast, clock: Clock, ours: Estate) -> Callable[[str], Client]:
    def browser(who: str) -> Client:
        if who == DEVICE:
            return at_counter(ours)
        if who == VISITOR:
            return Client()
        if who == NEWCOMER:
            return sign_in(cast.newcomer, factor=False)
        if who == WORKER:
            return sign_in(cast.wang.account, factor=False)
        if who == NO_FACTOR:
            return sign_in(cast.admin.account, factor=False)
        return sign_in(cast.staff[RoleName(who)].account, factor=True)

    return browser


def asked(client: Client, method: str, address: str, **body: object) -> HttpResponse | None:
    """The answer, with all that it did undone; None where the page does not know the method."""
    with transaction.atomic():
        answer = again(client).generic(method, address) if method == "GET" else again(client).post(address, body)
        transaction.set_rollback(True)
    return None if answer.status_code == 405 else answer


# ---- powers -------------------------------------------------------------------------------------------------------


def test_every_page_has_a_guard_or_is_on_the_closed_list() -> None:
    assert [page.route for page in every_page() if page.guard is None and not guards_itself(page)] == []


@pytest.mark.parametrize("who", [*WHO, DEVICE])
def test_every_page_answers_as_guard_and_roles_say(ours: Estate, browser_of: Callable[[str], Client], who: str) -> None:
    client, wrong = browser_of(who), []
    for page in every_page():
        if page.guard is None:
            continue
        for method in ("GET", "POST"):
            answer = asked(client, method, page.address(ours.things))
            if answer is None:
                continue
            got = happened(answer)
            if got in {DOOR, STAFF_DOOR, CLAIM} and page.guard.open_to is OpenTo.VISITOR:
                continue  # the steps of signing in lead to one another
            if got != expected(page.guard, who):
                wrong.append(f"{method} /{page.route}: {got}, expected {expected(page.guard, who)}")
    assert wrong == []


def test_a_character_that_cannot_be_kept_is_refused_in_words(ours: Estate) -> None:
    master = sign_in(ours.master.account, factor=True)
    for answer in (
        master.get("/staff/people/?q=%00"), master.get("/classes/?q=a%00"),
        master.post(f"/staff/check-in/{ours.things['session_id']}/", {"text": "a\0"}),
    ):  # fmt: skip
        assert answer.status_code == 422
        assert "内容里有看不见的空字符" in answer.content.decode()


def test_walk_meets_both_answers(ours: Estate) -> None:
    """The walk above would say nothing if all pages were open, or none."""
    guards = [page.guard for page in every_page() if page.guard]
    for role in RoleName:
        answers = {expected(guard, role) for guard in guards if guard.open_to is not OpenTo.DEVICE}
        assert answers == {OPEN, FORBIDDEN}, role
    held = {guard.power for guard in guards if guard.power}
    assert held <= set(Power)
    assert len(held) >= 12


def test_post_that_ended_yesterday_opens_nothing(ours: Estate, cast: Cast, clock: Clock) -> None:
    client = sign_in(cast.officer.account, factor=True)
    assert client.get("/staff/programmes/").status_code == 200
    clock.tick(days=400)
    client = sign_in(cast.officer.account, factor=True)
    assert client.get("/staff/programmes/").status_code == 403


# ---- the API ------------------------------------------------------------------------------------------------------

SIGNED_IN = set(WHO) - {VISITOR, NO_FACTOR}
READERS = {role.value for role in RoleName if ROLES[role].reach_of(Power.READ_FIGURES)}
CALLERS = {role.value for role in RoleName if ROLES[role].reach_of(Power.RUN_CALLS)}
OPERATIONS = {  # (method, path): who gets past the door; the rest get 401 if unknown, 403 if known
    ("GET", "/api/classes"): set(WHO),
    ("GET", "/api/classes/{class_id}"): set(WHO),
    ("POST", "/api/classes/{class_id}/sign-up"): SIGNED_IN,
    ("GET", "/api/calls"): set(WHO),
    ("POST", "/api/calls/{call_id}/applications"): SIGNED_IN,
    ("GET", "/api/calls/{call_id}/applications"): CALLERS,
    ("GET", "/api/applications"): SIGNED_IN,
    ("GET", "/api/applications/{application_id}"): SIGNED_IN,
    ("POST", "/api/applications/{application_id}/withdraw"): SIGNED_IN,
    ("POST", "/api/applications/{application_id}/accept"): SIGNED_IN,
    ("POST", "/api/applications/{application_id}/decline"): SIGNED_IN,
    ("GET", "/api/benefits"): set(WHO),
    ("GET", "/api/benefits/{benefit_id}"): set(WHO),
    ("POST", "/api/benefits/{benefit_id}/claim"): SIGNED_IN,
    ("GET", "/api/vouchers"): SIGNED_IN,
    ("GET", "/api/catalogue"): set(WHO),
    ("GET", "/api/catalogue/{line_id}"): set(WHO),
    ("GET", "/api/draws"): set(WHO),
    ("GET", "/api/draws/{round_id}"): set(WHO),
    ("GET", "/api/draws/{round_id}/{draw_id}/draw.json"): set(WHO),
    ("GET", "/api/figures"): READERS,
    ("GET", "/api/unions"): set(WHO),
    ("POST", "/api/unions/{union_id}/join"): SIGNED_IN,
    ("GET", "/api/joining"): SIGNED_IN,
}


def test_every_operation_of_the_api_is_in_the_table() -> None:
    found = {(verb.upper(), path) for path, item in api.get_openapi_schema()["paths"].items() for verb in item}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), list(OPERATIONS), ids=lambda part: part.strip("/").replace("/", "-"))
def test_operation_answers_as_the_table_says(
    ours: Estate, browser_of: Callable[[str], Client], method: str, path: str
) -> None:
    for who in WHO:
        answer = _call(browser_of(who), method, path, ours)
        if who in OPERATIONS[method, path]:
            assert answer.status_code in {200, 404, 422}, who  # 404: out of the cadre's reach; a newcomer has no person
        else:
            assert answer.status_code == (403 if who in SIGNED_IN else 401), who
            assert set(json.loads(answer.content)) == {"code", "words"}


def test_key_opens_what_its_account_s_posts_open(ours: Estate, cast: Cast, clock: Clock) -> None:
    for role, player in cast.staff.items():
        _token, key = tokens.issue(account=player.account, name="对账系统", days=30, by=player.actor, at=clock.now)
        answer = _call(Client(headers={"Authorization": f"Bearer {key}"}), "GET", "/api/figures", ours)
        reads = 404 if role == RoleName.CADRE else 200  # the cadre reads figures, but of another union
        assert answer.status_code == (reads if role.value in READERS else 403), role


def _call(client: Client, method: str, path: str, ours: Estate) -> HttpResponse:
    ids = {
        "{class_id}": ours.cohort.public_id,
        "{union_id}": str(ours.things["union"]),
        "{line_id}": str(ours.things["line_id"]),
        "{benefit_id}": str(ours.things["scheme_id"]),
        "{round_id}": str(ours.things["round_id"]),
        "{draw_id}": str(ours.things["draw_id"]),
        "{call_id}": str(ours.things["call_id"]),
        "{application_id}": str(ours.things["application_id"]),
    }
    address = path
    for piece, public_id in ids.items():
        address = address.replace(piece, public_id)
    if method == "GET":
        asked = {"figures": {"programme": ours.school.programme.public_id}, "unions": {"basis": "workplace"}}
        return client.get(address, asked.get(path.rpartition("/")[2], {}))
    more: dict[str, object] = {"basis": "workplace", "name": "新人"} if path.endswith("/join") else {}
    more |= {"wishes": [str(ours.things["pool_id"])]} if path.endswith("/applications") else {}
    body = {} if path.startswith("/api/applications/") else {"key": "retry-0001", **more}
    return client.post(address, body, content_type="application/json")


# ---- reach --------------------------------------------------------------------------------------------------------


@pytest.fixture
def strangers(cast: Cast, ours: Estate) -> dict[str, Client]:
    """Same powers, other places: a sibling district's, another province's."""
    jiangjin, jinjiang = master_of(cast.jiangjin, "stranger-jiangjin"), master_of(cast.jinjiang, "stranger-jinjiang")
    return {"江津": sign_in(jiangjin.account, factor=True), "锦江": sign_in(jinjiang.account, factor=True)}


def pages_with_an_object() -> list[Page]:
    return [page for page in every_page() if page.guard and page.has_object and page.route not in OPEN_TO_STRANGERS]


def answers(client: Client, page: Page, things: dict[str, object]) -> Iterator[tuple[str, HttpResponse]]:
    body = {"person": str(things["people"])} if page.route in NAMES_A_PERSON else {}
    for method in ("GET", "POST"):
        answer = asked(client, method, page.address(things), **body)
        if answer is not None:
            yield method, answer


def test_exceptions_of_reach_are_pages_that_exist() -> None:
    assert set(OPEN_TO_STRANGERS) <= {page.route for page in every_page()}


def test_the_ones_in_reach_find_what_strangers_will_not(ours: Estate) -> None:
    """Without this, a page that finds nothing for anyone would pass for one that keeps strangers out."""
    master, pupil = sign_in(ours.master.account, factor=True), sign_in(ours.school.cast.wang.account, factor=False)
    lost = []
    for page in pages_with_an_object():
        client = pupil if page.guard.open_to is OpenTo.WORKER else master
        client = at_counter(ours) if page.guard.open_to is OpenTo.DEVICE else client
        lost += [
            f"{verb} /{page.route}" for verb, answer in answers(client, page, ours.things) if answer.status_code == 404
        ]
    assert lost == []


@pytest.mark.parametrize("place", ["江津", "锦江"])
def test_strangers_find_nothing_and_change_nothing(ours: Estate, strangers: dict[str, Client], place: str) -> None:
    before, wrong = digest_of_everything(), []
    for page in pages_with_an_object():
        for method in ("GET", "POST"):
            answer = again(strangers[place]).generic(method, page.address(ours.things))
            led = page.guard.open_to is OpenTo.DEVICE and happened(answer) == PAIRING  # they have no device
            if answer.status_code not in {404, 405} and not led:
                wrong.append(f"{method} /{page.route}: {answer.status_code}")
    assert wrong == []
    assert digest_of_everything() == before


@pytest.mark.parametrize("made_up", ["zzzzzzzzzzzz", "%00"])
def test_made_up_ids_are_not_there(ours: Estate, made_up: str) -> None:
    master, pupil = sign_in(ours.master.account, factor=True), sign_in(ours.school.cast.wang.account, factor=False)
    wrong = []
    for page in every_page():
        if not (page.guard and page.has_object):
            continue
        client = pupil if page.guard.open_to in {OpenTo.WORKER, OpenTo.VISITOR} else master
        client = at_counter(ours) if page.guard.open_to is OpenTo.DEVICE else client
        for method, answer in answers(client, page, dict.fromkeys(ours.things, made_up)):
            if answer.status_code != 404:
                wrong.append(f"{method} /{page.route}: {answer.status_code}")
    assert wrong == []


def test_foreign_pieces_under_one_s_own_are_not_there(ours: Estate, cast: Cast, clock: Clock) -> None:
    """/cohorts/mine/roll/theirs/ and its like: every piece is looked up under the one before it."""
    theirs = _jiangjin(cast)
    master, wrong = sign_in(ours.master.account, factor=True), []
    before = digest_of_everything()
    for page in pages_with_an_object():
        for piece in set(page.pieces[1:]) - {"row_no"}:
            things = {**ours.things, piece: theirs.things[piece]}
            for method in ("GET", "POST"):
                answer = again(master).generic(method, page.address(things))
                allowed = {404, 405, 422} if page.route in SAYS_WHO_LEFT else {404, 405}
                if answer.status_code not in allowed:
                    wrong.append(f"{method} /{page.route} with a foreign {piece}: {answer.status_code}")
    assert wrong == []
    assert digest_of_everything() == before


def _jiangjin(cast: Cast) -> Estate:
    """A school like ours at 江津."""
    there = School(cast, cast.jiangjin, cast.sibling_officer)
    return estate(there, cast.gao, "mill", "诸葛等候", teacher=None, teacher_name="江老师")


def own_words(ours: Estate) -> list[str]:
    """Ids and names that stand for 永川's rows and for nobody else's."""
    cast = ours.school.cast
    people = [cast.wang.person, ours.waiter.person, cast.officer.person]
    masked = [shown(person, "name", Purpose.STAFF_LIST) for person in people]
    names = [*(person.name for person in people), *masked, cast.factory.name, cast.zhongshan.name]
    ids = {
        str(thing)
        for key, thing in ours.things.items()
        if key not in {"name", "key", "row_no", "text", "slug", "line_id", "parameters"}
    }
    # slug, line_id, parameters: brands, lines of the joint catalogue and parameters are for everybody, also in a stranger's form
    posts = [cast.officer.person.public_id, cast.yongchuan.public_id]
    return [*names, *sorted(ids), *posts, ours.cohort.title]


def leaks(answer: HttpResponse, words: list[str]) -> list[str]:
    text = answer.getvalue().decode(errors="replace")
    return [word for word in words if word in text]


@pytest.mark.parametrize("place", ["江津", "锦江"])
def test_lists_of_strangers_hold_none_of_our_rows(ours: Estate, strangers: dict[str, Client], place: str) -> None:
    wrong = []
    for page in every_page():
        if page.guard is None or page.has_object or not page.route.startswith("staff/"):
            continue
        answer = asked(strangers[place], "GET", page.address(ours.things))
        if answer is not None and (found := leaks(answer, own_words(ours))):
            wrong.append(f"/{page.route}: {found}")
    assert wrong == []


def test_own_lists_do_hold_them(ours: Estate) -> None:
    """The words looked for above are words that lists show."""
    master = sign_in(ours.master.account, factor=True)
    words = own_words(ours)
    found = {
        word
        for name in ("people", "cohorts", "programmes", "sites", "imports", "appointments", "accounts", "tokens")
        for word in leaks(master.get(reverse(f"staff:{name}")), words)
    }
    listed = {ours.cohort.public_id, ours.things["programme_id"], ours.things["site_id"], ours.things["imports"],
              ours.things["token_id"], ours.things["accounts"], ours.things["people"], "王*华", "郑惠"}  # fmt: skip
    assert listed <= found


@pytest.mark.parametrize("place", ["江津", "锦江"])
def test_asking_a_list_for_what_is_not_one_s_own_shows_nothing(
    ours: Estate, strangers: dict[str, Client], place: str
) -> None:
    wrong = []
    for name, query in ASKED_WITH:
        given = {param: str({**ours.things, "surname": "王小"}[key]) for param, key in query.items()}
        answer = strangers[place].get(reverse(name), given)
        words = [word for word in own_words(ours) if word not in given.values()]
        if answer.status_code not in {200, 404, 422} or (found := leaks(answer, words)):
            wrong.append((name, query, answer.status_code, found))
    assert wrong == []


def test_forms_take_one_s_own_and_nothing_foreign(ours: Estate, cast: Cast) -> None:
    """Ids of others in the body are refused, and nothing is written; the same body with one's own ids goes through."""
    theirs = _jiangjin(cast)
    master, wrong = sign_in(ours.master.account, factor=True), []
    before = digest_of_everything()
    for name, args, body in _bodies(theirs.things, theirs.school.cast.jiangjin.public_id):
        answer = again(master).post(_form(name, args, ours), body)
        if answer.status_code not in {404, 422}:
            wrong.append(f"{name} with foreign {body}: {answer.status_code}")
    assert digest_of_everything() == before
    for name, args, body in _bodies(ours.things, ours.school.union.public_id):
        answer = asked(master, "POST", _form(name, args, ours), **body)
        if answer.status_code != 302:
            wrong.append(f"{name} with own {body}: {answer.status_code}")
    assert wrong == []


def _form(name: str, args: list[str], ours: Estate) -> str:
    return reverse(f"staff:{name}", args=[ours.things[key] for key in args])


def _bodies(things: dict[str, object], district: str) -> list[tuple[str, list[str], dict[str, object]]]:
    """Forms that name a row in their body: (page, what stands in its address, body). A member may be moved anywhere."""
    days, why, home = {"starts": "2024-07-01", "ends": "2024-09-30"}, {"why": "试一试"}, things["unions"]
    plan = {
        "course": things["course_id"], "place": things["room_id"], "weekday": "3", "starts_at": "19:00", "ends_at": "20:30",
        "session_count": "5", "units": "10", "fee": "0",
    }  # fmt: skip
    person = {"name": "新人", "document_kind": "resident_id", "document": an_id(), "joined_on": "2024-03-01"}
    roster = SimpleUploadedFile("花名册.xlsx", sheet(*members(1)))
    return [
        ("cohort-sign-up", ["other"], {"person": things["people"]}),
        ("cohort-merge", ["cohort_id"], {"into": things["other"], **why}),
        ("cohort-move", ["cohort_id", "enrolment_id"], {"into": things["other"], **why}),
        ("cohort-change", ["other"], {**plan, **why}),
        ("cohort-new", ["term_id"], plan),
        ("term-copy", ["programme_id"], {"source": things["term_id"], "step": "make", **days}),
        ("programme-new", [], {"union": district, "name": "新项目", "began_on": "2024-03-01", "late_after": "15"}),
        ("site-new", [], {"union": district, "kind": "worker_service_center", "name": "新阵地"}),
        ("person-new", [], {**person, "union": home}),
        ("union-move", ["unions"], {"parent": district, "on": "2024-04-01"}),
        ("import-new", [], {"union": home, "file": roster}),
    ]
