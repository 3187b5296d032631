"""Carrying: one batch after the other, silent gateways left alone, several couriers and killed ones, and nothing twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.cast import NOW, Cast, worker
from tests.factories.notices import EMAIL, SMS, WINDOW, budget, mail, price, rule, states, tell, template
from tests.factories.racing import side_by_side
from tests.notices.aliyun_standin import AliyunStandin
from tests.notices.conftest import Gateways

from tongxin.notices import courier, jobs
from tongxin.notices.actions import deliveries
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict
from tongxin.notices.models import Budget, Delivery, Sending
from tongxin.notices.states import SendingState
from tongxin.store.atomic import writing

LATER = NOW + timedelta(minutes=1)
REPOSITORY = Path(__file__).resolve().parents[2]


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.at = LATER

    def __call__(self) -> datetime:
        return self.at


def serials(gateways: Gateways) -> list[str]:
    return [parcel.serial for parcel in gateways[SMS].got]


def test_carry_until_nothing_is_due(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, *map(str, range(120)))
    assert courier.carry_all(lambda: LATER) == 120
    assert (len(serials(gateways)), len(set(serials(gateways)))) == (120, 120)
    assert set(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {"accepted"}


def test_gateway_that_breaks_leaves_a_doubt_and_the_others_go_on(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a", "b", "c")

    def says(parcel: Parcel) -> Answer:
        if parcel.serial == gateways[SMS].got[0].serial:
            raise RuntimeError("out of order")
        return Answer(Verdict.ACCEPTED)

    gateways[SMS].says = says
    assert courier.carry(SMS, lambda: LATER) == (3, False)
    assert Counter(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {
        "sending": 1,
        "accepted": 2,
    }


def test_silent_gateway_is_left_alone_and_the_rest_waits(cast: Cast, gateways: Gateways) -> None:
    """Two doubts at most, not a batch of them: what did not leave is certainly not sent."""
    price(None, SMS, "1")
    budget(cast.yongchuan, "100")
    tell(cast.wang, *map(str, range(10)))
    gateways[SMS].says = lambda _parcel: Answer(Verdict.DOUBT)
    assert courier.carry_much(SMS, lambda: LATER) == (10, True)
    assert len(serials(gateways)) == 2
    assert Counter(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {"sending": 2, "waiting": 8}
    assert Budget.objects.get().spent == 2


def test_dead_gateway_of_one_channel_holds_up_no_other(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "results", (SMS, 0))
    rule(None, "membership", (EMAIL, 0))
    tell(cast.wang, *map(str, range(5)))
    tell(cast.wang, "mail", kind="join.accepted")
    gateways[SMS].says = lambda _parcel: Answer(Verdict.DOUBT)
    courier.carry_all(lambda: LATER)
    assert Delivery.objects.get(key="mail:email").state == "accepted"


def test_job_leaves_a_silent_gateway_alone_for_a_minute(
    cast: Cast, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(cast.wang, *map(str, range(5)))
    gateways[SMS].says = lambda _parcel: Answer(Verdict.DOUBT)
    monkeypatch.setattr(jobs, "_rests_until", {})
    monkeypatch.setattr(jobs, "now", lambda: LATER)
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    jobs.carry(0, "sms")
    with writing():
        Delivery.objects.filter(state="waiting").update(next_at=LATER)
    jobs.carry(0, "sms")
    assert len(serials(gateways)) == 2
    moment[0] += jobs.REST
    jobs.carry(0, "sms")
    assert len(serials(gateways)) == 4


def test_parcel_that_was_taken_long_ago_does_not_leave(cast: Cast, gateways: Gateways) -> None:
    """A process that slept: by now another one may have taken it up."""
    tell(cast.wang, "a", "b")
    clock = Clock()

    def says(_parcel: Parcel) -> Answer:
        clock.at += deliveries.HAND_OVER_WITHIN
        return Answer(Verdict.ACCEPTED)

    gateways[SMS].says = says
    courier.carry(SMS, clock)
    assert len(serials(gateways)) == 1
    assert sorted(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == ["accepted", "waiting"]


def test_handing_over_ends_well_before_a_doubt_is_settled() -> None:
    assert deliveries.HAND_OVER_WITHIN + timedelta(minutes=2) < deliveries.SETTLED_AFTER


@pytest.mark.parametrize("stopped", [False, True])
def test_stopped_sending_leaves_no_more(cast: Cast, gateways: Gateways, stopped: bool) -> None:
    with writing():
        sending = Sending.make(
            federation=cast.chongqing.pk, union=cast.yongchuan, title="停水", body="今晚停水", at=NOW,
            state=SendingState.RUNNING,
        )  # fmt: skip
    rule(None, "sendings", (SMS, 0))
    price(None, SMS, "1")
    budget(cast.yongchuan, "100")
    data = {"sending": sending.public_id}
    tell(cast.wang, "a", "b", "c", kind="sending.notice", data=data)
    taken, _ = deliveries.take(SMS, 50, at=LATER)
    assert [one.parcel.title for one in taken] == ["停水"] * 3
    if stopped:
        with writing():
            Sending.objects.update(state=SendingState.STOPPED)
    courier._Round(gateways[SMS], lambda: LATER).hand_over(taken)
    assert len(serials(gateways)) == (0 if stopped else 3)
    expected = ("skipped", "stopped") if stopped else ("accepted", "")
    assert set(Delivery.objects.filter(channel=SMS).values_list("state", "why")) == {expected}
    assert Budget.objects.get().spent == (0 if stopped else 3)


def test_asking_goes_through_the_longest_waiting_and_stops_at_silence(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, *map(str, range(6)))
    gateways[SMS].says = lambda _parcel: Answer(Verdict.ACCEPTED)
    courier.carry_all(lambda: LATER)
    at = LATER + deliveries.ASK_AFTER
    assert courier.ask(SMS, lambda: at) == 6
    assert len(gateways[SMS].asked) == 2
    gateways[SMS].knows = lambda _serial: Trace(Fate.DELIVERED)
    assert courier.ask(SMS, lambda: at + deliveries.ASK_AFTER * 2) == 6
    assert set(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {"delivered"}


def test_go_on_by_the_next_channel(cast: Cast, gateways: Gateways) -> None:
    rule(None, "results", (SMS, 30), (WINDOW, 0))
    tell(cast.wang, *map(str, range(3)))
    courier.carry_all(lambda: LATER)
    courier.look_after(lambda: LATER + timedelta(minutes=30))
    assert Counter(states()) == {("sms", "expired", "unconfirmed"): 3, ("window", "waiting", ""): 3}


@pytest.mark.django_db(transaction=True)
def test_couriers_at_once_send_each_once(cast: Cast, gateways: Gateways) -> None:
    people = [cast.wang, cast.zhang, *(worker(cast.factory, f"工友{n}") for n in range(4))]
    for player in people:
        tell(player, *(f"{player.person.pk}-{n}" for n in range(50)))
    gateways[SMS].batch = 13
    assert side_by_side(*[lambda: courier.carry_much(SMS, lambda: LATER)] * 6) == ["done"] * 6
    assert (len(serials(gateways)), len(set(serials(gateways)))) == (300, 300)
    assert Delivery.objects.filter(channel=SMS, state="accepted", tries=1).count() == 300


@pytest.mark.django_db(transaction=True)
def test_asking_and_receipts_at_once_follow_once(cast: Cast, gateways: Gateways) -> None:
    rule(None, "results", (SMS, 30), (WINDOW, 0))
    tell(cast.wang, *map(str, range(20)))
    courier.carry_all(lambda: LATER)
    gateways[SMS].knows = lambda _serial: Trace(Fate.UNDELIVERED)
    at = LATER + timedelta(minutes=30)
    deeds = [lambda: courier.ask(SMS, lambda: at), lambda: courier.go_on(lambda: at)] * 3
    assert side_by_side(*deeds) == ["done"] * 6
    assert Delivery.objects.filter(channel=WINDOW).count() == 20
    assert not Delivery.objects.filter(channel=SMS).exclude(state__in=["failed", "expired"]).exists()


# ---- killed -------------------------------------------------------------------------------------------------------


@pytest.fixture
def standin(settings: Any) -> Iterator[AliyunStandin]:
    with AliyunStandin().listening() as found:
        settings.ALIYUN_SMS = found.settings()
        settings.NOTICE_GATEWAYS = {"sms": "tongxin.notices.gateways.aliyun.AliyunSms"}
        yield found


def start(standin: AliyunStandin) -> subprocess.Popen[bytes]:
    """A courier of its own process on this test's database."""
    given = connection.settings_dict
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{given['NAME']}"
    if "?" in os.environ["DATABASE_URL"]:
        url += "?" + os.environ["DATABASE_URL"].partition("?")[2]
    paths = f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"
    command = [sys.executable, "-m", "tests.notices.carrying", json.dumps(standin.settings()), LATER.isoformat()]
    ours = {"DATABASE_URL": url, "PYTHONPATH": paths, "PGAPPNAME": f"couriers-{os.getpid()}"}
    return subprocess.Popen(command, env=os.environ | ours)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline, "the couriers carry nothing, or do not end"
        time.sleep(0.005)


def are_gone() -> bool:
    """The sessions of the killed ones, which end what they began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [f"couriers-{os.getpid()}"])
        return cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_killed_couriers_leave_doubts_that_are_asked_about_and_nothing_is_sent_twice(
    cast: Cast, standin: AliyunStandin
) -> None:
    template(None, SMS)
    price(None, SMS, "0.05")
    budget(cast.yongchuan, "100")
    people = [cast.wang, cast.zhang, *(worker(cast.factory, f"工友{n}") for n in range(4))]
    for player in people:
        tell(player, *(f"{player.person.pk}-{n}" for n in range(40)))
    standin.takes = 40
    couriers = [start(standin) for _ in range(2)]
    wait_until(lambda: len(standin.calls) == 42)  # each has handed one over and waits for the answer
    for one in couriers:
        one.send_signal(signal.SIGKILL)
        one.wait(60)
    wait_until(are_gone)
    doubts = Delivery.objects.filter(state="sending")
    assert 0 < doubts.count() <= 100
    noted = set(Delivery.objects.filter(state="accepted").values_list("public_id", flat=True))
    assert noted <= set(standin.serials)

    standin.takes = 1_000_000
    standin.go_on.set()  # what nobody waits for any more is taken all the same
    wait_until(lambda: len(standin.seen) == 42)
    courier.carry_all(lambda: LATER)
    settled = LATER + deliveries.SETTLED_AFTER
    courier.look_after(lambda: LATER + deliveries.DOUBT_AFTER)
    assert all(row.public_id not in set(standin.serials) for row in doubts)
    while courier.look_after(lambda: settled) and doubts.exists():
        pass
    courier.carry_all(lambda: settled + deliveries.FIRST_WAIT)
    assert Counter(Counter(standin.serials).values()) == {1: 240}
    assert Delivery.objects.filter(channel=SMS, state="accepted").count() == 240
    assert float(Budget.objects.get().spent) == 240 * 0.05


@pytest.mark.django_db(transaction=True)
def test_gateway_that_takes_and_says_nothing_is_asked_and_not_told_again(cast: Cast, standin: AliyunStandin) -> None:
    template(None, SMS)
    tell(cast.wang, "a", "b", "c", "d")
    standin.behave = ["takes and is silent", "silent", "good", "good"]
    courier.carry_all(lambda: LATER)
    assert Counter(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {"sending": 2, "waiting": 2}
    courier.ask(SMS, lambda: LATER + deliveries.SETTLED_AFTER)
    courier.carry_all(lambda: LATER + timedelta(hours=1))
    assert Counter(Counter(standin.serials).values()) == {1: 4}
    assert set(Delivery.objects.filter(channel=SMS).values_list("state", flat=True)) == {"accepted"}
