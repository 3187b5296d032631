"""What people wrote here, on a page that is read in English.

Its English is what somebody said of it (records.english), else the words that come with the house (gettext: the shipped
lines, parameters, sources). What has neither stays Chinese and says so, so that it is read aloud as Chinese.
"""

import re
from contextvars import ContextVar
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override

from tongxin.records.english import all_english, newest
from tongxin.web import dates

HAN: Final = re.compile(r"[\u3400-\u9fff]")
TITLE: Final = re.compile(r"([^（]+)（(.+)）")
LATIN: Final = re.compile(r"[A-Za-z]{2}")
NAME: Final = re.compile(r"[\u3400-\u9fff](?:[^A-Za-z<>&]*[\u3400-\u9fff）》。])?")
_held: tuple[int, dict[str, str]] = (-1, {})  # of this process, as of the newest row
_reading: ContextVar[dict[str, str] | None] = ContextVar("english", default=None)  # of this request


def of(text: str) -> str:
    """Its English; empty where nobody has said it."""
    return _said().get(text) or _shipped(text) or _titled(text)


def shipped(text: str) -> str:
    """The English that comes with the house, whatever language the reader has."""
    with override("en"):
        return _shipped(text)


def plain(text: object) -> str:
    """English where there is any, for titles and attributes, which cannot say their language."""
    words = str(text or "")
    return (of(words) or words) if dates.english() else words


def said(text: object) -> SafeString:
    """The same for a page: what stays Chinese is marked as such, be it a name within an English sentence."""
    return text if isinstance(text, SafeString) else _marked(plain(text))


def original(text: str) -> SafeString:
    """As it was written, and marked as such: where its English is to be entered."""
    return _marked(text)


def basis(*texts: object) -> SafeString:
    """Words with force of law: the original always, and below it what they say in English, which binds nobody."""
    parts = [str(text) for text in texts if text]
    original = _marked("，".join(parts))
    summary = ", ".join(filter(None, map(of, parts))) if dates.english() else ""
    if not summary:
        return original
    words = gettext("英文大意，不作依据：%(summary)s") % {"summary": summary}
    return format_html('{}<span class="d-block">{}</span>', original, words)


def _marked(words: str) -> SafeString:
    if not dates.english() or not HAN.search(words):
        return format_html("{}", words)
    if not LATIN.search(words):
        return format_html('<span lang="zh-Hans">{}</span>', words)
    marked = NAME.sub(_in_sentence, escape(words))
    return mark_safe(marked)  # noqa: S308 - escaped before it was marked


def _in_sentence(name: re.Match[str]) -> str:
    """A name within an English sentence: in English too, where it has any."""
    return escape(of(name[0])) or f'<span lang="zh-Hans">{name[0]}</span>'


def _shipped(text: str) -> str:
    found = gettext(text) if text else ""
    return "" if found == text else found


def _titled(text: str) -> str:
    """瑜伽入门（晚班）: a class is called by its course and its own name; its English is theirs, if both have it."""
    match = TITLE.fullmatch(text)
    parts = [_said().get(part) or _shipped(part) for part in match.groups()] if match else []
    return f"{parts[0]} ({parts[1]})" if parts and all(parts) else ""


def forget() -> None:
    """A request begins: what was said since the last one counts."""
    _reading.set(None)


def _said() -> dict[str, str]:
    global _held  # noqa: PLW0603 - one for the process, always whole
    found = _reading.get()
    if found is None:
        latest = newest()
        if _held[0] != latest:
            _held = (latest, all_english())
        found = _held[1]
        _reading.set(found)
    return found
