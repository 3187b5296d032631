import hashlib
import os
import re
from pathlib import Path

import pytest

from config import static_files


@pytest.fixture
def site(settings, tmp_path):
    """One source folder with one style sheet, collected into a folder of its own."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "house.css").write_text("a{}" + "/* long enough to be worth pressing */" * 100)
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATIC_URL = "/static/"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    from django.contrib.staticfiles import finders

    finders.get_finder.cache_clear()
    yield tmp_path
    finders.get_finder.cache_clear()


def ask(application, path, **more):
    seen = {}

    def start_response(status, headers):
        seen.update(status=status, headers=dict(headers))

    body = b"".join(application({"PATH_INFO": path, "REQUEST_METHOD": "GET", **more}, start_response))
    return seen["status"], seen["headers"], body


def django_itself(_environ, start_response):
    start_response("404 Not Found", [])
    return [b"django"]


def test_collect_makes_hashed_and_pressed_files_once(site):
    assert static_files.collect() is True
    assert static_files.collect() is False
    names = sorted(path.name for path in (site / "collected").glob("house.*.css*"))
    assert [name.count(".") for name in names] == [2, 3]
    assert names[1] == names[0] + ".gz"


def test_collect_runs_again_when_a_source_changes(site):
    static_files.collect()
    os.utime(site / "sources" / "house.css", (1, 1))
    assert static_files.collect() is True


def test_hashed_file_is_kept_forever_and_pressed(site):
    static_files.collect()
    (name,) = (path.name for path in (site / "collected").glob("house.*.css"))
    application = static_files.with_static_files(django_itself)
    status, headers, body = ask(application, f"/static/{name}", HTTP_ACCEPT_ENCODING="gzip")
    assert status == "200 OK"
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 300
    assert "Access-Control-Allow-Origin" not in headers


def test_other_addresses_and_ways_out_go_to_django(site):
    static_files.collect()
    application = static_files.with_static_files(django_itself)
    for path in ("/", "/static/none.css", "/static/../../etc/passwd", "/static/../collected.sources"):
        assert ask(application, path)[2] == b"django", path


def test_what_is_not_ours_is_what_was_taken_over():
    """Each file that others wrote has its origin, licence and digest; a new one is found by its licence line."""
    folder = Path(static_files.__file__).resolve().parents[1] / "tongxin" / "web" / "static" / "tx"
    said = dict(
        reversed(line.split("  ")) for line in (folder / "LICENSES.txt").read_text().splitlines() if line[64:66] == "  "
    )
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in said} == said
    others = re.compile(r"\(c\)|copyright|SPDX-License", re.IGNORECASE)
    found = [path for kind in ("*.js", "*.css") for path in folder.rglob(kind) if others.search(path.read_text()[:300])]
    assert {path.relative_to(folder).as_posix() for path in found} - said.keys() == set()
