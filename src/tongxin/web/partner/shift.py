"""开班 with the PIN, 交班 with what lies in the drawer."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions import shifts
from tongxin.benefits.models import Clerk
from tongxin.benefits.queries.tills import clerks_of, drawer_of, shift_of
from tongxin.kernel.refused import Refused
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.partner.counter import frame


class PinForm(HouseForm):
    clerk = forms.ModelChoiceField(
        Clerk.objects.none(), label=gettext_lazy("收银员"), to_field_name="public_id", empty_label=None,
        widget=forms.RadioSelect,
    )  # fmt: skip
    pin = forms.CharField(
        label="PIN", max_length=12, help_text=gettext_lazy("6位数字，工会发给您的，不要告诉别人"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, clerks: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["clerk"]
        field.queryset = clerks
        field.label_from_instance = lambda clerk: clerk.label
        if len(found := list(clerks[:2])) == 1:
            self.initial.setdefault("clerk", found[0].public_id)


class CloseForm(HouseForm):
    counted = forms.DecimalField(
        label=gettext_lazy("清点的金额（元）"), max_digits=10, decimal_places=2,
        help_text=gettext_lazy("抽屉里核销凭条加起来是多少，照实填；与系统不符也可以交班，会写在结算单上"),
    )  # fmt: skip
    remark = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)


@page(open_to=OpenTo.DEVICE)
@never_cache
def shift(request: HouseRequest) -> HttpResponse:
    if shift_of(request.device, request.now) is not None:
        return redirect("partner:till")
    clerks = clerks_of(request.device)
    form = PinForm(request.POST or None, clerks=clerks)
    if request.method == "POST" and form.is_valid():
        try:
            shifts.open_shift(device=request.device, **form.cleaned_data, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "pin" if refusal.code in {"shift-wrong", "pin-closed"} else None)
        else:
            return redirect("partner:till")
    return render_form(request, "partner/shift.html", form, {**frame(request, "shift"), "clerks": clerks})


@page(open_to=OpenTo.DEVICE)
@never_cache
def close(request: HouseRequest) -> HttpResponse:
    """The count is asked before the house says its own, so that it is a count."""
    open_shift = shift_of(request.device, request.now)
    if open_shift is None:
        return redirect("partner:shift")
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            closed = shifts.close_shift(shift=open_shift, **form.cleaned_data, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "counted" if refusal.code == "shift_counted" else None)
        else:
            messages.success(request, _told(closed.expected or Decimal(0), form.cleaned_data["counted"]))
            return redirect("partner:shift")
    context = {**frame(request, "shift", open_shift), "drawer": drawer_of(open_shift)}
    return render_form(request, "partner/close.html", form, context)


def _told(expected: Decimal, counted: Decimal) -> str:
    if expected == counted:
        return gettext("已交班，%(sum)s元，与系统一致。") % {"sum": expected}
    words = gettext("已交班。清点%(counted)s元，系统%(expected)s元，相差%(apart)s元，会写在结算单上由双方核对。")
    return words % {"counted": counted, "expected": expected, "apart": abs(expected - counted)}


urlpatterns = [path("shift/", shift, name="shift"), path("shift/close/", close, name="shift-close")]
