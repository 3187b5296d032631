from tongxin.people.models.accounts import Account
from tongxin.people.models.appointments import Appointment
from tongxin.people.models.imports import ImportBatch, ImportRow
from tongxin.people.models.memberships import Membership
from tongxin.people.models.persons import ClaimCode, Disclosure, Person
from tongxin.people.models.sign_in import FactorStep, SignInAttempt, SignInCode
from tongxin.people.models.tokens import ApiToken

__all__ = [
    "Account",
    "ApiToken",
    "Appointment",
    "ClaimCode",
    "Disclosure",
    "FactorStep",
    "ImportBatch",
    "ImportRow",
    "Membership",
    "Person",
    "SignInAttempt",
    "SignInCode",
]
