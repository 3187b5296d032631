"""Addresses of the staff's face: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "staff"
urlpatterns = gather(
    "staff",
    (
        "home",
        "people",
        "window",
        "likenesses",
        "unions",
        "unions_changes",
        "foundings",
        "committees",
        "registers",
        "union_files",
        "coverage",
        "agreements",
        "imports",
        "appointments",
        "accounts",
        "access",
        "journal",
        "programmes",
        "terms",
        "cohorts",
        "changes",
        "lessons",
        "roster",
        "collective",
        "rollcall",
        "checkin",
        "sites",
        "figures",
        "operate",
        "tokens",
        "pins",
        "joining",
        "transfers",
        "posters",
    ),
)
