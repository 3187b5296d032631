"""`tongxin verify_draw`: for whoever has the file and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests" / "kernel" / "draw_vectors.json").read_text(encoding="utf-8"))


def verify(*arguments: str, given: bytes = b"", anywhere: Path) -> subprocess.CompletedProcess[bytes]:
    """With no setting and no data folder in the environment, from another folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN", "DATABASE", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "config.cli", "verify_draw", *arguments],
        input=given, capture_output=True, check=False, cwd=anywhere, env=kept | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


@pytest.mark.parametrize("vector", [VECTORS[2], VECTORS[10], VECTORS[11]], ids=lambda vector: vector["name"])
def test_file_is_judged_and_nothing_else_is_written(tmp_path: Path, vector: dict[str, object]) -> None:
    (tmp_path / "draw.json").write_text(json.dumps(vector["file"]), encoding="utf-8")
    done = verify("draw.json", "--json", anywhere=tmp_path)
    told = json.loads(done.stdout)
    assert told["verified"] is vector["verified"]
    assert (told["first_difference"] is None) is vector["verified"]
    assert done.returncode == (0 if vector["verified"] else 1)
    assert [path.name for path in tmp_path.iterdir()] == ["draw.json"]


def test_standard_input_is_read(tmp_path: Path) -> None:
    done = verify("-", given=json.dumps(VECTORS[2]["file"]).encode(), anywhere=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(b"verified")


@pytest.mark.parametrize("junk", [b"", b"[]", b"{", b"\xff\xfe", b'{"format": "tongxin-draw-2"}'])
def test_what_is_no_draw_is_1_and_says_why(tmp_path: Path, junk: bytes) -> None:
    done = verify("-", "--json", given=junk, anywhere=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["verified"] is False
    assert json.loads(done.stdout)["first_difference"]


def test_file_that_says_two_things_is_1(tmp_path: Path) -> None:
    """Of a name that stands twice one reader takes the first and another the last."""
    text = json.dumps(VECTORS[2]["file"])
    done = verify("-", "--json", given=('{"order": [], ' + text[1:]).encode(), anywhere=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["first_difference"] == "the file is not JSON: order stands in it twice"


@pytest.mark.parametrize(
    "junk",
    [b'{"a": ' + b"[" * 200_000, b'{"note": NaN, ', "{".encode("utf-16"), b'{"note": "\xff", '],
    ids=["deep", "NaN", "utf-16", "no utf-8"],
)
def test_what_only_some_readers_could_read_is_1(tmp_path: Path, junk: bytes) -> None:
    rest = json.dumps(VECTORS[2]["file"])[1:].encode()
    done = verify("-", "--json", given=junk + rest if junk.endswith(b" ") else junk, anywhere=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["first_difference"].startswith("the file is not JSON: ")


def test_mark_before_the_text_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    text = json.dumps(VECTORS[2]["file"], indent=1).replace("\n", "\r\n")
    assert verify("-", given=b"\xef\xbb\xbf" + text.encode(), anywhere=tmp_path).returncode == 0


def test_file_that_is_not_there_is_2(tmp_path: Path) -> None:
    done = verify("none.json", anywhere=tmp_path)
    assert done.returncode == 2
    assert b"none.json" in done.stderr


@pytest.mark.parametrize("how", [(), ("--json",)], ids=["for people", "json"])
def test_half_a_character_is_quoted_and_breaks_nothing(tmp_path: Path, how: tuple[str, ...]) -> None:
    file = VECTORS[2]["file"]
    given = json.dumps(file | {"order": ["\ud800", *file["order"][1:]]}).encode()
    done = verify("-", *how, given=given, anywhere=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    said = json.loads(done.stdout)["first_difference"] if how else done.stdout.decode()
    assert f"order[0]: {chr(0xD800) if how else chr(92) + 'ud800'} stands where" in said


def test_what_the_file_says_makes_no_line_and_moves_no_cursor(tmp_path: Path) -> None:
    file = VECTORS[2]["file"]
    given = json.dumps(file | {"order": ["\nverified: all of it\x1b[2J" + "x" * 5000]}).encode()
    done = verify("-", given=given, anywhere=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(rb"differs: order[0]: \nverified: all of it\x1b[2Jxxx")
    assert (done.stdout.count(b"\n"), len(done.stdout) < 500) == (1, True)


def test_device_that_never_ends_is_2(tmp_path: Path) -> None:
    done = verify("/dev/zero", anywhere=tmp_path)
    assert done.returncode == 2
    assert b"/dev/zero is larger than 536,870,912 bytes" in done.stderr
