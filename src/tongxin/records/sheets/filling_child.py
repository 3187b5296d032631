"""The process that looks at, and fills, a stranger's workbook: `python -m tongxin.records.sheets.filling_child`.

On its standard input one line of JSON (what to write) and the workbook; on its standard output one line of JSON and, when it
filled, the new workbook.
"""

import io
import json
import sys
from typing import Any

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.book_xml import Book
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.process import bind


def main() -> None:
    limits = Limits.from_dict(json.loads(sys.argv[1]))
    what = json.loads(sys.argv[2])["what"]
    bind(limits)
    body = b""
    answer: dict[str, Any]
    try:
        wanted = json.loads(sys.stdin.buffer.readline())
        book = Book(io.BytesIO(sys.stdin.buffer.read()), limits, frozenset(wanted["row_labels"]))
        if what == "marks":
            answer = {"marks": book.marks()}
        else:
            body = book.filled(wanted["values"], wanted["rows"], wanted["names"])
            answer = {}
    except Refused as refusal:
        answer = {"refused": refusal.code, "words": refusal.words, "params": refusal.params}
    except MemoryError:
        return
    line = json.dumps({"size": len(body)} | answer, ensure_ascii=False)
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n" + body)


if __name__ == "__main__":
    main()
