"""Addresses open to everyone: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "public"
urlpatterns = gather(
    "public",
    (
        "pages",
        "health",
        "doors",
        "hooks",
        "passport",
        "slip",
        "brands",
        "catalogue",
        "receipts",
        "outcomes",
        "draws",
        "seals",
    ),
)
