"""A refusal in the reader's language."""

from typing import Any

from django.utils.translation import gettext

from tongxin.kernel.refused import Refused


def say(refusal: Refused) -> str:
    """Its words translated, then filled; a label among the params (a power, a state) is translated too, and so is a part that
    is itself a Refused (what exactly is wrong with a rule).
    """
    filled = {name: _part(value) for name, value in refusal.params.items()}
    sentence = gettext(refusal.words)
    return sentence % filled if filled else sentence


def _part(value: Any) -> Any:
    if isinstance(value, Refused):
        return say(value)
    return gettext(value) if isinstance(value, str) and value else value
