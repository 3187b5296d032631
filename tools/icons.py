"""Takes icons from Tabler's npm package into the page: `python tools/icons.py PACKAGE.tgz NAME...`.

The package comes from `npm pack @tabler/icons@3.51.0` (MIT). Names already taken are kept.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

ICONS = Path(__file__).resolve().parents[1] / "src/tongxin/web/icons.json"
SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)[^>]*/>")


def shapes(package: tarfile.TarFile, name: str) -> str:
    file = package.extractfile(f"package/icons/outline/{name}.svg")
    if file is None:
        raise SystemExit(f"no icon {name}")
    found = SHAPE.findall(file.read().decode())
    return "".join(re.sub(r"\s*/>", "/>", shape) for shape in found if 'stroke="none"' not in shape)


def main(archive: str, names: list[str]) -> None:
    icons = json.loads(ICONS.read_text()) if ICONS.exists() else {}
    with tarfile.open(archive) as package:
        icons |= {name: shapes(package, name) for name in names if name not in icons}
    ICONS.write_text(json.dumps(dict(sorted(icons.items())), indent=0, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
