"""``recourse statement read``: as its user sees it, and as a program does."""

import json
from pathlib import Path

import pytest

from console.output import Form, out
from console.statements import read
from recourse.disputes.statements import Direction, LineKind, LineState, Sureness
from recourse.statements.header import Role
from templates.words import LANGUAGES, words
from tests.statements.files import FOLDER

FINDINGS = """closed_then_refunded refund_without_sale refunded_twice duplicate_sale
    row_repeated refund_noted_without_row"""
PROBLEMS = """amount_unread currency_unread direction_unread no_amount date_unread
    damaged_characters cut_off day_month_assumed sign_assumed other_sheets"""
CLAIM = """
kind: wrong_refund
claimant: customer
customer: {name: 王芳, email: wang.fang@example.com}
merchant: {id: M100, name: 云膳过桥米线}
acquirer: simulator
sale: {amount: {amount: "28.16", currency: CNY}, at: 2019-09-26T12:45:00+08:00}
refund: {requested: {amount: "10.00", currency: CNY}}
"""


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of a hundred columns."""
    monkeypatch.setattr(out, "_width", 100)


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_what_was_understood_is_shown(spoken: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Encoding, separator, header, columns, lines, pairs and findings are shown in the language
    that was asked for, and no line is wider than the terminal."""
    read([FOLDER / "alipay.csv"], lang=spoken)
    shown = capsys.readouterr().out
    say = words(spoken)
    for section, code in (
        ("statement", "comma"),
        ("statement_values", "closed"),
        ("statement_values", "sure"),
        ("statement_findings", "closed_then_refunded"),
        ("statement_findings", "refund_without_sale"),
    ):
        assert say.say(section, code) in shown
    assert "gb18030" in shown
    assert "商家订单号" in shown
    assert "50.00 CNY" in shown
    assert max(map(_columns, shown.splitlines())) <= 100


def _columns(line: str) -> int:
    return sum(2 if "\u2e80" <= sign <= "\uffef" else 1 for sign in line.rstrip())


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets every line, pair and finding, and the error of a file that is none; exit
    code 2 says that there was one."""
    with pytest.raises(SystemExit) as caught:
        read([FOLDER / "jd.csv", FOLDER / "README.md"], output=Form.JSON)
    assert caught.value.code == 2
    good, bad = json.loads(capsys.readouterr().out)
    assert (good["file"], len(good["lines"]), len(good["pairs"])) == ("jd.csv", 26, 6)
    assert bad == {"file": "README.md", "error": "unreadable_no_header", "where": ""}


def test_what_it_says_about_a_claim(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a claim it is also said what the statement says about it, and why."""
    claim = tmp_path / "claim.yaml"
    claim.write_text(CLAIM, encoding="utf-8")
    read([FOLDER / "wechat.csv"], lang="en", claim=claim)
    shown = capsys.readouterr().out
    assert "The sale was charged" in shown
    assert "the statement supports it" in shown
    assert "same amount, same time" in shown


def test_a_file_that_cannot_be_read_says_what_would_be_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error: which file, what it is, and what to ask for instead."""
    (tmp_path / "s.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(SystemExit):
        read([tmp_path / "s.csv"], lang="en")
    assert "s.csv: The file is a PDF. Ask for the statement as CSV" in capsys.readouterr().err


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_code_has_words(spoken: str) -> None:
    """Every code a statement can bring has words in every language."""
    values = (*Direction, *LineKind, *LineState, *Sureness)
    needed = {
        "statement_roles": {role.value for role in Role} | {"time"},
        "statement_values": {value.value for value in values if value is not LineState.UNSAID},
        "statement_findings": set(FINDINGS.split()),
        "statement_problems": set(PROBLEMS.split()),
    }
    for section, codes in needed.items():
        assert [code for code in sorted(codes) if not words(spoken).has(section, code)] == []
