"""Static files: collected once per change with hashed names and gzip beside, served by us, so that no other server is needed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise import WhiteNoise

from config.file_locks import locked

HASHED_NAME = r"\.[0-9a-f]{12}\."  # as ManifestStaticFilesStorage names them


def with_static_files(application: WSGIApplication) -> WSGIApplication:
    files = WhiteNoise(application, allow_all_origins=False, immutable_file_test=HASHED_NAME)
    if Path(settings.STATIC_ROOT).is_dir():
        files.add_files(str(settings.STATIC_ROOT), prefix=settings.STATIC_URL)
    served: WSGIApplication = files
    return served


def collect() -> bool:
    """Anew when a source has changed since; whether it did. Files of before stay, for pages that are open in a browser."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    mark = root.with_name(f"{root.name}.sources")
    with locked(root.with_name(f"{root.name}.lock")):
        wanted = _fingerprint()
        if mark.is_file() and mark.read_text() == wanted:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(wanted)
    return True


def _fingerprint() -> str:
    return hashlib.sha256("\n".join(sorted(_sources())).encode()).hexdigest()


def _sources() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list(None):
            path = Path(storage.path(name))
            found = path.stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"
