from __future__ import annotations

import pytest

from scheduling.services.notify.settings import DeliverySettings, Mailbox
from server.delivery_settings import read_delivery
from server.settings import SettingError

SENDER = {"HOUSESTAFF_MAIL_FROM": "housestaff@clinic.example"}


@pytest.mark.parametrize(
    ("url", "box"),
    [
        ("smtp://mail.example", Mailbox("mail.example", 25, "housestaff@clinic.example")),
        (
            "smtp+starttls://us%40er:p%3Aw@mail.example",
            Mailbox("mail.example", 587, "housestaff@clinic.example", "us@er", "p:w", start_tls=True),
        ),
        ("smtps://mail.example:4465/", Mailbox("mail.example", 4465, "housestaff@clinic.example", implicit_tls=True)),
    ],
)
def test_a_mail_server_is_one_address(url: str, box: Mailbox) -> None:
    """Scheme, credentials and port; what is left out has its usual value."""
    assert read_delivery({"HOUSESTAFF_SMTP": url, **SENDER}).mail == box


def test_without_settings_there_is_no_mail_and_webhooks_stay_outside() -> None:
    """The safe defaults."""
    assert read_delivery({}) == DeliverySettings()
    assert read_delivery({"HOUSESTAFF_WEBHOOKS": "private"}).private_webhooks


@pytest.mark.parametrize(
    "environ",
    [
        {"HOUSESTAFF_SMTP": "http://secret@mail.example", **SENDER},
        {"HOUSESTAFF_SMTP": "smtp://:secret@", **SENDER},
        {"HOUSESTAFF_SMTP": "smtp://mail.example:secret", **SENDER},
        {"HOUSESTAFF_SMTP": "smtp://mail.example"},
        {"HOUSESTAFF_SMTP": "smtp://mail.example", "HOUSESTAFF_MAIL_FROM": "no address secret"},
        {"HOUSESTAFF_WEBHOOKS": "secret"},
    ],
)
def test_a_wrong_setting_is_named_and_not_repeated(environ: dict[str, str]) -> None:
    """The error names the variable; a password in it stays where it was."""
    with pytest.raises(SettingError) as caught:
        read_delivery(environ)
    assert caught.value.message.startswith("HOUSESTAFF_")
    assert "secret" not in caught.value.message


def test_a_mailboxs_repr_holds_no_secret() -> None:
    """It may end up in a log."""
    assert repr(Mailbox("mail.example", 25, "a@b.example", "user", "password")) == "Mailbox(mail.example:25)"
