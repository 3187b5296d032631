from tongxin.people.models.accounts import Account
from tongxin.people.models.appointments import Appointment
from tongxin.people.models.imports import ImportBatch, ImportRow
from tongxin.people.models.memberships import Membership
from tongxin.people.models.persons import ClaimCode, Disclosure, Person

__all__ = ["Account", "Appointment", "ClaimCode", "Disclosure", "ImportBatch", "ImportRow", "Membership", "Person"]
