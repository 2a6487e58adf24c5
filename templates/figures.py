"""Amounts and moments as people write them, in each language. Never by way of a float."""

from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, get_timezone_name
from babel.numbers import format_decimal, get_currency_symbol

from recourse.disputes.money import Money

_LOCALES = {"zh-CN": "zh_CN", "en": "en_GB"}
_DAY = {"zh-CN": "y年M月d日", "en": "d MMMM y"}
_MOMENT = {"zh-CN": "y年M月d日 HH:mm", "en": "d MMMM y, HH:mm"}
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
    """A moment in the case's time zone, with the zone named."""
    local = at.astimezone(zone_of(zone))
    locale = _LOCALES[language]
    name = _ZONE_NAMES.get((language, zone)) or get_timezone_name(local, locale=locale)
    moment = format_datetime(local, _MOMENT[language], locale=locale)
    return _ZONE[language].format(moment=moment, zone=name)


def day_text(at: datetime, zone: str, language: str) -> str:
    """The day of a moment in the case's time zone."""
    return format_datetime(at.astimezone(zone_of(zone)), _DAY[language], locale=_LOCALES[language])


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name; UTC, which is then also named, where there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
