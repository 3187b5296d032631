"""Rules, their versions and drafts; parameters and their days."""

from tongxin.rulebook.models.drafts import Acceptance, Draft
from tongxin.rulebook.models.parameters import Certainty, Parameter, ParameterKey, ValueType
from tongxin.rulebook.models.rules import Rule, RuleVersion

__all__ = ["Acceptance", "Certainty", "Draft", "Parameter", "ParameterKey", "Rule", "RuleVersion", "ValueType"]
