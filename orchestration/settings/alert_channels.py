"""Where alerts go: no fields of `Settings`, since their addresses hold passwords."""

from collections.abc import Mapping
from typing import Annotated

from pydantic.dataclasses import dataclass

from orchestration.settings.declared import read, setting
from orchestration.settings.environment import given_settings
from orchestration.settings.errors import SettingsError
from orchestration.settings.values import Addressees, address


@dataclass(frozen=True)
class Channels:
    """Where alerts go; nothing given sends nothing. Never shown: they hold keys.

    `smtp_url` is smtp:// (encrypted where the server can, and is not this machine),
    smtp+starttls:// (encrypted, or not sent) or smtps:// (encrypted from the start),
    with user:password@ or without.
    """

    webhook_url: Annotated[str | None, address("https", "http")] = setting(
        "ALERT_WEBHOOK_URL",
        "gets alerts as JSON (`title text severity refresh_id step home`) by POST; with"
        " `user:password@` or without",
        None,
        is_secret=True,
    )
    smtp_url: Annotated[str | None, address("smtp", "smtps", "smtp+starttls")] = (
        setting(
            "SMTP_URL",
            "mail server: `smtp://`, `smtp+starttls://` or `smtps://`, with"
            " `user:password@` or without",
            None,
            is_secret=True,
        )
    )
    mail_to: Addressees = setting(
        "ALERT_MAIL_TO", "who gets mails (comma separated)", (), is_secret=True
    )
    mail_from: str | None = setting(
        "ALERT_MAIL_FROM",
        "from whom mails come",
        None,
        told="the first of those who get them",
        is_secret=True,
    )


def alert_channels(environment: Mapping[str, str] | None = None) -> Channels:
    """Return where alerts go, nowhere by default; raise SettingsError."""
    channels = read(Channels, given_settings(environment))
    if bool(channels.smtp_url) != bool(channels.mail_to):
        raise SettingsError(
            "CUSTOMER360_SMTP_URL and CUSTOMER360_ALERT_MAIL_TO need each other: "
            "the server that sends alerts, and those who get them."
        )
    return channels
