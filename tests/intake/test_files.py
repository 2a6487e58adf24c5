"""Files of claims: every format gives the same exact claim, or a sentence about its line."""

import json
from pathlib import Path

import pytest
import yaml

from recourse.disputes.claims import LARGEST_CLAIM, Claim
from recourse.disputes.money import Money
from recourse.intake import yaml_text
from recourse.intake.errors import MOST_PROBLEMS, BadClaim, BadClaims
from recourse.intake.files import read_claims, read_claims_from
from tests.intake.samples import CLAIM, changed

YAML, JSON, CSV = "application/yaml", "application/json", "text/csv"

HEADER = (
    "kind,claimant,customer.email,merchant.id,merchant.name,acquirer,"
    "sale.reference,sale.amount.amount,sale.amount.currency,sale.at,story"
)
ROW = (
    "wrong_refund,customer,a@example.com,M100,Noodles,simulator,"
    "536365,139.12,CNY,2026-11-20T12:31:00+08:00,"
)


LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


@pytest.fixture(autouse=True, params=LOADERS)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML read alike: the one in Python, and the one in C where it is."""
    monkeypatch.setattr(yaml_text, "_LOADER", request.param)


def only(data: str | bytes, media_type: str = YAML) -> Claim:
    raw = data if isinstance(data, bytes) else data.encode()
    (source,) = read_claims_from(raw, media_type)
    return source.claim


def refusal(data: str | bytes, media_type: str = YAML) -> BadClaim:
    raw = data if isinstance(data, bytes) else data.encode()
    with pytest.raises(BadClaim) as caught:
        read_claims_from(raw, media_type, source="claims")
    return caught.value


def test_unquoted_yaml_stays_what_was_written() -> None:
    """Amounts, times, leading zeros and long references are exact without quotes."""
    claim = only(CLAIM)
    assert claim.sale.amount == Money(minor=13912, currency="CNY")
    assert claim.sale.card_last4 == "0042"
    assert claim.sale.reference == "536365"
    assert claim.sale.at is not None
    assert claim.sale.at.isoformat() == "2026-11-20T12:31:00+08:00"


@pytest.mark.parametrize("name", ["No", "true", "1_000", "0x1F", "12:30:45", "2026-11-20", "1e3"])
def test_yaml_scalars_are_text(name: str) -> None:
    """What YAML takes for truth values, numbers and dates is a name here."""
    assert only(changed("王芳", name)).customer.name == name


def test_no_number_passes_a_float() -> None:
    """An amount that a binary float would shorten to a good one is refused, in every format."""
    amount = "139.12000000000000001"
    assert repr(float(amount)) == "139.12"
    data = json.loads(only(CLAIM).model_dump_json())
    data["sale"]["amount"] = {"amount": 0, "currency": "CNY"}
    files = {
        YAML: changed("amount: 139.12", f"amount: {amount}"),
        JSON: json.dumps(data).replace('"amount": 0', f'"amount": {amount}'),
        CSV: f"{HEADER}\n{ROW.replace('139.12', amount)}",
    }
    for media_type, text in files.items():
        assert "more digits after the point than CNY" in str(refusal(text, media_type))
        assert only(text.replace(amount, "139.12"), media_type).sale.amount == Money(
            minor=13912, currency="CNY"
        )


def test_a_written_claim_reads_back() -> None:
    """A claim as we write it, in JSON with amount and minor, is the claim that was read."""
    claim = only(CLAIM)
    assert only(claim.model_dump_json(), JSON) == claim


def test_numbers_in_json_are_text() -> None:
    """A reference or last four written as a JSON number is read as it stands."""
    data = json.loads(only(CLAIM).model_dump_json(exclude_defaults=True))
    data["sale"]["reference"] = 536365
    assert only(json.dumps(data), JSON).sale.reference == "536365"


def test_one_file_holds_one_claim_or_many() -> None:
    """A document, a list, several documents and a JSON list hold claims in order."""
    two = CLAIM + "---\n" + changed("536365", "536366") + "---\n# nothing follows\n"
    listed = "".join(
        "- " + text.strip().replace("\n", "\n  ") + "\n"
        for text in (CLAIM, changed("536365", "536366"))
    )
    claims = [json.loads(only(t).model_dump_json()) for t in (CLAIM, changed("536365", "536366"))]
    for text, media_type in ((two, YAML), (listed, YAML), (json.dumps(claims), JSON)):
        read = read_claims_from(text.encode(), media_type)
        assert [source.claim.sale.reference for source in read] == ["536365", "536366"]
        assert [source.number for source in read] == [1, 2]


def test_csv_columns_are_dotted_names() -> None:
    """A bulk file has a claim a row; empty cells, rows and nameless columns say nothing."""
    text = f"\ufeff{HEADER},customer.phone,\r\n{ROW}退款,多\r\n".replace("退款,多", '"退,款",,')
    text += f"\r\n{ROW},+86 138 0000 0000,\r\n"
    first, second = read_claims_from(text.encode(), CSV)
    assert (first.claim.story, first.claim.customer.phone, first.line) == ("退,款", "", 2)
    assert (second.claim.customer.phone, second.line) == ("+86 138 0000 0000", 4)


def test_null_is_absent() -> None:
    """An empty value is as if its key were not there."""
    assert only(changed("card_last4: 0042", "card_last4: ~")).sale.card_last4 == ""
    assert only(CLAIM + "form:\nevidence: null\n").form is None


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        (CLAIM + "kind: receipt_lost\n", "line 13", "kind stands twice"),
        (changed("card_last4: 0042", "at: 1"), "line 10", "at stands twice"),
        ("a: &a [x, x]\nb: [*a, *a]\n", "line 1", "anchors and aliases"),
        ("story: *urgent\n", "line 1", "anchors and aliases"),
        ("story: !!python/name:os.system x\n", "line 1", "tags are not read"),
        ("amount: !!float 139.12\n", "line 1", "tags are not read"),
        ("? [a, b]\n: c\n", "line 1", "a key is not a name"),
        ("a: [\n", "line 2", "not valid YAML"),
        ("a: 'x\n b: y", "line 2", "not valid YAML"),
        ("a: \x07\n", "", "control character"),
        ("[" * 500 + "]" * 500, "line 1", "nested too deeply"),
        ("# nothing\n", "", "holds no claim"),
        ("- just a word\n", "line 1", "a mapping of names to values"),
        ("<<: {kind: receipt_lost}\n", "line 1, (a key)", "not a known key"),
    ],
)
def test_yaml_that_is_no_claim(text: str, place: str, problem: str) -> None:
    """Doubled keys, references, tags and broken files are refused with their line."""
    error = refusal(text)
    assert place in error.place
    assert problem in str(error)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"kind": 1, "kind": 2}', "kind stands twice"),
        ('{"kind": NaN}', "NaN and Infinity"),
        ('{"kind": \n}', "line 2"),
        ("{}{}", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 30 + "]" * 30, "nested too deeply"),
        ("[]", "holds no claim"),
        ("42", "a mapping of names to values"),
    ],
)
def test_json_that_is_no_claim(text: str, problem: str) -> None:
    """Doubled keys, numbers that are none and broken JSON are refused."""
    assert problem in str(refusal(text, JSON))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEADER + "\n", "holds no claim"),
        (HEADER.replace(",", ";") + "\n", "line 1: the columns are not separated by commas"),
        (f"{HEADER},story\n", "line 1: column story stands twice"),
        (f"{HEADER},custmer.phone\n", "did you mean customer.phone?"),
        (f"{HEADER}\n{ROW}a,b\n", "line 2: the row has 12 cells and the header 11"),
        (f"{HEADER},\n{ROW},x\n", "line 2: a cell stands in a column without a name"),
        (f'{HEADER}\n{ROW}"a\n', "line 2: the file is not valid CSV"),
        (f'{HEADER}\n{ROW}"a\nb"\n{ROW.replace("139.12", "x")}\n', "line 4: sale.amount.amount"),
    ],
)
def test_csv_that_is_no_table_of_claims(text: str, problem: str) -> None:
    """Unknown or doubled columns and ragged rows are refused with their line."""
    assert problem in str(refusal(text, CSV))


def test_only_utf_8_is_read() -> None:
    """A claim in another encoding is refused with the line where that shows."""
    error = refusal(CLAIM.encode("gbk"))
    assert (error.line, error.hint) == (3, "save it as UTF-8")
    assert only(b"\xef\xbb\xbf" + CLAIM.encode()) == only(CLAIM)


def test_a_claim_has_a_largest_size() -> None:
    """One claim may not exceed its limit, alone or among others, nor by comments."""
    long_story = changed("退款多退了一个零", "x" * LARGEST_CLAIM)
    assert "larger than 256 KiB" in str(refusal(long_story))
    assert "larger than 256 KiB" in str(refusal(CLAIM + "#" * LARGEST_CLAIM))
    error = refusal(CLAIM + "---\n" + long_story)
    assert "larger than 256 KiB" in str(error)
    assert error.number == 2


def test_many_claims_may_exceed_the_size_of_one() -> None:
    """The limit of a claim is not the limit of a bulk file."""
    rows = "\n".join(ROW + "x" * 2000 for _ in range(150))
    assert len(read_claims_from(f"{HEADER}\n{rows}".encode(), CSV)) == 150


def test_all_or_nothing_and_every_line_named() -> None:
    """One bad row refuses the file, and every bad row is named, up to a number that is read."""
    bad = ROW.replace("139.12", "x")
    error = refusal("\n".join([HEADER, ROW, bad, ROW, bad]), CSV)
    assert isinstance(error, BadClaims)
    assert [problem.line for problem in error.problems] == [3, 5]
    assert str(error).splitlines()[1].startswith("claims, line 5: sale.amount.amount")
    error = refusal("\n".join([HEADER, *[bad] * 30]), CSV)
    assert isinstance(error, BadClaims)
    assert (len(error.problems), error.more) == (MOST_PROBLEMS, 10)
    assert str(error).endswith("and 10 more")


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    """The ending tells the format; a file of another kind or none at all is refused."""
    for name in ("claim.yaml", "claim.YML"):
        (tmp_path / name).write_text(CLAIM, encoding="utf-8")
        (source,) = read_claims(tmp_path / name)
        assert (source.source, source.line, source.number) == (name, 1, 1)
    (tmp_path / "claim.docx").write_bytes(b"")
    for name, problem in (("claim.docx", "no kind we read"), ("none.yaml", "cannot be opened")):
        with pytest.raises(BadClaim, match=problem):
            read_claims(tmp_path / name)
    with pytest.raises(BadClaim, match="no kind we read"):
        read_claims_from(b"", "application/pdf")
