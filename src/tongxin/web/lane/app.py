"""`/lane/…`, answered before Django sees it; everything else is Django's.

POST /lane/<pool>  enters: 200 with the receipt, else a code and words (answers.SAID); a form without script goes back to its page.
GET  /lane/<pool>  how many have come and what is left, as of a second ago.
GET  /lane/time    the moment by our clock, with which a page sets its countdown once.
GET  /lane/empty   nothing at all: with what the rate of receipts is compared.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.utils.http import is_same_domain

from tongxin.calls.actions.arrive import Into
from tongxin.calls.entries import Pass, Passes
from tongxin.store.keys import ring
from tongxin.web.accounts.network import network_at
from tongxin.web.lane import answers, watch
from tongxin.web.lane.asgi import Application, Receive, Scope, Send, answer, carried, cookie
from tongxin.web.lane.clock import Clock
from tongxin.web.lane.facts import Facts, FactsKeeper
from tongxin.web.lane.gathering import Gatherer
from tongxin.web.lane.limits import Limits
from tongxin.web.lane.shelf import Shelf

BELOW: Final = "/lane/"
KEYS_FRESH: Final = 5.0


class Turned(Exception):
    """Away, with a code of answers.SAID."""

    def __init__(self, code: str, after: int = 0) -> None:
        super().__init__(code)
        self.code, self.after = code, after


class Lane:
    def __init__(self, application: Application) -> None:
        self.application = application
        self.clock, self.limits = Clock(), Limits()
        self.facts = FactsKeeper(self.clock)
        self.shelf = Shelf(application)
        self.gatherers: dict[Into, Gatherer] = {}
        self.noticed = watch.Noticed()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self._passes: tuple[Passes, float] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if not path.startswith(BELOW):
            await (self.shelf if self.shelf.holds(scope) else self.application)(scope, receive, send)
        elif path == "/lane/empty":
            await answer(send, 204, [], b"")
        elif path == "/lane/time":
            await answer(send, 200, answers.PLAIN_HEADERS, b'{"now":%d}' % self.clock.now())
        elif scope["method"] == "POST":
            await self._enter(scope, send, path[len(BELOW) :])
        elif scope["method"] in {"GET", "HEAD"}:
            await self._tell(scope, send, path[len(BELOW) :])
        else:
            await answer(send, 405, [(b"allow", b"GET, HEAD, POST"), answers.NO_STORE], b"")

    def close(self) -> None:
        """Lets go of both threads and their connections; batches under way are finished."""
        self._thread.submit(_let_go)
        self._thread.shutdown()
        self.facts.close()

    async def _enter(self, scope: Scope, send: Send, pool: str) -> None:
        headers = carried(scope)
        try:
            body = await self._receipt(scope, headers, pool)
        except Turned as turned:
            await self._turn_away(headers, send, pool, turned)
            return
        if _wants_page(headers):
            await answer(send, 303, [(b"location", _page_of(pool)), answers.NO_STORE], b"")
            return
        await answer(send, 200, answers.PLAIN_HEADERS, body)

    async def _receipt(self, scope: Scope, headers: dict[bytes, bytes], pool: str) -> bytes:
        now = self.clock.now()
        facts = self.facts.known(pool) or await self.facts.of(pool)
        if facts is None:
            raise Turned("no-such-release") if self.facts.well else Turned("database-away", 5)
        person = self._checked(scope, headers, facts, now)
        if facts.closed or now >= facts.closes:
            raise Turned("closed-already")
        if now < facts.opens:
            raise Turned("not-open-yet", 1 + (facts.opens - now) // 1000)
        gatherer = self._gatherer(facts)
        if (waiting := gatherer.join(person, now)) is None:
            raise Turned("full", gatherer.seconds_to_wait())
        if (body := (await waiting).get(person)) is None:
            raise Turned("database-away", 5)
        return body

    def _checked(self, scope: Scope, headers: dict[bytes, bytes], facts: Facts, now: int) -> int:
        """The person that may enter this pool, by what the request carries alone."""
        passes, origin = self._read_passes(), headers.get(b"origin")
        if origin and origin.partition(b"://")[2] != headers.get(b"host") and not _is_ours(origin):
            raise Turned("foreign-page")
        session = passes.read_session(cookie(headers, b"tx-lane="))
        if session is None or session.ends * 1000 <= now:
            self._count_stranger(scope, headers, now)
            raise Turned("sign-in")
        text = cookie(headers, b"tx-entry=")
        entry = passes.read_entry(text)
        self._check_entry(entry, session, facts, now, sent=bool(text))
        if not self.limits.person_may(session.person, now):
            raise Turned("too-often", 10)
        return session.person

    def _check_entry(self, entry: Pass | None, session: Pass, facts: Facts, now: int, *, sent: bool) -> None:
        """What someone should look at is counted, and stands in the journal once a while: not a line for each."""
        if entry is None or entry.pool != facts.entries:
            if sent:
                self.noticed.count(facts.into, "changed")
            raise Turned("no-entry")
        if entry.person != session.person:
            self.noticed.count(facts.into, "of-another")
            raise Turned("entry-of-another")
        if entry.ends * 1000 <= now:
            raise Turned("entry-over")
        if entry.assurance < facts.assurance:
            raise Turned("not-known-well-enough")

    def _count_stranger(self, scope: Scope, headers: dict[bytes, bytes], now: int) -> None:
        client = scope.get("client") or ("", 0)
        network = network_at(client[0], headers.get(b"x-forwarded-for", b"").decode("latin-1"))
        if not self.limits.stranger_may(network, now):
            raise Turned("too-often", 10)

    async def _turn_away(self, headers: dict[bytes, bytes], send: Send, pool: str, turned: Turned) -> None:
        if _wants_page(headers):
            where = _page_of(pool) + f"?said={turned.code}".encode()
            await answer(send, 303, [(b"location", where), answers.NO_STORE], b"")
            return
        language = "en" if cookie(headers, b"tx-language=") == b"en" else "zh-hans"
        await answer(send, *answers.refusal(turned.code, language, after=turned.after))

    async def _tell(self, scope: Scope, send: Send, pool: str) -> None:
        facts = await self.facts.of(pool)
        if facts is None:
            await self._turn_away(carried(scope), send, pool, Turned("no-such-release"))
            return
        left = facts.units - facts.taken
        told = f'{{"now":{self.clock.now()},"opens":{facts.opens},"closes":{facts.closes},"units":{facts.units},'
        told += f'"arrived":{facts.arrived},"settled":{facts.settled},"left":{left}}}'
        await answer(send, 200, answers.PLAIN_HEADERS, told.encode())

    def _gatherer(self, facts: Facts) -> Gatherer:
        found = self.gatherers.get(facts.into)
        if found is None:
            found = self.gatherers[facts.into] = Gatherer(facts, self._thread)
        found.facts = facts
        return found

    def _read_passes(self) -> Passes:
        """The ring's keys, looked at again every few seconds: a key that was added counts without a restart."""
        now = time.monotonic()
        if self._passes is None or now - self._passes[1] > KEYS_FRESH:
            self._passes = (Passes(ring()), now)
            pools = [gatherer.facts.into for gatherer in self.gatherers.values()]
            self.noticed.flush(self._thread, self.clock, pools)
        return self._passes[0]


def _let_go() -> None:
    """Of the connection of the thread in which this runs."""
    connection.close()


def _is_ours(origin: bytes) -> bool:
    """Also by another name than the host's, as a proxy in front may have it: the same that forms are accepted from."""
    scheme, _, name = origin.decode("latin-1").partition("://")
    named = (one.partition("://") for one in settings.CSRF_TRUSTED_ORIGINS)
    return any(scheme == its and is_same_domain(name, host.removeprefix("*")) for its, _, host in named)


def _page_of(pool: str) -> bytes:
    """Its address; `pool` is whatever stood in the request's path, a line end among it."""
    return f"/releases/{quote(pool, safe='')}/".encode()


def _wants_page(headers: dict[bytes, bytes]) -> bool:
    """A form that a browser sends by itself."""
    return b"text/html" in headers.get(b"accept", b"")
