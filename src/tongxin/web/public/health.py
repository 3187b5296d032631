"""GET /healthz, for the operator's probe."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from config.health import health


def healthz(_request: HttpRequest) -> JsonResponse:
    """Without a guard, a session or the pool's connections: it says no more than ok or not, and must always answer."""
    well, parts = health()
    return JsonResponse(parts, status=200 if well else 503, headers={"Cache-Control": "no-store"})


urlpatterns = [path("healthz", healthz, name="healthz")]
