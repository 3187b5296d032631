"""What a person's columns hold, worked out from what was written: tidied, cut for search, sealed and digested."""

from typing import Any, Final

from tongxin.kernel import id_numbers, phones
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.models.persons import DocumentKind, GigGroup, Sex
from tongxin.people.queries import lookup
from tongxin.store.fields import Sealed
from tongxin.store.keys import ring

DOCUMENT: Final = lookup.DOCUMENT  # purposes of seals and digests
PHONE: Final = lookup.PHONE
NAME_AT_MOST: Final = 60
_SEX: Final = {"male": Sex.MALE, "female": Sex.FEMALE}

TIER_TWO: Final = frozenset(
    {
        "sex",
        "born",
        "ethnicity",
        "political_status",
        "education",
        "skill_level",
        "migrant_worker",
        "gig_group",
        "employer",
        "employer_uscc",
        "occupation",
        "model_worker",
    }
)
_CHOICES: Final[dict[str, set[str]]] = {"sex": set(Sex), "gig_group": set(GigGroup)}


def name_columns(name: str) -> dict[str, Any]:
    """The name and all by which it is found and sorted. Refused: "name-missing", "name-long"."""
    name = names.tidy(name)
    if not name:
        raise Refused("name-missing", "请填姓名。")
    if len(name) > NAME_AT_MOST:
        raise Refused("name-long", "姓名最多%(most)d个字，请核对。", most=NAME_AT_MOST)
    found = names.indexed(name)
    return {
        "name": name,
        "name_pieces": found.pieces,
        "name_initials": found.initials,
        "name_sort": found.sort,
    }


def document_columns(kind: str, number: str) -> dict[str, Any]:
    """Sealed and digested in its canonical form; with birthday and sex where the paper tells them. Empty: none."""
    if not number.strip():
        return {"document_kind": kind, "document": None, "document_digest": None}
    canonical = id_numbers.canonical_document(kind, number)
    told: dict[str, Any] = {}
    if kind == DocumentKind.RESIDENT_ID:
        told = {"born": id_numbers.birth_date(canonical), "sex": _SEX[id_numbers.sex(canonical)]}
    return told | {
        "document_kind": kind,
        "document": Sealed.of(canonical.removeprefix(f"{kind}:"), DOCUMENT),
        "document_digest": ring().digest(canonical, purpose=DOCUMENT),
    }


def phone_columns(phone: str) -> dict[str, Any]:
    if not phone.strip():
        return {"phone": None, "phone_digest": None}
    canonical = phones.canonical(phone)
    return {"phone": Sealed.of(canonical, PHONE), "phone_digest": ring().digest(canonical, purpose=PHONE)}


def tier_two_columns(values: dict[str, Any]) -> dict[str, Any]:
    """Values of the real-name sheet as given. A field that it does not have is an error of the caller."""
    unknown = values.keys() - TIER_TWO
    if unknown:
        raise TypeError(f"no such field of the real-name sheet: {sorted(unknown)}")
    for field, value in values.items():
        if value and value not in _CHOICES.get(field, {value}):
            raise Refused("value-unknown", "“%(value)s”不在可选范围里，请重选。", value=value)
    return values
