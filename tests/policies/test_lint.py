"""The lint of policies: the shipped ones are clean, and each planted fault is found."""

import re

import pytest

from recourse.disputes.notices import Template
from recourse.disputes.stage_clocks import RESERVED
from recourse.policies.errors import PolicyError
from recourse.policies.lint import lint
from recourse.policies.loading import playbook_files, regime_files
from recourse.policies.packs import pack_of


def worded(template: Template, language: str) -> bool:
    return True


def test_the_shipped_policies_are_clean() -> None:
    """Nothing is wrong with the shipped policies, and every template they name is worded."""
    assert lint() == []


PLANTED = [
    ('"original_slip",', '"orignal_slip",', "'orignal_slip' is no question"),
    ('template = "ask_store"', 'template = "ask_platform"', "ask_platform is not written for"),
    ('template = "ask_store"', 'template = "ask_shop"', "contact.asks.1.template"),
    ('hours", source = "house"', 'hours", source = ""', "names no source"),
    ("[W1]", "[W9]", "source [W9] is not in sources.toml"),
    ('source = "house" }\nremind', 'source = "ours" }\nremind', "neither house nor a key"),
    ('hours", source = "house"', 'hours", source = "house, unverified"', "may only warn"),
    (
        'remind_every = { amount = 10, unit = "days", source = "house" }\n',
        "",
        "rung consumer_association: written to, and never reminded",
    ),
    (
        'query_every = { amount = 24, unit = "hours", source = "house" }\n',
        "",
        "rung acquirer_inquiry: asked of the acquirer, and never looked up",
    ),
    ('excludes = ["regulator"]', 'excludes = ["samr"]', "excludes 'samr', which is no rung"),
    ('after = "answer"', 'after = "answers"', "waits for 'answers', which is no clock"),
    (
        'amount = 24, unit = "hours", source = "house" }\nreminders = 2',
        'amount = 24, unit = "hours", source = "house" }\nreminders = 4',
        "asks of store: 4 reminders do not all fall before it is due",
    ),
    (
        'remind_every = { amount = 7, unit = "days"',
        'remind_every = { amount = 16, unit = "days"',
        "legal: 1 reminders do not all fall",
    ),
    ("effective_until = 2026-04-15", "", "versions 2020-01-01 and 2026-04-15 overlap"),
    (
        "effective_until = 2026-04-15",
        "effective_until = 2026-05-01",
        "versions 2020-01-01 and 2026-04-15 overlap",
    ),
    (
        "effective_until = 2026-04-15",
        "effective_until = 2026-04-01",
        "no version holds from 2026-04-01 to 2026-04-15",
    ),
    (
        "effective_from = 2026-04-15",
        "effective_from = 2026-04-15\neffective_until = 2027-01-01",
        "no version holds from 2027-01-01 on",
    ),
    ('version = "2026-04-15"', 'version = "2020-01-01"', "two versions have the same name"),
    ('calendar = "EU"', 'calendar = "DE"', "there is no calendar 'DE'"),
    ('calendar = "EU"', 'calendar = "UK"', "is not the calendar's"),
    ('kind = "receipt_lost"', 'kind = "wrong_refund"', "its kind is wrong_refund"),
    ("amount = 45", "amount = 40", "is 40 business days here and 45 business days in"),
]


@pytest.mark.parametrize(("old", "new", "problem"), PLANTED, ids=[p[2] for p in PLANTED])
def test_a_planted_fault_is_found(old: str, new: str, problem: str) -> None:
    """Each fault planted into a clean file is reported, in words that name it."""
    sources = dict(playbook_files())
    text = sources["receipt_lost.toml"]
    assert old in text
    planted = {**sources, "receipt_lost.toml": text.replace(old, new, 1)}
    assert lint(sources, has_wording=worded) == []
    found = lint(planted, has_wording=worded)
    assert any(problem in each for each in found), found


PLANTED_RECOVERY = [
    ('way = "civil"\nsource = "Civil', 'way = "civil"\nsource = "[Z9] Civil', "[Z9] is not in"),
    ('way = "agreed_debit"', 'way = "ask"', "ask: only who is asked is given time, and always"),
    ('way = "agreed_debit"', 'way = "civil"', "taken once each, from the mildest"),
    ('way = "agreed_debit"', 'way = "beg"', "recovery.steps.1.way"),
    (
        'amount = 72, unit = "hours", source = "house" }\nreminders = 1',
        'amount = 72, unit = "hours", source = "house" }\nreminders = 3',
        "recovery: 3 reminders do not all fall before it is due",
    ),
]


@pytest.mark.parametrize(("old", "new", "problem"), PLANTED_RECOVERY)
def test_a_fault_planted_into_the_recovery_is_found(old: str, new: str, problem: str) -> None:
    """Steps out of order, without time or source, or reminded too late are reported."""
    sources = dict(playbook_files())
    text = sources["wrong_refund.toml"]
    assert old in text
    planted = {**sources, "wrong_refund.toml": text.replace(old, new, 1)}
    found = lint(planted, has_wording=worded)
    assert any(problem in each for each in found), found


def test_a_recovery_without_wording_is_found() -> None:
    """What the receiver is told has words in every language."""

    def lacking(template: Template, language: str) -> bool:
        return (template, language) != (Template.ASK_RECOVERY, "en")

    found = lint(has_wording=lacking)
    assert any(p.endswith("template ask_recovery is missing in en") for p in found)


PLANTED_RULES = [
    ("UK", ', source = "DISP 1.6.2A [K3]"', "", "UK answer: 15 business days names no source"),
    ("UK", "DISP 1.6.2A [K3]", "DISP 1.6.2A", "neither house nor a key"),
    ("UK", "[K3] [K4]", "[K3] [K9]", "source [K9] is not in sources.toml"),
    ("UK", "DISP 1.6.2A [K3]", "DISP 1.6.2A, unverified [K3]", "may only warn"),
    ("UK", 'effect = "escalate"', 'effect = "panic"', "UK.toml: rule answer: effect"),
    ("UK", 'effect = "escalate"\n', "", "UK.toml: rule answer: effect: Field required"),
    ("UK", 'name = "final_answer"', 'name = "answer"', "two versions hold at the same time"),
    ("UK", 'regime = "UK"', 'regime = "GB"', "UK.toml: its regime is GB"),
    ("UK", 'amount = 1, unit = "business_days"', 'amount = 20, unit = "days"', "warns 20 days"),
    ("UK", "amount = 35, ", "amount = 10, ", "each step must be longer"),
    (
        "UK",
        'effect = "escalate"',
        'effect = "escalate"\npauses_while = ["customer"]',
        "stands still by no rule",
    ),
    ("CN", ', institution = ["bank"]', "", "both fit some case, and neither"),
    ("house", 'jurisdiction = ["US", "EU"', 'jurisdiction = ["CN", "US", "EU"', "both fit"),
    ("house", "overdue_every", "#", "overdue_times without overdue_every"),
    ("visa", 'rungs = ["scheme_dispute"]', 'rungs = ["scheme"]', "'scheme' is no rung"),
    ("visa", 'rungs = ["scheme_dispute"]\n', "", "needs the rungs that it bars"),
    ("visa", 'kind = "auto_lose"', 'kind = "must_by"', "effect bar is of an auto_lose clock"),
    ("visa", 'effect = "open"', 'effect = "warn"', "not_before and effect open go together"),
    ("CN", "effective_until = 2021-01-01", "", "CN limitation: two versions hold"),
    ("UK", "amount = 35", "amount = 36", "is 35 business days here and 36 business days in"),
    ("CN", "title", "titel", "CN.toml: title is missing"),
    ("visa", "rolls = false\n", "", "visa scheme_cap: binds wherever the card is: say by rolls"),
    ("unionpay", "rolls = false\n", "", "another zone nothing rolls: say rolls = false"),
    ("unionpay", '"Asia/Shanghai"', '"Asia/Peking"', "zone: 'Asia/Peking' is no time zone"),
    ("mastercard", "rolls = false", 'rolls = "no way"', "within.rolls"),
    ("mastercard", "rolls = false", "roll = false", "mastercard.toml: roll: there is no such"),
    ("UK", 'met_by = "answer"\n', "", "UK answer: escalates also what was answered in time"),
    (
        "UK",
        'met_by = "answer"',
        'met_by = "answer"\nleaves = { amount = 7, unit = "days", source = "house" }',
        "UK answer: leaves is of a waiting time",
    ),
    (
        "visa",
        'leaves = { amount = 7, unit = "days", source = "house, time to file in" }',
        'leaves = { amount = 7, unit = "days", source = "[V99]" }',
        "source [V99] is not in sources.toml",
    ),
    ("UK", 'unit = "business_days"', 'unit = "hours", rolls = false', "hours neither roll nor"),
]


@pytest.mark.parametrize(
    ("regime", "old", "new", "problem"),
    PLANTED_RULES,
    ids=[f"{p[0]} {p[3]} {n}" for n, p in enumerate(PLANTED_RULES)],
)
def test_a_fault_planted_into_a_rule_is_found(
    regime: str, old: str, new: str, problem: str
) -> None:
    """Each fault planted into a pack of rules is reported: overlapping versions, missing
    sources, two defaults, a clock without an effect, and what contradicts itself."""
    packs = dict(regime_files())
    text = packs[f"{regime}.toml"]
    assert old in text
    planted = packs | {f"{regime}.toml": text.replace(old, new, 1)}
    found = lint(packs=planted, has_wording=worded)
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_rule_with_the_name_of_a_stages_clock_is_found(name: str) -> None:
    """A case knows its clocks by name: a rule called ``confirm`` would keep the customer from
    ever being told that the money came. It is one fault, and no such pack is loaded."""
    packs = dict(regime_files())
    own = packs["visa.toml"].replace('name = "scheme_cap"', f'name = "{name}"')
    fault = f"visa.toml: rule {name}: name: {name!r} is the name of a clock that a stage starts"
    (found,) = lint(packs=packs | {"visa.toml": own}, has_wording=worded)
    assert found.startswith(fault)
    with pytest.raises(PolicyError, match=re.escape(fault)):
        pack_of("visa.toml", own)


def test_a_rule_of_a_playbook_is_held_to_the_same() -> None:
    """The rules that a playbook brings itself stand in a case beside those of the packs."""
    sources = dict(playbook_files())
    rule = """
        [[clocks]]
        name = "watch"
        regime = "store"
        kind = "review"
        owner = "us"
        within = { amount = 9, unit = "days", source = "house" }
        effect = "warn"
    """
    lost = sources["receipt_lost.toml"] + rule
    found = lint(sources | {"receipt_lost.toml": lost}, has_wording=worded)
    assert any("'watch' is the name of a clock that a stage starts" in each for each in found)


def test_a_missing_jurisdiction_is_found() -> None:
    """A kind without one of the jurisdictions is reported, and so is a kind without a file."""
    sources = dict(playbook_files())
    cut = sources["receipt_lost.toml"].partition("# ---- United Kingdom")[0]
    assert "receipt_lost/UK: there is no playbook" in lint(
        {**sources, "receipt_lost.toml": cut}, has_wording=worded
    )
    del sources["wrong_refund.toml"]
    found = lint(sources, has_wording=worded)
    assert [p for p in found if p.startswith("wrong_refund/")] == [
        f"wrong_refund/{j}: there is no playbook" for j in ("CN", "US", "EU", "UK")
    ]


def test_a_template_without_wording_is_found() -> None:
    """A template that a playbook names and a language lacks is reported."""

    def lacking(template: Template, language: str) -> bool:
        return (template, language) != (Template.ASK_PLATFORM, "zh-CN")

    found = lint(has_wording=lacking)
    assert any(p.endswith("template ask_platform is missing in zh-CN") for p in found)
    assert not any("receipt_lost" in p for p in found)


def test_reminders_do_not_depend_on_the_moment() -> None:
    """The check of reminders tries every weekday: what fits on Mondays alone is a fault."""
    text = dict(playbook_files())["receipt_lost.toml"]
    # From a Friday three business days last over the weekend; from a Monday 96 hours do not fit.
    planted = text.replace(
        'amount = 24, unit = "hours", source = "house" }\nreminders = 2',
        'amount = 96, unit = "hours", source = "house" }\nreminders = 1',
        1,
    )
    found = lint({**dict(playbook_files()), "receipt_lost.toml": planted}, has_wording=worded)
    assert any("asks of store: 1 reminders" in each for each in found)
