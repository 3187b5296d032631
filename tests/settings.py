"""The settings of the tests: config.settings over a PostgreSQL of their own, started here because Django is set up this early.

The cluster stays in .cache/test-data between runs, and runs at the same time share it. It may lose its data on a power
cut (fsync off), which halves the time to build the test databases and costs nothing: every run builds its own anew.
TONGXIN_TEST_DB tells runs at the same time apart; pytest-xdist's workers add _gw0, _gw1 by themselves.
"""

import atexit
import os
from pathlib import Path

from config.embedded import EmbeddedServer

DATA = Path(__file__).resolve().parents[1] / ".cache" / "test-data"
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

os.environ["TONGXIN_DATA"] = str(DATA)
if "DATABASE_URL" not in os.environ:
    server = EmbeddedServer(DATA, CARELESS)
    server.ensure_running()
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url()

from config.settings import *
from config.settings import DATABASES, STORAGES

_name = "_".join(filter(None, ["test_tongxin", os.environ.get("TONGXIN_TEST_DB")]))
DATABASES["default"].setdefault("TEST", {})["NAME"] = _name
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes 0.2 s on purpose
IMPORT_HANDS = 0  # large imports in this process: the rows of a test are seen by its own connection only
