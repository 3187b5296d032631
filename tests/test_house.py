"""The house has tests too: what neither the import linter nor the type checker can see."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tongxin.store.models import Guarded, Sharded

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "tongxin"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = next(c["layers"] for c in CONTRACTS if c["name"].startswith("House"))
FLOOR = {room.strip(): -n for n, layer in enumerate(LAYERS) for room in layer.split("|")}
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_PAGE, LONGEST_README = 400, 40, 25, 25
OURS = [model for model in apps.get_models() if model.__module__.startswith("tongxin.")]

# Tables that are written by a library or hold no row of the trade. Closed list, each with its reason.
NOT_GUARDED = {
    "Account": "the sign-in library writes it (password hashes, last sign-in)",
}
# Tables that name a person and are not spread by federation. Closed list, each with its reason.
NOT_SHARDED = {
    "Account": "one person signs in wherever the person is kept",
}
# Constraints without words of their own. Closed list, each with what refuses in words before it.
ONLY_CODE_BREAKS = {
    "served_quantity": "the ledger alone writes quantities",
    "union_not_own_parent": "tree.move refuses a union below itself",
    "agreement_grant_between_two": "written by the operator's data alone, until agreements have pages",
    "person_document_with_digest": "number and digest are written by one action",
    "rule_version_days": "kernel.periods.Days refuses first",
    "call_per_person": "calls.open_call refuses first",
    "pool_numbers": "pools._check_units refuses first; waiting is counted by the engine",
    "lane_numbers": "counted by calls.settling alone",
    "intake_numbers": "counted by the database's own function",
    "application_size": "entries.enter counts the people who are named",
    "application_ticket": "tickets are drawn by the engine alone",
    "award_offer_ends": "lines.grant writes the end of each offer",
    "preference_rank": "entries.enter numbers the wishes, and refuses more than the call takes",
    "preference_waits_with_number": "the engine numbers whoever it lets wait",
    "publication_digest": "computed from the lines by publications.publish",
    "draw_numbers": "frozen.write_lists alone writes lists",
    "cohort_weekday": "the form offers seven days",
    "session_times": "derived from the cohort's times, which have words",
}
SUBSTANCE = re.compile(  # a ticket is the draw's number of an application (kernel/draw.py), not one at a gate
    r"course|cohort|lesson|class_place|classroom|teacher|enrol|attendance|voucher|coupon|admission|门票|\btrips?\b|\btours?\b"
    r"|contest|grant_scheme|hardship|benefit|课|班次|班级|券|旅游|竞赛|困难|疗休养",
    re.IGNORECASE,
)


def room(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def relations() -> Iterator[tuple[type[models.Model], models.Field, type[models.Model]]]:  # type: ignore[type-arg]
    """(model, field, target) for every foreign key between tables of the house."""
    for model in OURS:
        for field in model._meta.get_fields():
            if (
                field.is_relation
                and field.concrete
                and getattr(field.related_model, "__module__", "").startswith("tongxin.")
            ):
                yield model, field, field.related_model  # type: ignore[misc]


def python_files(below: Path = HOUSE) -> list[Path]:
    return [path for path in sorted(below.rglob("*.py")) if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end; decorators do not count."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_page(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(d, ast.Call) and getattr(d.func, "id", "") == "page" for d in function.decorator_list)


def test_foreign_keys_only_point_down() -> None:
    wrong = [
        f"{model.__name__}.{field.name} -> {target.__name__}"
        for model, field, target in relations()
        if room(model) != room(target) and FLOOR[room(target)] >= FLOOR[room(model)]
    ]
    assert wrong == []


def test_lower_rooms_gain_no_reverse_accessors() -> None:
    seen = [
        f"{model.__name__}.{field.name}"
        for model, field, target in relations()
        if room(model) != room(target) and not field.remote_field.hidden
    ]
    assert seen == []


def test_only_actions_can_write_any_table() -> None:
    assert sorted(m.__name__ for m in OURS if not issubclass(m, Guarded)) == sorted(NOT_GUARDED)


def test_tables_that_grow_with_people_carry_their_federation() -> None:
    def names_a_person(model: type[models.Model]) -> bool:
        targets = {target.__name__ for owner, _, target in relations() if owner is model}
        return "Person" in targets or any(
            field.name == "person" for field in model._meta.get_fields() if field.concrete
        )

    wrong = [
        m.__name__ for m in OURS if names_a_person(m) and not issubclass(m, Sharded) and m.__name__ not in NOT_SHARDED
    ]
    assert wrong == []


def test_every_sharded_table_is_unique_by_federation_and_id() -> None:
    wrong = [
        model.__name__
        for model in OURS
        if issubclass(model, Sharded)
        and ("federation", "id") not in {tuple(getattr(c, "fields", ())) for c in model._meta.constraints}
    ]
    assert wrong == []


@pytest.mark.parametrize("limit", [LONGEST_FILE])
def test_files_are_short(limit: int) -> None:
    long = {str(path.relative_to(ROOT)): n for path in python_files(ROOT / "src") if (n := _lines(path)) > limit}
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.name}": n
        for path in python_files(ROOT / "src")
        for function in functions(path)
        if (n := length(function)) > (LONGEST_PAGE if is_page(function) else LONGEST_FUNCTION)
    }
    assert long == {}


def test_every_room_says_what_lives_in_it() -> None:
    rooms = [path.parent for path in HOUSE.glob("*/__init__.py")]
    assert sorted(p.name for p in rooms) == sorted(FLOOR)
    assert [p.name for p in rooms if not (p / "README.md").is_file()] == []
    long = {p.name: n for p in rooms if (p / "README.md").is_file() and (n := _lines(p / "README.md")) > LONGEST_README}
    assert long == {}


def test_nothing_is_called_utils_or_common() -> None:
    names = {"utils", "util", "common", "helpers", "misc"}
    assert [str(p.relative_to(ROOT)) for p in (ROOT / "src").rglob("*") if p.stem in names] == []


def test_calls_contains_no_noun_of_any_substance() -> None:
    found = {
        f"{path.relative_to(HOUSE)}:{number}: {match.group()}"
        for path in python_files(HOUSE / "calls")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := SUBSTANCE.search(line))
    }
    assert found == set()


def test_kinds_are_told_apart_only_by_their_kind_files() -> None:
    asks = re.compile(r"\bif\b.*\bkind\s*(==|!=|in)\s*[\"'(]")
    found = [
        f"{path.relative_to(HOUSE)}:{number}"
        for name in ("calls", "activities", "web")
        for path in python_files(HOUSE / name)
        if path.name != "kind.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if asks.search(line) and "call" in line
    ]
    assert found == []


def test_private_names_are_not_imported_across_files() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {alias.name}"
        for path in python_files(ROOT / "src")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tongxin.")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert found == []


def test_constraints_that_people_can_break_have_words() -> None:
    """A check or an exclusion without words would reach someone as an error page."""
    silent = {
        constraint.name
        for model in OURS
        for constraint in model._meta.constraints
        if not isinstance(constraint, models.UniqueConstraint)
        and str(constraint.violation_error_message) == str(constraint.default_violation_error_message)
    }
    assert silent - set(ONLY_CODE_BREAKS) == set()


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())
