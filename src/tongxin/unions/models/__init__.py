"""Unions: the dated tree, agreements, how they are founded, what they keep on file, how many work where they are."""

from tongxin.unions.models.agreements import Agreement, AgreementGrant, AgreementParty
from tongxin.unions.models.files import Register, RegisterChange, RegisterEntry, UnionFile
from tongxin.unions.models.founding import FoundingRequest, Way
from tongxin.unions.models.tree import (
    LONG_AGO,
    Closure,
    Confidence,
    DatedQuerySet,
    Kind,
    Level,
    Parenthood,
    Succession,
    Union,
    UnionCode,
    UnionName,
    UnionQuerySet,
)
from tongxin.unions.models.workforce import WorkforceCount, WorkGroup

__all__ = [
    "LONG_AGO",
    "Agreement",
    "AgreementGrant",
    "AgreementParty",
    "Closure",
    "Confidence",
    "DatedQuerySet",
    "FoundingRequest",
    "Kind",
    "Level",
    "Parenthood",
    "Register",
    "RegisterChange",
    "RegisterEntry",
    "Succession",
    "Union",
    "UnionCode",
    "UnionFile",
    "UnionName",
    "UnionQuerySet",
    "Way",
    "WorkGroup",
    "WorkforceCount",
]
