"""重复登记: pairs that may be one person, side by side; the same or different; and the way back from a merge."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import likenesses, merging
from tongxin.people.actions.merging.columns import WORDS
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Likeness, Merge
from tongxin.people.powers import Power
from tongxin.people.queries import merges
from tongxin.people.queries.likeness import waiting
from tongxin.people.queries.merge_histories import histories
from tongxin.people.queries.merges import Side
from tongxin.people.states import LikenessState
from tongxin.web.answers import UNPROCESSABLE, render_form, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.people import LABELS

LIST, PAIR, MERGE = "staff/likenesses/list.html", "staff/likenesses/pair.html", "staff/likenesses/merge.html"
LETTERS = ("甲", "乙")


class MergeForm(HouseForm):
    """Asks only what must be chosen: fields that differ, two open memberships, two sign-ins."""

    kept = forms.ChoiceField(label="保留哪一份登记", widget=forms.RadioSelect)
    take = forms.MultipleChoiceField(
        label="这些改用另一份上的",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选的照保留的那一份；保留的那一份没填的，自动补上。",
    )
    membership = forms.ChoiceField(label="哪一个会籍继续有效", widget=forms.RadioSelect)
    account = forms.TypedChoiceField(label="保留哪一个登录", coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, both: tuple[Side, Side], differing: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = list(zip(LETTERS, both, strict=True))
        self.initial["kept"] = merges.better(*both).person.public_id
        self._choose("kept", [(side.person.public_id, f"登记{letter}") for letter, side in named])
        self._choose("take", [(field, WORDS[field]) for field in differing if field in WORDS])
        stays = [(side.stay.public_id, f"登记{x}：{side.stay.union.name}") for x, side in named if side.stay]
        self._choose("membership", stays, len(both))
        accounts = [(side.account.pk, _sign_in(x, side)) for x, side in named if side.account]
        self._choose("account", accounts, len(both))

    def _choose(self, name: str, choices: list[tuple[Any, str]], least: int = 1) -> None:
        """Not asked where there is nothing to choose from."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) < least:
            del self.fields[name]

    def choice(self, both: tuple[Side, Side]) -> merging.Choice:
        said = self.cleaned_data
        kept = next(side.person for side in both if side.person.public_id == said["kept"])
        return merging.Choice(
            kept=kept,
            take=frozenset(said.get("take", ())),
            membership=said.get("membership", ""),
            account=said.get("account"),
        )


def _sign_in(letter: str, side: Side) -> str:
    last = side.account.last_login if side.account else None
    return f"登记{letter}的登录" + (f"（上次{last:%Y-%m-%d}）" if last else "（还没登录过）")


@page(power=Power.MERGE_PEOPLE, methods=("GET",))
@never_cache
def pairs(request: HouseRequest) -> HttpResponse:
    found = paged(request, waiting(request.actor))
    rows = [
        {
            "pair": pair,
            "reasons": merges.reasons(pair),
            "names": [shown(person, "name", Purpose.STAFF_LIST) for person in (pair.one, pair.other)],
            "synthetic": pair.one.synthetic or pair.other.synthetic,
        }
        for pair in found.rows
    ]
    done = merges.merges_within(request.actor)[:20]
    return render(request, LIST, {"page": found, "rows": rows, "merges": done})


@page(power=Power.MERGE_PEOPLE)
@never_cache
def pair(request: HouseRequest, likeness_id: str) -> HttpResponse:
    """Both records beside each other; sent, they become one."""
    found = _pair(request, likeness_id)
    both = merges.sides(found, request.actor)
    rows = merges.lines(*both)
    form = MergeForm(request.POST or None, both=both, differing=[row.field for row in rows if row.differs and row.both])
    context = _beside(found, both, rows)
    if request.method == "POST" and form.is_valid():
        try:
            done = merging.merge(pair=found, choice=form.choice(both), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "两份登记已合并。")
            return redirect("staff:merge", done.public_id)
    return render_form(request, PAIR, form, context)


@page(power=Power.MERGE_PEOPLE, methods=("POST",))
def different(request: HouseRequest, likeness_id: str) -> HttpResponse:
    found = _pair(request, likeness_id)
    try:
        likenesses.decide_different(pair=found, why=request.POST.get("why", "")[:200], by=request.actor, at=request.now)
    except Refused as refusal:
        both = merges.sides(found, request.actor)
        rows = merges.lines(*both)
        form = MergeForm(None, both=both, differing=[])
        return render_refusal(request, PAIR, _beside(found, both, rows) | {"form": form}, refusal)
    messages.success(request, "已记住：不是同一人。登记改过以后才会再问。")
    return redirect("staff:likenesses")


@page(power=Power.MERGE_PEOPLE)
@never_cache
def merge(request: HouseRequest, merge_id: str) -> HttpResponse:
    """What a merge did, and its undoing."""
    rows = merges.merges_within(request.actor)
    done: Merge = get_object_or_404(rows, public_id=merge_id)
    context: dict[str, Any] = {"status": 200}
    if request.method == "POST":
        try:
            why = request.POST.get("why", "")[:200]
            undone = merging.undo(merge=done, why=why, by=request.actor, at=request.now)
            context["left"], done = undone.left, get_object_or_404(rows, public_id=merge_id)
        except Refused as refusal:
            context |= {"refusal": refusal, "status": UNPROCESSABLE}
    followed, aside = merges.moved(done)
    context |= {"merge": done, "followed": followed, "aside": aside, "late": request.now >= done.undo_until}
    return render(request, MERGE, context | _both_histories(done), status=context["status"])


def _pair(request: HouseRequest, public_id: str) -> Likeness:
    rows = Likeness.objects.within(request.actor, Power.MERGE_PEOPLE).select_related("one", "other", "union")
    found: Likeness = get_object_or_404(rows, public_id=public_id)
    return found


def _beside(found: Likeness, both: tuple[Side, Side], rows: list[merges.Line]) -> dict[str, Any]:
    return {
        "pair": found,
        "open": found.state == LikenessState.OPEN,
        "both": list(zip(LETTERS, both, strict=True)),
        "lines": [(LABELS[row.field], row) for row in rows],
        "reasons": merges.reasons(found),
    }


def _both_histories(done: Merge) -> dict[str, Any]:
    """Each record with its own past, as it was before the two were one."""
    fields = ("name", "document", "phone", "born", "employer")
    kept, gone = histories(done)
    return {
        "records": [
            (words, [(LABELS[field], shown(person, field, Purpose.STAFF_DETAIL)) for field in fields], events)
            for words, person, events in (("保留的登记", done.kept, kept), ("合并进来的登记", done.gone, gone))
        ]
    }


urlpatterns = [
    path("likenesses/", pairs, name="likenesses"),
    path("likenesses/<slug:likeness_id>/", pair, name="likeness"),
    path("likenesses/<slug:likeness_id>/different/", different, name="likeness-different"),
    path("merges/<slug:merge_id>/", merge, name="merge"),
]
