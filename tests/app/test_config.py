"""A setting that cannot be used is refused in one sentence that names it and says what to give."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.config import HANDS, BadSetting, Settings
from tests.conftest import SECRET
from workers import hands


def settings(**environ: str) -> Settings:
    return Settings.from_environ({"DATA_DIR": "/nowhere", **environ})


def test_an_empty_environment_is_a_whole_instance() -> None:
    assert settings() == Settings(data_dir=Path("/nowhere"))


def test_the_address_follows_host_and_port() -> None:
    assert settings(PORT="8204").base_url == "http://127.0.0.1:8204"
    assert settings(HOST="0.0.0.0").base_url == "http://127.0.0.1:8000"
    assert settings(HOST="::1").base_url == "http://[::1]:8000"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    assert settings(SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == SECRET


def test_the_key_that_the_launcher_made_is_found(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(SECRET)
    assert settings(DATA_DIR=str(tmp_path)).secret_key == SECRET


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PORT": "eight"}, "PORT is 'eight': give a whole number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT is '70000'"),
        ({"PORT": "٨٠٠٠"}, "PORT is"),
        ({"WORKER_THREADS": "0"}, "WORKER_THREADS is '0': give a whole number from 1 to 64."),
        ({"NO_DEMO": "maybe"}, "NO_DEMO is 'maybe': give 1 or 0."),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml': choose console or json."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: give at least 32 random characters."),
        ({"SECRET_KEY": SECRET, "SECRET_KEY_FILE": "/key"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
        ({"SMTP_URL_FILE": "/nowhere/smtp"}, "SMTP_URL_FILE names /nowhere/smtp, which cannot be read"),
        ({"DATABASE_URL": "mysql://db/shop"}, "DATABASE_URL must start with sqlite://"),
        ({"DATABASE_URL": "postgresql://db:port/shop"}, "DATABASE_URL names no server or no valid port"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must start with redis://"),
        ({"SMTP_URL": "smtp://:25"}, "SMTP_URL names no server"),
        ({"BASE_URL": "relance.example.com"}, "BASE_URL must start with http:// or https://"),
        ({"SMTP_URL": "smtp://relay.example.com:587"}, "BASE_URL is not set"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_used_is_refused(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        settings(**environ)
    assert sentence in str(refusal.value)


def test_real_mail_with_a_public_address_is_whole() -> None:
    whole = settings(SMTP_URL="smtp://relay.example.com:587", BASE_URL="https://relance.example.com")
    assert whole.secure
    assert not whole.mail_stays(is_demo=False)


def test_mail_of_the_demo_stays_here_whatever_server_is_named() -> None:
    public = {"SMTP_URL": "smtp://relay.example.com:587", "BASE_URL": "https://relance.example.com"}
    whole = settings(**public, MAILBOX_URL="smtp://127.0.0.1:1025")
    assert whole.mail_goes_to(is_demo=True) == "smtp://127.0.0.1:1025"
    assert whole.mail_goes_to(is_demo=False) == "smtp://relay.example.com:587"
    assert whole.mail_stays(is_demo=True) and not whole.mail_stays(is_demo=False)
    assert settings(**public).mail_goes_to(is_demo=True) == ""
    with pytest.raises(BadSetting, match="MAILBOX_URL must be on this machine"):
        settings(MAILBOX_URL="smtp://relay.example.com:25")


def test_a_catcher_on_this_machine_needs_no_public_address() -> None:
    assert settings(SMTP_URL="smtp://127.0.0.1:1025").mail_stays(is_demo=False)
    assert settings().mail_stays(is_demo=False)


def test_no_application_without_a_secret_key() -> None:
    with pytest.raises(BadSetting, match="SECRET_KEY is not set"):
        create_app(Settings())


def test_another_host_name_is_refused_where_the_public_one_is_known() -> None:
    assert settings(HOST="0.0.0.0").hosts is None
    public = settings(BASE_URL="https://relance.example.com", HOST="0.0.0.0")
    assert public.hosts == ["relance.example.com", "127.0.0.1", "localhost", "::1"]


def test_a_pool_has_a_connection_for_each_thread_that_may_speak() -> None:
    assert hands.INSIDE + hands.OUTSIDE + 1 == HANDS
    assert Settings(web_threads=16, worker_threads=4).speakers == 16
    assert Settings(web_threads=2, worker_threads=32).speakers == 32 + HANDS
