"""What ``tests/end_to_end`` does not ask of the command line: how it looks, and what it keeps."""

import asyncio
import json
import os
import pty
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.disputes.records import Sale
from recourse.policies.loading import regime_files
from tests.eventually import assert_eventually
from tests.stack.commands import Recourse, Said
from tests.stack.running import RECOURSE, ROOT, Up, clean_environment
from tests.stack.writing import a_claim_file

CARDS = {
    "Visa": "4111 1111 1111 1111",
    "Mastercard": "5555555555554444",
    "American Express": "3782 822463 10005",
    "UnionPay": "6200-0000-0000-0005",
    "JCB": "3530111333300000",
    "Diners Club": "3056 930902 5904",
    "Discover": "6011111111111117",
}
"""Test numbers that the schemes and payment providers publish."""


async def opened(recourse: Recourse, folder: Path, **changes: Any) -> str:
    """A case that waits for answers."""
    said = await recourse("case", "open", a_claim_file(folder, **changes))
    assert said.code == 0, said
    case_id = said.out.strip()

    async def waits() -> None:
        view = (await recourse("case", "show", case_id, "-o", "json")).json
        assert view["step"] == "awaiting_answers", view["step"]

    await assert_eventually(waits)
    return case_id


async def cases(recourse: Recourse) -> list[str]:
    return sorted(case["case_id"] for case in (await recourse("case", "list", "-o", "json")).json)


def assert_one_line(said: Said, code: int) -> None:
    """A command that failed says so in one line, and nothing else."""
    assert (said.code, said.out) == (code, ""), said
    assert said.err.startswith("recourse: "), said
    assert said.err.count("\n") == 1, said


async def test_one_bad_claim_among_good_ones_opens_none(recourse: Recourse, tmp_path: Path) -> None:
    """Every file is read before any case is opened."""
    before = await cases(recourse)
    good = a_claim_file(tmp_path, "good.json")
    bad = a_claim_file(tmp_path, "bad.json", kind="nonsense")
    assert_one_line(await recourse("case", "open", good, bad), 2)
    assert await cases(recourse) == before


@pytest.mark.parametrize(
    ("action", "data", "word"),
    [
        ("fly", "{}", "fly"),
        ("reply", "{not json", "--data"),
        ("reply", "[]", "--data"),
        ("reply", '{"party": "martian"}', "party"),
        ("reply", '{"party": "store", "mood": "good"}', "mood"),
        ("note", "{}", "text"),
        ("settle", '{"terms": "x", "amount": {"amount": "1.005", "currency": "CNY"}}', "amount"),
    ],
)
async def test_bad_action_data_is_one_line(
    recourse: Recourse, action: str, data: str, word: str
) -> None:
    """Data that does not read is refused before any case is looked for, naming the field."""
    said = await recourse("case", "act", "RC-0000-0000-0000", action, "--data", data)
    assert_one_line(said, 2)
    assert word in said.err


async def test_a_stack_that_is_down_is_one_line(up: Up, tmp_path: Path) -> None:
    """Without a server every command says so in one line, with exit code 6, traceless."""
    told = json.loads((up.home / "stack.json").read_text())
    (tmp_path / "stack.json").write_text(json.dumps(told | {"temporal": "127.0.0.1:9"}))
    down = Recourse(tmp_path)
    claim = a_claim_file(tmp_path)
    for said in await asyncio.gather(
        down("case", "open", claim),
        down("case", "list"),
        down("case", "show", "RC-0000-0000-0000"),
        down("case", "act", "RC-0000-0000-0000", "note", "--data", '{"text": "x"}'),
    ):
        assert_one_line(said, 6)


async def test_no_card_number_passes_a_door(recourse: Recourse, up: Up, tmp_path: Path) -> None:
    """A full card number of any scheme is refused in files, texts, names and request ids:
    one line that names the field, never the number; and no file of the home holds it."""
    case_id = await opened(recourse, tmp_path)
    before = await cases(recourse)
    commands = []
    for number, card in enumerate(CARDS.values()):
        claim = a_claim_file(tmp_path, f"{number}.json", story=f"我的卡 {card} 少退了钱")
        commands.append((recourse("case", "open", claim), "story", card))
        for action, data in (
            ("note", {"text": f"刷的是 {card}"}),
            ("reply", {"party": "customer", "text": f"card {card}"}),
        ):
            act = recourse("case", "act", case_id, action, "--data", json.dumps(data))
            commands.append((act, "text", card))
    (visa, mastercard, *_) = CARDS.values()
    in_csv = tmp_path / "bulk.csv"
    in_csv.write_text(
        "kind,claimant,merchant.id,merchant.name,acquirer,customer.email,story\n"
        f"receipt_lost,customer,M100,南桥百货,simulator,a@example.com,卡号 {mastercard}\n"
    )
    note = ("case", "act", case_id, "note", "--data", '{"text": "x"}')
    commands += [
        (recourse("case", "open", in_csv), "story", mastercard),
        (recourse(*note, "--as", f"agent:{visa}"), "actor", visa),
        (recourse(*note, "--request-id", mastercard), "request_id", mastercard),
        (recourse("case", "act", case_id, visa), "action", visa),
    ]
    for said, (_, field, card) in zip(
        await asyncio.gather(*(command for command, _, _ in commands)), commands, strict=True
    ):
        assert_one_line(said, 2)
        assert field in said.err, said.err
        assert card not in said.err
        assert card[-8:] not in said.err
    assert await cases(recourse) == before
    written = [path for path in up.home.rglob("*") if path.is_file()]
    assert any(path.name == "temporal.db" for path in written)
    solid = [re.sub(r"\D", "", card).encode() for card in CARDS.values()]
    grouped = [card.encode() for card in CARDS.values()]
    for path in written:
        content = path.read_bytes()
        assert [number for number in (*solid, *grouped) if number in content] == [], path


async def test_a_history_of_this_home_replays(recourse: Recourse, up: Up, tmp_path: Path) -> None:
    """``replay`` reads what Temporal holds of a case, with the keys of its home."""
    case_id = await opened(recourse, tmp_path)
    folder = tmp_path / "histories"
    folder.mkdir()
    assert_one_line(await recourse("replay", folder), 2)
    history = await (await up.client()).get_workflow_handle(case_id).fetch_history()
    (folder / f"{case_id}.json").write_text(history.to_json(), encoding="utf-8")
    said = await recourse("replay", folder)
    assert (said.code, said.out) == (0, "1 histories, 0 differences\n"), said
    told = (await recourse("replay", folder, "-o", "json")).json
    assert told == {"histories": 1, "differences": []}


async def test_rules_are_given_in_both_forms(recourse: Recourse) -> None:
    """Playbooks, calendars and their check are printed as tables and as JSON."""
    for command, word in {
        ("policy", "lint"): "0 problems",
        ("policy", "show", "wrong_refund", "CN"): "acquirer_inquiry",
        ("calendar", "show", "CN", "2026"): "2026-10-01",
    }.items():
        as_table, in_json = await asyncio.gather(
            recourse(*command), recourse(*command, "-o", "json")
        )
        assert as_table.code == 0, as_table
        assert word in as_table.out
        assert in_json.json is not None


async def test_in_a_terminal_of_a_hundred_columns_no_code_is_torn(
    recourse: Recourse, up: Up, tmp_path: Path
) -> None:
    """The list, a case, its clocks and its timeline fit a hundred columns, every id, code and
    figure in one piece, also with Chinese beside them."""
    case_id = await opened(recourse, tmp_path)
    text = (
        "顾客来电：小票上写的是一百元，银行卡只收到十元，门店说系统里看不到，请尽快核实并回电。" * 2
    )
    note = await recourse("case", "act", case_id, "note", "--data", json.dumps({"text": text}))
    assert note.code == 0, note
    for arguments, words in {
        ("list",): (case_id, "wrong_refund", "contact", "awaiting_answers", "merchant"),
        ("show", case_id): (case_id, "awaiting_answers", "answer:store", "limitation", "90.00 CNY"),
        ("timeline", case_id): ("case_opened", "clock_started", "notified", "noted"),
        ("explain", case_id): ("答复期限: 门店", "3 个工作日", "Civil Code Art. 188", "时间归属"),
        ("explain", case_id, "--lang", "en"): (
            "Answer: Store",
            "3 business days",
            "whose time",
        ),
    }.items():
        shown = await asyncio.to_thread(in_a_terminal, up.home, "case", *arguments)
        assert "\x1b[1m" in shown, "a terminal is not spoken to as one"
        lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
        assert max(cell_len(line.rstrip()) for line in lines) <= 100, shown
        for word in words:
            assert any(word in line for line in lines), (word, shown)


async def test_rules_are_tried_before_they_are_adopted(recourse: Recourse, tmp_path: Path) -> None:
    """The shipped rules change nothing; a store's stricter goal is tried on stored cases, and
    says what would change; what is no pack is refused by its name."""
    case_id = await opened(recourse, tmp_path)
    same = await recourse("policy", "try", "shipped", "-o", "json")
    assert same.code == 0, same
    told = json.loads(same.out)
    assert told["cases_read"] >= 1
    assert (told["cases_changed"], told["breaches"]) == (0, 0)
    house = dict(regime_files())["house.toml"]
    pack = tmp_path / "house.toml"
    pack.write_text(house.replace('amount = 15, unit = "days"', 'amount = 9, unit = "days"'))
    other = await recourse("policy", "try", str(pack), "-o", "json")
    assert other.code == 0, other
    (clock,) = next(c for c in json.loads(other.out)["cases"] if c["case_id"] == case_id)["clocks"]
    assert clock["clock"] == "answer"
    assert clock["after"]["due"] < clock["before"]["due"]
    missing = await recourse("policy", "try", str(tmp_path / "none.toml"))
    assert missing.code == 2
    assert "none.toml: there is no such file" in missing.err


async def test_which_rules_a_claim_would_set(recourse: Recourse, tmp_path: Path) -> None:
    """Which clocks apply, which wait and which do not, strictest first, each with why, in both
    languages; nothing is opened."""
    claim = ROOT / "examples" / "claims" / "03-refund-too-much-one-zero.yaml"
    for language, words in {
        "zh-CN": ("适用", "不适用", "仅限答复机构为：银行"),
        "en": ("Applies", "Does not apply", "only for who answers the claim: bank"),
    }.items():
        said = await recourse("policy", "resolve", str(claim), "--lang", language)
        assert said.code == 0, said
        for word in words:
            assert word in said.out
    for who, regime in {"merchant": "house", "bank": "CN"}.items():
        told = await recourse(
            "policy",
            "resolve",
            str(claim),
            "--institution",
            who,
            "--on",
            "2026-11-21",
            "-o",
            "json",
        )
        assert told.code == 0, told
        (one,) = json.loads(told.out)
        assert one["facts"]["opened"] == "2026-11-23T01:00:00Z"  # a Saturday: the office is shut
        rules = [r for r in one["rules"] if r["standing"] == "applies"]
        assert [r["due"] for r in rules] == sorted(r["due"] for r in rules)
        (answer,) = [r["rule"]["regime"] for r in rules if r["rule"]["name"] == "answer"]
        assert answer == regime
    wrong = await recourse("policy", "resolve", str(claim), "--on", "tomorrow")
    assert (wrong.code, "--on must be a date" in wrong.err) == (2, True)


async def test_rules_of_ones_own_are_checked_before_they_are_laid_over(
    recourse: Recourse, tmp_path: Path
) -> None:
    """A store's own goals are linted together with the shipped rules; so is a folder with a
    calendar; a fault is found and named."""
    house = dict(regime_files())["house.toml"]
    pack = tmp_path / "house.toml"
    pack.write_text(house.replace('amount = 15, unit = "days"', 'amount = 9, unit = "days"'))
    good = await recourse("policy", "lint", str(pack))
    assert (good.code, "0 problems" in good.out) == (0, True), good
    pack.write_text(house.replace('effect = "escalate"', 'effect = ""', 1))
    bad = await recourse("policy", "lint", str(pack))
    assert bad.code == 1
    assert "house.toml" in bad.out
    assert "effect" in bad.out
    none = await recourse("policy", "lint", str(tmp_path / "none"))
    assert (none.code, "none: there is no such file or folder" in none.err) == (2, True)


async def test_what_people_write_cannot_steer_a_terminal(
    recourse: Recourse, tmp_path: Path
) -> None:
    """Markup and control characters in a note are shown or dropped, never obeyed."""
    case_id = await opened(recourse, tmp_path)
    text = "[red]红[/nonsense] :smile: \x1b[2J\x1b]0;title\x07 done"
    note = await recourse("case", "act", case_id, "note", "--data", json.dumps({"text": text}))
    assert note.code == 0, note
    said = await recourse("case", "timeline", case_id)
    assert said.code == 0, said
    assert "[red]红[/nonsense] :smile:" in said.out
    assert "\x1b" not in said.out
    assert "\x07" not in said.out


def in_a_terminal(home: Path, *arguments: str) -> str:
    """What a command prints to a terminal of a hundred columns."""
    environment = {**clean_environment(home), "COLUMNS": "100", "TERM": "xterm-256color"}
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [*RECOURSE, *arguments], environment)  # noqa: S606
    said = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break  # so Linux says that the other end of a terminal is closed
        if not part:
            break
        said += part
    os.close(terminal)
    os.waitpid(child, 0)
    return said.decode()


async def test_a_sale_is_found_from_what_somebody_remembers(recourse: Recourse, up: Up) -> None:
    """From an amount and a day: every candidate with what speaks for and against it, and the one
    question that tells them apart; with its answer the one sale. Nothing found ends with 3. Bad
    input names the option."""
    async with SimulatorAdmin(up.stack.simulator, up.stack.admin_token) as admin:
        for number, card in enumerate(("2364", "2490")):
            await admin.put_sale(
                Sale.model_validate(
                    {
                        "reference": f"FIND-{number}",
                        "at": f"2026-11-1{8 + number}T15:00:00+08:00",
                        "amount": {"amount": "361.00", "currency": "CNY"},
                        "captured": {"amount": "361.00", "currency": "CNY"},
                        "store": "S77",
                        "card_last4": card,
                    }
                )
            )
    told = ("ledger", "find", "--amount", "361", "--at", "2026-11-19", "--store", "S77")
    both = await recourse(*told, "--lang", "en")
    assert both.code == 0, both
    assert "ambiguous" in both.out
    assert both.out.count("the amount agrees") == 2
    assert "last four digits" in both.out.splitlines()[-1]
    one = await recourse(*told, "--last4", "2364", "-o", "json")
    assert (one.json["grade"], one.json["sale"]["reference"]) == ("strong", "FIND-0")
    zh = await recourse(*told)
    assert "金额一致" in zh.out
    none = await recourse("ledger", "find", "--amount", "361", "--last4", "0001")
    assert (none.code, none.err) == (3, "")
    assert "没有找到" in none.out
    nobody = await recourse("ledger", "find", "--reference", "NO-SUCH", "-o", "json")
    assert nobody.code == 3
    assert '"grade": "none"' in nobody.out
    refused = {
        "--last4": "four digits",
        "--amount": "--amount",
        "--at": "--at",
        "--zone": "a time zone",
    }
    for bad, word in refused.items():
        assert_one_line(said := await recourse("ledger", "find", bad, "x"), 2)
        assert word in said.err
    assert_one_line(await recourse("ledger", "find", "--acquirer", "no", "--last4", "1234"), 2)
