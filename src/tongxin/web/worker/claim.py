"""An account finds its person: by a code from the window, by name and document, or as someone new."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.actions import claims, persons
from tongxin.people.models.persons import DocumentKind
from tongxin.unions.models import Level, Union
from tongxin.web.answers import UNPROCESSABLE, render_part, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page


class CodeForm(HouseForm):
    code = forms.CharField(label=_("认领码"), max_length=20, help_text=_("窗口给您的纸条上的10个字符"))


class DocumentForm(HouseForm):
    name = forms.CharField(label=_("姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    kind = forms.ChoiceField(label=_("证件类型"), choices=DocumentKind)
    number = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    why = {"number": _("只用来找到工会已有的您的登记，两项都一致才会认领。填错不会改动任何登记。")}


class DeclareForm(HouseForm):
    name = forms.CharField(label=_("姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    near = forms.ModelChoiceField(
        label=_("您在哪里工作或居住"),
        queryset=Union.objects.none(),
        to_field_name="public_id",
        empty_label=_("请选择"),
    )
    why = {"near": _("您的登记由这里的工会保管。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["near"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Union.objects.filter(level=Level.PROVINCE, dissolved_on=None).order_by("code")


FORMS: dict[str, type[HouseForm]] = {"document": DocumentForm, "code": CodeForm, "declare": DeclareForm}


@page(open_to=OpenTo.ACCOUNT)
def claim(request: HouseRequest) -> HttpResponse:
    if request.actor.person_id is not None:
        return redirect("worker:me")
    way = request.POST.get("way", "")
    shown = {name: form(request.POST if name == way else None, prefix=name) for name, form in FORMS.items()}
    context = {"forms": shown, "way": way, "next": safe_next(request)}
    if way not in FORMS:
        return render_part(request, "worker/me/claim.html", context)
    form = shown[way]
    if form.is_valid():
        try:
            _carry_out(way, form.cleaned_data, request)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("登记好了。"))
            return redirect(safe_next(request))
    return render_part(request, "worker/me/claim.html", {**context, "form": form}, UNPROCESSABLE)


def _carry_out(way: str, values: dict[str, Any], request: HouseRequest) -> None:
    if way == "code":
        claims.claim_by_code(account=request.user, code=values["code"], at=request.now)
    elif way == "document":
        claims.claim_by_document(
            account=request.user, name=values["name"], kind=values["kind"], number=values["number"], at=request.now
        )
    else:
        persons.declare(
            account=request.user, name=values["name"], near=values["near"], by=request.actor, at=request.now
        )


urlpatterns = [path("me/claim/", claim, name="claim")]
