"""Reports by e-mail, with a real mail server in this process."""

import asyncio
import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consentkit.config_report import ReportSettings
from consentkit.reports.mail import MailError, message_of, send
from tests.dashboard.sinks import make_sink
from tests.reports.making import WEEK, said

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
PASSWORD = "a password, not in clear"
SETTINGS = ReportSettings(
    smtp="localhost",
    port=0,
    security="starttls",
    user="reports",
    sender="Statistics <statistics@example.com>",
    recipients=("ann@example.com", "bob@example.com"),
    language="en",
    link="",
)


@dataclass
class Inbox:
    """What the server took, and what it was told."""

    envelopes: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: str = ""

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take a recipient, but for one."""
        if address == self.refuse:
            return "550 5.1.1 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 -- likewise
        """Take a message."""
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages as a mail program reads them."""
        parsed = [message_from_bytes(one.content or b"", policy=policy.default) for one in self.envelopes]  # type: ignore[arg-type]
        return [one for one in parsed if isinstance(one, EmailMessage)]


@dataclass(frozen=True)
class Certificate:
    """A server's certificate, and who trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One for localhost, that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Certificate(server, ssl.create_default_context(cafile=str(path)))


@contextmanager
def serving(inbox: Inbox, *, first_byte: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """A mail server on a free loopback port, `first_byte` with TLS from then on; `options` are those of aiosmtpd's."""

    def known(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"reports", PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    loop = asyncio.new_event_loop()

    answering: list[SMTP] = []

    def answer() -> SMTP:
        answering.append(SMTP(inbox, authenticator=known, hostname="localhost", loop=loop, **options))
        return answering[-1]

    server = loop.run_until_complete(loop.create_server(answer, "127.0.0.1", 0, ssl=first_byte))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        # In the loop's own thread, where connections end at the same moment.
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_end(answering))
        loop.close()


async def _end(answering: list[SMTP]) -> None:
    """Close what the clients have left open, and let the loop notice."""
    for one in answering:
        if one.transport is not None:
            one.transport.abort()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[EmailMessage]:
    """The report of a week for two people."""
    path = tmp_path_factory.mktemp("sink") / "stats.db"
    make_sink(path)
    report = said(path, WEEK, site="Example")
    return [message_of(report, SETTINGS.sender, one, NOW, b"%PDF-1.4") for one in SETTINGS.recipients]


def test_each_recipient_gets_a_message_over_tls(messages: list[EmailMessage], certificate: Certificate) -> None:
    """Signed in after STARTTLS; with both parts, the PDF, and nobody else's address."""
    inbox = Inbox()
    with serving(inbox, tls_context=certificate.server, require_starttls=True) as port:
        send(messages, replace(SETTINGS, port=port), PASSWORD, trusted=certificate.client)
    assert [["ann@example.com"], ["bob@example.com"]] == [one.rcpt_tos for one in inbox.envelopes]
    assert [True, True] == inbox.encrypted
    first = inbox.messages[0]
    assert "bob@example.com" not in first.as_string()
    assert ("Statistics <statistics@example.com>", "ann@example.com") == (first["From"], first["To"])
    assert "Example: 770 views, 16 – 22 Nov 2026" == first["Subject"]
    assert ("Mon, 23 Nov 2026 08:00:00 +0000", "auto-generated") == (first["Date"], first["Auto-Submitted"])
    plain, page = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "/products" in plain.get_content()
    assert page.get_content().startswith("<!doctype html>")
    assert [("report.pdf", b"%PDF-1.4")] == [
        (one.get_filename(), one.get_content()) for one in first.iter_attachments()
    ]
    assert [] == [line for line in (inbox.envelopes[0].original_content or b"").split(b"\r\n") if len(line) > 998]


def test_tls_from_the_first_byte(messages: list[EmailMessage], certificate: Certificate) -> None:
    """Where the mail server wants it so."""
    inbox = Inbox()
    with serving(inbox, first_byte=certificate.server) as port:
        settings = replace(SETTINGS, port=port, security="tls", user="")
        send(messages[:1], settings, "", trusted=certificate.client)
    assert 1 == len(inbox.envelopes)


def test_nothing_is_sent_in_the_clear_or_to_somebody_else(
    messages: list[EmailMessage], certificate: Certificate
) -> None:
    """A server that offers no TLS, as one between would pretend, and one that nobody vouches for get nothing."""
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(MailError, match=f"localhost:{port} took no report: STARTTLS"):
        send(messages, replace(SETTINGS, port=port), PASSWORD, trusted=certificate.client)
    with serving(inbox, tls_context=certificate.server) as port, pytest.raises(MailError, match="CERTIFICATE_VERIFY"):
        send(messages, replace(SETTINGS, port=port), PASSWORD)
    assert [] == inbox.envelopes


def test_what_the_server_says_is_told_without_the_password(
    messages: list[EmailMessage], certificate: Certificate
) -> None:
    """A wrong password, a recipient that there is not, and no server at all."""
    inbox = Inbox(refuse="ann@example.com")
    with serving(inbox, tls_context=certificate.server) as port:
        settings = replace(SETTINGS, port=port)
        with pytest.raises(MailError, match="535") as wrong:
            send(messages, settings, "wrong secret", trusted=certificate.client)
        with pytest.raises(MailError, match=r"550 5\.1\.1 no such person here"):
            send(messages, settings, PASSWORD, trusted=certificate.client)
    assert "secret" not in str(wrong.value)
    with pytest.raises(MailError, match=f"localhost:{port} took no report: .*refused"):
        send(messages, settings, PASSWORD, trusted=certificate.client)


def test_no_header_can_be_added(tmp_path: Path) -> None:
    """Line breaks in a site's name end as blanks, and an address with one is refused."""
    make_sink(tmp_path / "stats.db")
    report = said(tmp_path / "stats.db", site="Example\r\nBcc: eve@example.net\r\n\r\nText")
    message = message_of(report, SETTINGS.sender, "ann@example.com", NOW)
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert "Bcc" not in read
    assert read["Subject"].startswith("Example Bcc: eve@example.net Text:")
    for sender, recipient in (
        ("a@example.com\nBcc: e@example.net", "b@example.com"),
        ("a@example.com", "b@x.org\r\nX: y"),
    ):
        with pytest.raises(ValueError, match=r"[Hh]eader"):
            message_of(report, sender, recipient, NOW)
