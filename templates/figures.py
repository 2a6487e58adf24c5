"""Amounts and moments as people write them, in each language. Never by way of a float."""

import re
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, get_timezone_name
from babel.numbers import format_decimal, get_currency_symbol

from recourse.disputes.money import Money

_LOCALES = {"zh-CN": "zh_CN", "en": "en_GB"}
_DAY = {"zh-CN": "y年M月d日", "en": "d MMMM y"}
_MOMENT = {"zh-CN": "y年M月d日 HH:mm", "en": "d MMMM y, HH:mm"}
_END_OF_DAY = {"zh-CN": "{day} 24:00", "en": "{day}, 24:00"}
_RULE = re.compile(r"(?P<amount>\d+) (?P<unit>hour|business day|day|month)s?(?:, (?P<source>.*))?")
_SOURCE_KEY = re.compile(r"\s*\[\w+\]")
_SPANS = {
    "zh-CN": {
        "hour": "{n} 小时",
        "day": "{n} 天",
        "business day": "{n} 个工作日",
        "month": "{n} 个月",
    },
    "en": {
        "hour": "{n} hour",
        "day": "{n} day",
        "business day": "{n} business day",
        "month": "{n} month",
    },
}
_OUR_OWN = {"zh-CN": "本服务自定的时限", "en": "our own time limit"}
_BECAUSE = {"zh-CN": "{span}（{source}）", "en": "{span} ({source})"}
_ZONE = {"zh-CN": "{moment}（{zone}）", "en": "{moment} ({zone})"}
_ZONE_NAMES = {("zh-CN", "Asia/Shanghai"): "北京时间"}
"""Where people say something else than the CLDR's name."""

_BARE_SIGN = {("zh-CN", "CNY"), ("zh-CN", "EUR"), ("en", "EUR"), ("zh-CN", "GBP"), ("en", "GBP")}
"""Currencies whose sign alone is clear to that reader. ¥ is also yen and $ many dollars, so
every other amount carries its ISO 4217 code."""


def money_text(money: Money, language: str) -> str:
    """An amount: ``¥1,234.50`` to a Chinese reader, ``¥1,234.50 CNY`` to an English one."""
    locale = _LOCALES[language]
    # The digits are ISO 4217's, not the CLDR's: babel would round dinars to whole ones.
    pattern = "#,##0" + ("." + "0" * money.exponent if money.exponent else "")
    number = format_decimal(Decimal(money.text).copy_abs(), format=pattern, locale=locale)
    minus = "-" if money.minor < 0 else ""
    sign = get_currency_symbol(money.currency, locale=locale).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if not sign or sign[0].isalpha():
        return f"{minus}{money.currency} {number}"
    code = "" if (language, money.currency) in _BARE_SIGN else f" {money.currency}"
    return f"{minus}{sign}{number}{code}"


def moment_text(at: datetime, zone: str, language: str) -> str:
    """A moment in the case's time zone, with the zone named. Midnight is the end of the day
    before, 24:00: nobody reads "12 December, 00:00" as the evening of the 11th."""
    local = at.astimezone(zone_of(zone))
    locale = _LOCALES[language]
    name = _ZONE_NAMES.get((language, zone)) or get_timezone_name(local, locale=locale)
    if local.time() == time():
        day = format_datetime(local - timedelta(days=1), _DAY[language], locale=locale)
        moment = _END_OF_DAY[language].format(day=day)
    else:
        moment = format_datetime(local, _MOMENT[language], locale=locale)
    return _ZONE[language].format(moment=moment, zone=name)


def rule_text(rule: str, language: str) -> str:
    """The rule behind a deadline for its reader: the span in the reader's language, and the
    law, or that the limit is our own. Keys of our sources are for us and left out."""
    told = _RULE.fullmatch(rule)
    if told is None:
        return _SOURCE_KEY.sub("", rule)
    span = _SPANS[language][told["unit"]].format(n=told["amount"])
    if language == "en" and told["amount"] != "1":
        span += "s"
    source = _SOURCE_KEY.sub("", told["source"] or "").strip(" ;,")
    if not source or source.startswith("house"):
        source = _OUR_OWN[language]
    return _BECAUSE[language].format(span=span, source=source)


def day_text(at: datetime, zone: str, language: str) -> str:
    """The day of a moment in the case's time zone."""
    return format_datetime(at.astimezone(zone_of(zone)), _DAY[language], locale=_LOCALES[language])


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name; UTC, which is then also named, where there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
