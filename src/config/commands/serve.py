"""`tongxin serve`: web, job worker and timers, and the embedded database where no other is named."""

import argparse
import errno
import os
import socket
import sys
import time

from config.commands.migrate import migrate, pending
from config.embedded import EmbeddedServer
from config.embedded_host import ServerUnavailable
from config.supervisor import Child, log, supervise
from config.surroundings import Wrong, database, set_up_django

HELP = "serve the platform until stopped"
LANE = 2  # connections of the release lane in each web process, beside those of the pages
PATIENCE_FOR_PORT = 2.0  # seconds: a server killed just now lets go of its port


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument("--migrate", action="store_true", help="bring the database to this version first")


def add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    parser.add_argument(
        "--host", default="127.0.0.1", help="default: 127.0.0.1; 0.0.0.0 for every network of this machine"
    )
    parser.add_argument("--workers", type=int, default=2, help="web processes (default: 2)")
    parser.add_argument("--threads", type=int, default=8, help="requests at once in each web process (default: 8)")


def run(args: argparse.Namespace) -> int:
    refuse_taken_port(args.host, args.port)
    with database() as server:
        set_up_django()
        if args.migrate:
            migrate()
        elif waiting := pending():
            message = (
                f"The database wants {waiting} migrations first: run `tongxin migrate`, or `tongxin serve --migrate`."
            )
            raise Wrong(message)
        serve(args, server)
    return 0


def refuse_taken_port(host: str, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_FOR_PORT
    while True:
        problem = _try_port(host, port)
        if problem is None:
            return
        if problem.errno != errno.EADDRINUSE:
            message = f"{host}:{port} cannot be opened: {problem.strerror}."
            raise Wrong(message)
        if time.monotonic() > deadline:
            message = f"Port {port} is taken by another program: stop that one, or choose another with --port."
            raise Wrong(message)
        time.sleep(0.2)


def _try_port(host: str, port: int) -> OSError | None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as problem:
        return problem
    return None


def serve(args: argparse.Namespace, server: EmbeddedServer | None) -> None:
    """With Django set up and the tables in place; returns when asked to stop."""
    from config import logs, static_files  # noqa: PLC0415  only once Django is set up

    logs.configure()
    static_files.collect()
    os.environ["TONGXIN_THREADS"], os.environ["TONGXIN_PORT"] = str(args.threads), str(args.port)
    os.environ["TONGXIN_DB_POOL"] = str(args.threads + LANE)
    children = [
        Child("web", ["config.server", args.host, str(args.port), str(args.workers)]),
        Child("jobs", ["config.worker"]),
    ]
    supervise(children, [lambda: keep_running(server), Announcement(args.host, args.port).look])


class Announcement:
    """The addresses, one a line on stdout, once somebody answers there."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port, self.made = host, port, False

    def look(self) -> None:
        if self.made or not self._answered():
            return
        self.made = True
        for address in addresses(self.host):
            sys.stdout.write(f"http://{address}:{self.port}/\n")
        sys.stdout.flush()

    def _answered(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  compared, not bound
        try:
            socket.create_connection((host, self.port), timeout=0.2).close()
        except OSError:
            return False
        return True


def keep_running(server: EmbeddedServer | None) -> None:
    """The embedded database is started again when it was killed."""
    if server is None or server.is_alive():
        return
    log.error("database ended", starting="again")
    try:
        server.ensure_running()
    except ServerUnavailable as problem:
        log.error("database does not start", words=str(problem))


def addresses(host: str) -> list[str]:
    """What to type into a browser: for 0.0.0.0 every IPv4 address of this machine."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        return [f"[{host}]" if ":" in host else host]
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        found = set()
    return ["127.0.0.1", *sorted(found - {"127.0.0.1"})]
