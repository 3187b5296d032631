"""How sure we are that it is this person: declared, named by a roster, seen at a window, confirmed outside.

`Person.assurance` is the highest check that still stands. A changed name or number takes the checks of it away: what the
window saw was another paper. What was checked before stays readable as rows.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from tongxin.kernel import id_numbers
from tongxin.kernel.refused import Refused
from tongxin.people import likeness, names, outside
from tongxin.people.actions import attempts, likenesses
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.actions.values import document_columns
from tongxin.people.authority import Actor
from tongxin.people.models import Person, Verification
from tongxin.people.models.persons import Assurance
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.people.queries.windows import served_at
from tongxin.people.states import CHECKED_HOW
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

ROSTER, PAPER, SCREEN, CHANGED = "roster", "window", "window-screen", "changed"
HOW: Final = CHECKED_HOW
TELLS_WHO: Final = frozenset({"name", "document_digest", "document_kind"})
MOST_A_DAY: Final = 10  # wrong papers of one record: a window that guesses numbers


@atomic
def note_roster(*, people: Collection[Person], union: Union, by: Actor, at: datetime) -> int:
    """A union's roster names these people: who had only declared themselves is known better now. Returns how many."""
    declared = Person.objects.filter(pk__in=[one.pk for one in people], assurance__lt=Assurance.ROSTER)
    found = list(declared.only("federation"))
    Verification.objects.bulk_create(
        [
            Verification(
                federation=one.federation, person=one, level=Assurance.ROSTER, how=ROSTER, union=union,
                account=by.account_id, passed=True, at=at,
            )
            for one in found
        ]
    )  # fmt: skip
    Person.objects.filter(pk__in=[one.pk for one in found]).update(assurance=Assurance.ROSTER)
    return len(found)


def confirm_on_paper(*, person: Person, name: str, kind: str, number: str, by: Actor, at: datetime) -> Person:
    """The clerk typed name and number from the paper in hand, without seeing ours. A record without a number gains it.

    Refused: "no-power", "verify-self", "paper-differs" (noted), "document-taken" (the pair is put to those who decide
    about duplicates), "too-often", and what is wrong with the number.
    """
    outcome = try_paper(person=person, name=name, kind=kind, number=number, by=by, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def try_paper(*, person: Person, name: str, kind: str, number: str, by: Actor, at: datetime) -> Person | Refused:
    """Returns the refusal of a wrong paper instead of raising it, so that its trace is kept."""
    union = _serving(person, by)
    limit = Limit(Kind.CLAIM_WRONG, f"paper:{person.pk}", MOST_A_DAY, timedelta(days=1))
    attempts.check([limit], at=at)
    person = Person.objects.lock(person.pk)
    canonical = id_numbers.canonical_document(kind, number, **({"today": by.on} if kind == "resident_id" else {}))
    if person.name != names.tidy(name) or not _fits(person, canonical):
        attempts.note([limit], at=at)
        _note(person, Assurance.SEEN, PAPER, union, by, at, passed=False)
        journal.write("person.check-failed", of=person, by=by, at=at, union=union, how=PAPER)
        return Refused(
            "paper-differs", "证件上的姓名或号码和登记的不一样，没有核验。请对照证件重填；登记有误的，先更正登记。"
        )
    if person.document is None:
        other = lookup.by_document(kind, number)
        if other is not None and other.pk != person.pk:
            likenesses.met(person, other, reason=likeness.SAME_PAPER, by=by, at=at)
            return Refused(
                "document-taken", "这个证件号码已有另一份登记，像是重复登记，已列入待判断。请有权限的同事判断后再核验。"
            )
        _take_number(person, kind, number, at)
    return _seen(person, PAPER, union, by, at)


@atomic
def confirm_on_screen(*, person: Person, by: Actor, at: datetime) -> Person:
    """The clerk compared the paper in hand with the masked record. Refused: "no-power", "verify-self", "paper-missing"."""
    union = _serving(person, by)
    person = Person.objects.lock(person.pk)
    if person.document is None:
        raise Refused("paper-missing", "登记里还没有证件号码，请对照证件录入姓名和号码来核验。")
    return _seen(person, SCREEN, union, by, at)


def ask_outside(*, person: Person, consent: bool, by: Actor, at: datetime) -> outside.Answer:
    """Asks the outside service, without a transaction open; yes lifts the record, no and unknown are noted.

    The person asks for themselves, or a window with the person's consent. Refused: "no-service", "consent-needed",
    "paper-missing", "too-often", "service-silent" (nothing is known and nothing changed), "record-changed".
    """
    service = outside.service()
    if service is None:
        raise Refused("no-service", "这里还没有接通外部核验，请带证件到工会窗口核验。")
    if not consent:
        raise Refused("consent-needed", "外部核验要把姓名和证件号码交给核验服务，请本人同意后再办。")
    question = _question(person, by, at)
    try:
        reply = service.ask(question)
    except outside.Silent as silent:
        raise Refused(
            "service-silent", "外部核验暂时没有回应，登记没有变化。请过一会儿再试，或到工会窗口核验。"
        ) from silent
    return _answered(person, question, reply, service.name, by, at)


@atomic
def _question(person: Person, by: Actor, at: datetime) -> outside.Question:
    if by.person_id != person.pk:
        served_at(by, Power.VERIFY_PEOPLE, person)
    if person.document is None:
        raise Refused("paper-missing", "登记里还没有证件号码，请先带证件到工会窗口补上。")
    limit = Limit(Kind.CLAIM_WRONG, f"outside:{person.pk}", settings.CONFIRM_MOST_A_DAY, timedelta(days=1))
    attempts.check([limit], at=at)
    attempts.note([limit], at=at)
    return outside.question(person.name, person.document_kind, person.document_text())


@atomic
def _answered(
    person: Person, question: outside.Question, reply: outside.Reply, name: str, by: Actor, at: datetime
) -> outside.Answer:
    person = Person.objects.lock(person.pk)
    if (person.name, person.document_text()) != (question.name, question.number):
        raise Refused("record-changed", "核验期间登记有改动，这次结果没有用。请再核验一次。")
    passed = reply.answer is outside.Answer.YES
    _note(person, Assurance.CONFIRMED, name, None, by, at, reference=reply.reference, passed=passed)
    journal.write("person.asked-outside", of=person, by=by, at=at, union=None, service=name, answer=str(reply.answer))
    return reply.answer


@atomic
def after_change(
    *, person: Person, changed: Iterable[str], to: int, union: int | None, by: Actor, at: datetime
) -> None:
    """Called with the record locked and saved: a new name or number falls back to what the source of the change proves."""
    if not TELLS_WHO & set(changed) or person.assurance <= to:
        return
    Verification.make(
        federation=person.federation, person=person, level=to, how=CHANGED, union_id=union,
        account=by.account_id, passed=True, at=at,
    )  # fmt: skip
    person.assurance = to
    person.save(update_fields=["assurance"])


def _serving(person: Person, by: Actor) -> int:
    if by.person_id == person.pk:
        raise Refused("verify-self", "不能核验自己的身份，请同事办理。")
    if person.merged_into_id is not None:
        raise Refused("person-merged", "这份登记已合并到另一份，请在那一份上办理。")
    return served_at(by, Power.VERIFY_PEOPLE, person)


def _fits(person: Person, canonical: str) -> bool:
    if person.document is None:
        return True
    return id_numbers.canonical_document(person.document_kind, person.document_text()) == canonical


def _take_number(person: Person, kind: str, number: str, at: datetime) -> None:
    columns = document_columns(kind, number) | {"changed_at": at}
    for column, value in columns.items():
        setattr(person, column, value)
    person.save(update_fields=sorted(columns))


def _seen(person: Person, how: str, union: int, by: Actor, at: datetime) -> Person:
    _note(person, Assurance.SEEN, how, union, by, at)
    journal.write("person.checked", of=person, by=by, at=at, union=union, how=how)
    key = f"person-checked-{person.pk}-{at.timestamp():.0f}"
    outbox.put([Telling(key, "person.checked", person.pk, person.federation, {"union": _name(union)})], at=at)
    return person


def _name(union: int) -> str:
    return str(Union.objects.values_list("name", flat=True).get(pk=union))


def _note(
    person: Person, level: int, how: str, union: int | None, by: Actor, at: datetime, *,
    reference: str = "", passed: bool = True,
) -> None:  # fmt: skip
    Verification.make(
        federation=person.federation, person=person, level=level, how=how, union_id=union, account=by.account_id,
        reference=reference, passed=passed, at=at,
    )  # fmt: skip
    if passed and person.assurance < level:
        person.assurance = level
        person.save(update_fields=["assurance"])
