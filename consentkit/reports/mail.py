"""Reports by e-mail: the message, and handing it to a mail server."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from consentkit.config_report import ReportSettings
from consentkit.errors import ConsentKitError
from consentkit.reports.html import as_html
from consentkit.reports.saying import Said
from consentkit.reports.text import as_text

TIMEOUT = 30
"""Seconds for each answer of the mail server."""
PASSWORD = "CONSENTKIT_SMTP_PASSWORD"  # noqa: S105 -- the name of the variable that holds it


class MailError(ConsentKitError):
    """Raised when a report cannot be sent; the message names the server and what it said."""


def message_of(said: Said, sender: str, recipient: str, now: datetime, pdf: bytes | None = None) -> EmailMessage:
    """The message to one recipient, so that none sees the others; `pdf` is attached.

    Line breaks in a header are refused by the email package; those that a site's name might bring are taken out.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(said.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday program answers it
    message.set_content(as_text(said))
    message.add_alternative(as_html(said), subtype="html")
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="report.pdf")
    return message


def send(
    messages: Sequence[EmailMessage],
    settings: ReportSettings,
    password: str,
    *,
    trusted: ssl.SSLContext | None = None,
) -> None:
    """Hand messages to the mail server; MailError when it cannot be reached, trusted, signed in to, or takes one not.

    `trusted` says which certificates are; by default those that the system trusts. Nothing is sent in the clear unless
    the configuration says `security = "none"`, which it may for this very machine alone.
    """
    context = trusted or ssl.create_default_context()
    where = f"{settings.smtp}:{settings.port}"
    try:
        with _connected(settings, context) as server:
            if settings.user:
                server.login(settings.user, password)
            for message in messages:
                server.send_message(message)
    except (smtplib.SMTPException, OSError) as problem:
        raise MailError(f"{where} took no report: {_reason(problem)}") from None


def _connected(settings: ReportSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.smtp, settings.port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(settings.smtp, settings.port, timeout=TIMEOUT)
    if settings.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _reason(problem: Exception) -> str:
    """What went wrong in one line, without what was sent."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        (code, said), *_ = problem.recipients.values()
        return f"{code} {_line(said)}"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_line(problem.smtp_error)}"
    return _line(str(problem) or type(problem).__name__)


def _line(said: str | bytes) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:300]
