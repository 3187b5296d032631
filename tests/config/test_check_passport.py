"""`tongxin check_passport`: files in, a verdict and an exit code out, no database."""

import base64
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.people.test_passport_card import CARD, KEY, OTHER

from tongxin.people.passport_card import write, write_list


def run(folder: Path, *arguments: str, card: str) -> tuple[int, dict[str, object], str]:
    done = subprocess.run(
        [sys.executable, "-m", "config.cli", "check_passport", "-", "--json", *arguments],
        input=card, capture_output=True, text=True, check=False, cwd=folder,
        env=os.environ | {  # the settings that a desk has, not the tests', which are not on its path
            "TONGXIN_DATA": str(folder), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_a_card_is_checked_from_files_alone(tmp_path: Path) -> None:
    now = int(time.time())
    card = replace(CARD, issued=now - 60, ends=now + 3600)
    x = base64.urlsafe_b64encode(KEY.public).decode().rstrip("=")
    (tmp_path / "keys.json").write_text(
        json.dumps({"format": "tongxin-passport-keys/1", "keys": [{"id": KEY.id, "x": x}]})
    )
    (tmp_path / "none.txt").write_text(write_list(now, [], KEY))
    (tmp_path / "this.txt").write_text(write_list(now, [card.serial], KEY))
    (tmp_path / "forged.txt").write_text(write_list(now, [], replace(OTHER, id=KEY.id)))
    code, told, _ = run(
        tmp_path, "--keys", "keys.json", "--revoked", "none.txt", "--last", "001x", card=write(card, KEY)
    )
    assert (code, told["verdict"], told["name"], told["list_at"]) == (0, "valid", "王*华", now)
    code, told, _ = run(tmp_path, "--keys", "keys.json", "--revoked", "this.txt", card=write(card, KEY))
    assert (code, told["verdict"], "name" in told) == (1, "revoked", False)
    code, told, _ = run(tmp_path, card=write(card, KEY))  # with this installation's own keys, which are others
    assert (code, told["verdict"]) == (1, "unknown-key")
    code, _told, said = run(tmp_path, "--keys", "keys.json", "--revoked", "forged.txt", card=write(card, KEY))
    assert (code, "none of the given keys signed it" in said) == (2, True)
