"""卡号和密码: how someone without a phone signs in. A window hands both over on paper, once."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.utils.timezone import localdate
from stdnum import luhn

from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.actions.persons import open_membership
from tongxin.people.authority import Actor, require
from tongxin.people.models import Account, Appointment, Person, Pin
from tongxin.people.powers import Power
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic

DIGITS: Final = 6
CARD: Final = 10
VALID: Final = timedelta(days=365)
TRIES: Final = 5  # in a row; then a window must look at the person again
_WRONG: Final = Refused("pin-wrong", "卡号或密码不对，请看纸条核对后再试。错满5次要到工会窗口重新领。")
_NOBODY: Final = make_password(None)


@atomic
def give(*, person: Person, by: Actor, at: datetime) -> tuple[str, str]:
    """(card number, PIN), shown this once: the PIN is kept as a hash. A card that was given before keeps its number.

    Refused: "no-power", "no-membership", "person-merged", "person-has-post" (a paper would open a post's first door).
    """
    union = open_membership(person).union_id
    require(by, Power.VERIFY_PEOPLE, union)
    person = Person.objects.lock(person.pk)
    _may_have_card(person, at)
    account = Account.objects.filter(person=person).first() or _new_account(person)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    values = {"hash": make_password(digits), "given_by": by.account_id or 0, "given_at": at, "ends_at": at + VALID}
    card, made = Pin.objects.get_or_create(account=account, defaults={**values, "card": _new_card()})
    if not made:
        Pin.objects.filter(pk=card.pk).update(**values, wrong=0)
    journal.write("pin.given", of=person, by=by, at=at, union=union)
    outbox.put(
        [Telling(f"pin.given:{person.pk}:{at.isoformat()}", "pin.given", person.pk, person.federation, {})], at=at
    )
    return card.card, digits


@atomic
def withdraw(*, person: Person, by: Actor, at: datetime) -> None:
    """A lost paper: the card opens nothing from now on. Refused: "no-power", "pin-none"."""
    union = open_membership(person).union_id
    require(by, Power.VERIFY_PEOPLE, union)
    if not Pin.objects.filter(account__person=person, ends_at__gt=at).update(ends_at=at):
        raise Refused("pin-none", "这个人没有正在使用的卡号，不用作废。")
    journal.write("pin.withdrawn", of=person, by=by, at=at, union=union)


def account_by_pin(*, card: str, digits: str, network: str, at: datetime) -> Account:
    """Refused: "pin-wrong" (also for an unknown, ended or closed card: strangers learn nothing), "too-often"."""
    outcome = _try(card=_plain(card), digits=_plain(digits), network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try(*, card: str, digits: str, network: str, at: datetime) -> Account | Refused:
    """Returns the refusal of a wrong try instead of raising it, so that its count is kept."""
    limits = [
        Limit(Kind.PIN_WRONG, f"card:{card}", 10, timedelta(hours=1)),
        Limit(Kind.PIN_WRONG, f"network:{network}", 100, timedelta(minutes=10)),
    ]
    attempts.check(limits, at=at)
    pin = Pin.objects.select_for_update(of=("self",)).select_related("account").filter(card=card).first()
    open_ = pin is not None and pin.ends_at > at and pin.wrong < TRIES and pin.account.is_active
    # An unknown card costs the same hash, so that the answer's time tells nothing.
    right = check_password(digits, pin.hash if pin is not None else _NOBODY)
    if pin is None or not open_ or not right:
        attempts.note(limits, at=at)
        if pin is not None:
            Pin.objects.filter(pk=pin.pk).update(wrong=min(pin.wrong + 1, TRIES))
        return _WRONG
    if pin.wrong:
        Pin.objects.filter(pk=pin.pk).update(wrong=0)
    journal.write("account.signed-in", of=pin.account, by=pin.account, at=at, way="pin")
    return pin.account


def _may_have_card(person: Person, at: datetime) -> None:
    if person.merged_into_id is not None:
        raise Refused("person-merged", "这份登记已经并入另一份，请打开合并后的登记再办。")
    if Appointment.objects.filter(person=person, ends__gt=localdate(at)).exists():
        raise Refused("person-has-post", "这个人有工作岗位，请由上级管理员为其开通账号。")


def _new_account(person: Person) -> Account:
    return Account.objects.create_user(login=f"c-{secrets.token_hex(12)}", person=person)


def _new_card() -> str:
    """Nine digits by chance and a check digit, so that a slip of the finger is seen before it counts as a wrong try."""
    while True:
        body = f"{secrets.randbelow(10 ** (CARD - 1)):0{CARD - 1}d}"
        card = body + luhn.calc_check_digit(body)
        if not Pin.objects.filter(card=card).exists():
            return card


def is_card(text: str) -> bool:
    """Whether it can be a card number at all."""
    plain = _plain(text)
    return len(plain) == CARD and plain.isascii() and plain.isdigit() and luhn.is_valid(plain)


def _plain(text: str) -> str:
    """As typed, without the blanks and dashes of print; full-width digits as plain ones."""
    wide = str.maketrans("０１２３４５６７８９", "0123456789")
    return "".join(character for character in text.translate(wide) if character not in " -－　")
