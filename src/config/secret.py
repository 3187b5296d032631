"""The installation's secret for signing sessions and codes."""

import os
import secrets
from pathlib import Path


def installation_secret(path: Path) -> str:
    """Read, or made once and kept with mode 0600. Two processes at once agree, for only one can make the file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)  # fails where another was first
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_text()
