"""One table says what stands where."""

import pytest
from django.apps import apps
from tests.cast import Cast

from tongxin.people.masks import TABLE, Purpose, Show, mask_value, shown
from tongxin.people.models import Account, Person
from tongxin.people.personal_fields import MODELS, REGISTER
from tongxin.store.fields import SealedField
from tongxin.store.keeping import Kept


def test_a_public_page_shows_nothing_of_anyone() -> None:
    assert {shows[Purpose.PUBLIC_PAGE] for shows in TABLE.values()} == {Show.HIDDEN}


def test_a_teacher_calling_the_roll_sees_names_and_nothing_else() -> None:
    seen = {field for field, shows in TABLE.items() if shows[Purpose.ROLL_CALL] is not Show.HIDDEN}
    assert seen == {"name"}
    assert TABLE["name"][Purpose.ROLL_CALL] is Show.SHOWN


def test_a_number_stands_in_full_nowhere() -> None:
    for field in ("document", "phone"):
        assert Show.SHOWN not in TABLE[field].values()


def test_rows_that_are_only_found_tell_no_more_than_masked_name_and_number() -> None:
    assert {field for field, shows in TABLE.items() if shows[Purpose.FIND_LIST] is not Show.HIDDEN} == {
        "name",
        "document",
    }


@pytest.mark.parametrize(
    ("field", "purpose", "text"),
    [
        ("name", Purpose.STAFF_LIST, "王*华"),
        ("name", Purpose.STAFF_DETAIL, "王小华"),
        ("name", Purpose.PUBLIC_PAGE, ""),
        ("employer", Purpose.STAFF_LIST, "永川同心机械厂"),
        ("born", Purpose.STAFF_DETAIL, "1990年1月1日"),
        ("born", Purpose.IMPORT_PREVIEW, "1990年"),
        ("gig_group", Purpose.STAFF_LIST, ""),
        ("ethnicity", Purpose.OWN_PAGE, ""),
    ],
)
def test_shown_follows_the_table(cast: Cast, field: str, purpose: Purpose, text: str) -> None:
    assert shown(cast.wang.person, field, purpose) == text


def test_numbers_show_their_ends(cast: Cast) -> None:
    number = cast.wang.person.document_text()
    assert shown(cast.wang.person, "document", Purpose.STAFF_LIST) == f"{number[:3]}***********{number[-4:]}"
    phone = cast.wang.person.phone_text().removeprefix("+86")
    assert shown(cast.wang.person, "phone", Purpose.ROSTER_LIST) == f"{phone[:3]}****{phone[-4:]}"


def test_mask_value_serves_what_is_no_record_yet() -> None:
    assert mask_value("name", "欧阳小华", Purpose.IMPORT_PREVIEW) == "欧阳*华"


def test_every_personal_field_has_its_line_in_the_register() -> None:
    """House test: a column that nobody classified stops the build."""
    columns = {model.__name__: {field.name for field in model._meta.concrete_fields} for model in MODELS}
    assert columns == {name: set(fields) for name, fields in REGISTER.items()}


def test_every_table_that_points_at_a_person_is_in_the_register() -> None:
    about_people = {
        model.__name__
        for model in apps.get_app_config("people").get_models()
        if any(
            field.related_model in {Person, Account} or isinstance(field, SealedField)
            for field in model._meta.concrete_fields
        )
    }
    assert about_people - REGISTER.keys() == set()


def test_every_other_table_about_people_says_why_and_how_long() -> None:
    """House test. Such a table points at a person or an account, by key or by plain number, or holds something sealed."""
    about_people = {
        model
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.") and model not in MODELS
        for field in model._meta.concrete_fields
        if field.related_model in {Person, Account}
        or isinstance(field, SealedField)
        or field.name in {"person", "account"}
    }
    assert {model.__name__ for model in about_people if not isinstance(getattr(model, "keeps", None), Kept)} == set()


def test_what_the_register_calls_sealed_is_sealed() -> None:
    for model in MODELS:
        for field in model._meta.concrete_fields:
            if REGISTER[model.__name__][field.name].sealed:
                assert field.get_internal_type() == "BinaryField", (model, field.name)


def test_every_personal_column_of_a_person_has_a_line_in_the_table() -> None:
    tiers = {name for name, kept in REGISTER["Person"].items() if kept.tier in {1, 2}}
    derived = {
        "name_pieces",
        "name_initials",
        "name_sort",
        "document_digest",
        "phone_digest",
        "document_kind",
        "employer_uscc",
    }
    assert tiers - derived == set(TABLE)
    assert Person._meta.get_field("name")
