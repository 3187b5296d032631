"""Registers and files: entered, corrected with history, ended; the law's remarks on the day itself and the day before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.cast import NOW, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.unions.actions import files, registers
from tongxin.unions.actions.files import Upload
from tongxin.unions.actions.registers import Paper
from tongxin.unions.models import RegisterChange, RegisterEntry, UnionFile
from tongxin.unions.register_rules import hints

SIGNED = date(2024, 3, 1)
PAPER = Paper("集体合同", SIGNED, ends_on=date(2026, 3, 1))
PDF = b"%PDF-1.7 x"


def enter(cast: Cast, register: str = "collective_contract", **changes: object) -> RegisterEntry:
    paper = replace(PAPER, **changes)  # type: ignore[arg-type]
    return registers.enter(union=cast.factory, register=register, paper=paper, by=cast.cadre.actor, at=NOW)


def refusal(call, *args: object, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    return refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "register-title"),
        ({"register": "lottery"}, "register-kind"),
        ({"signed_on": TODAY + timedelta(days=1)}, "register-day"),
        ({"filed_on": TODAY + timedelta(days=1)}, "register-day"),
        ({"ends_on": SIGNED}, "register_days"),
        ({"filed_on": SIGNED - timedelta(days=1)}, "register_days"),
        ({"effective_on": SIGNED - timedelta(days=1)}, "register_days"),
        ({"remind_days": 366}, "register_remind"),
    ],
)
def test_what_cannot_be_entered_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    assert refusal(enter, cast, **changes) == code
    assert not RegisterEntry.objects.exists()


def test_what_it_said_before_a_correction_stays_readable(cast: Cast) -> None:
    entry = enter(cast)
    paper = replace(PAPER, title="集体合同（2024）", filed_on=date(2024, 3, 8))
    registers.correct(entry=entry, paper=paper, by=cast.cadre.actor, at=NOW)
    assert [(c.field, c.before, c.after) for c in RegisterChange.objects.order_by("pk")] == [
        ("title", "集体合同", "集体合同（2024）"), ("filed_on", "", "2024-03-08")
    ]  # fmt: skip
    assert refusal(registers.correct, entry=entry, paper=paper, by=cast.cadre.actor, at=NOW) == "register-same"
    assert refusal(registers.correct, entry=entry, paper=PAPER, by=cast.sibling_cadre.actor, at=NOW) == "no-power"


def test_an_ended_entry_is_not_changed_any_more(cast: Cast) -> None:
    entry, given = enter(cast), {"by": cast.cadre.actor, "at": NOW}
    assert refusal(registers.close, entry=entry, on=TODAY, why=" ", **given) == "register-why"
    assert refusal(registers.close, entry=entry, on=SIGNED - timedelta(days=1), why="x", **given) == "register-day"
    registers.close(entry=entry, on=TODAY, why="提前解除", **given)
    assert refusal(registers.close, entry=entry, on=TODAY, why="再次", **given) == "register-closed"
    assert refusal(registers.correct, entry=entry, paper=replace(PAPER, title="新"), **given) == "register-closed"
    entry.refresh_from_db()
    assert hints(entry, TODAY) == []


def said(entry: RegisterEntry, today: date) -> list[str]:
    return [hint.words for hint in hints(entry, today)]


def test_filing_is_late_on_the_eleventh_day(cast: Cast) -> None:
    entry = enter(cast)
    assert said(entry, date(2024, 3, 11)) == ["应在签订后10日内报送人社部门，请按时报送。"]
    assert said(entry, date(2024, 3, 12)) == ["应在签订后10日内报送人社部门，已经过期，请尽快报送。"]
    assert said(enter(cast, filed_on=date(2024, 3, 12)), TODAY)[0] == "报送晚于签订后10日。"


def test_effect_begins_fifteen_days_after_filing(cast: Cast) -> None:
    filed = date(2024, 3, 11)
    assert said(enter(cast, filed_on=filed), TODAY) == [
        "报送后15日内没有异议即生效，也就是2024年3月26日。请核对后填上生效日期。"
    ]
    assert said(enter(cast, filed_on=filed, effective_on=date(2024, 3, 26)), TODAY) == []
    early = enter(cast, filed_on=filed, effective_on=date(2024, 3, 25))
    assert said(early, TODAY) == ["生效日期早于报送后15日，请核对有没有收到不同意见。"]


def test_ends_and_yearly_meetings_are_remarked(cast: Cast) -> None:
    rules = enter(cast, "congress_rules", ends_on=date(2024, 5, 27))
    assert said(rules, TODAY) == ["还有60天到期。"]
    assert said(rules, TODAY - timedelta(days=1)) == []
    assert said(rules, date(2024, 5, 27)) == ["已经到期，请续签或重新登记。"]
    meeting = enter(cast, "congress_meeting", ends_on=None)
    assert said(meeting, date(2025, 3, 1)) == []
    assert said(meeting, date(2025, 3, 2)) == ["职代会每年至少开一次。这次会议到现在已满一年，开过新的请登记。"]


def kept(cast: Cast, name: str = "批复.pdf", content: bytes = PDF) -> UnionFile:
    return files.keep(union=cast.factory, upload=Upload(name, content), by=cast.cadre.actor, at=NOW)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("批复.pdf", b"", "file-empty"),
        ("批复.pdf", b"MZ\x90 program", "file-kind"),
        ("批复.html", b"<html>", "file-kind"),
        ("批复", PDF, "file-kind"),
        ("图.svg", b"<svg onload=x>", "file-kind"),
        ("大.pdf", PDF + b"x" * files.LARGEST, "file-large"),
    ],
)
def test_only_papers_and_pictures_are_kept(cast: Cast, name: str, content: bytes, code: str) -> None:
    assert refusal(kept, cast, name, content) == code


def test_a_file_is_given_back_as_it_came_until_it_is_taken_back(cast: Cast) -> None:
    file = kept(cast, "..\\..\\秘密/批复.PDF")
    assert (file.name, file.title, files.content_of(file)) == ("批复.PDF", "批复", PDF)
    other = registers.enter(
        union=cast.riders, register="congress_rules", paper=replace(PAPER, file=None), by=cast.admin.actor, at=NOW
    )
    assert (
        refusal(registers.correct, entry=other, paper=replace(PAPER, file=file), by=cast.admin.actor, at=NOW)
        == "register-file"
    )
    files.take_back(file=file, by=cast.cadre.actor, at=NOW)
    file.refresh_from_db()
    assert refusal(files.content_of, file) == "file-gone"
    assert refusal(files.take_back, file=file, by=cast.cadre.actor, at=NOW) == "file-gone"
