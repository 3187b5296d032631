"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": getattr(request, "actor", None),
        "demo": settings.DEMO,
        "large": request.COOKIES.get("tx-large") == "1",
        "english": getattr(request, "LANGUAGE_CODE", "") == "en",
    }
