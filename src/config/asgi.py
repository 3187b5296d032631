"""The one application that the web server runs: static files and Django. The release lane is to be called here, before Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from granian.utils.proxies import wrap_asgi_with_proxy_headers

from config import lifeline, logs
from config.bridge import WsgiBridge
from config.static_files import with_static_files
from config.wsgi import application as django_application

THREADS = int(os.environ.get("TONGXIN_THREADS", "8"))

logs.configure()
lifeline.end_with_parent()
application = WsgiBridge(with_static_files(django_application), THREADS)
if proxies := os.environ.get("TONGXIN_PROXIES"):  # addresses whose X-Forwarded-For and -Proto are believed
    application = wrap_asgi_with_proxy_headers(application, proxies)
