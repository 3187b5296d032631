"""英文: how what one's own union wrote reads in English. Nobody has to; what has none stays Chinese on English pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from tongxin.activities.models import Poll, Programme
from tongxin.benefits.models import Brand, CatalogueLine, Scheme
from tongxin.benefits.queries.catalogue import for_staff
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.records.actions import english as actions
from tongxin.records.english import english_of
from tongxin.rulebook.models import Parameter, ParameterKey, Rule
from tongxin.unions.models import Union
from tongxin.web import english
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page

ONE = "staff/english.html"


@dataclass(frozen=True, slots=True)
class Bearer:
    """What bears the texts: its name, its union, the address of its own page, and what of it people read."""

    name: str
    union: Union | None  # none: nothing of it is one's own
    back: str
    texts: list[str]


class EnglishForm(HouseForm):
    """One field a text, named by the text itself: one that was changed meanwhile is not taken for another."""

    def __init__(self, texts: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = {f"t-{sha256(text.encode()).hexdigest()[:16]}": text for text in texts if text.strip()}
        known = english_of(self.texts.values())
        for name, text in self.texts.items():
            shipped = "" if text in known else english.shipped(text)
            self.fields[name] = forms.CharField(
                label=english.original(text),
                required=False,
                max_length=actions.LONGEST,
                initial=known.get(text, ""),
                help_text=gettext("自带的英文：%(english)s") % {"english": shipped} if shipped else "",
                widget=forms.Textarea(attrs={"rows": 2 + len(text) // 20, "lang": "en"}),
            )

    @property
    def words(self) -> dict[str, str]:
        return {text: self.cleaned_data[name] for name, text in self.texts.items()}


@page(power=Power.RUN_BENEFITS)
def brand(request: HouseRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Brand.objects.within(request.actor, Power.RUN_BENEFITS), slug=slug)
    return _page(
        request,
        Bearer(found.name, found.union, reverse("staff:brands"), [found.name, found.about, found.said, found.made_up]),
    )


@page(power=Power.RUN_BENEFITS)
def scheme(request: HouseRequest, scheme_id: str) -> HttpResponse:
    rows = Scheme.objects.within(request.actor, Power.RUN_BENEFITS).select_related("union", "call")
    found = get_object_or_404(rows, public_id=scheme_id)
    texts = [found.name, found.item, found.where, found.about, found.call.policy_reason]
    return _page(request, Bearer(found.name, found.union, reverse("staff:benefit", args=[scheme_id]), texts))


@page(power=Power.MANAGE_CATALOGUE)
def line(request: HouseRequest, line_id: str) -> HttpResponse:
    """Of its newest version: whoever signs it may say how it reads in English. The Chinese alone is signed."""
    found: CatalogueLine = get_object_or_404(for_staff(request.actor), public_id=line_id)
    newest = found.versions.order_by("-number").first()
    texts = [found.name]
    if newest is not None:
        texts += [newest.who, newest.changed, newest.note, *_words_in(newest.condition)]
        for terms in newest.terms.all():
            texts += [terms.how, terms.document, terms.clause, terms.source]
    return _page(request, Bearer(found.name, found.union, reverse("staff:catalogue-line", args=[line_id]), texts))


@page(power=Power.MANAGE_RULES)
def rule(request: HouseRequest, public_id: str) -> HttpResponse:
    rows = Rule.objects.within(request.actor, Power.MANAGE_RULES).select_related("union")
    found = get_object_or_404(rows, public_id=public_id)
    newest = found.versions.order_by("-number").first()
    texts = [found.name, *(_words_in(newest.condition) if newest is not None else ())]
    return _page(request, Bearer(found.name, found.union, reverse("staff:rule", args=[public_id]), texts))


@page(power=Power.MANAGE_RULES)
def parameter(request: HouseRequest, key: str) -> HttpResponse:
    """What the values say that were entered for one's own unions; its name, once there is one."""
    found = get_object_or_404(ParameterKey, key=key)
    rows = Parameter.objects.within(request.actor, Power.MANAGE_RULES).filter(key=found).select_related("region")
    own = [row for row in rows.order_by("pk") if row.region is not None]
    texts = [found.words, found.unit] if own else []
    for row in own:
        texts += [row.text, row.document, row.clause, row.note]
    union = own[0].region if own else None
    return _page(request, Bearer(found.words, union, reverse("staff:parameter", args=[key]), texts))


@page(power=Power.RUN_COURSES)
def programme(request: HouseRequest, programme_id: str) -> HttpResponse:
    rows = Programme.objects.within(request.actor, Power.RUN_COURSES).select_related("union")
    found = get_object_or_404(rows, public_id=programme_id)
    texts = [found.name, found.about, found.synthetic]
    for course in found.courses.order_by("name"):
        texts += [course.name, course.topic, course.about]
    return _page(request, Bearer(found.name, found.union, reverse("staff:programme", args=[programme_id]), texts))


@page(power=Power.RUN_COURSES)
def poll(request: HouseRequest, poll_id: str) -> HttpResponse:
    rows = Poll.objects.within(request.actor, Power.RUN_COURSES).select_related("union")
    found = get_object_or_404(rows, public_id=poll_id)
    texts = [found.title, found.about, *found.choices.order_by("no").values_list("name", flat=True)]
    return _page(request, Bearer(found.title, found.union, reverse("staff:poll", args=[poll_id]), texts))


def _page(request: HouseRequest, bearer: Bearer) -> HttpResponse:
    form = EnglishForm(dict.fromkeys(bearer.texts), request.POST or None)
    union = bearer.union
    if request.method == "POST" and union is not None and form.is_valid():
        try:
            said = actions.say(
                words=form.words, union=union.pk, federation=union.federation, by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            saved = ngettext("已保存%(n)s处英文。", "已保存%(n)s处英文。", said) % {"n": said}
            messages.success(request, saved if said else gettext("没有改动。"))
            return redirect(bearer.back)
    return render_form(request, ONE, form, {"bearer": bearer})


def _words_in(condition: object) -> Iterator[str]:
    """What the conditions of a tree say, with their clauses."""
    if isinstance(condition, dict):
        yield from (str(condition[name]) for name in ("words", "clause") if condition.get(name))
        for part in condition.values():
            yield from _words_in(part)
    elif isinstance(condition, list):
        for part in condition:
            yield from _words_in(part)


urlpatterns = [
    path("brands/<slug:slug>/english/", brand, name="brand-english"),
    path("benefits/<str:scheme_id>/english/", scheme, name="benefit-english"),
    path("catalogue/<slug:line_id>/english/", line, name="catalogue-english"),
    path("rules/<slug:public_id>/english/", rule, name="rule-english"),
    path("parameters/<slug:key>/english/", parameter, name="parameter-english"),
    path("programmes/<str:programme_id>/english/", programme, name="programme-english"),
    path("polls/<slug:poll_id>/english/", poll, name="poll-english"),
]
