"""The zip around an .xlsx, opened with suspicion: what it says of itself is checked, and what really comes out is counted."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.limits import MIB, Limits

CHUNK: Final = MIB
_LOCAL_HEADER: Final = 30
_NEVER_READ: Final = (
    "xl/media/",
    "docProps/",
    "xl/drawings/",
    "xl/printerSettings/",
    "xl/embeddings/",
    "customXml/",
    "xl/charts/",
)


class Archive:
    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._left = limits.inflated_bytes
        self._limits = limits
        try:
            self._entries = {entry.filename: entry for entry in self._checked(zipfile.ZipFile(file).infolist())}
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise broken() from None

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        return list(self._entries)

    def entries(self) -> list[zipfile.ZipInfo]:
        return list(self._entries.values())

    def parts(self) -> list[str]:
        """The XML that a reader of cells opens; pictures and the like stay packed."""
        return [name for name in self._entries if name.endswith((".xml", ".rels")) and not name.startswith(_NEVER_READ)]

    def has_macros(self) -> bool:
        return any(name.endswith("vbaProject.bin") for name in self._entries)

    def inflate(self, name: str) -> Iterator[bytes]:
        """The part in pieces. All pieces of all parts count against one limit, whatever the directory declares."""
        entry = self._entries[name]
        self._file.seek(entry.header_offset)
        header = self._file.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise broken()
        self._file.seek(sum(struct.unpack("<HH", header[26:30])), 1)
        for piece in self._unpacked(entry):
            self._left -= len(piece)
            if self._left < 0:
                raise too_big(self._limits)
            yield piece

    def _unpacked(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        left = entry.compress_size
        unpack = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        while left > 0 and (packed := self._file.read(min(left, 64 * 1024))):
            left -= len(packed)
            if unpack is None:
                yield packed
                continue
            try:
                while packed:
                    yield unpack.decompress(packed, CHUNK)
                    packed = unpack.unconsumed_tail
            except zlib.error:
                raise broken() from None

    def _checked(self, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
        if len(entries) > self._limits.zip_entries:
            raise too_big(self._limits)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("file-locked", "这个文件加了密码，读不了。请取消密码，另存后再上传。")
        if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
            raise broken()
        if len({entry.filename for entry in entries}) != len(entries):
            raise broken()
        if sum(entry.file_size for entry in entries) > self._limits.inflated_bytes * 2:
            raise too_big(self._limits)
        return entries


def broken() -> Refused:
    return Refused("file-broken", "这个文件坏了，多半是没有下载完或没有传完。请重新取得原文件再上传。")


def too_big(limits: Limits) -> Refused:
    return Refused(
        "file-bomb",
        "这个文件打开后大得不正常（超过%(size)d兆）。请在Excel里新建一个工作簿，只把名册复制进去，再上传。",
        size=limits.inflated_bytes // MIB,
    )
