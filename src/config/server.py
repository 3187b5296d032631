"""The web server as a child process of `tongxin serve`: `python -m config.server HOST PORT WORKERS`."""

import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes

from config import lifeline

STOP_PATIENCE = 20  # seconds for requests under way


def main() -> None:
    host, port, workers = sys.argv[1:4]
    lifeline.end_with_parent()
    Granian(
        "config.asgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # browsers speak HTTP/2 by TLS alone, which ends at the proxy; asking each connection costs
        workers=int(workers),
        runtime_mode=RuntimeModes.st,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_PATIENCE,
    ).serve()


if __name__ == "__main__":
    main()
