"""What a worker or a visitor reads in English holds no Chinese but what is kept in the house: names, titles, places."""

import re
from html import unescape

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
UNSEEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL)
QUOTED = re.compile(r'<p [^>]*lang="zh-Hans">.*?</p>', re.DOTALL)  # the words of a law, and said to be Chinese
THE_OTHER_LANGUAGE = {"中文", "简体中文"}
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
        text = unescape(QUOTED.sub("", UNSEEN.sub("", answer)))
        found += [f"/{page.route}: {run}" for run in HAN.findall(text) if run not in kept | THE_OTHER_LANGUAGE]
    assert sorted(set(found)) == []
    assert seen > (6 if who == "visitor" else 12)


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
