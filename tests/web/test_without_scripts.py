"""No script is needed: whatever htmx does here, a form or a link does without it. Read from the pages themselves."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from tests.cast import Cast
from tests.factories.activities import school
from tests.web.conftest import Clock, sign_in
from tests.web.walking import AT_THE_DOOR, Estate, again, estate, every_page

from tongxin.web.guard import OpenTo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Element = tuple[str, dict[str, str]]
BUTTONS = {"button", "input"}
SHOWS_MORE = {  # elements that ask by themselves, with what stands there without scripts
    "code": "the screen's code is a page that may be loaded anew",
    "progress": "the page says how far it is and may be loaded anew",
}
CHANGES_NOTHING = {"/due/"}  # its POST only keeps the answers out of the address; the database is held read-only
TO_THE_LANE = "/lane/"  # whose proof is the entry and the origin, not a token: docs/adr/0017-release-lane.md
PREVIEWS = "/preview/"  # of a form that shows the same after its button


class Forms(HTMLParser):
    """Each form with the controls in it, and every element that htmx moves."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], list[Element]]] = []
        self.moved: list[Element] = []
        self.named: dict[str, list[Element]] = {}
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given, []))
            self.inside = True
        elif self.inside:
            self.forms[-1][1].append((tag, given))
        if tag in BUTTONS and "form" in given:
            self.named.setdefault(given["form"], []).append((tag, given))
        if "hx-get" in given or "hx-post" in given:
            self.moved.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.mark.parametrize("guests", [True, False], ids=["guests", "staff"])
def test_everything_works_without_scripts(ours: Estate, guests: bool) -> None:
    player = ours.school.cast.wang if guests else ours.master
    client, wrong, seen = sign_in(player.account, factor=not guests), [], 0
    for page in every_page():
        if page.guard is None or guests != (page.guard.open_to in {OpenTo.VISITOR, OpenTo.ACCOUNT, OpenTo.WORKER}):
            continue
        answer = again(client).get(page.address(ours.things))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            read = Forms()
            read.feed(answer.content.decode())
            seen += len(read.forms)
            wrong += [f"/{page.route}: {words}" for words in _needs_scripts(read)]
    assert wrong == []
    assert seen > (15 if guests else 80)


def _needs_scripts(read: Forms) -> Iterator[str]:
    for form, controls in read.forms:
        pressed = [one for one in (*controls, *read.named.get(form.get("id", ""), [])) if _submits(*one)]
        if not pressed:
            yield f"no button sends the form {form}"
        if form.get("action") in CHANGES_NOTHING or str(form.get("action")).startswith(TO_THE_LANE):
            continue
        if form.get("method", "get").lower() == "post" and not any(
            one.get("name") == "csrfmiddlewaretoken" for _, one in controls
        ):
            yield f"a form without its token {form}"
    for tag, given in read.moved:
        if tag not in {"form", "a", "details"} and given.get("id") not in SHOWS_MORE and PREVIEWS not in str(given):
            yield f"only htmx moves {tag} {given}"
        if "hx-post" in given and tag == "form" and given.get("method", "").lower() != "post":
            yield f"posts by htmx alone {given}"


def _submits(tag: str, given: dict[str, str]) -> bool:
    kind = given.get("type", "submit" if tag == "button" else "text")
    return tag in BUTTONS and kind in {"submit", "image"}
