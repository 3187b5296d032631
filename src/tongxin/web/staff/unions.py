"""The tree of unions as of a day: browsed, read with its history, and changed by those who keep it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.people.queries import standing
from tongxin.unions import queries
from tongxin.unions.actions import tree
from tongxin.unions.models import Confidence, Union
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.staff.choosing import asked_day
from tongxin.web.staff.union_frame import form_page, tabs_of, union_within
from tongxin.web.staff.unions_forms import FoundForm

TREE, ONE = "staff/unions/tree.html", "staff/unions/union.html"
DIRECT = "由您直接建立，不经申请。基层工会一般由下面提交建会申请，再来批复，依据会一起留下。"
OFFERED = (
    Power.MANAGE_UNIONS,
    Power.KEEP_UNION,
    Power.MANAGE_PEOPLE,
    Power.FIND_PEOPLE,
    Power.APPOINT,
    Power.EXPLAIN_ACCESS,
    Power.READ_JOURNAL,
)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def unions(request: HouseRequest) -> HttpResponse:
    """Where the actor's posts are, and what a search finds in reach; each branch opens in place."""
    day, text = asked_day(request), request.GET.get("q", "").strip()
    visible = standing.visible_unions(request.actor)
    if text:
        rows = queries.find(text, among=visible, day=day)
    else:
        own = visible.filter(pk__in=[post.union_id for post in request.actor.posts])
        rows = queries.standings(list(own.values_list("pk", flat=True)), day)
    context = {"rows": rows, "q": text, "day": day, "today": request.actor.on, "seen": {row.pk for row in rows}}
    return render_part(request, f"{TREE}#rows", context)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def children(request: HouseRequest, public_id: str) -> HttpResponse:
    """One branch, opened."""
    union, day = _visible(request, public_id), asked_day(request)
    rows = queries.children_on(union, day)
    seen = _seen(request, [row.pk for row in rows])
    context = {"rows": rows, "day": day, "union": union, "today": request.actor.on, "seen": seen}
    return render_part(request, "staff/unions/branch.html#rows", context)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def union(request: HouseRequest, public_id: str) -> HttpResponse:
    one, day = _visible(request, public_id), asked_day(request)
    actor = request.actor
    rows = queries.children_on(one, day)
    above = queries.path_on(one, day)
    context = {
        "union": one,
        "day": day,
        "today": actor.on,
        "path": above,
        "rows": rows,
        "seen": _seen(request, [row.pk for row in (*rows, *above)]),
        "name": queries.name_on(one, day),
        "code": queries.code_on(one, day),
        "history": queries.history(one),
        "offered": {power.value for power in OFFERED if may(actor, power, one)},
        "sure": Confidence.SURE,
        "tabs": tabs_of(request, one),
    }
    return render_part(request, f"{ONE}#children", context)


@page(power=Power.MANAGE_UNIONS)
def found_union(request: HouseRequest, public_id: str) -> HttpResponse:
    parent = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = FoundForm(request.POST or None, initial={"founded_on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            new = tree.found(parent=parent, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, f"已建立{new.name}。")
            return redirect("staff:union", new.public_id)
    return form_page(request, form, parent, "新建下级工会", "新建", note=DIRECT)


def _seen(request: HouseRequest, unions: list[int]) -> set[int]:
    """Which of them the actor may open: the others stand there as words."""
    return set(standing.visible_unions(request.actor).filter(pk__in=unions).values_list("pk", flat=True))


def _visible(request: HouseRequest, public_id: str) -> Union:
    return get_object_or_404(standing.visible_unions(request.actor), public_id=public_id)


urlpatterns = [
    path("unions/", unions, name="unions"),
    path("unions/<slug:public_id>/", union, name="union"),
    path("unions/<slug:public_id>/children/", children, name="union-children"),
    path("unions/<slug:public_id>/found/", found_union, name="union-found"),
]
