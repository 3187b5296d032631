"""One face per audience; each face has its own list of addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongxin.web.public.urls")),
    path("", include("tongxin.web.worker.urls")),
    path("staff/", include("tongxin.web.staff.urls")),
    path("", include("tongxin.web.accounts.urls")),
    path("partner/", include("tongxin.web.partner.urls")),
    path("api/", include("tongxin.web.api.urls")),
]
