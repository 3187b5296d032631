"""Addresses of the counter's face: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "partner"
urlpatterns = gather("partner", ("pairing", "shift", "till", "today", "settlements", "offline"))
