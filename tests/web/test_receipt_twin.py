"""The browser's half of a receipt says what Python's half says: on the shared vectors, and on bytes changed at random places."""

import random

import pytest
from tests.kernel.test_receipts import KEY, KEYS, VECTORS, said
from tests.web.test_draw_twin import answers

from tongxin.kernel.receipts import check, write

CHECK = """
import { check, keysOf } from '/static/tx/receipt.js';
export async function answer({ id, x, texts }) {
  const keys = keysOf({ keys: [{ id, x }] });
  const told = [];
  for (const text of texts) { const { verdict, said } = await check(text, keys); told.push([verdict, said && said.no]); }
  return told;
}
"""


def test_the_twin_agrees() -> None:
    chance = random.Random(4)
    texts = [case["text"] for case in VECTORS["checks"]] + [
        text for batch in VECTORS["batches"] for text in batch["receipts"]
    ]
    for text in write(said(7), KEY):
        place = chance.randrange(len(text))
        texts.append(text[:place] + chance.choice("ABCxyz019-_.") + text[place + 1 :])
    x = base64url(KEYS[KEY.id])
    found = answers(CHECK, {"id": KEY.id, "x": x, "texts": texts})
    checked = [check(text, KEYS) for text in texts]
    assert found == [[str(one.verdict), one.said.no if one.said else None] for one in checked]


def base64url(raw: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("text", ["", "TXA1...", "回执"])
def test_neither_stumbles_over_what_is_none(text: str) -> None:
    found = answers(CHECK, {"id": KEY.id, "x": base64url(KEYS[KEY.id]), "texts": [text]})
    assert found == [[str(check(text, KEYS).verdict), None]]
