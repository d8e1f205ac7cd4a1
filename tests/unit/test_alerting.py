"""Alerts against real servers on loopback: what they get, and what a failure leaves."""

import base64
import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.alerts.operators import alert_operators
from orchestration.alerts.sending import LONGEST_TEXT, Alert, send
from orchestration.settings.alert_channels import Channels, alert_channels
from orchestration.settings.errors import SettingsError

PASSWORD = "open-sesame"
ALERT = Alert(
    title="Refresh failed",
    text="orders/a.csv has no column ordered_at",
    home="/data/home",
    refresh_id="20260101T020000.000000Z",
    step="landing",
)


class Webhook:
    """A web server that keeps what is posted to it, and answers as it is told."""

    def __init__(self, status: int = 200, location: str | None = None) -> None:
        self.posted: list[tuple[str, bytes]] = []
        self.logged_in: list[str | None] = []
        posted, logged_in = self.posted, self.logged_in

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                posted.append((self.headers["Content-Type"], self.rfile.read(length)))
                logged_in.append(self.headers["Authorization"])
                self.send_response(status)
                if location is not None:
                    self.send_header("Location", location)
                self.end_headers()

            def do_GET(self) -> None:
                posted.append(("GET", b""))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?key={PASSWORD}"


@contextmanager
def webhook(status: int = 200, location: str | None = None) -> Iterator[Webhook]:
    hook = Webhook(status, location)
    threading.Thread(target=hook.server.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()


def test_a_webhook_may_ask_for_a_log_in() -> None:
    with webhook() as hook:
        url = hook.url.replace("127.0.0.1", f"al%40bo:{PASSWORD}@127.0.0.1")
        assert send(ALERT, Channels(webhook_url=url)) == ["webhook"]
        plain = send(ALERT, Channels(webhook_url=hook.url))
    assert plain == ["webhook"]
    pair = base64.b64encode(f"al@bo:{PASSWORD}".encode()).decode()
    assert hook.logged_in == [f"Basic {pair}", None]


class MailServer:
    """As much of SMTP as a client needs to hand over a mail."""

    def __init__(self, refuse: bytes | None = None) -> None:
        self.heard: list[str] = []
        self.mail = ""
        self._refuse = refuse
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 test\r\n")
            while line := stream.readline().decode().strip():
                self.heard.append(line)
                word = line.split(" ")[0].upper()
                if word == "DATA":
                    stream.write(b"354 go on\r\n")
                    lines = iter(lambda: stream.readline().decode().rstrip(), ".")
                    self.mail = "\n".join(lines)
                answers = {
                    "EHLO": b"250-test\r\n250 AUTH PLAIN LOGIN\r\n",
                    "AUTH": b"235 welcome\r\n",
                    "RCPT": self._refuse or b"250 ok\r\n",
                    "QUIT": b"221 bye\r\n",
                }
                stream.write(answers.get(word, b"250 ok\r\n"))
                if word == "QUIT":
                    return


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


def mail_channels(port: int, scheme: str = "smtp", user: str = "") -> Channels:
    return Channels(
        smtp_url=f"{scheme}://{user}127.0.0.1:{port}",
        mail_to=("night@example.org", "day@example.org"),
        mail_from="warehouse@example.org",
    )


def test_nothing_is_sent_without_configuration() -> None:
    log: list[str] = []
    assert send(ALERT, Channels(), log.append) == []
    assert log == []


def test_the_webhook_is_given_json() -> None:
    with webhook() as hook:
        assert send(ALERT, Channels(webhook_url=hook.url)) == ["webhook"]
    ((kind, body),) = hook.posted
    assert kind.startswith("application/json")
    assert json.loads(body) == {
        "title": "Refresh failed",
        "text": "orders/a.csv has no column ordered_at",
        "severity": "critical",
        "refresh_id": "20260101T020000.000000Z",
        "step": "landing",
        "home": "/data/home",
    }


def test_a_mail_says_what_where_and_to_whom(mail_server: MailServer) -> None:
    user = f"warehouse:{PASSWORD}@"
    assert send(ALERT, mail_channels(mail_server.port, user=user)) == ["mail"]
    assert any(line.startswith("AUTH") for line in mail_server.heard)
    assert "rcpt TO:<night@example.org>" in mail_server.heard
    assert "rcpt TO:<day@example.org>" in mail_server.heard
    assert "Subject: [critical] Refresh failed" in mail_server.mail
    assert "From: warehouse@example.org" in mail_server.mail
    for words in (ALERT.text, "step: landing", "home: /data/home"):
        assert words in mail_server.mail


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def without_encryption(port: int) -> Channels:
    return mail_channels(port, "smtp+starttls", f"warehouse:{PASSWORD}@")


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (lambda: Channels(webhook_url=f"http://127.0.0.1:{closed_port()}/"), "refused"),
        (lambda: mail_channels(closed_port(), user=f"me:{PASSWORD}@"), "refused"),
        (lambda: without_encryption(MailServer().port), "offers no encryption"),
        (
            lambda: mail_channels(MailServer(b"550 no such user\r\n").port),
            "SMTPRecipientsRefused",
        ),
    ],
)
def test_a_failing_alert_is_logged_without_keys(
    channels: Callable[[], Channels], said: str
) -> None:
    log: list[str] = []
    assert send(ALERT, channels(), log.append) == []
    (line,) = log
    assert "alert NOT sent" in line
    assert said in line
    assert PASSWORD not in line


def test_an_answer_that_is_no_success_is_logged() -> None:
    log: list[str] = []
    with webhook(500) as hook:
        assert send(ALERT, Channels(webhook_url=hook.url), log.append) == []
    assert log == ["alert NOT sent by webhook: HTTPError 500"]


def test_nobody_sends_an_alert_elsewhere() -> None:
    log: list[str] = []
    with webhook() as other, webhook(302, other.url) as hook:
        assert send(ALERT, Channels(webhook_url=hook.url), log.append) == []
    assert other.posted == []
    assert log == ["alert NOT sent by webhook: HTTPError 302"]


def test_one_channel_that_fails_does_not_silence_the_other(
    mail_server: MailServer,
) -> None:
    with webhook(500) as hook:
        channels = Channels(
            webhook_url=hook.url,
            smtp_url=f"smtp://127.0.0.1:{mail_server.port}",
            mail_to=("night@example.org",),
        )
        assert send(ALERT, channels) == ["mail"]


def test_a_long_text_is_cut() -> None:
    body = Alert("Refresh failed", "x" * (LONGEST_TEXT + 1), "/data").body()
    text = body["text"] or ""
    assert text.endswith("the rest is in the log)")
    assert len(text) < LONGEST_TEXT + 50


def test_channels_never_show_their_keys() -> None:
    assert PASSWORD not in repr(Channels(webhook_url=f"https://x/{PASSWORD}"))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ALERT_WEBHOOK_URL": f"ftp://host/{PASSWORD}"}, "ALERT_WEBHOOK_URL"),
        ({"ALERT_WEBHOOK_URL": f"https:///{PASSWORD}"}, "names a host"),
        ({"ALERT_WEBHOOK_URL": f"https://host/a b{PASSWORD}"}, "no blanks"),
        ({"ALERT_WEBHOOK_URL": f"https://host/\n{PASSWORD}"}, "no blanks"),
        ({"ALERT_WEBHOOK_URL": f"https://höst/{PASSWORD}"}, "beyond ASCII"),
        ({"SMTP_URL": f"mail.host:{PASSWORD}", "ALERT_MAIL_TO": "a@b.c"}, "SMTP_URL"),
        ({"SMTP_URL": f"smtp://me:{PASSWORD}@host"}, "need each other"),
        ({"ALERT_MAIL_TO": "a@b.c"}, "need each other"),
    ],
)
def test_channels_that_cannot_be_meant_are_refused(
    environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        alert_channels({f"CUSTOMER360_{k}": v for k, v in environment.items()})
    assert said in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_channels_that_cannot_be_read_hide_no_failure(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CUSTOMER360_ALERT_WEBHOOK_URL", f"nowhere/{PASSWORD}")
    assert alert_operators("Refresh failed", "why") == []
    told = capsys.readouterr().err
    assert "alert NOT sent" in told
    assert PASSWORD not in told
