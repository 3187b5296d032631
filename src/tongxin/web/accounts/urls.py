"""Addresses of signing in and out: each module of pages ends with its own `urlpatterns`."""

from tongxin.web.addresses import gather

app_name = "accounts"
urlpatterns = gather(
    "accounts",
    (
        "worker_sign_in",
        "owner",
        "card_sign_in",
        "outside_sign_in",
        "staff_sign_in",
        "second_factor",
        "own_account",
        "demo_inbox",
    ),
)
