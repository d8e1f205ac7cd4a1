"""Refuses every address but loopback, in this Python and in all that it starts.

Python imports `sitecustomize` from PYTHONPATH when it starts. What was refused is also
written to the file SOCKET_GUARD_LOG, since a library may swallow the error.
"""

import ipaddress
import os
import sys

WATCHED = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
}


def is_loopback(host: object) -> bool:
    """Whether a host, as Python hands it to the system, is this machine."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        # a name: to resolve it asks the network
        return False


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what is not loopback; paths of Unix sockets are no addresses."""
    if event not in WATCHED:
        return
    address = arguments[-1] if event.startswith("socket.send") else arguments[0]
    if event in ("socket.connect", "socket.bind"):
        address = arguments[1]
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        if not isinstance(address, tuple):
            return
        address = address[0]
    if is_loopback(address):
        return
    with open(os.environ["SOCKET_GUARD_LOG"], "a") as log:  # noqa: PTH123
        log.write(f"{event} {address} by process {os.getpid()}: {sys.argv}\n")
    raise PermissionError(f"{event} {address}: only loopback is allowed here")


if "SOCKET_GUARD_LOG" in os.environ:
    sys.addaudithook(guard)
