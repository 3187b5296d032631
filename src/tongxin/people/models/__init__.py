from tongxin.people.models.accounts import Account
from tongxin.people.models.appointments import Appointment
from tongxin.people.models.clocks import Clock
from tongxin.people.models.imports import HeaderChoice, ImportBatch, ImportPart, ImportRow, MissingAnswer, RosterUpload
from tongxin.people.models.joining import JoinApplication, JoinStep
from tongxin.people.models.knowing import Likeness, Merge, MergedRow, OutsideIdentity, PhoneChange, Pin, Verification
from tongxin.people.models.memberships import Membership
from tongxin.people.models.officers import Committee, Officer
from tongxin.people.models.persons import ClaimCode, Disclosure, Person
from tongxin.people.models.sign_in import FactorStep, SignInAttempt, SignInCode
from tongxin.people.models.tokens import ApiToken
from tongxin.people.models.transfers import Passport, Transfer, TransferStep

__all__ = [
    "Account",
    "ApiToken",
    "Appointment",
    "ClaimCode",
    "Clock",
    "Committee",
    "Disclosure",
    "FactorStep",
    "HeaderChoice",
    "ImportBatch",
    "ImportPart",
    "ImportRow",
    "JoinApplication",
    "JoinStep",
    "Likeness",
    "Membership",
    "Merge",
    "MergedRow",
    "MissingAnswer",
    "Officer",
    "OutsideIdentity",
    "Passport",
    "Person",
    "PhoneChange",
    "Pin",
    "RosterUpload",
    "SignInAttempt",
    "SignInCode",
    "Transfer",
    "TransferStep",
    "Verification",
]
