"""What answers add to what is known of a sale."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from recourse.disputes.case import Case
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.money import Money, MoneyError, parse
from recourse.disputes.vocabulary import Result

_FIELDS = {"sale_date": "at", "sale_amount": "amount"}
"""Question codes that are not the name of what they ask for."""

_BRANDS = {
    "unionpay": ("银联", "中国银联", "union_pay", "china_unionpay", "cup"),
    "visa": ("维萨",),
    "mastercard": ("万事达", "万事达卡", "master_card", "master"),
    "amex": ("运通", "美国运通", "american_express"),
    "jcb": (),
    "discover": (),
    "diners": ("大来", "diners_club"),
    "maestro": (),
}
"""Card schemes by the name they have in the records, and what else people call them. Any other
answer, such as "not sure", is none: it would speak against every sale."""

_DAY = re.compile(r"(\d{4})(?:[-/.年])?(\d{1,2})(?:[-/.月])?(\d{1,2})日?")
_YEARS = range(1990, 2200)
"""Of a card sale. Further off, reckoning days around it would leave the calendar."""


def learned(case: Case, answers: dict[str, str]) -> ClaimedSale:
    """What is known of the sale after some answers. One that does not read as what it should
    be stays in the timeline and changes nothing."""
    known = case.known
    for code, text in answers.items():
        field = _FIELDS.get(code, code)
        if field not in ClaimedSale.model_fields:
            continue
        value = _read(case, field, text.strip())
        if value is None:
            continue
        try:
            known = ClaimedSale.model_validate(known.model_dump() | {field: value})
        except ValueError:
            continue
    return known


def _read(case: Case, field: str, text: str) -> object:
    if field == "at":
        return _moment(text, ZoneInfo(case.calendar.zone))
    if field == "amount":
        return _amount(text, case.claim.claimed)
    if field == "card_brand":
        said = re.sub(r"[\s-]+", "_", text.lower())
        return next((name for name, also in _BRANDS.items() if said in (name, *also)), None)
    return text or None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A day, as people write it, is noon of that day where the case lives; a time without a
    zone is local too. Other numbers are not seconds since 1970, as a parser might think."""
    day = _DAY.fullmatch(text)
    try:
        if day is not None:
            year, month, number = (int(part) for part in day.groups())
            moment = datetime(year, month, number, 12, tzinfo=zone)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _amount(text: str, claimed: Money | None) -> Money | None:
    """``139.12 CNY``; without a currency it is the claim's."""
    amount, _, currency = text.partition(" ")
    try:
        money = parse(amount, currency.strip() or (claimed.currency if claimed else ""))
    except MoneyError:
        return None
    return money if money.minor > 0 else None


_YES = ("yes", "agree", "agreed", "是", "同意")
_NO = ("no", "refuse", "refused", "否", "不同意", "拒绝")


def consented(result: Result | None, answers: dict[str, str]) -> bool | None:
    """Whether an answer of the receiver agrees to a recovery, or refuses it; none when it says
    neither. Only a plain word is taken for consent: money hangs on it, and free words are for
    a person to read."""
    if result is Result.AGREED:
        return True
    if result in (Result.REFUSED, Result.DENIES):
        return False
    said = answers.get("accept_recovery", "").strip().casefold()
    if said in _YES:
        return True
    return False if said in _NO else None
