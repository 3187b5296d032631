"""The browser's half of a draw says what Python's half says, word for word: on the vectors, on random draws, on files touched."""

import copy
import hashlib
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import FLAGS
from tests.kernel.test_draw import VECTORS

from config.commands import verify_draw
from tongxin.kernel import draw
from tongxin.kernel.draw import Reserve, Ticket

ROOT = Path(__file__).resolve().parents[2]
TX = ROOT / "src" / "tongxin" / "web" / "static" / "tx"
NODE = shutil.which("node")
GROUPS = ["gig", "county-500118", "新就业", "size=2", "size=3", "𠮷祥", "ａ"]


def answers(script: str, given: object) -> Any:
    """What the script's `answer(given)` returns, in node where there is one, else in the browser."""
    if NODE:
        code = (
            "const { readFileSync } = await import('node:fs');"
            f"const {{ answer }} = await import('data:text/javascript,' + encodeURIComponent({json.dumps(_absolute(script))}));"
            "process.stdout.write(JSON.stringify(await answer(JSON.parse(readFileSync(0, 'utf-8')))));"
        )
        done = subprocess.run(
            [NODE, "--no-warnings", "--experimental-default-type=module", "--input-type=module", "-e", code],
            input=json.dumps(given).encode(), capture_output=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)
    return _in_browser(script, given)


def _absolute(script: str) -> str:
    return script.replace("/static/tx/", f"file://{TX}/")


def _in_browser(script: str, given: object) -> Any:
    from playwright.sync_api import Route, sync_playwright

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        body, kind = (script, "text/javascript") if name == "answer.js" else ("", "text/html")
        if (TX / name).is_file():
            body, kind = (TX / name).read_text(), "text/javascript"
        route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://localhost/static/tx/")
        found = page.evaluate(
            "async (given) => (await import('/static/tx/answer.js')).answer(given)", json.loads(json.dumps(given))
        )
        browser.close()
    return found


CHECK = """
import { check } from '/static/tx/draw.js';
export async function answer(files) {
  const told = [];
  for (const file of files) { const { difference } = await check(file); told.push(difference && difference.text); }
  return told;
}
"""
READ = """
import { check, read } from '/static/tx/draw.js';
export async function answer(texts) {
  const told = [];
  for (const text of texts) {
    try {
      const { difference } = await check(read(new TextEncoder().encode(text)));
      told.push(difference && difference.text);
    } catch (error) { told.push(error.code ? error.message : 'the file is not JSON'); }
  }
  return told;
}
"""
HASH = """
import { Sha256, bytesOf, sha256 } from '/static/tx/sha256.js';
export const answer = (texts) => texts.map((text) => {
  const bytes = bytesOf(text), pieces = new Sha256();
  for (let at = 0; at < bytes.length; at += 7) pieces.update(bytes.subarray(at, at + 7));
  return [sha256(text), pieces.hex()];
});
"""


def random_file(chance: random.Random) -> dict[str, Any]:
    """A draw as we publish it; half of them with tickets that were excused after it."""
    tickets = [
        Ticket(chance.randbytes(16).hex(), chance.randint(1, 9), _groups(chance)) for _ in range(chance.randrange(30))
    ]
    kept = [
        Reserve(chance.choice(GROUPS), chance.randrange(4), chance.choice(["first", "last"]),
                chance.choice(["open", "next", "none"]))
        for _ in range(chance.randrange(4))
    ]  # fmt: skip
    units = sum(one.units for one in kept) + chance.randrange(12)
    seals = [chance.randbytes(32).hex() for _ in range(chance.randrange(1, 4))]
    value = chance.choice([None, "双色球第2026138期 03 09", "17"])
    lines = draw.frozen(tickets)
    seed = draw.seed(draw.list_digest(lines), seals, value or "")
    outcome = draw.hold(tickets, seed, units=units, reserves=kept)
    file: dict[str, Any] = {
        "format": draw.FORMAT, "call": "call", "pool": "pool", "units": units,
        "reserves": [{"group": r.group, "units": r.units, "when": r.when, "spill": r.spill} for r in kept],
        "list": lines, "list_digest": draw.list_digest(lines),
        "commitments": [{"role": "持封人", "commitment": draw.commitment(seal)} for seal in seals], "seals": seals,
        "source": "公开开奖" if value else None, "value": value,
        "published_at": "2026-11-01T10:00:00+08:00", "drawn_at": "2026-11-03T10:00:00+08:00",
        "order": list(outcome.order), "awarded": list(outcome.awarded), "waiting": list(outcome.waiting),
    }  # fmt: skip
    if chance.random() < 0.5:
        out = [ticket for ticket in outcome.order if chance.random() < 0.3]
        by_name = {ticket.ticket: ticket for ticket in tickets}
        left = [by_name[ticket] for ticket in outcome.order if ticket not in out]
        places = draw.fill(left, units=units, reserves=kept)
        file["excused"] = [{"ticket": ticket, "why": "withdrawn"} for ticket in out]
        file["given"] = [ticket.ticket for ticket in left if ticket.ticket in places]
    return file | {draw.REST: draw.rest_digest(file)} if chance.random() < 0.5 else file


def _groups(chance: random.Random) -> tuple[str, ...]:
    named = sorted(chance.sample(GROUPS, chance.randrange(3)))
    return () if sum(one.startswith("size=") for one in named) > 1 else tuple(named)


def touched(file: dict[str, Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    """One byte of each field's text changed, as long as it is still JSON; and each field left out."""
    for name, held in file.items():
        text = json.dumps(held, ensure_ascii=False)
        place = chance.randrange(len(text))
        for letter in ("7", "b", "x", '"', "]"):
            try:
                changed = json.loads(text[:place] + letter + text[place + 1 :])
            except ValueError:
                continue
            if changed != held:
                yield file | {name: changed}
        yield {key: value for key, value in file.items() if key != name}


def test_browser_hashes_as_python_does() -> None:
    texts = ["汉" * n + "a" * m for n in range(0, 90, 3) for m in (0, 1, 55, 56, 63, 64)]
    expected = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert answers(HASH, texts) == [[one, one] for one in expected]


def test_browser_says_of_every_vector_what_python_says() -> None:
    files = [vector["file"] for vector in VECTORS]
    assert answers(CHECK, files) == [draw.first_difference(file) for file in files]


def test_browser_says_of_what_is_odd_what_python_says() -> None:
    file = random_file(random.Random(3))
    odd: list[dict[str, Any]] = [
        {"format": True}, {"format": 1}, {"units": 1e15 + 0.5}, {"units": 2**60}, {"order": {}}, {"order": ""},
        {"awarded": dict.fromkeys(file["awarded"])}, {"seals": {}, "commitments": {}}, {"reserves": {}},
        {"source": {}, "value": None}, {"source": [], "value": ""}, {"source": 0}, {"source": {"event": 1}},
        {"call": 17}, {"call": {}}, {"call": 0}, {"pool": None}, {"published_at": "2026-11-01"}, {"excused": []},
        {"published_at": "2026-11-03T10:00"}, {"published_at": "2026-11-03 10:00:01"}, {"drawn_at": "2026-11-01T02:00Z"},
        {"drawn_at": "2026-10-32"}, {"drawn_at": "2026-11-03T25:00"}, {"drawn_at": "2026-11-03T10:00+0800"},
    ]  # fmt: skip
    lines = ["a b", "size=100", "size=0", "size=x", "农" * 80, "a\tb", "\u2028", "b\u00a0", "size=2+size=3"]
    tickets = [[f"{n:032x},1,{one}" for n in range(3)] for one in lines]
    files = [file | one for one in odd] + [
        file | {"list": one, "list_digest": draw.list_digest(one), "reserves": [], "excused": [], "given": []}
        for one in tickets
    ]
    expected = [draw.first_difference(copy.deepcopy(one)) for one in files]
    assert [_heads(one) for one in answers(CHECK, files)] == [_heads(one) for one in expected]


def test_whatever_is_changed_shows_where_the_file_says_its_rest() -> None:
    """A name, a moment, a role, a reason: nothing follows from them. Written another way it is the same file."""
    bare = random_file(random.Random(8)) | {
        "pool_name": '𠮷祥 ｗ\t/"',
        "round": 1.0,
        "ｚ": [None, True, {"b": 1, "a": "\x7f"}],
    }
    bare.pop(draw.REST, None)
    file = bare | {draw.REST: draw.rest_digest(bare)}
    others = [
        {"call": "cal1"}, {"pool_name": "𠮷祥 w"}, {"round": 2}, {"published_at": "2026-11-01T10:00:01+08:00"}, {"more": ""},
        {"commitments": [one | {"role": "别人"} for one in file["commitments"]]}, {"ｚ": [None, True, {"b": 1, "a": ""}]},
        {"ｚ": [None, 1, {"b": 1, "a": "\x7f"}]},
    ]  # fmt: skip
    other_way = {name: file[name] for name in sorted(file)} | {"round": 1}
    files = [file, other_way, *(file | one for one in others)]
    expected = [draw.first_difference(copy.deepcopy(one)) for one in files]
    assert expected[:2] == [None, None]
    assert {one.partition(":")[0] for one in expected[2:] if one} == {draw.REST}
    assert (len([one for one in expected[2:] if one]), answers(CHECK, files)) == (len(others), expected)


def test_browser_reads_what_the_command_reads() -> None:
    file = random_file(random.Random(5))
    file.pop(draw.REST, None)  # else whatever is put in besides shows
    whole = json.dumps(file)
    texts = [
        whole, "\ufeff" + whole, '{"units": 3, ' + whole[1:], '{"un\\u0069ts" : 3, ' + whole[1:], '{"note": NaN, ' + whole[1:],
        '{"a": {"b": 1, "b": [{}]}, ' + whole[1:], '{"b": {"b": "c\\": {"}, "c": ["b", "b"], ' + whole[1:], whole[:-1], "[]",
        "[" * 200_000,
    ]  # fmt: skip
    said = [verify_draw._difference(text.encode()) for text in texts]
    assert [one is None for one in said] == [True, True, False, False, False, False, True, False, False, False]
    assert [_read(one) for one in answers(READ, texts)] == [_read(one) for one in said]


def _read(said: str | None) -> str | None:
    """What is no JSON each parser says in words of its own."""
    return "no JSON" if said and "not JSON" in said and "twice" not in said else said


def test_browser_says_of_random_draws_and_of_touched_ones_what_python_says() -> None:
    chance = random.Random(20261129)
    whole = [random_file(chance) for _ in range(60)]
    files = whole + [one for file in whole[:12] for one in touched(file, chance)]
    expected = [draw.first_difference(copy.deepcopy(file)) for file in files]
    assert expected[: len(whole)] == [None] * len(whole)
    assert sum(one is not None for one in expected) > 100
    assert [_heads(one) for one in answers(CHECK, files)] == [_heads(one) for one in expected]


def _heads(said: str | None) -> str | None:
    """Of a file that cannot be read as format 1 the two name the trouble in words of their own languages."""
    return said if not said else next((head for head in ("not of format 1", "format: ") if head in said), said)


@pytest.mark.skipif(NODE is None, reason="the browser was asked above")
def test_without_node_the_browser_is_asked() -> None:
    files = [vector["file"] for vector in VECTORS[-3:]]
    assert _in_browser(CHECK, files) == [draw.first_difference(file) for file in files]
