"""E-mail over SMTP."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP

from anyio import to_thread

from scheduling.services.notify.failure import NotDeliveredError
from scheduling.services.notify.settings import Mailbox
from scheduling.services.notify.wording import Message

_REFUSED_FOR_GOOD = 500


async def send_mail(box: Mailbox, to: str, message: Message, dedupe_key: str, timeout: float) -> None:  # noqa: ASYNC109 - SMTP's own, in a thread
    """Hand a message to the mail server; NotDeliveredError says whether trying again may help.

    The Message-ID is made of the dedupe key: a message that is sent twice is one message to every mail program.
    """
    mail = compose(box.sender, to, message, dedupe_key)
    await to_thread.run_sync(_send, box, mail, timeout)


def compose(sender: str, to: str, message: Message, dedupe_key: str) -> EmailMessage:
    """The message as it travels: plain text with an HTML alternative."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@housestaff>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _send(box: Mailbox, mail: EmailMessage, timeout: float) -> None:
    context = ssl.create_default_context()
    try:
        if box.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(box.host, box.port, timeout=timeout, context=context)
        else:
            server = smtplib.SMTP(box.host, box.port, timeout=timeout)
        with server:
            if box.start_tls:
                server.starttls(context=context)
            if box.user is not None:
                server.login(box.user, box.password or "")
            server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise NotDeliveredError(f"SMTP {error.smtp_code}", final=error.smtp_code >= _REFUSED_FOR_GOOD) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotDeliveredError(f"SMTP {codes[0]}", final=min(codes) >= _REFUSED_FOR_GOOD) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotDeliveredError(type(error).__name__) from error
