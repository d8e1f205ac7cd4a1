"""A Postgres of its own on loopback, where the machine has one installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

PASSWORD = "s3cret of nobody"


@dataclass(frozen=True)
class Server:
    """A server at work: one database `shop`, the user `reader` with PASSWORD."""

    port: int

    def address(self, schema: str, password: str = "s3cret%20of%20nobody") -> str:
        """Return the address of a schema as a landing."""
        host = f"reader:{password}@127.0.0.1:{self.port}"
        return f"postgresql://{host}/shop?schema={schema}"

    def run(self, *statements: str) -> None:
        """Run statements as the owner of everything."""
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, dbname="shop", user="owner"
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()


def binaries() -> Path | None:
    """Return the folder of the newest Postgres of this machine, None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def why_not() -> str:
    """Say why no server can be started here; '' where one can."""
    if binaries() is None:
        return "no Postgres is installed (Debian package postgresql)"
    if os.geteuid() == 0 and not _has_user():
        return "Postgres does not run as root, and there is no user postgres"
    return ""


@contextmanager
def server() -> Iterator[Server]:
    """Run a server in a folder of its own until the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg_"))
    programs = binaries()
    assert programs is not None
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, port = folder / "data", _free_port()
        _run(programs / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-N")
        rules = "host shop reader 127.0.0.1/32 scram-sha-256\n"
        rules += "host all owner 127.0.0.1/32 trust\n"
        (data / "pg_hba.conf").write_text(rules)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={folder}"
        control = programs / "pg_ctl"
        log = folder / "log"
        _run(control, "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            started = Server(port)
            _prepare(port)
            yield started
        finally:
            _run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            connection = psycopg2.connect(
                host="127.0.0.1", port=port, dbname="postgres", user="owner"
            )
            break
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database shop")
        cursor.execute("create user reader with password %s", [PASSWORD])
        cursor.execute("grant pg_read_all_data to reader")
    connection.close()


def _run(*words: object) -> None:
    as_postgres: Sequence[str] = ()
    if os.geteuid() == 0:
        as_postgres = ("runuser", "-u", "postgres", "--")
    subprocess.run(
        [*as_postgres, *map(str, words)],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )


def _has_user() -> bool:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
