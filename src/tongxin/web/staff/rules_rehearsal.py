"""Before publishing: how many, at what cost, who gains and who loses, last year's decisions once more; accepted by name."""

from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.rulebook.actions import drafts
from tongxin.rulebook.models import Draft, ParameterKey
from tongxin.rulebook.queries import rehearsal
from tongxin.rulebook.queries.rehearsal import Figures, Side
from tongxin.rules.conditions import from_data, parameters_used
from tongxin.web import english
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import asked_day
from tongxin.web.staff.rules import context_of, draft_within, names_may_be_read
from tongxin.web.staff.rules_forms import AcceptForm

PAGE, NAMES = "staff/rules/rehearsal.html", "staff/rules/names.html"
SIZE = 50
SIDES: dict[Side, str] = {
    "gain": _("会新符合的人"),
    "lose": _("会不再符合的人"),
    "unknown": _("登记缺、还不能判断的人"),
}
SUPPOSED = "limit-"
FEW = 20  # differing decisions that are shown at once


@page(power=Power.MANAGE_RULES)
def rehearse(request: HouseRequest, public_id: str) -> HttpResponse:
    """GET counts and writes nothing; POST takes what was read, by name."""
    one = draft_within(request, public_id)
    if request.method == "POST":
        try:
            _accept(request, one)
        except Refused as refusal:
            return render_refusal(request, PAGE, _context(request, one), refusal)
        messages.success(request, gettext("已确认，您的姓名和看到的数字一起留下。现在可以发布。"))
        return redirect("staff:rule-rehearsal", public_id)
    try:
        return render_part(request, PAGE, _context(request, one))
    except Refused as refusal:  # what is unfinished or cannot be counted is not half counted
        return render_refusal(request, "staff/rules/draft.html", context_of(one), refusal)


@page(power=Power.MANAGE_RULES, methods=("GET",))
def names(request: HouseRequest, public_id: str) -> HttpResponse:
    """Of one side, for who may read names there; others read the numbers."""
    one = draft_within(request, public_id)
    side: Side = request.GET.get("who", "lose")  # type: ignore[assignment]
    if side not in get_args(Side):
        side = "lose"
    if not names_may_be_read(request, one.rule):
        raise Refused("no-names", "您的岗位可以看人数，不能看姓名。要看是谁，请找有“数据下钻看到姓名”权限的人。")
    after = request.GET.get("after", "")
    found = rehearsal.people(
        one,
        side,
        on=asked_day(request, otherwise=rehearsal.first_day(one, request.actor.on)),
        size=SIZE + 1,
        after=int(after) if _whole(after) else 0,
        limits=_limits(request),
    )
    people = Person.objects.within(request.actor, Power.DRILL_TO_NAMES).filter(pk__in=found[:SIZE]).order_by("pk")
    rows = [(person, shown(person, "name", Purpose.FIGURES_NAMES)) for person in people]
    more = found[SIZE - 1] if len(found) > SIZE else 0
    return render_part(request, NAMES, {"rule": one.rule, "side": gettext(SIDES[side]), "rows": rows, "more": more})


def _accept(request: HouseRequest, one: Draft) -> None:
    form = AcceptForm(request.POST)
    form.full_clean()
    said = {name: request.POST.get(name, "") for name in ("revision", "differing")}
    if not all(_whole(text) for text in said.values()):
        raise Refused("rehearsal-moved", "和您看到的数字相比又有了变化，请看过现在的试算再确认。")
    drafts.accept(
        draft=one,
        revision=int(said["revision"]),
        differing=int(said["differing"]),
        remark=form.cleaned_data.get("remark", ""),
        by=request.actor,
        at=request.now,
    )


def _context(request: HouseRequest, one: Draft) -> dict[str, Any]:
    limits, first = _limits(request), rehearsal.first_day(one, request.actor.on)
    on = asked_day(request, otherwise=first)
    found = rehearsal.figures(one, today=request.actor.on, on=on, limits=limits)
    accepted = one.acceptances.filter(revision=one.revision, at__gt=request.now - drafts.FRESH).order_by("-pk").first()
    return {
        **context_of(one),
        "found": found,
        "strip": _strip(found),
        "on": on,
        "first": first,
        "begins_later": first > request.actor.on,
        "supposed": _supposed(one, limits),
        "limits": bool(limits),
        "real": not limits and on == first,
        "accepted": accepted,
        "names": names_may_be_read(request, one.rule),
        "sides": _sides(found),
        "costs": _costs(found),
        "differences": _differences(request, found),
        "form": AcceptForm(request.POST or None),
        "query": request.GET.urlencode(),
    }


def _strip(found: Figures) -> list[dict[str, Any]]:
    people = gettext("人")
    cost = gettext("没有填金额") if found.cost is None else _yuan(found.cost)
    return [
        {"label": gettext("会员总数"), "value": f"{found.counted.members:,}", "unit": people},
        {"label": gettext("符合的人"), "value": f"{found.reached:,}", "unit": people},
        {
            "label": gettext("登记缺、不能判断"),
            "value": f"{found.unknown:,}",
            "unit": people,
            "hot": found.unknown > 0,
        },
        {"label": gettext("要花多少钱"), "value": cost, "unit": gettext("元") if found.cost is not None else ""},
    ]


def _sides(found: Figures) -> list[tuple[Side, str, int]]:
    return [
        ("gain", gettext("会新符合"), found.counted.gain),
        ("lose", gettext("会不再符合"), found.counted.lose),
        ("unknown", gettext("登记缺、不能判断"), found.unknown),
    ]


def _costs(found: Figures) -> list[tuple[str, str]]:
    if found.cost is None or found.cost_before is None:
        return []
    return [(gettext("现行的要花"), _yuan(found.cost_before)), (gettext("这一稿要花"), _yuan(found.cost))]


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")


def _differences(request: HouseRequest, found: Figures) -> list[tuple[str, str, Any]]:
    """Names only of people in reach."""
    kept = found.replayed.kept if request.GET.get("all") else found.replayed.kept[:FEW]
    ids = [one.decision.person_id for one in kept]
    people = Person.objects.within(request.actor, Power.DRILL_TO_NAMES).filter(pk__in=ids) if ids else []
    unseen = gettext("（看不到姓名）")
    called = {person.pk: shown(person, "name", Purpose.FIGURES_NAMES) for person in people}
    return [(called.get(one.decision.person_id, unseen), str(one.truth), one.decision) for one in kept]


def _supposed(one: Draft, limits: dict[str, Decimal]) -> list[tuple[str, str, str]]:
    """Field, words and supposed value of each parameter that the draft counts with."""
    used = set(parameters_used(from_data(one.condition))) | ({one.amount_key.key} if one.amount_key else set())
    keys = ParameterKey.objects.filter(key__in=used).exclude(type="text").order_by("words")
    return [(f"{SUPPOSED}{key.key}", _measured(key), str(limits[key.key]) if key.key in limits else "") for key in keys]


def _measured(key: ParameterKey) -> str:
    names = {"name": english.plain(key.words), "unit": english.plain(key.unit)}
    return gettext("%(name)s（%(unit)s）") % names


def _limits(request: HouseRequest) -> dict[str, Decimal]:
    """What if these were the limits: ?limit-KEY=200. What is no number is left out."""
    found = {}
    for name, text in request.GET.items():
        if name.startswith(SUPPOSED) and isinstance(text, str) and text.strip():
            try:
                number = Decimal(text.strip())
            except InvalidOperation:
                continue
            if number.is_finite() and abs(number) < 10**11:
                found[name.removeprefix(SUPPOSED)] = number
    return found


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


urlpatterns = [
    path("rules/<slug:public_id>/rehearsal/", rehearse, name="rule-rehearsal"),
    path("rules/<slug:public_id>/rehearsal/names/", names, name="rule-names"),
]
