"""Settings, from the environment only. What each variable means: docs/operate.md."""

import json
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from config import gateways
from config.embedded import EmbeddedServer, data_folder


def env_flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


TONGXIN_DATA = data_folder()
DEMO = env_flag("TONGXIN_DEMO")  # demo accounts, the page's text-message inbox, "synthetic" banners
DEBUG = env_flag("TONGXIN_DEBUG")
ALLOWED_HOSTS = os.environ.get("TONGXIN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TONGXIN_ORIGINS", "").split(",") if o]


def _secret() -> str:
    """From the environment, else made once in the data folder (0600)."""
    if text := os.environ.get("TONGXIN_SECRET_KEY"):
        return text
    from config.secret import installation_secret  # noqa: PLC0415 - touches the data folder only when it must

    return installation_secret(TONGXIN_DATA / "keys" / "secret")


SECRET_KEY = _secret()


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "tongxin.store.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(query.pop("port", parts.port or "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,  # tongxin.store.postgresql looks at the connection itself, without a round trip
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": int(os.environ.get("TONGXIN_DB_POOL", "8")), "timeout": 20},
            "server_side_binding": False,
            "prepare_threshold": None if query.pop("prepare", "") == "off" else 0,  # only for tongxin.store.prepared
            "options": "-c join_collapse_limit=6",  # lists join eight small tables: planned in 2 ms instead of 8
            **query,
        },
    }


DATABASE_URL = os.environ.get("DATABASE_URL") or EmbeddedServer(TONGXIN_DATA).url()
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "tongxin.store",
    "tongxin.records",
    "tongxin.served",
    "tongxin.unions",
    "tongxin.people",
    "tongxin.rulebook",
    "tongxin.notices",
    "tongxin.venues",
    "tongxin.calls",
    "tongxin.filings",
    "tongxin.benefits",
    "tongxin.activities",
    "tongxin.figures",
    "tongxin.web",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    *ROOMS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tongxin.web.middleware.RequestLog",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tongxin.web.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tongxin.web.middleware.RefuseUnguarded",
]
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[1] / "tongxin" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongxin.web.context.house",
            ],
            "builtins": ["tongxin.web.templatetags.tx", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
WSGI_APPLICATION = "config.wsgi.application"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["tongxin.web.accounts.backend.AuthenticationBackend"]
SESSION_ENGINE = "tongxin.web.accounts.session_store"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "tongxin.web.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {
    "username"
}  # workers' phone codes are people.actions.sign_in; the library's pages are not exposed
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "tongxin.web.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
TRUSTED_PROXIES = int(
    os.environ.get("TONGXIN_PROXIES", "0")
)  # how many of our own stand in front: whose X-Forwarded-For counts
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_AGE = 90 * 86400  # workers' own phones; staff sessions end sooner (web.guard)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_flag("TONGXIN_HTTPS")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # seconds old at most, never shared
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "tongxin" / "web" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("TONGXIN_STATIC", TONGXIN_DATA / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_DIRS = [Path(__file__).resolve().parents[1] / "tongxin" / "web" / "static"]
FORM_RENDERER = "tongxin.web.forms.HouseRenderer"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ROSTER_MAX_BYTES = 256 << 20
IMPORT_HANDS = int(os.environ.get("TONGXIN_IMPORT_HANDS", min(2, os.cpu_count() or 1)))  # processes of one large import

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    }
}

CALL_KINDS = {  # open table: a substance room plugs in here
    "class_place": "tongxin.activities.kind.ClassPlaces",
    "benefit": "tongxin.benefits.kind.Benefits",
    "plain": "tongxin.calls.plain.Plain",
}
RULE_DECISIONS = ("tongxin.calls.decided.decided_under",)  # open table: who decided under a rule
UNION_ENDINGS = ("tongxin.benefits.actions.endings.refuse_unfinished",)  # open table: what must end before a union does
SMS_SENDER = os.environ.get(
    "TONGXIN_SMS_SENDER", "tongxin.notices.senders.DemoInbox" if DEMO else "tongxin.notices.senders.NoSender"
)
DRAW_SOURCES = os.environ.get("TONGXIN_DRAW_SOURCES", "")  # a file like calls/data/draw_sources.csv; else that one
DRAW_FEWEST_SEALS = int(os.environ.get("TONGXIN_DRAW_SEALS", "3"))  # where no public source of chance is named
DRAW_PATIENCE = timedelta(
    hours=int(os.environ.get("TONGXIN_DRAW_PATIENCE_HOURS", "24"))
)  # then a seal counts as withheld
POSTER_FONT = os.environ.get("TONGXIN_POSTER_FONT", "")  # a font file with Chinese characters; else the system's
OUTSIDE_SIGN_IN = json.loads(os.environ.get("TONGXIN_OUTSIDE_SIGN_IN", "[]"))  # web.accounts.providers; none in a demo
NOTICE_GATEWAYS = gateways.gateways(demo=DEMO)
NOTICE_ROSTERS = {"cohort": "tongxin.activities.queries.audience.roster"}  # open table: whose lists a sending may go to
NOTICE_QUIET = os.environ.get("TONGXIN_QUIET", "21:00-08:00")  # local; what is not urgent waits for its end
NOTICE_COURIERS = int(os.environ.get("TONGXIN_COURIERS", "1"))  # of each channel at once; they share what is due
NOTICE_ORIGIN = os.environ.get("TONGXIN_ORIGIN", "")  # https://…, as links outside the page begin
ALIYUN_SMS, OFFICIAL_ACCOUNT = gateways.aliyun(), gateways.official()
globals().update(gateways.mail())
CONFIRM_URL, CONFIRM_KEY = os.environ.get("TONGXIN_CONFIRM_URL", ""), os.environ.get("TONGXIN_CONFIRM_KEY", "")
CONFIRM_NAME = os.environ.get("TONGXIN_CONFIRM_NAME", "outside")  # the outside service as it stands in records
CONFIRM_SECONDS, CONFIRM_MOST_A_DAY = float(os.environ.get("TONGXIN_CONFIRM_SECONDS", "5")), 5
PHONE_UNUSED_DAYS = (
    180  # then a phone that signs in proves its owner: 90 of a session, and 90 until a number is re-issued
)
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # <room>/jobs.py
LOGGING_CONFIG = None  # structlog, set up by config.logs
