"""Which field of a person stands where, and how much of it: one table, field × purpose. Pages ask `shown`."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from tongxin.people import names
from tongxin.people.models import Person


class Purpose(StrEnum):
    PUBLIC_PAGE = "public_page"  # anyone may read it
    PUBLICATION = "publication"  # who got a place, published for objections
    OWN_PAGE = "own_page"  # the worker's own record
    ROLL_CALL = "roll_call"  # a teacher, or whoever stands in, calls the roll
    ROSTER_LIST = "roster_list"  # staff run a course: who has a place
    STAFF_LIST = "staff_list"  # lists and searches of people
    FIND_LIST = "find_list"  # rows that the actor may only find, not see
    STAFF_DETAIL = "staff_detail"  # one person's page, for those who may see it
    IMPORT_PREVIEW = "import_preview"  # a roster on its way in
    EXPORT = "export"  # a file leaves the house
    OFFICE_SHEET = "office_sheet"  # the upper office's own sheet, filled for it (full numbers: by disclosure only)
    FIGURES_DRILL = "figures_drill"  # the rows behind a number
    FIGURES_NAMES = "figures_names"  # the same, for those with the power to read names there


class Show(StrEnum):
    SHOWN = "shown"
    MASKED = "masked"
    HIDDEN = "hidden"


S, M, H = Show.SHOWN, Show.MASKED, Show.HIDDEN
_ORDER: Final = tuple(Purpose)
#                          public publ own roll roster list find detail import export office drill names
_TABLE: Final[dict[str, tuple[Show, ...]]] = {
    "name":                (H,    M,    S,   S,   S,     M,   M,   S,     M,     S,      S,     M,    S),
    "document":            (H,    H,    M,   H,   H,     M,   M,   M,     M,     H,      M,     H,    H),
    "phone":               (H,    H,    M,   H,   M,     M,   H,   M,     M,     M,      M,     H,    H),
    "employer":            (H,    H,    S,   H,   S,     S,   H,   S,     S,     S,      S,     H,    H),
    "gig_group":           (H,    H,    S,   H,   S,     S,   H,   S,     S,     S,      S,     H,    H),
    "sex":                 (H,    H,    S,   H,   H,     H,   H,   S,     S,     H,      S,     H,    H),
    "born":                (H,    H,    S,   H,   H,     H,   H,   S,     M,     H,      S,     H,    H),
    "ethnicity":           (H,    H,    S,   H,   H,     H,   H,   S,     H,     H,      S,     H,    H),
    "political_status":    (H,    H,    S,   H,   H,     H,   H,   S,     H,     H,      S,     H,    H),
    "education":           (H,    H,    S,   H,   H,     H,   H,   S,     S,     H,      S,     H,    H),
    "skill_level":         (H,    H,    S,   H,   H,     H,   H,   S,     S,     H,      S,     H,    H),
    "migrant_worker":      (H,    H,    S,   H,   H,     H,   H,   S,     S,     H,      S,     H,    H),
    "occupation":          (H,    H,    S,   H,   S,     H,   H,   S,     S,     H,      S,     H,    H),
    "model_worker":        (H,    H,    S,   H,   H,     H,   H,   S,     S,     H,      S,     H,    H),
}  # fmt: skip
TABLE: Final = {field: dict(zip(_ORDER, shows, strict=True)) for field, shows in _TABLE.items()}

HIDDEN: Final = ""


def shown(person: Person, field: str, purpose: Purpose) -> str:
    """The field as it may stand there; empty where it may not, or where there is none. A KeyError: not in the table."""
    return mask_value(field, _text(person, field), purpose)


def mask_value(field: str, text: str, purpose: Purpose) -> str:
    """The same for a value that is not (yet) in a record, such as a cell of a roster."""
    show = TABLE[field][purpose]
    if show is Show.HIDDEN or not text:
        return HIDDEN
    return text if show is Show.SHOWN else _MASKS[field](text)


def _text(person: Person, field: str) -> str:
    if field == "document":
        return person.document_text()
    if field == "phone":
        return person.phone_text()
    if field in {"sex", "gig_group"}:
        return str(getattr(person, f"get_{field}_display")()) if getattr(person, field) else ""
    value = getattr(person, field)
    if field == "migrant_worker":
        return {True: "是", False: "否"}.get(value, "")
    if field == "born":
        return f"{value.year}年{value.month}月{value.day}日" if value else ""
    return str(value)


_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "name": names.mask,
    "document": names.mask_id,
    "phone": names.mask_phone,
    "born": lambda text: f"{text[:4]}年",
}
