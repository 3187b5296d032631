"""入会申请: asked in a moment, answered by who is named, up the tree when nobody does, and never twice one person."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from PIL import Image
from tests.cast import BEIJING, HOUSE, NOW, TODAY, Cast, Player, account, an_id, cast, union_under, worker

from tongxin.kernel.refused import Refused
from tongxin.people.actions import joining, memberships
from tongxin.people.actions.joining import Wish
from tongxin.people.models import Account, JoinApplication, Membership, Person
from tongxin.people.queries.joining import ground, heir_of, joinable, reviewer_of, to_answer
from tongxin.records.actions.documents import path_of
from tongxin.records.models import Document, JournalEntry, OutboxRow
from tongxin.unions.actions import tree
from tongxin.unions.models import Kind, Level

__all__ = ["cast"]


def wish(union: object, **more: object) -> Wish:
    return Wish(**{"union": union, "basis": "platform", "name": "新骑手", "gig_group": "food_delivery_rider", **more})


def ask(cast: Cast, who: Account | None = None, **more: object) -> JoinApplication:
    newcomer, key = Player(None, who or cast.newcomer), more.pop("key", None)
    return joining.ask(wish=wish(more.pop("union", cast.riders), **more), by=newcomer.actor, at=NOW, key=key)


def code(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused:
        return refused.code
    return "ok"


def outsider(cast: Cast) -> Player:
    """On record, with an account, no longer a member."""
    player = worker(cast.factory, "离职者", login="outsider")
    stay = Membership.objects.get(person=player.person)
    memberships.end(membership=stay, on=TODAY, reason="left", by=HOUSE, at=NOW)
    return player


def test_name_area_and_trade_suffice(cast: Cast) -> None:
    made = ask(cast)
    person = Account.objects.get(pk=cast.newcomer.pk).person
    assert (made.person, person.name, person.gig_group, person.document) == (
        person,
        "新骑手",
        "food_delivery_rider",
        None,
    )
    assert (made.union, made.reviewer, made.state) == (cast.riders, cast.yongchuan, "waiting")
    assert made.due_at.astimezone(BEIJING).date() == date(2024, 4, 3)  # Friday, Monday, Tuesday are his
    assert [(row.kind, row.person) for row in OutboxRow.objects.filter(kind="join.to-answer")] == [
        ("join.to-answer", cast.admin.person.pk)
    ]


def test_the_unions_own_cadre_reviews_where_there_is_one(cast: Cast) -> None:
    assert reviewer_of(cast.factory, on=TODAY) == cast.factory
    assert reviewer_of(cast.riders, on=TODAY) == cast.yongchuan
    assert reviewer_of(cast.factory, on=TODAY, above=cast.factory) == cast.yongchuan
    assert reviewer_of(cast.factory, on=TODAY, above=cast.yongchuan) == cast.chongqing
    assert reviewer_of(cast.factory, on=TODAY, above=cast.chongqing) is None


def test_yes_makes_a_member_from_today(cast: Cast) -> None:
    made = ask(cast, union=cast.factory, basis="workplace")
    stay = joining.accept(application=made, by=cast.cadre.actor, at=NOW)
    assert (stay.union, stay.starts, stay.ends) == (cast.factory, TODAY, None)
    made.refresh_from_db()
    assert (made.state, made.membership, made.decided_by) == ("accepted", stay, cast.cadre.account.pk)
    assert OutboxRow.objects.filter(kind="join.accepted", person=made.person_id).count() == 1
    assert code(lambda: joining.accept(application=made, by=cast.cadre.actor, at=NOW)) == "wrong-state"
    assert Membership.objects.filter(person=made.person_id).count() == 1


def test_no_says_why_and_where_else(cast: Cast) -> None:
    made = ask(cast)
    no = {"application": made, "by": cast.admin.actor, "at": NOW}
    assert code(lambda: joining.refuse(why=" ", **no)) == "why-missing"
    assert code(lambda: joining.refuse(why="不在这里", elsewhere=cast.riders, **no)) == "elsewhere-same"
    joining.refuse(why="不在这里", elsewhere=cast.factory, **no)
    made.refresh_from_db()
    assert (made.state, made.why, made.elsewhere) == ("refused", "不在这里", cast.factory)
    again = ask(cast, union=cast.factory)  # a refusal closes nothing
    assert again.state == "waiting"


def test_only_who_answers_here_may(cast: Cast) -> None:
    made = ask(cast)
    for player in (cast.cadre, cast.officer, cast.sibling_cadre, cast.jinjiang_admin, cast.clerk):
        assert code(lambda by=player: joining.accept(application=made, by=by.actor, at=NOW)) == "no-power"
    assert list(to_answer(cast.jinjiang_admin.actor, at=NOW)) == []
    assert list(to_answer(cast.admin.actor, at=NOW)) == [made]


def test_silence_goes_up_step_by_step_and_stops_at_the_top(cast: Cast) -> None:
    made = ask(cast, union=cast.factory, basis="workplace")
    before = made.due_at - timedelta(seconds=1)
    joining.escalate(application=made, on=TODAY, at=before)
    made.refresh_from_db()
    assert (made.reviewer, made.escalations) == (cast.factory, 0)
    seen = []
    for _ in range(3):
        at = made.due_at
        joining.escalate(application=made, on=TODAY, at=at)
        made.refresh_from_db()
        seen.append((made.reviewer.name, made.escalations))
    assert seen == [(cast.yongchuan.name, 1), (cast.chongqing.name, 2), (cast.chongqing.name, 2)]
    assert OutboxRow.objects.filter(kind="join.escalated").count() == 2
    joining.accept(application=made, by=cast.cadre.actor, at=NOW)  # whoever could before still can


def test_two_phones_are_one_person(cast: Cast) -> None:
    number = an_id()
    ask(cast, document=number)
    second = account("second phone")
    assert code(lambda: ask(cast, second, document=number)) == "document-claim"
    assert Account.objects.get(pk=second.pk).person is None  # nothing half-done
    assert Person.objects.filter(name="新骑手").count() == 1


def test_someone_elses_number_gets_no_further(cast: Cast) -> None:
    assert code(lambda: ask(cast, document=cast.wang.person.document_text())) == "document-claim"
    player = outsider(cast)
    joining.ask(wish=wish(cast.riders, document=cast.wang.person.document_text()), by=player.actor, at=NOW)
    player.person.refresh_from_db()
    assert player.person.document_text() != cast.wang.person.document_text()  # a record that has a number keeps it


def test_a_member_is_led_to_the_transfer(cast: Cast) -> None:
    assert code(lambda: joining.ask(wish=wish(cast.riders), by=cast.wang.actor, at=NOW)) == "member-already"


def test_two_unions_do_not_both_get_one_worker(cast: Cast) -> None:
    player = outsider(cast)
    first = joining.ask(wish=wish(cast.riders), by=player.actor, at=NOW)
    assert code(lambda: joining.ask(wish=wish(cast.factory), by=player.actor, at=NOW)) == "join_one_waiting"
    memberships.join(person=player.person, union=cast.zhongshan, starts=TODAY, by=HOUSE, at=NOW)
    assert code(lambda: joining.accept(application=first, by=cast.admin.actor, at=NOW)) == "member-already"


def test_a_roster_that_is_quicker_answers_what_it_meets(cast: Cast) -> None:
    made = ask(cast)
    stay = memberships.join(person=made.person, union=cast.riders, starts=TODAY, by=HOUSE, at=NOW)
    assert joining.accept(application=made, by=cast.admin.actor, at=NOW) == stay
    made.refresh_from_db()
    assert (made.state, made.membership) == ("accepted", stay)


@pytest.mark.parametrize(("where", "state"), [("riders", "accepted"), ("factory", "refused")])
def test_who_became_a_member_meanwhile_is_not_passed_up_for_ever(cast: Cast, where: str, state: str) -> None:
    made = ask(cast)
    memberships.join(person=made.person, union=getattr(cast, where), starts=TODAY, by=HOUSE, at=NOW)
    after = joining.escalate(application=made, on=made.due_at.date(), at=made.due_at)
    assert (after.state, after.escalations) == (state, 0)
    assert (cast.factory.name in after.why) is (state == "refused")
    told = OutboxRow.objects.filter(person=made.person_id, kind__startswith="join.").values_list("kind", flat=True)
    assert list(told) == [f"join.{state}"]


def test_sent_twice_it_is_one(cast: Cast) -> None:
    assert ask(cast, key="once").pk == ask(cast, key="once").pk
    assert JoinApplication.objects.count() == 1


def test_own_withdrawal_only(cast: Cast) -> None:
    player = outsider(cast)
    made = joining.ask(wish=wish(cast.riders), by=player.actor, at=NOW)
    assert code(lambda: joining.withdraw(application=made, by=cast.wang.actor, at=NOW)) == "no-power"
    joining.withdraw(application=made, by=player.actor, at=NOW)
    assert code(lambda: joining.accept(application=made, by=cast.admin.actor, at=NOW)) == "wrong-state"


def test_another_province_asks_for_consent(cast: Cast) -> None:
    player = outsider(cast)
    there = wish(cast.jinjiang_shop)
    assert code(lambda: joining.ask(wish=there, by=player.actor, at=NOW)) == "consent-needed"
    made = joining.ask(wish=wish(cast.jinjiang_shop, consents=True), by=player.actor, at=NOW)
    stay = joining.accept(application=made, by=cast.jinjiang_cadre.actor, at=NOW)
    assert (stay.union, stay.federation) == (cast.jinjiang_shop, player.person.federation)


def test_staff_asks_for_who_has_no_phone(cast: Cast) -> None:
    player = outsider(cast)
    made = joining.ask(wish=wish(cast.riders), person=player.person, by=cast.admin.actor, at=NOW)
    assert (made.person, made.account) == (player.person, cast.admin.account.pk)
    assert code(
        lambda: joining.ask(wish=wish(cast.riders), person=player.person, by=cast.jinjiang_admin.actor, at=NOW)
    ) == "no-power"  # fmt: skip


def test_a_union_that_ends_hands_its_applications_on(cast: Cast) -> None:
    made = ask(cast)
    tree.dissolve(union=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    assert code(lambda: joining.accept(application=made, by=cast.admin.actor, at=NOW)) == "union-not-there"
    joining.escalate(application=made, on=TODAY, at=NOW)
    made.refresh_from_db()
    assert (made.union, made.state, [s.verb for s in made.steps.order_by("pk")]) == (
        cast.yongchuan, "waiting", ["ask", "hand-on"],
    )  # fmt: skip
    assert code(lambda: ask(cast, account("late"), union=cast.riders)) == "union-not-there"


def test_provinces_take_no_members(cast: Cast) -> None:
    assert code(lambda: ask(cast, union=cast.chongqing)) == "union-takes-none"
    assert code(lambda: ask(cast, basis="no such")) == "basis-unknown"


def a_picture(**size: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size.get("w", 40), size.get("h", 30)), "red").save(out, "PNG")
    return out.getvalue()


def test_the_picture_is_redrawn_and_goes_with_the_answer(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    made = ask(cast, photo=a_picture())
    file = path_of(Document.objects.get(pk=made.photo))
    assert file.read_bytes().startswith(b"\xff\xd8\xff")
    with django_capture_on_commit_callbacks(execute=True):
        joining.refuse(application=made, why="看不清", by=cast.admin.actor, at=NOW)
        assert file.exists()  # until the answer is kept: it may yet be rolled back
    made.refresh_from_db()
    assert (made.photo, file.exists(), Document.objects.count()) == (None, False, 0)


@pytest.mark.parametrize(("photo", "said"), [
    (b"%PDF-1.7 not a picture", "photo-kind"), (a_picture()[:60], "photo-kind"), (b"\xff" * (9 << 20), "photo-large"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo-kind"),
])  # fmt: skip
def test_what_is_no_picture_is_refused_in_words(cast: Cast, photo: bytes, said: str) -> None:
    assert code(lambda: ask(cast, photo=photo)) == said
    assert JoinApplication.objects.count() == 0


def test_nothing_personal_is_journalled(cast: Cast) -> None:
    ask(cast, document=an_id())
    assert [row.data for row in JournalEntry.objects.filter(verb="join.asked")] == [{"basis": "platform"}]


def test_what_is_offered_fits_the_ground(cast: Cast) -> None:
    assert joinable("platform", on=TODAY) == []
    assert cast.riders in joinable("platform", area=cast.yongchuan, on=TODAY)
    lives = joinable("lives_here", area=cast.yongchuan, on=TODAY)
    assert (lives[-1], cast.factory in lives, cast.riders in lives) == (cast.yongchuan, False, False)
    assert joinable("workplace", text=cast.factory.name[:4], on=TODAY) == [cast.factory]
    assert cast.jiangjin_mill not in joinable("workplace", area=cast.yongchuan, on=TODAY)


def test_a_picture_taken_sideways_is_kept_upright(cast: Cast) -> None:
    picture, kept = Image.new("RGB", (40, 60), "orange"), io.BytesIO()
    exif = picture.getexif()
    exif[0x0112] = 6  # held turned by a quarter
    picture.save(kept, "JPEG", exif=exif)
    made = ask(cast, photo=kept.getvalue())
    with Image.open(path_of(Document.objects.get(pk=made.photo))) as upright:
        assert (upright.size, dict(upright.getexif())) == ((60, 40), {})


def test_who_ends_hands_on_to_the_heir_of_the_heir(cast: Cast) -> None:
    third = union_under(
        cast.yongchuan, "接手的联合工会", "500118-J7", Level.GRASSROOTS, kind=Kind.JOINT_GRASSROOTS_UNION
    )
    for gone, heir in ((cast.riders, cast.factory), (cast.factory, third)):
        tree.merge(predecessors=[gone], successor=heir, on=TODAY, by=HOUSE, at=NOW)
    cast.riders.refresh_from_db()
    assert (heir_of(cast.riders, TODAY), heir_of(third, TODAY)) == (third, third)
    assert heir_of(cast.riders, TODAY - timedelta(days=1)) == cast.riders


def test_the_ground_follows_from_the_union_that_was_chosen(cast: Cast) -> None:
    said = {name: ground("platform", getattr(cast, name)) for name in ("factory", "riders", "zhongshan", "yongchuan")}
    assert said == {
        "factory": "platform", "riders": "industry", "zhongshan": "works_here", "yongchuan": "works_here",
    }  # fmt: skip
    assert (ground("lives_here", cast.zhongshan), ground("workplace", cast.factory)) == ("lives_here", "workplace")


@pytest.mark.django_db(transaction=True)
def test_yes_and_withdrawal_at_the_same_moment_are_one_of_them(cast: Cast) -> None:
    player = outsider(cast)
    made = joining.ask(wish=wish(cast.riders), by=player.actor, at=NOW)
    deeds = [
        lambda: joining.accept(application=made, by=cast.admin.actor, at=NOW),
        lambda: joining.withdraw(application=made, by=player.actor, at=NOW),
    ]
    barrier, said = Barrier(2), []

    def run(deed: Callable[[], object]) -> None:
        barrier.wait()
        said.append(code(deed))
        connection.close()

    threads = [Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.refresh_from_db()
    assert sorted(said) == ["ok", "wrong-state"]
    assert Membership.objects.filter(person=player.person, ends=None).count() == (made.state == "accepted")
