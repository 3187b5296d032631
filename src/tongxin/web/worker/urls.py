"""Addresses of the worker's face: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "worker"
urlpatterns = gather(
    "worker",
    (
        "home",
        "due",
        "polls",
        "classes",
        "family",
        "parties",
        "leave",
        "check_in",
        "inbox",
        "me",
        "known",
        "claim",
        "join",
        "transfer",
        "notices",
        "contacts",
        "named",
        "applications",
        "objections",
        "filings",
        "membership",
        "card",
        "releases",
        "benefits",
        "vouchers",
        "draws",
        "seals",
        "tickets",
    ),
)
