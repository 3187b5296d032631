"""The one application that the web server runs: the release lane, and behind it static files and Django."""

import gc
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
# Everything that stays is made by now: the collector need not walk through it again and again, which stopped all requests for
# a fifth of a second each time (docs/performance.md).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
