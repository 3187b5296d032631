"""The browser's half of a ticket's receipt says what Python's half says: on the shared vectors, and on changed letters."""

import random

from tests.kernel.test_receipts import KEY, KEYS
from tests.kernel.test_tickets import TEXT, VECTORS
from tests.web.test_draw_twin import answers
from tests.web.test_receipt_twin import base64url

from tongxin.kernel.tickets import check

CHECK = """
import { keysOf } from '/static/tx/receipt.js';
import { check } from '/static/tx/ticket.js';
export async function answer({ id, x, texts }) {
  const keys = keysOf({ keys: [{ id, x }] });
  const told = [];
  for (const text of texts) { const { verdict, said } = await check(text, keys); told.push([verdict, said]); }
  return told;
}
"""


def test_the_twin_agrees() -> None:
    chance = random.Random(4)
    texts = [case["text"] for case in VECTORS["checks"]]
    for _ in range(60):
        place = chance.randrange(len(TEXT))
        texts.append(TEXT[:place] + chance.choice('ab{"\\n+/=:0 中') + TEXT[place + 1 :])
    found = answers(CHECK, {"id": KEY.id, "x": base64url(KEYS[KEY.id]), "texts": texts})
    names = ("key", "call", "ticket", "weight", "groups", "size", "at")
    wanted = [check(text, KEYS) for text in texts]
    assert found == [
        [str(one.verdict), {name: getattr(one.said, name) for name in names} if one.said else None] for one in wanted
    ]
