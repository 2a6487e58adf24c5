"""Card numbers are found in any dress, and nothing else is taken for one."""

import random
import time
import uuid
from hashlib import sha256

import pytest

from recourse.disputes.pan import contains_card_data, find_card_data, is_pan, luhn

# Test numbers the schemes and their processors publish.
TEST_NUMBERS = [
    "4111111111111111",
    "4242424242424242",
    "4000056655665556",
    "4222222222222",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "6200000000000005",
    "6205500000000000004",
    "8171999927660000",
    "378282246310005",
    "371449635398431",
    "3566002020360505",
    "3056930009020004",
    "36227206271667",
    "6011111111111117",
]
SEPARATORS = [" ", "-", "\u2013", "\u2010", "\u2212", ".", "·", "\u00a0", "\u3000", " - ", "  "]


def grouped(number: str, separator: str) -> str:
    if len(number) in (14, 15):
        return separator.join((number[:4], number[4:10], number[10:]))
    return separator.join(number[i : i + 4] for i in range(0, len(number), 4))


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_published_numbers_are_found(number: str) -> None:
    """Every scheme's public test number is found, solid, grouped, and in full-width digits."""
    assert is_pan(number)
    assert contains_card_data(number)
    assert contains_card_data(full_width(number))
    for separator in SEPARATORS:
        assert contains_card_data(grouped(number, separator)), repr(separator)
        assert contains_card_data(full_width(grouped(number, separator))), repr(separator)


@pytest.mark.parametrize(
    "text",
    [
        "卡号4111111111111111，请退款",
        "卡号是：６２０００００００００００００５。",
        "我的卡4111 1111 1111 1111昨天刷的",
        "4111 1111 1111 1111 12/28",
        "4111 1111 1111 1111 2026-11-20 12:31",
        "2026-11-20 12:31 4111 1111 1111 1111",
        "1.4111111111111111",
        "order 536365 4111-1111-1111-1111",
        "VISA4111111111111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111 1111 11111111",
        "4111-1111 1111 1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "620550 0000000000004",
        "%B4111111111111111^WANG/FANG^2812",
        ";4111111111111111=2812",
        "CVV: 123",
        "卡的CVV2是123",
        "安全码 9876",
    ],
)
def test_numbers_are_found_where_people_write_them(text: str) -> None:
    """A card number is found in a sentence, beside its expiry or a date, and on a track."""
    assert contains_card_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "+4915123456789",
        "+49 1512 3456789",
        "+4222 2222 2222 2",
        "536365 2026-11-20 12:31",
        "010-62345678 13800000000",
        "13800000000 13900000001",
        "62345678 62345679",
        "T4552722 268685 550366",
        "CVV 不符。2026年11月",
        "the CVV was wrong; call 2026-11-20",
        "4123.600000000001",
        "0.4111111111111111",
        "20180320093004",
        "42000001692017102992468431411",
        "4111 1111 1111 1112",
        "9111111111111111",
        "411111111111111",
        sha256(b"338").hexdigest(),
        "",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    """Telephone numbers, dates, decimals, long order ids and digests are no card numbers."""
    assert not contains_card_data(text)


def test_typical_references_are_never_taken_for_cards() -> None:
    """Among 20,000 references, telephone numbers, order ids and times none is refused."""
    rng = random.Random(20261123)

    def digits(count: int) -> str:
        return "".join(rng.choices("0123456789", k=count))

    makers = [
        lambda: digits(6),
        lambda: digits(12),
        lambda: "7" + digits(22),
        lambda: f"+86 1{rng.randint(30, 99)} {digits(4)} {digits(4)}",
        lambda: f"+4915{digits(9)}",
        lambda: f"+44 20 {digits(4)} {digits(4)}",
        lambda: f"0{digits(2)}-{digits(8)} 1{digits(10)}",
        lambda: f"2026{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{digits(6)}",
        lambda: f"2026{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{digits(8)}",
        lambda: f"42000{digits(23)}",
        lambda: f"T{digits(7)} {digits(6)} {digits(6)}",
        lambda: f"{rng.randint(500000, 599999)} 2026-11-{rng.randint(1, 28):02d} 12:31",
        lambda: f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T12:31:{digits(2)}+08:00",
        lambda: f"2026-11-20 {rng.randint(0, 23):02d}:{digits(2)}:{digits(2)}.{digits(6)}",
        lambda: repr(rng.randint(1, 10**7) / 100 * 1.1),
        lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        lambda: sha256(rng.randbytes(8)).hexdigest(),
    ]
    texts = [makers[i % len(makers)]() for i in range(20_000)]
    assert [text for text in texts if contains_card_data(text)] == []


def test_a_long_line_of_numbers_takes_its_length() -> None:
    """The search is linear: a file of bare figures cannot hold a worker for minutes. Four times
    the length would take sixteen times as long otherwise."""

    def takes(digits: int) -> float:
        begun = time.process_time()
        assert not contains_card_data("4 " * digits)
        return time.process_time() - begun

    short, long = (min(takes(digits) for _ in range(2)) for digits in (10_000, 40_000))
    assert long < 9 * short


def test_luhn_alone_would_not_do() -> None:
    """A number that passes Luhn without an issuer's prefix is no card."""
    assert luhn("20180320093004")
    assert not is_pan("20180320093004")


def test_places_are_named_and_values_are_not() -> None:
    """Nested card data is told by where it stands; the number itself is never repeated."""
    number = "4111111111111111"
    data = {
        "story": f"卡号{number}",
        "sale": {"card": int(number), "good": True},
        "evidence": [{"name": "a"}, {"name": number}],
        number: {"inner": number},
    }
    places = list(find_card_data(data))
    assert places == ["story", "sale.card", "evidence[1].name", "(a key)", "(a key).inner"]
    assert not any(contains_card_data(place) for place in places)
