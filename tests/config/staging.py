"""What is on an installation before a test starts, kills or restores it: made in a process of its own, as an operator would.

A stage is a module with `stage()`, which says what stands where; it is run by `python -m` on the data folder of TONGXIN_DATA,
by the real clock, and prints that as JSON: addresses, and open sessions by which to act (nobody types a code thousands of times).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping


def make(stage: Callable[[], Mapping[str, object]]) -> None:
    from config.commands.migrate import migrate
    from config.surroundings import database, set_up_django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with database():
        set_up_django()
        migrate()
        sys.stdout.write(json.dumps(stage()))


def session_of(account, *methods: str) -> str:
    """As web.accounts.sessions leaves it."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tongxin.web.accounts.sessions import BACKEND

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": method, "at": time.time()} for method in methods]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()
    return str(session.session_key)


def city():
    """The province-level federation under which a stage stands."""
    from tests.cast import union_under

    from tongxin.unions.models import Kind, Level

    nation = union_under(None, "中华全国总工会", "000000", Level.NATION, kind=Kind.ACFTU)
    return union_under(nation, "重庆市总工会", "500000", Level.PROVINCE)
