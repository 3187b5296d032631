"""Pages under a strict policy: nothing inline, nothing from elsewhere, Chinese typography, no template without use."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client
from tests.cast import Cast

WEB = Path(__file__).resolve().parents[2] / "src/tongxin/web"
TEMPLATES = WEB / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
BY_NAME = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}  # Django asks for them
FOR_PAGES = {  # parts that stand ready for any page
    "parts/confirm.html",
    "parts/crumb.html",
    "parts/dl.html",
    "parts/pager.html",
    "parts/stepper.html",
    "parts/strip.html",
    "parts/timeline.html",
    "parts/class_card.html",
    "parts/empty.html",
}
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*="),
    "inline handler": re.compile(r"<[a-z][^>{]*\son[a-z]+\s*="),
    "inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))"),
    "address of elsewhere": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
    "unrendered tag": re.compile(r"{{|{%"),
}
ENGLISH = [
    name for name in ALL if name.startswith(("worker/", "public/", "accounts/", "parts/")) and "notes" not in name
]
GLUED = re.compile(r'。(?:" %}|{% endblocktranslate %})(?:{% (?:end)?if[^%]*%})*{% (?:translate|blocktranslate)')
HAN_SPACE_DIGIT = re.compile(r"[\u4e00-\u9fff] [0-9]|[0-9] [\u4e00-\u9fff]")
ALLOWED_SPACE = re.compile(
    r"周[一二三四五六日] [0-9]|[日天] [0-9]{1,2}:[0-9]{2}|[0-9]{4} [\u4e00-\u9fff]"
)  # fields, not words


def faults(page: str) -> list[str]:
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(page)]
    text = re.sub(r"<[^>]+>", "\n", page)
    return found + HAN_SPACE_DIGIT.findall(ALLOWED_SPACE.sub("", text))


@pytest.mark.parametrize("name", ALL)
def test_template_compiles(name: str) -> None:
    get_template(name)


def test_no_template_is_without_use() -> None:
    code = "\n".join(path.read_text() for path in [*WEB.rglob("*.py"), *TEMPLATES.rglob("*.html")])
    named = set(re.findall(r"""["']([\w/]+\.html)""", code))
    assert sorted(set(ALL) - named - BY_NAME - FOR_PAGES) == []


@pytest.mark.parametrize("name", ALL)
def test_template_has_nothing_inline(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    assert [fault for fault, pattern in list(FORBIDDEN.items())[:4] if pattern.search(text)] == []


@pytest.mark.parametrize("name", ENGLISH)
def test_sentences_are_parted_in_english(name: str) -> None:
    """{% gap %} stands between them: a blank in English alone."""
    assert GLUED.findall((TEMPLATES / name).read_text()) == []


@pytest.mark.parametrize("name", [name for name in ALL if name not in {"base.html", "parts/notes.html"}])
def test_error_is_said_once(name: str) -> None:
    """base.html begins the title with it, parts/notes.html stands on top of every page."""
    text = (TEMPLATES / name).read_text()
    assert ("错误：" in text, "text=refusal" in text) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/about/", "/display/", "/sign-in/", "/sign-in/staff/", "/sign-out/", "/nowhere/"]
)
def test_open_page_has_no_fault(client: Client, address: str) -> None:
    answer = client.get(address)
    assert faults(answer.content.decode()) == []
    assert "'unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/staff/", "/staff/password/", "/staff/second-factor/recovery-codes/"])
def test_staff_page_has_no_fault(cast: Cast, as_staff: object, address: str) -> None:
    assert faults(as_staff(cast.admin).get(address).content.decode()) == []


def test_navigation_shows_only_what_powers_open(cast: Cast, as_staff: object) -> None:
    from django.test import RequestFactory

    from tongxin.web.navigation import STAFF, Entry, staff_groups

    request = RequestFactory().get("/staff/")
    request.actor = cast.teacher.actor
    shown = {item.name for group in staff_groups(request) for item in group.items}
    entries: list[Entry] = [entry for _, entries in STAFF for entry in entries]
    closed = {entry.name for entry in entries if entry.power and not cast.teacher.actor.holds(entry.power)}
    assert shown & closed == set()
    assert "staff:home" in shown
