"""Alerts to those who run the warehouse: by webhook, by e-mail, or nowhere.

Belongs here: how an alert is said and sent. Does not belong here: when (the callers
decide) and where to (`settings` reads it). An alert holds no value of a row, and what
is said of a failed one holds no address: addresses hold keys.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from orchestration.settings.alert_channels import Channels

if TYPE_CHECKING:
    import smtplib

TIMEOUT_SECONDS = 10
# chats and mail boxes cut or refuse what is longer
LONGEST_TEXT = 4000
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Alert:
    """What happened, in words for the person on call.

    `severity` is critical (nothing is published, or what is has become too old) or
    warning. `refresh_id` and `step` are None where no refresh, or no step, is at fault.
    """

    title: str
    text: str
    home: str
    severity: str = "critical"
    refresh_id: str | None = None
    step: str | None = None

    def body(self) -> dict[str, str | None]:
        """Return what the webhook is given."""
        return {
            "title": self.title,
            "text": shortened(self.text),
            "severity": self.severity,
            "refresh_id": self.refresh_id,
            "step": self.step,
            "home": self.home,
        }


class NotEncrypted(Exception):
    """The mail server offers no encryption, and a password or a rule asks for it."""


def send(
    alert: Alert, channels: Channels, log: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Send an alert on every channel that is configured; return those that took it.

    Never raises: an alert that cannot be delivered is a line in the log, and must not
    hide what it was about.
    """
    delivered = []
    for name, is_wanted, deliver in (
        ("webhook", channels.webhook_url, _post),
        ("mail", channels.smtp_url, _mail),
    ):
        if not is_wanted:
            continue
        try:
            deliver(alert, channels)
            delivered.append(name)
            log(f"alert sent by {name}: {alert.title}")
        except Exception as error:
            log(f"alert NOT sent by {name}: {_told(error)}")
    return delivered


def shortened(text: str) -> str:
    """Cut a text to what chats and mail boxes take."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n… (the rest is in the log)"


def without_log_in(url: str) -> tuple[str, dict[str, str]]:
    """Return an address without `user:password@`, and the header that says it instead.

    Python would take it for a part of the host's name.
    """
    parts = urlsplit(url)
    given, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    user, _, password = given.partition(":")
    pair = f"{unquote(user)}:{unquote(password)}".encode()
    header = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return parts._replace(netloc=host).geturl(), header


def _post(alert: Alert, channels: Channels) -> None:
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        """Follows nobody elsewhere: alerts go where they were configured to go."""

        def redirect_request(self, *_: object) -> None:
            return None

    address, log_in = without_log_in(channels.webhook_url or "")
    request = urllib.request.Request(
        address,
        data=json.dumps(alert.body(), ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", **log_in},
        method="POST",
    )
    opener = urllib.request.build_opener(Stay())
    with opener.open(request, timeout=TIMEOUT_SECONDS):
        pass


def _mail(alert: Alert, channels: Channels) -> None:
    from email.message import EmailMessage
    from email.utils import formatdate

    server = urlsplit(channels.smtp_url or "")
    message = EmailMessage()
    message["Subject"] = f"[{alert.severity}] {alert.title}"
    message["From"] = channels.mail_from or channels.mail_to[0]
    message["To"] = ", ".join(channels.mail_to)
    message["Date"] = formatdate()
    facts = [("refresh", alert.refresh_id), ("step", alert.step), ("home", alert.home)]
    lines = [f"{name}: {value}" for name, value in facts if value]
    message.set_content("\n".join([shortened(alert.text), "", *lines]))
    with _connected(server) as connection:
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)


def _connected(server: SplitResult) -> "smtplib.SMTP":
    """Open the connection, encrypted as the address and its password ask for."""
    import smtplib
    import ssl

    host = server.hostname or ""
    trust = ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, server.port or 465, timeout=TIMEOUT_SECONDS, context=trust
        )
    usual_port = 25 if server.scheme == "smtp" else 587
    connection = smtplib.SMTP(host, server.port or usual_port, timeout=TIMEOUT_SECONDS)
    connection.ehlo()
    # a mail server of this machine usually signs for itself, and nobody is in between
    is_own = server.scheme == "smtp" and host in LOOPBACK
    if connection.has_extn("starttls") and not is_own:
        connection.starttls(context=trust)
        connection.ehlo()
    elif server.scheme == "smtp+starttls" or (server.password and not is_own):
        connection.close()
        raise NotEncrypted("the mail server offers no encryption")
    return connection


def _told(error: Exception) -> str:
    """Say what went wrong, without what the other side or the address said."""
    code = getattr(error, "code", None) or getattr(error, "smtp_code", None)
    reason = getattr(error, "reason", None)
    if isinstance(reason, OSError):
        error = reason
    detail = f" {code}" if code else ""
    said = error.strerror if isinstance(error, OSError) and not code else None
    if isinstance(error, NotEncrypted):
        said = str(error)
    return f"{type(error).__name__}{detail}" + (f" ({said})" if said else "")
