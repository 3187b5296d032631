"""What the web room settles once, when Django is set up."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class Web(AppConfig):
    name = "tongxin.web"

    def ready(self) -> None:
        """Django would write an account's last sign-in in a transaction of its own; accounts.sessions has it written."""
        user_logged_in.disconnect(dispatch_uid="update_last_login")
