"""Whatever the bytes are, a statement comes out, or the one error that says why none does."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes.statements import Statement
from recourse.statements.errors import Fault, StatementUnreadable
from recourse.statements.reading import read_statement
from recourse.statements.workbook import MOST_PARTS
from tests.statements.files import REAL, workbook

CELLS = st.text(alphabet="0123456789-/.,:¥￥$()年月日元\"' \t退款交易关闭ABCx*é\u202e", max_size=24)
HEADINGS = st.sampled_from(
    ("交易时间", "日期", "金额", "收入", "支出", "收/支", "余额", "币种", "卡号", "摘要", "Debit")
)


def read(data: bytes) -> Statement | None:
    try:
        return read_statement(data)
    except StatementUnreadable:
        return None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_random_bytes(data: bytes) -> None:
    """Bytes that mean nothing never crash the reader."""
    read(data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REAL), st.data())
def test_real_files_cut_short(path: Path, data: st.DataObject) -> None:
    """A real file that ends anywhere is read as far as it goes, or refused."""
    whole = path.read_bytes()
    read(whole[: data.draw(st.integers(0, len(whole)))])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(REAL), st.data())
def test_real_files_with_flipped_bits(path: Path, data: st.DataObject) -> None:
    """A real file with bits flipped anywhere is read or refused."""
    broken = bytearray(path.read_bytes())
    places = st.integers(0, len(broken) * 8 - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=30)):
        broken[place // 8] ^= 1 << place % 8
    read(bytes(broken))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(HEADINGS, min_size=3, max_size=9),
    st.lists(st.lists(CELLS, max_size=9), max_size=12),
    st.sampled_from([",", "\t", ";", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]),
)
def test_tables_of_anything(
    headings: list[str], rows: list[list[str]], separator: str, encoding: str
) -> None:
    """A table with a header that can be read and any cells below it never crashes the reader."""
    text = "\n".join(separator.join(row) for row in [headings, *rows])
    read(text.encode(encoding, "replace"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.none() | CELLS | st.floats() | st.dates(), max_size=5), max_size=6))
def test_workbooks_of_anything(rows: list[list[object]]) -> None:
    """Nor does a workbook with any cells below a header."""
    plain = [[_cell(cell) for cell in row] for row in rows]
    read(workbook([["日期", "金额", "摘要", "卡号", "余额"], *plain]))


def _cell(cell: object) -> object:
    if isinstance(cell, float) and cell != cell:
        return None
    return cell


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b" \r\n\t", Fault.EMPTY),
        (b"%PDF-1.7 ...", Fault.PDF),
        (b"\x89PNG\r\n\x1a\n....", Fault.IMAGE),
        (b"\xff\xd8\xff\xe0....", Fault.IMAGE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.OLD_EXCEL),
        (b"PK\x03\x04 and no more", Fault.BAD_WORKBOOK),
        (b"<html><table><tr><td>1</td></tr></table></html>", Fault.WEB_PAGE),
        ("王芳的账单在附件里，谢谢。".encode(), Fault.NO_HEADER),
        ("交易时间,交易对方,金额\n".encode(), Fault.NO_LINES),
        ("交易时间,交易对方,金额\n昨天,某餐厅,12.00\n".encode(), Fault.NO_LINES),
        (b"x" * (20 * 1024 * 1024 + 1), Fault.TOO_LARGE),
    ],
)
def test_what_is_no_statement_is_named(data: bytes, fault: Fault) -> None:
    """What cannot be read is refused by what it is, so that its author can be told."""
    with pytest.raises(StatementUnreadable) as caught:
        read_statement(data)
    assert caught.value.fault is fault


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def test_an_archive_is_told_from_a_workbook() -> None:
    """Wallets send statements in archives: that is said, and not that the workbook is broken."""
    with pytest.raises(StatementUnreadable) as caught:
        read_statement(archive({"alipay.csv": b"..."}))
    assert caught.value.fault is Fault.ARCHIVE


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    """A small file of gigabytes is refused before anything of it is unpacked."""
    bomb = archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"\0" * (201 * 1024**2)})
    assert len(bomb) < 1024**2
    many = archive({f"xl/{number}.xml": b"" for number in range(MOST_PARTS + 1)})
    for data in (bomb, many):
        with pytest.raises(StatementUnreadable) as caught:
            read_statement(data)
        assert caught.value.fault is Fault.TOO_LARGE


def test_a_workbook_of_entities_is_refused() -> None:
    """XML that grows when it is read is not read."""
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    good = zipfile.ZipFile(io.BytesIO(workbook([["日期", "金额", "摘要"]])))
    parts = {name: good.read(name) for name in good.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = entities + sheet
    with pytest.raises(StatementUnreadable) as caught:
        read_statement(archive(parts))
    assert caught.value.fault is Fault.BAD_WORKBOOK
