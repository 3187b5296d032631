"""The demo, loaded whole: the newspaper's figures from rows, twice the same, and never a person-time called a person."""

import io
import json
import re
import time
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from config.demo import accounts, drawing, joining, load, sibling, wishing
from config.demo.loading import NAME
from tongxin.activities.models import Cohort, Enrolment, Programme
from tongxin.calls.models import Award, Call, Draw, Pool, Preference
from tongxin.calls.states import Policy
from tongxin.figures import catalogue, finding, sheets
from tongxin.figures.asking import Asking, Axis
from tongxin.kernel import one_time_codes
from tongxin.kernel.draw import first_difference
from tongxin.people.models import Account, JoinApplication, Person
from tongxin.people.roles import RoleName
from tongxin.records.actions import documents
from tongxin.unions.models import Kind, Succession, Union

pytestmark = pytest.mark.slow
DAY = date(2024, 3, 28)
STAFF_PAGES = "/staff/figures/"
PERSON_TIMES_AS_PEOPLE = re.compile(r"15[,，]?148\s*(?:名|位)?(?:人(?!次)|职工|学员)")


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """Loaded once for this file, and rolled back at its end; what it said on the way, and at the end how to sign in."""
    with django_db_blocker.unblock(), transaction.atomic():
        lines: list[str] = []
        lines.append(load(lines.append))
        yield lines
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def untouched(said: list[str]) -> Iterator[None]:
    """What a test writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def numbers(asking: Asking) -> dict[str, int]:
    return {one.figure.name: one.value for one in sheets.answers(catalogue.STABLE, asking)}


def on_the_day() -> Asking:
    return finding.asking_named(NAME, as_of=DAY, today=DAY)


def test_the_newspaper_s_figures_come_out_of_the_rows() -> None:
    assert numbers(on_the_day()) == {
        "terms": 26, "courses": 60, "cohorts": 469, "person_times": 15_148, "attendances": 80_540, "headcount": 6_791,
    }  # fmt: skip


@pytest.mark.parametrize("axis", [Axis.TERM, Axis.COURSE, Axis.SITE, Axis.YEAR, Axis.MONTH, Axis.COHORT, Axis.BRANCH])
def test_person_times_add_up_along_every_way_down(axis: Axis) -> None:
    sheet = sheets.sheet(["person_times", "attendances"], on_the_day(), axis)
    assert [check.agrees for check in sheet.checks()] == [True, True]


def test_every_cohort_s_roster_has_the_cohort_s_number() -> None:
    by_cohort = sheets.sheet(["person_times"], on_the_day(), Axis.COHORT)
    for row in by_cohort.rows[::40]:
        roster = sheets.sheet(["person_times"], on_the_day().within(Axis.COHORT, row.key), Axis.PERSON)
        assert roster.sum_of_rows("person_times") == row.values["person_times"] == len(roster.rows)


def test_the_term_that_runs_now_went_through_the_calls_engine() -> None:
    term = Programme.objects.get(name=NAME).terms.get(ordinal=27)
    rows = Enrolment.objects.filter(cohort__term=term, state="enrolled")
    assert rows.count() > 400
    assert not rows.filter(award=None).exists()
    assert set(Cohort.objects.filter(term=term).values_list("state", flat=True)) == {
        "open",
        "closed",
        "finished",
        "planned",
    }
    full = Pool.objects.filter(call=term.call, waiting__gt=0)
    assert full.count() >= 3
    assert all(pool.taken == pool.units for pool in full)
    assert Preference.objects.filter(pool__in=full, waits=True).count() == sum(pool.waiting for pool in full)
    assert Award.objects.filter(pool__call=term.call, state="held").count() == rows.count()


def test_both_provinces_have_a_programme_that_says_what_is_synthetic() -> None:
    notes = dict(Programme.objects.values_list("name", "synthetic"))
    assert set(notes) == {NAME, sibling.NAME, drawing.NAME, wishing.NAME}
    assert all("合成" in note for note in notes.values())
    assert "2024年3月28日的报道" in notes[NAME]
    assert "全部为合成数据" in notes[sibling.NAME]
    assert not Person.objects.filter(synthetic=False).exists()


def test_every_draw_whose_result_is_out_can_be_computed_again() -> None:
    settled = Call.objects.filter(policy=Policy.DRAW, settled_at__isnull=False)
    found = Draw.objects.filter(round__call__in=settled).select_related("file")
    assert set(found.values_list("round__call", flat=True)) == set(settled.values_list("pk", flat=True))
    for one in found:
        assert first_difference(json.loads(documents.path_of(one.file).read_bytes())) is None
    waits = Award.objects.filter(state="offered", person__account__isnull=False, pool__call__in=settled)
    assert waits.count() == 1  # the rider who signs in reads of a place that waits for a yes


def test_unions_of_every_kind_stand_in_the_tree() -> None:
    assert set(Union.objects.values_list("kind", flat=True).distinct()) == set(Kind)
    assert not Union.objects.filter(synthetic=True).exclude(name__contains="示例").exists()


def test_applications_to_join_stand_in_every_state_that_a_reviewer_meets() -> None:
    rows = JoinApplication.objects.order_by("pk").values_list("state", "escalations", "reviewer__code")
    assert list(rows) == [
        ("waiting", 0, "500118"), ("waiting", 0, "500118"), ("waiting", 1, "500000"), ("waiting", 0, "500118-F01"),
        ("refused", 0, "500118"),
    ]  # fmt: skip


def test_unions_remember_names_and_mergers() -> None:
    gone = Union.objects.get(code=joining.GONE)
    assert Succession.objects.get(predecessor=gone).how == Succession.How.MERGED
    assert gone.dissolved_on is not None
    assert Union.objects.get(name=joining.NEW_NAME).names.count() == 3


def test_loading_again_adds_nothing() -> None:
    def counts() -> dict[str, int]:
        ours = [model for model in apps.get_models() if model.__module__.startswith("tongxin.")]
        return {model.__name__: model._default_manager.count() for model in ours}

    before = counts()
    load(lambda _: None)
    assert counts() == before


def test_the_terminal_says_how_to_sign_in(said: list[str]) -> None:
    words = said[-1]
    for desk in accounts.DESKS:
        assert desk.login in words
    assert accounts.secret_of("yongchuan.reader") in words
    roles = {RoleName(role) for role in Account.objects.exclude(person__appointments=None).values_list(
        "person__appointments__role", flat=True)}  # fmt: skip
    assert roles == set(RoleName)


def reader() -> Client:
    """By the password and the one-time code that the terminal prints."""
    client, login = Client(), "yongchuan.reader"
    account = Account.objects.get(login=login)
    assert account.check_password(accounts.PASSWORD)
    assert one_time_codes.code_at(accounts.secret_of(login), 1)
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def test_no_page_and_no_workbook_calls_person_times_people() -> None:
    client, bounds = reader(), "as_of=2024-03-28"
    pages = [f"{STAFF_PAGES}?{bounds}", f"{STAFF_PAGES}print/?{bounds}"]
    pages += [f"{STAFF_PAGES}of/{name}/?{bounds}" for name in (*catalogue.STABLE, "fill_rate")]
    for address in pages:
        html = client.get(address).content.decode()
        text = re.sub(r"<[^>]+>", "", html)
        assert not PERSON_TIMES_AS_PEOPLE.search(text), address
    assert "15,148人次" in re.sub(r"<[^>]+>", "", client.get(pages[0]).content.decode())
    for address in (f"{STAFF_PAGES}sheet/?{bounds}", f"{STAFF_PAGES}of/person_times/sheet/?{bounds}"):
        book = openpyxl.load_workbook(io.BytesIO(client.get(address).content))
        lines = [
            "".join(str(cell.value) for cell in row if cell.value is not None)
            for sheet in book
            for row in sheet.iter_rows()
        ]
        assert not any(PERSON_TIMES_AS_PEOPLE.search(line) for line in lines)
