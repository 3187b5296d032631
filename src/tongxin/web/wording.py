"""A refusal in the reader's language."""

from django.utils.translation import gettext

from tongxin.kernel.refused import Refused


def say(refusal: Refused) -> str:
    """Its words translated, then filled; a label among the params (a power, a state) is translated too."""
    filled = {
        name: gettext(value) if isinstance(value, str) and value else value for name, value in refusal.params.items()
    }
    sentence = gettext(refusal.words)
    return sentence % filled if filled else sentence
