"""Finding a record by a whole number, under every key that is still in use."""

from tongxin.kernel import id_numbers, phones
from tongxin.people.models import Account, Person
from tongxin.store.keys import ring

DOCUMENT = "person.document"
PHONE = "person.phone"
ACCOUNT_PHONE = "account.phone"


def by_document(kind: str, number: str) -> Person | None:
    """The number of a merged record leads to the one that was kept. Refused when it cannot be one of its kind."""
    canonical = id_numbers.canonical_document(kind, number)
    found = Person.objects.filter(document_digest__in=ring().digests(canonical, purpose=DOCUMENT)).first()
    return found if found is None or found.merged_into_id is None else found.merged_into


def by_phone(number: str) -> list[Person]:
    """A phone may be several people's: of a couple, of a team."""
    digests = ring().digests(phones.canonical(number), purpose=PHONE)
    return list(Person.objects.filter(phone_digest__in=digests, merged_into=None).order_by("name_sort", "pk"))


def account_by_phone(number: str) -> Account | None:
    digests = ring().digests(phones.canonical(number), purpose=ACCOUNT_PHONE)
    return Account.objects.filter(phone_digest__in=digests).first()
