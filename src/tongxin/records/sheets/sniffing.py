"""What a file is, by its content. Names are not asked: an .xls from a web system is often a web page."""

import re
import zipfile
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused

HEAD: Final = 4096
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS: Final = "请用WPS或Excel打开它，另存为“Excel 工作簿(.xlsx)”，再上传。"
_MAGIC: Final = (
    (b"%PDF", "file-pdf", "这个文件其实是PDF，不是表格。请找到生成它的Excel表上传；只有PDF时，请把名册抄进模板。"),
    (b"\x89PNG", "file-picture", "这个文件其实是图片，不是表格。请上传Excel表，或把名册抄进模板。"),
    (b"\xff\xd8\xff", "file-picture", "这个文件其实是图片，不是表格。请上传Excel表，或把名册抄进模板。"),
    (b"Rar!", "file-archive", "这个文件其实是压缩包。请先解压，再上传里面的表格。"),
    (b"7z\xbc\xaf", "file-archive", "这个文件其实是压缩包。请先解压，再上传里面的表格。"),
    (b"\x1f\x8b", "file-archive", "这个文件其实是压缩包。请先解压，再上传里面的表格。"),
    (b"MZ", "file-program", "这个文件是程序，不是表格，不能上传。"),
    (b"\x7fELF", "file-program", "这个文件是程序，不是表格，不能上传。"),
    (b"{\\rtf", "file-document", "这个文件其实是文档，不是表格。请把里面的名册复制到Excel里再上传。"),
)
_MARKUP = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|style|table|div)\b",
    re.IGNORECASE | re.DOTALL,
)


def kind_of(file: BinaryIO) -> str:
    """xlsx, xls, html or csv; anything else is Refused with what to do."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not head.strip():
        raise Refused("file-empty", "这个文件是空的，请看看是不是选错了文件。")
    for magic, code, words in _MAGIC:
        if head.startswith(magic):
            raise Refused(code, words)
    if head.startswith(b"PK"):
        return _kind_of_zip(file)
    if head.startswith(_OLE):
        return _kind_of_ole(file.read())
    return _kind_of_text(head)


def _kind_of_zip(file: BinaryIO) -> str:
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused("file-broken", "这个文件坏了，多半是没有下载完或没有传完。请重新取得原文件再上传。") from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Refused("file-xlsb", "这是二进制工作簿(.xlsb)，这里不读。" + _SAVE_AS)
    if any(name.startswith("word/") for name in names):
        raise Refused("file-document", "这个文件其实是Word文档，不是表格。请把里面的名册复制到Excel里再上传。")
    if {"mimetype", "content.xml"} <= names:
        raise Refused("file-ods", "这是OpenDocument表格，这里不读。" + _SAVE_AS)
    if any(name.startswith("Index/") for name in names):
        raise Refused("file-numbers", "这是苹果的Numbers表格。请在Numbers里选“导出为Excel”，再上传。")
    raise Refused("file-archive", "这个文件其实是压缩包。请先解压，再上传里面的表格。")


def _kind_of_ole(data: bytes) -> str:
    """The directory of an OLE file names its streams in UTF-16; looking for the names is enough to tell its kind."""
    if _named(data, "EncryptedPackage"):
        raise Refused(
            "file-locked", "这个文件设了打开密码，读不了。请在Excel里取消密码（文件→信息→保护工作簿），另存后再上传。"
        )
    if _named(data, "Workbook") or _named(data, "Book"):
        return "xls"
    if _named(data, "WordDocument"):
        raise Refused("file-document", "这个文件其实是Word文档，不是表格。请把里面的名册复制到Excel里再上传。")
    raise Refused("file-unknown", "认不出这是什么文件。" + _SAVE_AS)


def _named(data: bytes, name: str) -> bool:
    return name.encode("utf-16-le") + b"\0\0" in data


def _kind_of_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    text = head.removeprefix(b"\xef\xbb\xbf")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise Refused("file-xml", "这是Excel 2003的XML表格，这里不读。" + _SAVE_AS)
    if text.lstrip().lower().startswith((b"mime-version:", b"from:")) and b"multipart" in text.lower():
        raise Refused("file-mht", "这是存成单个网页的表格，这里不读。" + _SAVE_AS)
    if _MARKUP.match(text):
        return "html"
    if b"\0" in text:
        raise Refused("file-unknown", "认不出这是什么文件。" + _SAVE_AS)
    return "csv"
