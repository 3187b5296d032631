"""Finding a record by a whole number, under every key that is still in use."""

from tongxin.kernel import id_numbers, phones
from tongxin.people.models import Account, Person
from tongxin.store.keys import ring

DOCUMENT = "person.document"
PHONE = "person.phone"
ACCOUNT_PHONE = "account.phone"


def by_document(kind: str, number: str) -> Person | None:
    """Refused when the number cannot be one of its kind."""
    canonical = id_numbers.canonical_document(kind, number)
    return Person.objects.filter(document_digest__in=ring().digests(canonical, purpose=DOCUMENT)).first()


def by_phone(number: str) -> list[Person]:
    """A phone may be several people's: of a couple, of a team."""
    digests = ring().digests(phones.canonical(number), purpose=PHONE)
    return list(Person.objects.filter(phone_digest__in=digests).order_by("name_sort", "pk"))


def account_by_phone(number: str) -> Account | None:
    digests = ring().digests(phones.canonical(number), purpose=ACCOUNT_PHONE)
    return Account.objects.filter(phone_digest__in=digests).first()
