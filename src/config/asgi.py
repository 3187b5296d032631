"""The one application that the web server runs: the release lane, and behind it static files and Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.urls import get_resolver

from config import lifeline, logs
from config.bridge import WsgiBridge
from config.static_files import with_static_files
from config.wsgi import application as django_application
from tongxin.web.lane import Lane

THREADS = int(os.environ.get("TONGXIN_THREADS", "8"))

logs.configure()
lifeline.end_with_parent()
get_resolver().url_patterns  # noqa: B018  every page is imported now, so the first visitor does not wait for it
application = Lane(WsgiBridge(with_static_files(django_application), THREADS))
