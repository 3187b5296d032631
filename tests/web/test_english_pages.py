"""What a worker or a visitor reads in English holds no Chinese but what is kept in the house and has no English: and that is
marked as Chinese, so that it is read aloud as such.
"""

import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from tests.cast import Cast
from tests.factories.activities import school
from tests.web.conftest import Clock, sign_in
from tests.web.walking import AT_THE_DOOR, Estate, again, estate, every_page

from tongxin.web.guard import OpenTo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HAN = re.compile(r"[\u3400-\u9fff]+")
UNSEEN = {"script", "style"}
THE_OTHER_LANGUAGE = {"简体中文"}
WITHOUT_MARKS = {"title", "option", "textarea"}  # they can hold no mark of a language
SPOKEN = {"aria-label", "alt", "placeholder", "title"}
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect", "line", "polyline", "ellipse"}
ROSTERS = "people_import"  # tables that keep a roster's cells hold the very words of labels
GUESTS = {OpenTo.VISITOR, OpenTo.ACCOUNT, OpenTo.WORKER}


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.mark.parametrize("who", ["visitor", "newcomer", "worker"])
def test_english_page_holds_no_chinese_of_its_own(cast: Cast, ours: Estate, who: str) -> None:
    client, kept, found, seen = _client(cast, who), _kept(), [], 0
    for page in every_page():
        if page.guard is None or page.guard.open_to not in GUESTS:
            continue
        answer = _in_english(client, page.address(ours.things))
        if answer is None:
            continue
        seen += 1
        read = Read(answer)
        found += [f"/{page.route}: {run}" for run in read.unmarked if run not in THE_OTHER_LANGUAGE]
        found += [f"/{page.route}: {run}" for run in read.all if run not in kept | THE_OTHER_LANGUAGE]
    assert "\n".join(sorted(set(found))) == ""
    assert seen > (6 if who == "visitor" else 12)


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
