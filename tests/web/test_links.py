"""No dead ends: whatever a page offers to its reader opens. Everybody follows every link from their first page."""

import re
from collections import deque

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories.activities import school
from tests.web.conftest import Clock, sign_in
from tests.web.walking import AT_THE_DOOR, Estate, again, estate

from tongxin.people.roles import RoleName

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)[^"]*"')
ELSEWHERE = re.compile(r"^(?!/)|^//|^/sign-out/|^/static/")
MOST = 400  # pages of one reader: the estate has fewer
WHO = [*(role.value for role in RoleName), "worker", "newcomer", "visitor"]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.mark.parametrize("who", WHO)
def test_every_link_opens(cast: Cast, ours: Estate, who: str) -> None:
    opened, dead = _follow(_client(cast, who), "/staff/" if who in set(RoleName) else "/")
    assert dead == []
    assert len(opened) > (8 if who in set(RoleName) else 6)


def _client(cast: Cast, who: str) -> Client:
    if who in set(RoleName):
        return sign_in(cast.staff[RoleName(who)].account, factor=True)
    if who == "visitor":
        return Client()
    return sign_in(cast.wang.account, factor=True) if who == "worker" else sign_in(cast.newcomer, factor=False)


def _follow(client: Client, first: str) -> tuple[set[str], list[str]]:
    """One page for each address without its query; and (address, where the link stands) of what does not open."""
    opened, dead, todo = set(), [], deque([(first, "")])
    while todo and len(opened) < MOST:
        address, source = todo.popleft()
        place = address.partition("?")[0]
        if place in opened:
            continue
        opened.add(place)
        answer = again(client).get(address)
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {address} from {source}")
        elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode().replace("&amp;", "&")
            todo.extend((link, place) for link in LINK.findall(text) if not ELSEWHERE.search(link))
    return opened, dead
