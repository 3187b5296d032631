"""How texts that people wrote here read in English."""

from collections.abc import Iterable

from django.db.models import Max

from tongxin.records.models import EnglishText


def english_of(texts: Iterable[str]) -> dict[str, str]:
    """Those of the texts that somebody has said in English."""
    rows = EnglishText.objects.filter(text__in=list(texts)).order_by("pk").values_list("text", "english")
    return {text: english for text, english in dict(rows).items() if english}


def all_english() -> dict[str, str]:
    """Every text that has English: a few thousand short ones, wanted on every English page."""
    rows = EnglishText.objects.order_by("pk").values_list("text", "english")
    return {text: english for text, english in dict(rows).items() if english}


def newest() -> int:
    """Grows with every text said: as long as it stands, `all_english` says the same."""
    return EnglishText.objects.aggregate(newest=Max("pk"))["newest"] or 0
