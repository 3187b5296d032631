"""Posters: a page and a PDF of A4 with one code; without a font, words instead of an error."""

import re
import zlib

import pytest
from tests.cast import Cast
from tests.factories.activities import school

from tongxin.web import posters

pytestmark = pytest.mark.django_db


def test_the_union_poster_leads_to_its_door(cast: Cast, as_staff, client) -> None:
    shown = as_staff(cast.cadre).get(f"/staff/unions/{cast.factory.public_id}/poster/").content.decode()
    link = re.search(r'class="addr">(http[^<]+)<', shown).group(1)
    door = client.get(link.removeprefix("http://testserver"))
    assert (door.status_code, cast.factory.name in door.content.decode()) == (200, True)


def test_the_pdf_is_one_sheet_of_a4_with_its_font_in_it(cast: Cast, as_staff) -> None:
    cohort = school(cast).cohort()
    answer = as_staff(cast.officer).get(f"/staff/cohorts/{cohort.public_id}/poster/?as=pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    body = answer.content
    assert body.startswith(b"%PDF-")
    assert body.count(b"/Type /Page\n") == 1
    assert re.search(rb"/MediaBox \[0 0 595\.28 841\.89\]", body)
    assert b"/FontFile" in body
    squares = max(
        zlib.decompress(part).count(b" re ")
        for part in re.findall(rb"stream\n(x.*?)\nendstream", body, re.DOTALL)
        if part[:1] == b"x"
    )
    assert squares > 200  # the code is drawn


def test_without_a_font_the_page_says_what_to_do(cast: Cast, as_staff, monkeypatch) -> None:
    monkeypatch.setattr(posters, "_ROOTS", ())
    posters.font.cache_clear()
    answer = as_staff(cast.cadre).get(f"/staff/unions/{cast.factory.public_id}/poster/?as=pdf")
    posters.font.cache_clear()
    assert (answer.status_code, "没有中文字体" in answer.content.decode()) == (422, True)


def test_a_site_door_leads_to_its_classes(cast: Cast, client, as_staff) -> None:
    site = school(cast).site
    assert as_staff(cast.officer).get(f"/staff/sites/{site.public_id}/poster/").status_code == 200
    assert client.get(f"/at/site/{site.public_id}/")["Location"] == f"/classes/?place={site.public_id}"


def test_nobody_prints_another_places(cast: Cast, as_staff) -> None:
    assert as_staff(cast.jinjiang_cadre).get(f"/staff/unions/{cast.factory.public_id}/poster/").status_code == 404
