from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.errors import UserError
from server.settings import SettingError, read_settings


def test_nothing_set_is_a_local_server_on_the_embedded_database() -> None:
    """Loopback only, its own URL as resource, every loopback name admitted."""
    settings = read_settings({})
    assert settings.is_local
    assert not settings.shared
    assert settings.resource_url == "http://127.0.0.1:8000/mcp"
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert "http://localhost:*" in settings.allowed_origins


def test_a_public_server_admits_its_own_name_and_those_configured() -> None:
    """Listening everywhere still checks Host and Origin."""
    settings = read_settings(
        {
            "HOUSESTAFF_HOST": "0.0.0.0",
            "HOUSESTAFF_URL": "https://House.example/",
            "HOUSESTAFF_HOSTS": "house.internal, 10.0.0.7",
            "HOUSESTAFF_ORIGINS": "https://app.example",
            "HOUSESTAFF_TODAY": "2026-02-15",
        }
    )
    assert not settings.is_local
    assert settings.base_url == "https://house.example"
    assert settings.allowed_hosts[-3:] == ("house.example", "house.internal", "10.0.0.7")
    assert settings.allowed_origins[-2:] == ("https://house.example", "https://app.example")
    assert settings.today == dt.date(2026, 2, 15)


def test_the_command_line_wins_over_the_environment() -> None:
    """Host and port given by hand are the ones used, also in the resource's name."""
    settings = read_settings({"HOUSESTAFF_PORT": "9000"}, host="::1", port=8123)
    assert settings.resource_url == "http://[::1]:8123/mcp"
    assert read_settings({"HOUSESTAFF_HOST": "0.0.0.0"}).base_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOUSESTAFF_PORT", "eighty"),
        ("HOUSESTAFF_PORT", "70000"),
        ("HOUSESTAFF_TODAY", "tomorrow"),
        ("HOUSESTAFF_URL", "hidden.example"),
        ("HOUSESTAFF_URL", "http://hidden.example"),
        ("HOUSESTAFF_URL", "https://hidden.example/prefix"),
        ("HOUSESTAFF_URL", "https://user:secret@house.example"),
        ("HOUSESTAFF_URL", "https://[broken"),
        ("HOUSESTAFF_HOSTS", "*.hidden.example"),
        ("HOUSESTAFF_HOSTS", "hidden.example:8000"),
        ("HOUSESTAFF_ORIGINS", "hidden.example"),
        ("HOUSESTAFF_ORIGINS", "https://hidden.example/path"),
        ("HOUSESTAFF_KEYS", "too-short"),
        ("HOUSESTAFF_LOG", "loud"),
        ("HOUSESTAFF_LOG_FORMAT", "xml"),
        ("DATABASE_URL", "mysql://user:secret@host/db"),
    ],
)
def test_an_error_names_the_variable_and_not_its_value(variable: str, value: str) -> None:
    """What is wrong can be found without the secret being printed."""
    with pytest.raises(UserError) as refused:
        read_settings({variable: value})
    assert variable in refused.value.message
    assert value not in refused.value.message
    assert isinstance(refused.value, SettingError) or variable == "DATABASE_URL"


def test_settings_print_without_their_secrets() -> None:
    """A settings object in a log tells nothing that opens a door."""
    shown = repr(
        read_settings(
            {
                "DATABASE_URL": "postgresql://u:pa55@h/d",
                "HOUSESTAFF_TOKEN": "hst_pa55",
                "HOUSESTAFF_KEYS": "pa55" * 8,
            }
        )
    )
    assert "pa55" not in shown
