"""Tags and filters of every template (built in: no {% load %} needed)."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import segno
from django import template
from django.db import models
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tongxin.kernel.refused import Refused
from tongxin.web import catalogue_words, dates, english, folding, forms, navigation, tones, verdict_words
from tongxin.web.wording import say

register = template.Library()
ICONS = Path(__file__).resolve().parents[1] / "icons.json"

register.filter("cn_date", dates.day)
register.filter("line_amount", catalogue_words.amount)
register.filter("line_region", catalogue_words.region)
register.filter("cn_day", dates.short_day)
register.filter("cn_full_day", dates.full_day)
register.filter("weekday", dates.weekday)
register.filter("clock", dates.clock)
register.filter("moment", dates.moment)
register.filter("last_day", dates.last_day)
register.filter("plain", verdict_words.plain)
register.simple_tag(dates.hours, name="hours")
register.simple_tag(dates.span, name="span")
register.simple_tag(dates.lasting, name="lasting")


@cache
def _icons() -> dict[str, str]:
    return json.loads(ICONS.read_text())  # type: ignore[no-any-return]


@register.simple_tag
def icon(name: str, size: int = 24, css: str = "", label: str = "") -> SafeString:
    """An inline icon. With a label it is an image that is read out, else decoration. Unknown names raise."""
    return _drawn(name, size, css, str(label))


@lru_cache(maxsize=2000)
def _drawn(name: str, size: int, css: str, label: str) -> SafeString:
    """Kept: a list draws the same few icons dozens of times."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="tx-i {}" width="{}" height="{}" viewBox="0 0 24 24" {}>{}</svg>',
        css,
        size,
        size,
        spoken,
        mark_safe(_icons()[name]),  # noqa: S308 - our own file
    )


@register.simple_tag
def qr(text: str, px: int = 208, label: str = "") -> SafeString:
    """A QR code as inline SVG: no picture to load, prints sharp. Show the same text in characters beside it."""
    code = segno.make(text, error="m", micro=False)
    side = code.symbol_size(border=0)[0] + 4
    path = "".join(_runs(y, row) for y, row in enumerate(code.matrix))
    return format_html(
        '<svg class="tx-qr" width="{0}" height="{0}" viewBox="-2 -2 {1} {1}" role="img" aria-label="{2}" '
        'shape-rendering="crispEdges"><rect x="-2" y="-2" width="100%" height="100%" fill="#fff"/>'
        '<path d="{3}" fill="#111"/></svg>',
        px,
        side,
        label or gettext("二维码"),
        path,
    )


def _runs(y: int, row: Sequence[int]) -> str:
    """One horizontal stroke for each run of dark modules."""
    cells = "".join("1" if module else "0" for module in row) + "0"
    strokes, x = [], cells.find("1")
    while x >= 0:
        end = cells.find("0", x)
        strokes.append(f"M{x} {y}h{end - x}v1H{x}z")
        x = cells.find("1", end)
    return "".join(strokes)


@register.simple_tag
def meter(value: float, total: float, tone: str = "dai", label: str = "") -> SafeString:
    """How full. Widths are SVG attributes, because the page forbids inline styles."""
    share = 0.0 if not total else max(0.0, min(100.0, 100 * float(value) / float(total)))
    return format_html(
        '<svg class="tx-meter tx-meter-{}" width="100%" height="6" role="img" aria-label="{}">'
        '<rect class="tr" width="100%" height="6" rx="3"/><rect class="fi" width="{}%" height="6" rx="3"/></svg>',
        tone,
        label or f"{value} / {total}",
        round(share, 1),
    )


@register.simple_tag
def wdclock(used: int, total: int, state: str = "run", words: str = "", small: str = "") -> SafeString:
    """Working-day clock, one block a working day. state: run, soon, over, paused, done. The sentence is required reading."""
    blocks = max(total, used)
    gap, width = (3 if blocks <= 10 else 2), (9 if blocks <= 6 else 6 if blocks <= 10 else 4)
    rects = format_html_join(
        "",
        '<rect class="{}" x="{}" width="{}" height="12" rx="2"/>',
        (("x" if n >= total else "u" if n < used else "f", n * (width + gap), width) for n in range(blocks)),
    )
    return format_html(
        '<span class="tx-clock is-{}"><svg width="{}" height="12" aria-hidden="true">{}</svg><span class="t">{}</span>{}</span>',
        state,
        blocks * (width + gap) - gap,
        rects,
        words,
        format_html('<span class="s">{}</span>', small) if small else "",
    )


@register.simple_tag
def spark(values: Sequence[float], width: int = 92, height: int = 30) -> SafeString:
    """Bars without words, decoration beside a figure. The last one is marked."""
    top, step = max([*values, 0]) or 1, width / max(len(values), 1)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1" class="{}"/>',
        (
            (
                round(n * step, 1),
                round(height - height * v / top, 1),
                round(step - 1.5, 1),
                round(height * v / top, 1),
                "last" if n == len(values) - 1 else "",
            )
            for n, v in enumerate(values)
        ),
    )
    return format_html('<svg class="tx-spark" width="{}" height="{}" aria-hidden="true">{}</svg>', width, height, bars)


@register.simple_tag
def state_tag(what: models.Model | models.TextChoices, field: str = "state") -> SafeString:
    """The chip of a row's state (or of an enum's member): its word, and the tone that tones.py gives it."""
    state = what if isinstance(what, models.TextChoices) else tones.member(what, field)
    words = getattr(what, f"get_{field}_display")() if state is None else state.label
    return tag(gettext(str(words)), "" if state is None else tones.tone(state))


@register.simple_tag
def tag(words: str, tone: str = "") -> SafeString:
    """A chip with words of your own. tone: ok, warn, zhu, info, dai or none."""
    return format_html('<span class="tx-tag {}dot">{}</span>', f"tx-tag-{tone} " if tone else "", words)


@register.simple_tag(takes_context=True)
def stamp(context: Context, at: datetime) -> SafeString:
    """今天 17:30 in a <time> that carries the whole moment."""
    now = getattr(context.get("request"), "now", None) or timezone.now()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), dates.moment(at), dates.near(at, now)
    )


@register.filter
def day_tag(value: date | datetime) -> SafeString:
    """2024年4月2日 in a <time>."""
    return format_html('<time datetime="{}">{}</time>', dates.local(value).isoformat(), dates.day(value))


@register.filter
def clock_of(value: time | datetime | None) -> str:
    return "" if value is None else dates.clock(value)


@register.filter
def thousands(value: float) -> str:
    return f"{int(value):,}"


@register.filter
def percent(part: float, whole: float) -> str:
    """One decimal; a dash where there is nothing to divide by."""
    return f"{100 * float(part) / float(whole):.1f}%" if whole else "—"


@register.filter
def get(table: Mapping[Any, Any] | None, key: Any) -> Any:
    return (table or {}).get(key, "")


@register.filter
def times(n: int) -> range:
    return range(int(n))


@register.filter
def words(refusal: Refused | str) -> str:
    """A refusal's words in the reader's language."""
    return say(refusal) if isinstance(refusal, Refused) else gettext(str(refusal))


@register.filter
def tr(label: object) -> str:
    """Translates a value (an enum's label). For literals use {% translate %}."""
    return gettext(str(label)) if label else ""


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form's input with the classes of its kind."""
    return forms.control(field)


@register.filter
def why(field: BoundField) -> str:
    return str(getattr(field.form, "why", {}).get(field.name, ""))


@register.simple_tag(takes_context=True)
def staff_nav(context: Context) -> list[navigation.Group]:
    return navigation.staff_groups(context["request"])


@register.simple_tag(takes_context=True)
def worker_tabs(context: Context) -> list[navigation.Item]:
    return navigation.worker_tabs(context["request"])


@register.simple_tag
def gap() -> str:
    """Between two sentences: a blank in English, nothing in Chinese."""
    return " " if dates.english() else ""


@register.simple_tag
def link(name: str, *args: Any) -> str:
    """The address of a page that may not be there yet; empty then."""
    return navigation.address(name, *args)


register.filter("said", english.said)
register.filter("plain_said", english.plain)
register.simple_tag(english.basis)


@register.simple_block_tag
def folds(content: str) -> SafeString:
    """`{% folds %}<table class="tx-table tx-fold">…</table>{% endfolds %}`: a table whose rows become cards on a phone."""
    return mark_safe(folding.folded(content))  # noqa: S308 - a rendered template, escaped when it was rendered
