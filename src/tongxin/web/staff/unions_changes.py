"""A union renamed, recoded, moved, merged, ended: each page says first what stands on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.figures.touched import touched
from tongxin.kernel.refused import Refused
from tongxin.people.actions import union_endings
from tongxin.people.powers import Power
from tongxin.unions.actions import names, tree
from tongxin.unions.models import Union
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.union_frame import form_page, union_within
from tongxin.web.staff.unions_forms import DissolveForm, MergeForm, MoveForm, RecodeForm, RenameForm, UnionForm


@page(power=Power.MANAGE_UNIONS)
def rename_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = RenameForm(request.POST or None, initial={"name": one.name, "on": request.actor.on})

    def run(values: dict[str, Any]) -> str:
        names.rename(union=one, by=request.actor, at=request.now, **values)
        return "已更名，原来的名称仍可查。"

    return _changed(request, one, form, run, "更名")


@page(power=Power.MANAGE_UNIONS)
def recode_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = RecodeForm(request.POST or None, initial={"on": request.actor.on})

    def run(values: dict[str, Any]) -> str:
        names.recode(union=one, by=request.actor, at=request.now, **values)
        return "已改代码，原来的代码仍可查。"

    return _changed(request, one, form, run, "更改代码")


@page(power=Power.MANAGE_UNIONS)
def move_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = MoveForm(request.actor, request.POST or None, initial={"on": request.actor.on})

    def run(values: dict[str, Any]) -> str:
        tree.move(union=one, by=request.actor, at=request.now, **values)
        return f"已改隶属到{values['parent'].name}。"

    note = "它和它下面的工会、会员一起改到新的上级下面。原上级的岗位从那天起看不到它们。"
    return _changed(request, one, form, run, "改变隶属", note=note, touched=touched(one, request.actor.on))


@page(power=Power.MANAGE_UNIONS)
def merge_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = MergeForm(request.actor, one, request.POST or None, initial={"on": request.actor.on})

    def run(values: dict[str, Any]) -> str:
        moved = union_endings.merge(predecessors=[one], by=request.actor, at=request.now, **values)
        return f"已并入{values['successor'].name}，{moved}名会员的会籍一起转过去，中间没有断开。"

    note = (
        "它从那天起不再存在。会员的会籍转到并入的工会，下级工会改隶属到那里，全部一次办成，不会只办一半。"
        "在发的福利先停发，合作商户先停止合作、结清账。"
    )
    return _changed(request, one, form, run, "合并", note=note, touched=touched(one, request.actor.on))


@page(power=Power.MANAGE_UNIONS)
def dissolve_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.MANAGE_UNIONS)
    form = DissolveForm(request.POST or None, initial={"on": request.actor.on})

    def run(values: dict[str, Any]) -> str:
        union_endings.dissolve(union=one, by=request.actor, at=request.now, on=values["on"])
        return "已撤销。名称、代码和记录仍可查。"

    note = (
        "还有会员、下级工会或岗位时不能撤销：先办转接、改隶属、结束岗位，或者改办合并。"
        "在发的福利先停发，合作商户先停止合作、结清账。"
    )
    return _changed(request, one, form, run, "撤销", note=note, touched=touched(one, request.actor.on))


def _changed(
    request: HouseRequest, one: Union, form: UnionForm, run: Callable[[dict[str, Any]], str], title: str, **context: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, run(form.cleaned_data))
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            return redirect("staff:union", one.public_id)
    return form_page(request, form, one, title, title, **context)


urlpatterns = [
    path("unions/<slug:public_id>/rename/", rename_union, name="union-rename"),
    path("unions/<slug:public_id>/recode/", recode_union, name="union-recode"),
    path("unions/<slug:public_id>/move/", move_union, name="union-move"),
    path("unions/<slug:public_id>/merge/", merge_union, name="union-merge"),
    path("unions/<slug:public_id>/dissolve/", dissolve_union, name="union-dissolve"),
]
