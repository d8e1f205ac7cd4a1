"""The alerts of the commands: to whom the environment says, about this home.

Belongs here: putting an alert together from settings and a refresh. How it is sent
stands in `alerts.sending`.
"""

import sys

from orchestration.alerts.sending import Alert, send
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.alert_channels import alert_channels
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings


def alert_operators(
    title: str,
    text: str,
    *,
    severity: str = "critical",
    refresh: Refresh | None = None,
    refresh_id: str | None = None,
    step: str | None = None,
) -> list[str]:
    """Send an alert on all channels that are configured; return those that took it.

    What could not be sent is told on the stream for errors, and in the log of the
    refresh where there is one; nothing is raised.
    """

    def log(line: str) -> None:
        if refresh is not None:
            refresh.log.line(line)
        print(line, file=sys.stderr)

    try:
        channels = alert_channels()
    except SettingsError as wrong:
        log(f"alert NOT sent: {wrong}")
        return []
    alert = Alert(
        title=title,
        text=text,
        home=_home(refresh),
        severity=severity,
        refresh_id=refresh.id if refresh else refresh_id,
        step=refresh.failed_step if refresh else step,
    )
    return send(alert, channels, log)


def has_channels() -> bool:
    """Say whether somebody is to be told at all."""
    try:
        channels = alert_channels()
    except SettingsError:
        return True
    return bool(channels.webhook_url or channels.smtp_url)


def _home(refresh: Refresh | None) -> str:
    if refresh is not None:
        return str(refresh.home.path)
    try:
        return str(Settings.from_environment().home)
    except SettingsError:
        # which setting is wrong stands in the text
        return "unknown"
