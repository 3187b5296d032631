"""`python -m bench.draw`: what checking a draw costs, by the command and by the page's script. CPU seconds; needs no database.

Files among 100,000 and 1,000,000 tickets with weights, two reserves and parties; each is checked by `tongxin verify_draw` and,
where node is installed, by the very script that the page runs (`web/static/tx/draw.js`), with the longest stretch in which
it did not breathe: what a reader would feel as a page that hangs.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tongxin.kernel import draw
from tongxin.kernel.draw import Reserve, Ticket

SIZES: Final = (100_000, 1_000_000)
TX: Final = Path(draw.__file__).parents[1] / "web" / "static" / "tx"
SEALS: Final = ("0" * 64, "1" * 64, "2" * 64)
GROUPS: Final = ((), (), (), ("gig",), ("county-500118",), ("size=2",))
SCRIPT: Final = """
import { readFileSync } from 'node:fs';
const { check } = await import(process.argv[1]);
const bytes = readFileSync(process.argv[2]);
const cpu = () => { const spent = process.cpuUsage(); return (spent.user + spent.system) / 1e6; };
const began = cpu();
let last = began, longest = 0, where = '';
const breath = (what) => {
  const now = cpu();
  if (now - last > longest) { longest = now - last; where = what; }
  last = now;
};
const file = JSON.parse(new TextDecoder().decode(bytes));
breath('JSON');
const { difference } = await check(file, async (done, all) => breath(`${Math.round(100 * done / all)} %`));
breath('the end');
console.log(JSON.stringify({ difference, cpu: cpu() - began, longest, where }));
"""


def a_file(tickets: int) -> dict[str, Any]:
    """As we publish it; a third of the tickets win."""
    chance = random.Random(tickets)  # noqa: S311 - the same file each time
    found = [Ticket(chance.randbytes(16).hex(), chance.randint(1, 3), chance.choice(GROUPS)) for _ in range(tickets)]
    lines = draw.frozen(found)
    digest = draw.list_digest(lines)
    units = tickets // 3
    reserves = (Reserve("gig", units // 10), Reserve("county-500118", units // 20, "last", "none"))
    outcome = draw.hold(found, draw.seed(digest, SEALS), units=units, reserves=reserves)
    return {
        "format": draw.FORMAT, "call": "bench", "pool": "bench", "units": units,
        "reserves": [{"group": r.group, "units": r.units, "when": r.when, "spill": r.spill} for r in reserves],
        "list": lines, "list_digest": digest, "commitments": [draw.commitment(seal) for seal in SEALS], "seals": SEALS,
        "source": None, "value": None, "published_at": "2026-11-01T10:00:00+08:00", "drawn_at": "2026-11-03T10:00:00+08:00",
        "order": outcome.order, "awarded": outcome.awarded, "waiting": outcome.waiting,
    }  # fmt: skip


def by_command(path: Path) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "config.cli", "verify_draw", str(path), "--json"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": round(cpu, 2), "peak_mb": round(after.ru_maxrss / 1024)}


def by_script(path: Path) -> dict[str, Any] | None:
    node = shutil.which("node")
    if node is None:
        return None
    call = [node, "--no-warnings", "--experimental-default-type=module", "--input-type=module", "-e", SCRIPT]
    done = subprocess.run([*call, (TX / "draw.js").as_uri(), str(path)], check=True, capture_output=True)  # noqa: S603 - our own
    told: dict[str, Any] = json.loads(done.stdout)
    if told.pop("difference"):
        raise AssertionError(told)
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in told.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, action="append", help="how many (again for another size)")
    for tickets in parser.parse_args().tickets or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "draw.json"
            path.write_text(json.dumps(a_file(tickets)), encoding="utf-8")
            megabytes = path.stat().st_size / 1e6
            print(f"{tickets:,} tickets, {megabytes:.0f} MB: command {by_command(path)}, script {by_script(path)}")  # noqa: T201


if __name__ == "__main__":
    main()
