"""Addresses of the staff's face: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "staff"
urlpatterns = gather(
    "staff",
    ("home", "people", "unions", "imports", "appointments", "access", "journal", "courses", "rollcall", "sites", "figures", "operate", "tokens"),
)
