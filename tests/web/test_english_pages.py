"""What a worker, a visitor or staff read in English holds no Chinese but what is kept in the house and has no English: and that
is marked as Chinese, so that it is read aloud as such. Of the staff's pages, those that are whole in English.
"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from tests.cast import HOUSE, NOW, Cast
from tests.factories.activities import school
from tests.web.conftest import Clock, sign_in
from tests.web.walking import AT_THE_DOOR, Estate, Page, again, at_counter, estate, every_page

from tongxin.benefits.actions import tills
from tongxin.benefits.models import PartnerSite
from tongxin.web.guard import OpenTo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HAN = re.compile(r"[\u3400-\u9fff]+")
UNSEEN = {"script", "style"}
THE_OTHER_LANGUAGE = {"简体中文"}
WITHOUT_MARKS = {"title", "option", "textarea"}  # they can hold no mark of a language
SPOKEN = {"aria-label", "alt", "placeholder", "title"}
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect", "line", "polyline", "ellipse"}
ROSTERS = "people_import"  # tables that keep a roster's cells hold the very words of labels
STAFF_IN_ENGLISH = (  # how the addresses begin; their files are named in tools/messages.py
    "staff/agreements/",
    "staff/benefits/",
    "staff/brands/",
    "staff/calls/",
    "staff/catalogue/",
    "staff/cohorts/<slug:public_id>/poster/",
    "staff/draws/",
    "staff/figures/vouchers/",
    "staff/journal/",
    "staff/objections/",
    "staff/operate/",
    "staff/outcomes/",
    "staff/parameters/",
    "staff/partners/",
    "staff/people/<slug:public_id>/rules/",
    "staff/polls/",
    "staff/recognitions/",
    "staff/releases/",
    "staff/reviews/",
    "staff/rules/",
    "staff/sites/<slug:public_id>/poster/",
    "staff/tokens/",
    "staff/unions/<slug:public_id>/poster/",
    "staff/vouchers/",
)
ASKED = {"staff/rules/<slug:public_id>/draft/condition/": "?in="}  # pages that need a question besides
GUESTS = {OpenTo.VISITOR, OpenTo.ACCOUNT, OpenTo.WORKER}


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.mark.parametrize(("who", "least"), [("visitor", 7), ("newcomer", 13), ("worker", 13)])
def test_english_page_holds_no_chinese_of_its_own(cast: Cast, ours: Estate, who: str, least: int) -> None:
    pages = [page for page in every_page() if page.guard is not None and page.guard.open_to in GUESTS]
    found, seen = _walked(_client(cast, who), pages, ours)
    assert "\n".join(found) == ""
    assert seen >= least


def test_english_page_of_staff_holds_no_chinese_of_its_own(ours: Estate) -> None:
    assert ours.master.account is not None
    pages = [page for page in every_page() if page.route == "staff/" or page.route.startswith(STAFF_IN_ENGLISH)]
    found, seen = _walked(sign_in(ours.master.account, factor=True), pages, ours)
    assert "\n".join(found) == ""
    assert seen >= 2 * len(STAFF_IN_ENGLISH)


def test_english_page_of_a_till_holds_no_chinese_of_its_own(ours: Estate) -> None:
    pages = [page for page in every_page() if page.guard is not None and page.guard.open_to is OpenTo.DEVICE]
    found, seen = _walked(at_counter(ours), pages, ours)
    assert "\n".join(found) == ""
    assert seen >= 5


@pytest.mark.parametrize(
    "address", ["staff/partners/devices/{other_device}/code/", "staff/partners/clerks/{clerk_id}/pin/"]
)
def test_what_is_shown_once_is_in_english_too(ours: Estate, address: str) -> None:
    """A pairing code and a PIN stand on the answer to a button, where no walk comes by."""
    assert ours.master.account is not None
    site = PartnerSite.objects.get(public_id=ours.things["partner_site_id"])
    device, _code = tills.add_device(site=site, name="2号台", by=HOUSE, at=NOW)
    client = sign_in(ours.master.account, factor=True)
    client.cookies["tx-language"] = "en"
    answer = client.post("/" + address.format(other_device=device.public_id, clerk_id=ours.things["clerk_id"]))
    read = Read(answer.content.decode())
    assert (answer.status_code, read.unmarked, [run for run in read.all if run not in _kept()]) == (200, [], [])


def _walked(client: Client, pages: Iterable[Page], ours: Estate) -> tuple[list[str], int]:
    """Chinese that has no business on these pages, each run with its address; and how many pages answered."""
    kept, found, seen = _kept(), set[str](), 0
    for page in pages:
        answer = _in_english(client, page.address(ours.things) + ASKED.get(page.route, ""))
        if answer is None:
            continue
        seen += 1
        read = Read(answer)
        found |= {f"/{page.route}: {run}" for run in read.unmarked if run not in THE_OTHER_LANGUAGE}
        found |= {f"/{page.route}: {run}" for run in read.all if run not in kept | THE_OTHER_LANGUAGE}
    return sorted(found), seen


class Read(HTMLParser):
    """The runs of Chinese on a page, and those outside of what says that it is Chinese."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[str] = []
        self.unmarked: list[str] = []
        self._open: list[tuple[str, bool]] = [("", False)]  # within which elements, and whether one says so
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag not in VOID:
            chinese = self._open[-1][1] if "lang" not in said else str(said["lang"]).startswith("zh")
            self._open.append((tag, chinese))
        if not self._open[-1][1]:
            self.all += [run for name in SPOKEN for run in HAN.findall(said.get(name) or "")]

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, chinese = self._open[-1]
        if tag in UNSEEN or chinese:
            return
        self.all += HAN.findall(data)
        self.unmarked += HAN.findall(data) if tag not in WITHOUT_MARKS else []


def _client(cast: Cast, who: str) -> Client:
    if who == "visitor":
        return Client()
    return sign_in(cast.wang.account if who == "worker" else cast.newcomer, factor=False)


def _in_english(client: Client, address: str) -> str | None:
    other = again(client)
    other.cookies["tx-language"] = "en"
    answer = other.get(address)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return None
    return answer.content.decode()


def _kept() -> set[str]:
    """Runs of Chinese in whatever rows hold."""
    kept: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(ROSTERS):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                kept |= {run for (text,) in cursor.fetchall() for run in HAN.findall(text)}
    return kept
