"""`tongxin import_roster`: keys, exit codes, and the operator's hand in the journal."""

import json
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.factories.rosters import document, members, number, row, sheet

from config import cli
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
KEYS = {"rows", "added", "changed", "unchanged", "missing", "asked", "refused"}


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(sheet(*members(3)))
    return file


def run(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    code = cli.main(["import_roster", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_import_ends_with_0_and_again_changes_nothing(
    cast: Cast, roster: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(roster, "--union", cast.factory.code, capsys=capsys)
    assert code == 0
    assert told == {"rows": 3, "added": 3, "changed": 0, "unchanged": 0, "missing": 3, "asked": [], "refused": []}
    assert run(roster, "--union", cast.factory.code, capsys=capsys) == (0, told | {"added": 0, "unchanged": 3})
    assert Membership.objects.filter(union=cast.factory).count() == 6
    assert JournalEntry.objects.get(verb="roster.imported", data__added=3).account is None


def test_dry_run_says_the_same_and_writes_nothing(cast: Cast, roster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(roster, "--union", cast.factory.code, "--dry-run", capsys=capsys)
    assert (code, told["added"], told.keys()) == (0, 3, KEYS)
    assert (ImportBatch.objects.count(), Person.objects.filter(name__startswith="赵伟").count()) == (0, 0)


def test_rows_asked_or_refused_end_with_1_and_the_good_ones_come_in(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(
        sheet(
            *members(2),
            row("错一位", number(70)[:-1], "", "厂"),
            row("甲某人", number(71), "", "厂"),
            row("乙某人", number(71), "", "厂"),
            row("林蓉", document(cast.lin), "", "厂"),
        )
    )
    code, told = run(file, "--union", cast.factory.code, capsys=capsys)
    assert (code, told["added"]) == (1, 2)
    assert told["refused"] == [
        {"row": 4, "column": "身份证号", "code": "id-length", "message": "身份证号只有17位，少1位。请补上漏掉的数字。"}
    ]
    assert [(one["row"], one["code"]) for one in told["asked"]] == [  # type: ignore[attr-defined,union-attr]
        (5, "id-two-people"), (6, "id-two-people"), (7, "in-another-union"),
    ]  # fmt: skip


def test_file_that_is_no_roster_ends_with_1_and_one_object(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(b"%PDF-1.7")
    code, told = run(file, "--union", cast.factory.code, capsys=capsys)
    assert (code, told["rows"], told.keys()) == (1, 0, KEYS)
    assert [(one["row"], one["code"]) for one in told["refused"]] == [(None, "file-pdf")]  # type: ignore[attr-defined,union-attr]


def test_question_about_the_whole_file_ends_with_1_and_imports_nothing(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(
        sheet(["甲某人", number(1), "18800000001", "18800000002"], headers=("姓名", "身份证号", "手机", "联系电话"))
    )
    for more in ([], ["--dry-run"]):
        code, told = run(file, "--union", cast.factory.code, *more, capsys=capsys)
        assert (code, told["added"]) == (1, 0)
        assert [(one["row"], one["column"], one["code"]) for one in told["asked"]] == [  # type: ignore[attr-defined,union-attr]
            (None, "phone", "column-twice")
        ]


@pytest.mark.parametrize(("file", "union"), [("none.xlsx", "500118"), ("", "500118"), ("名册.xlsx", "999999")])
def test_wrong_call_ends_with_2(
    cast: Cast, roster: Path, capsys: pytest.CaptureFixture[str], file: str, union: str
) -> None:
    assert cli.main(["import_roster", str(roster.parent / file), "--union", union, "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_lines_for_people_name_row_and_reason(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "名册.csv"
    file.write_text(f"姓名,身份证号\n甲某人,{number(1)}\n错一位,{number(2)[:-1]}\n", encoding="gb18030")
    assert cli.main(["import_roster", str(file), "--union", cast.factory.code]) == 1
    told = capsys.readouterr()
    assert "added: 1\n" in told.out
    assert "  3\t身份证号\tid-length\t身份证号只有17位" in told.out
    assert "名册.csv → 永川同心机械厂工会 (500118-J1)" in told.err
