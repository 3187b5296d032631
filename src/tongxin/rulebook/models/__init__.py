"""Rules and their versions; parameters and their days."""

from tongxin.rulebook.models.parameters import Certainty, Parameter, ParameterKey, ValueType
from tongxin.rulebook.models.rules import Rule, RuleVersion

__all__ = ["Certainty", "Parameter", "ParameterKey", "Rule", "RuleVersion", "ValueType"]
