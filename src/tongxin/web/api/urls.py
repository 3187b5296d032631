"""The API: one document at /api/openapi.json. No page of the documentation loads anything from elsewhere: there is none."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tongxin.kernel.refused import Refused
from tongxin.web.api.applications import router as applications
from tongxin.web.api.benefits import router as benefits
from tongxin.web.api.catalogue import router as catalogue
from tongxin.web.api.classes import router as classes
from tongxin.web.api.doors import Forged
from tongxin.web.api.draws import router as draws
from tongxin.web.api.figures import router as figures
from tongxin.web.api.joining import router as joining
from tongxin.web.wording import say

api = NinjaAPI(
    title="同心 Tongxin",
    version="1",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    description="Applications, classes, benefits, draws, joining, figures, catalogue. "
    "Errors are {code, words}: Chinese, or English with cookie tx-language=en.",
)
api.add_router("", applications)
api.add_router("", benefits)
api.add_router("", catalogue)
api.add_router("", classes)
api.add_router("", draws)
api.add_router("", figures)
api.add_router("", joining)

NOT_FOUND = {404: Refused("not-found", "没有找到，可能已经撤下，或不在您能看的范围。")}
FORBIDDEN = {403: Refused("no-power", "这个账号没有看数据的权限，请联系上级管理员。")}


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """As on pages: 422 with the words; 403 where a power is missing, 404 where nothing is within reach."""
    status = {"no-power": 403, "not-found": 404}.get(refusal.code, 422)
    return api.create_response(request, {"code": refusal.code, "words": say(refusal)}, status=status)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    known = {**NOT_FOUND, **FORBIDDEN}.get(
        error.status_code, Refused("request-wrong", "请求写法不对，请对照接口说明检查。")
    )
    return api.create_response(request, {"code": known.code, "words": say(known)}, status=error.status_code)


@api.exception_handler(Forged)
def forged(request: HttpRequest, error: Forged) -> HttpResponse:
    refusal = Refused("foreign-page", "请求没有带上页面的X-CSRFToken，没有办理。程序请改用接口密钥。")
    return api.create_response(request, {"code": refusal.code, "words": say(refusal)}, status=error.status_code)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = ", ".join(".".join(map(str, one["loc"][1:])) for one in error.errors)
    refusal = Refused("request-wrong", "这些参数不对：%(where)s。请对照接口说明检查。", where=where)
    return api.create_response(request, {"code": refusal.code, "words": say(refusal)}, status=422)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    refusal = Refused("sign-in", "请带上有效的接口密钥，或先登录。")
    return api.create_response(request, {"code": refusal.code, "words": say(refusal)}, status=401)


urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
