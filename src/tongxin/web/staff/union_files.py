"""文件 of a union: handed in, listed, given out as attachments that no browser opens by itself."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.unions.actions import files
from tongxin.unions.actions.files import Upload
from tongxin.unions.models import Union, UnionFile
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.foundings import foundings_seen
from tongxin.web.staff.foundings_forms import file_field
from tongxin.web.staff.union_frame import framed, union_within

ANYTHING = "application/octet-stream"


class FileForm(HouseForm):
    title = forms.CharField(label="名称", max_length=120, required=False, help_text="不填就用文件名。")
    file = file_field("文件")

    def upload(self) -> Upload:
        file = self.cleaned_data["file"]
        return Upload(file.name, file.read(), self.cleaned_data["title"])


@page(power=Power.KEEP_UNION)
def listing(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            files.keep(union=one, upload=form.upload(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "file")
        else:
            messages.success(request, "已上传。")
            return redirect("staff:union-files", public_id)
    rows = UnionFile.objects.filter(union=one, taken_back_at=None).order_by("-at", "-pk")
    answer = framed(request, "staff/unions/files.html", one, page=paged(request, rows), form=form)
    answer.status_code = 422 if form.errors else 200
    return answer


@page(power=Power.KEEP_UNION, methods=("GET",))
@never_cache
def download(request: HouseRequest, public_id: str, file_id: str) -> HttpResponse:
    return _given(_found(union_within(request, public_id, Power.KEEP_UNION), file_id))


@page(power=Power.KEEP_UNION, methods=("POST",))
def take_back(request: HouseRequest, public_id: str, file_id: str) -> HttpResponse:
    found = _found(union_within(request, public_id, Power.KEEP_UNION), file_id)
    files.take_back(file=found, by=request.actor, at=request.now)
    messages.success(request, "已撤下，不能再下载。")
    return redirect("staff:union-files", public_id)


@page(power=Power.KEEP_UNION, methods=("GET",))
@never_cache
def of_founding(request: HouseRequest, public_id: str, file_id: str) -> HttpResponse:
    """What came with a request, for those who asked and those who decide."""
    asked = get_object_or_404(foundings_seen(request), public_id=public_id)
    found = get_object_or_404(UnionFile, founding=asked, public_id=file_id, taken_back_at=None)
    return _given(found)


def _found(union: Union, file_id: str) -> UnionFile:
    return get_object_or_404(UnionFile.objects.select_related("union"), union=union, public_id=file_id)


def _given(file: UnionFile) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    headers = {"Content-Disposition": header, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(files.content_of(file), content_type=ANYTHING, headers=headers)


urlpatterns = [
    path("unions/<slug:public_id>/files/", listing, name="union-files"),
    path("unions/<slug:public_id>/files/<slug:file_id>/", download, name="union-file"),
    path("unions/<slug:public_id>/files/<slug:file_id>/take-back/", take_back, name="union-file-take-back"),
    path("foundings/<slug:public_id>/files/<slug:file_id>/", of_founding, name="founding-file"),
]
