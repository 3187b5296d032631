"""Published draws for machines: what binds before, and the file after."""

from datetime import datetime
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from tongxin.calls.models import Draw, Round
from tongxin.calls.queries import draws
from tongxin.calls.sources import words_of
from tongxin.records.actions import documents
from tongxin.web.api.shapes import RefusalOut
from tongxin.web.draw_words import name_of
from tongxin.web.guard import read_only

router = Router(tags=["draws"])
PAGE = 50
PublicId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$")]


class SealOut(Schema):
    order: int
    role: str
    staff: bool
    commitment: str | None
    seal: str | None
    withheld: bool


class ListOut(Schema):
    id: str
    pool: str
    units: int
    reserves: list[dict[str, object]]
    entries: int
    list_digest: str
    file_digest: str | None


class RoundOut(Schema):
    id: str
    call: str
    name: str
    union: str
    number: int
    how: str
    state: str
    result_at: datetime
    source: str | None
    event_at: datetime | None  # when the event of the source takes place, by its issuer's notice
    value: str | None
    sealed_at: datetime | None
    drawn_at: datetime | None
    void_why: str | None
    repeats: str | None


class DrawsOut(Schema):
    draws: list[RoundOut]
    page: int
    more: bool


class DrawOut(RoundOut):
    seals: list[SealOut]
    lists: list[ListOut]


@router.get("/draws", response={200: DrawsOut, 422: RefusalOut}, auth=None, summary="Rounds of draws, newest first")
def all_draws(request: HttpRequest, page: Annotated[int, Query(ge=1, le=500)] = 1) -> DrawsOut:  # noqa: ARG001
    with read_only():
        start = (page - 1) * PAGE
        rows = list(draws.published().select_related("repeats")[start : start + PAGE + 1])
        return DrawsOut(draws=[RoundOut(**_round(row)) for row in rows[:PAGE]], page=page, more=len(rows) > PAGE)


@router.get(
    "/draws/{round_id}", response={200: DrawOut, 404: RefusalOut, 422: RefusalOut}, auth=None,
    summary="One round: what was published before, and after",
)  # fmt: skip
def one(request: HttpRequest, round_id: PublicId) -> DrawOut:  # noqa: ARG001
    with read_only():
        held = draws.published().select_related("repeats").filter(public_id=round_id).first()
        if held is None:
            raise HttpError(404, "draw")
        return DrawOut(
            **_round(held),
            seals=[
                SealOut(
                    order=seal.order, role=seal.role, staff=seal.staff, commitment=seal.commitment or None,
                    seal=seal.text or None, withheld=seal.withheld_at is not None,
                )
                for seal in draws.seals_of(held)
            ],
            lists=[_list(row) for row in draws.draws_of(held)],
        )  # fmt: skip


@router.get(
    "/draws/{round_id}/{draw_id}/draw.json", response={200: dict[str, object], 404: RefusalOut, 422: RefusalOut},
    auth=None, summary="The file from which everyone can compute the draw again (format tongxin-draw-1)",
)  # fmt: skip
def file(request: HttpRequest, round_id: PublicId, draw_id: PublicId) -> FileResponse:  # noqa: ARG001
    with read_only():
        rows = Draw.objects.filter(round__in=draws.published().values("pk"), round__public_id=round_id)
        found = rows.select_related("file").filter(public_id=draw_id, file__isnull=False).first()
        if found is None or found.file is None:
            raise HttpError(404, "draw")
        return FileResponse(documents.path_of(found.file).open("rb"), content_type="application/json")


def _round(held: Round) -> dict[str, Any]:
    return {
        "id": held.public_id, "call": held.call.public_id, "name": name_of(held), "union": held.union.name,
        "number": held.number, "how": held.how, "state": held.state, "result_at": held.result_at,
        "source": words_of(held.source, held.event) or None,
        "event_at": held.event_at, "value": held.value if held.confirmed_at else None,
        "sealed_at": held.sealed_at, "drawn_at": held.drawn_at, "void_why": held.void_why or None,
        "repeats": held.repeats.public_id if held.repeats else None,
    }  # fmt: skip


def _list(draw: Draw) -> ListOut:
    return ListOut(
        id=draw.public_id, pool=draw.pool.name, units=draw.units, reserves=draw.reserves, entries=draw.entries,
        list_digest=draw.list_digest, file_digest=draw.file.digest if draw.file else None,
    )  # fmt: skip
