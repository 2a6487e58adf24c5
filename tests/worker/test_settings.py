"""Settings come from the environment; what is wrong there is said by name, never by value."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.settings import RestSettings
from recourse.acquirers.stripe.adapter import StripeAcquirer
from recourse.acquirers.stripe.settings import StripeSettings
from worker.doors import acquirers_of
from worker.settings import Part, Settings, SettingsError, load_settings

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOURSE_HOME", str(tmp_path / "home"))


def test_nothing_has_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any variable there is a home in the user's folder and real time."""
    monkeypatch.delenv("RECOURSE_HOME")
    settings = load_settings()
    assert settings.home == Path.home() / ".recourse"
    assert settings.keyring_path == settings.home / "keyring.json"
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert settings.case_time(now).at(now + timedelta(hours=1)) == now + timedelta(hours=1)


def test_acquirers_are_read_from_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Acquirers come by name, their tokens as text or from a file."""
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv(
        "RECOURSE_ACQUIRERS",
        '{"main": {"base_url": "https://acquirer.example/v1", "token": "t"},'
        f' "other": {{"base_url": "http://127.0.0.1:1", "token_file": "{tmp_path / "token"}"}}}}',
    )
    acquirers = load_settings().acquirers
    assert isinstance(acquirers["main"], RestSettings)
    assert isinstance(acquirers["other"], RestSettings)
    assert str(acquirers["main"].base_url) == "https://acquirer.example/v1"
    assert acquirers["other"].token.get_secret_value() == SECRET


def test_an_acquirer_chooses_its_adapter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``adapter`` names what speaks to it; each has settings of its own, and is built from them
    with its capabilities."""
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv(
        "RECOURSE_ACQUIRERS",
        f'{{"card": {{"adapter": "stripe", "api_key_file": "{tmp_path / "key"}",'
        ' "absent_is_final_after": 900},'
        ' "main": {"adapter": "rest", "base_url": "https://a.example", "token": "t"}}',
    )
    settings = load_settings()
    assert SECRET not in repr(settings)
    built = acquirers_of(settings)
    assert isinstance(built["card"], StripeAcquirer)
    assert isinstance(built["main"], RestAcquirer)
    assert built["card"].capabilities.absent_is_final_after == 900
    assert (built["card"].name, built["card"].capabilities.idempotent) == ("card", False)


def test_an_adapter_that_cannot_be_built_names_the_variable() -> None:
    """An acquirer without its key is one error that says which."""
    chosen = StripeSettings()
    with pytest.raises(SettingsError) as raised:
        acquirers_of(Settings(acquirers={"card": chosen}))
    assert str(raised.value).startswith("RECOURSE_ACQUIRERS.card: api_key is empty")


def test_an_adapter_whose_library_is_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stripe's library is an extra of the package: without it the message names the extra."""
    monkeypatch.setitem(sys.modules, "stripe", None)
    for name in [name for name in sys.modules if name.startswith("recourse.acquirers.stripe.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SettingsError) as raised:
        acquirers_of(Settings(acquirers={"card": StripeSettings(api_key=SecretStr(SECRET))}))
    assert "install recourse-disputes[stripe]" in str(raised.value)


def test_secret_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``RECOURSE_SMTP_PASSWORD_FILE`` stands for the password, without the newline at the end."""
    (tmp_path / "password").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("RECOURSE_SMTP_USERNAME", "recourse")
    monkeypatch.setenv("RECOURSE_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    settings = load_settings()
    assert settings.smtp_password.get_secret_value() == SECRET
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("RECOURSE_SMTP_PORT", SECRET, "RECOURSE_SMTP_PORT: Input should be a valid integer"),
        ("RECOURSE_SMTP_PORT", "70000", "RECOURSE_SMTP_PORT: Input should be less than"),
        ("RECOURSE_SMTP_TLS", SECRET, "RECOURSE_SMTP_TLS: Input should be"),
        ("RECOURSE_ACQUIRERS", SECRET, "RECOURSE_ACQUIRERS: is not JSON"),
        (
            "RECOURSE_ACQUIRERS",
            f'{{"main": {{"base_url": "https://a.example", "tokn": "{SECRET}"}}}}',
            "RECOURSE_ACQUIRERS.main.tokn: Extra inputs",
        ),
        (
            "RECOURSE_ACQUIRERS",
            '{"main": {"base_url": "https://a.example", "token_file": "/nowhere"}}',
            "RECOURSE_ACQUIRERS.main: cannot read /nowhere",
        ),
        (
            "RECOURSE_ACQUIRERS",
            f'{{"card": {{"adapter": "{SECRET}"}}}}',
            "RECOURSE_ACQUIRERS.card.adapter: is none of 'rest', 'stripe'",
        ),
        (
            "RECOURSE_ACQUIRERS",
            f'{{"card": {{"adapter": "stripe", "token": "{SECRET}"}}}}',
            "RECOURSE_ACQUIRERS.card.token: Extra inputs",
        ),
        (
            "RECOURSE_ACQUIRERS",
            f'{{"card": {{"adapter": "stripe", "api_key": "{SECRET}", "api_key_file": "x"}}}}',
            "RECOURSE_ACQUIRERS.card: give api_key or api_key_file, not both",
        ),
        ("RECOURSE_SMTP_PASSWORD", SECRET, "without RECOURSE_SMTP_USERNAME"),
        ("RECOURSE_SMTP_PASSWORD_FILE", "/nowhere", "RECOURSE_SMTP_PASSWORD_FILE: cannot read"),
        ("RECOURSE_CASE_RATE", "86400", "without RECOURSE_CASE_ORIGIN"),
        ("RECOURSE_CASE_ORIGIN", "2026-11-20T12:00:00", "RECOURSE_CASE_ORIGIN: Input should have"),
        ("RECOURSE_LOG_LEVEL", "loud", "RECOURSE_LOG_LEVEL: Input should be"),
    ],
)
def test_bad_value_is_one_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    """A bad value is one error that names its variable and does not repeat the value."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert words in str(raised.value)
    assert SECRET not in str(raised.value)


def test_value_is_not_repeated_without_our_words() -> None:
    """Even pydantic's own error, unread by us, does not repeat a value."""
    with pytest.raises(ValidationError) as raised:
        Settings(smtp_port=SECRET)
    assert SECRET not in str(raised.value)


def test_free_port_stays_the_same(tmp_path: Path) -> None:
    """Port 0 is chosen once; the next process finds the same one, other parts another."""
    chosen = {part: Settings(home=tmp_path).port(part) for part in Part}
    assert len(set(chosen.values())) == len(Part)
    assert {part: Settings(home=tmp_path).port(part) for part in Part} == chosen


def test_given_port_is_taken(tmp_path: Path) -> None:
    """A port that is set goes before the remembered one."""
    Settings(home=tmp_path).port(Part.CONSOLE)
    assert Settings(home=tmp_path, console_port=8080).port(Part.CONSOLE) == 8080


def test_demonstration_runs_in_case_time() -> None:
    """With an origin and a rate a case begins at the origin and lives faster."""
    origin, now = datetime(2026, 11, 20, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    settings = load_settings(case_origin=origin, case_rate=86400)
    assert settings.case_time(now).at(now + timedelta(seconds=3)) == origin + timedelta(days=3)
