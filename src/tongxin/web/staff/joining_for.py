"""代为申请入会: at a window, for who has no phone at hand. The same application, the same answer, the same clock."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import joining
from tongxin.people.actions.joining import Wish
from tongxin.people.models import Person
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.queries import windows
from tongxin.unions.models import Union
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import union_field

PAGE = "staff/joining/for.html"
UNDER = {
    "union-not-there": "union", "union-takes-none": "union", "no-reviewer": "union", "no-power": "union",
    "basis-unknown": "basis", "document-claim": "document", "consent-needed": "consents",
}  # fmt: skip


class ForForm(HouseForm):
    why: ClassVar[dict[str, str]] = {"document": "填了审核更快，也能避免重复登记。加密保存。"}
    basis = forms.ChoiceField(label="按什么入会", choices=JoinBasis.choices, widget=forms.RadioSelect)
    gig_group = forms.ChoiceField(label="新就业形态", choices=[("", "不是"), *GigGroup.choices], required=False)
    occupation = forms.CharField(label="做什么工作", max_length=60, required=False)
    document = forms.CharField(
        label="身份证号", max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    consents = forms.BooleanField(label="登记在外省（市）的，本人同意把登记信息交给这个工会", required=False)

    def __init__(self, request: HouseRequest, person: Person, *args: Any, **kwargs: Any) -> None:
        """Asks only for what is not held."""
        super().__init__(*args, **kwargs)
        self.fields["union"] = union_field(request.actor, Power.ACT_FOR_WORKER, label="申请加入哪个工会")
        self.order_fields(["union"])
        mine = {post.union_id for post in request.actor.posts}
        home = not Union.objects.filter(pk__in=mine).exclude(federation=person.federation).exists()
        held = {
            "consents": home,
            "gig_group": person.gig_group,
            "occupation": person.occupation,
            "document": person.document is not None,
        }
        for field, there in held.items():
            if there:
                del self.fields[field]


@page(power=Power.ACT_FOR_WORKER)
@never_cache
def join_for(request: HouseRequest, public_id: str) -> HttpResponse:
    person = windows.reachable(request.actor, Power.ACT_FOR_WORKER, public_id)
    if person is None:
        raise Http404
    form = ForForm(request, person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = joining.ask(wish=Wish(**form.cleaned_data), person=person, by=request.actor, at=request.now)
        except Refused as refusal:
            field = "document" if refusal.code.startswith("id-") else UNDER.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            messages.success(request, f"已代为申请加入{made.union.name}，由{made.reviewer.name}审核，结果会告诉本人。")
            return redirect(request.path)
    return render_form(request, PAGE, form, {"person": person, "before": list(_before(person))})


def _before(person: Person) -> Any:
    """What was asked already: whoever serves need not ask the worker for it."""
    return person.join_applications.select_related("union", "reviewer").order_by("-at", "-pk")[:5]


urlpatterns = [path("people/<slug:public_id>/join/", join_for, name="join-for")]
