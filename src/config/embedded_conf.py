"""The configuration files of the embedded PostgreSQL, written anew at every start."""

import os
import pwd
import shutil
from collections.abc import Mapping
from pathlib import Path

APP_ROLE = "tongxin"  # may make databases, is not a superuser
SUPERUSER = "postgres"
MIB = 1024**2


def files(cluster: Path, socket_folder: Path, runs_as: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Name -> text. Whoever may use the socket is told by the kernel (peer), so there is no password to keep."""
    people = sorted({runs_as, pwd.getpwuid(os.geteuid()).pw_name, "root"})
    values = {**server_settings(cluster.parent, socket_folder), **settings}
    lines = {
        "postgresql.conf": [f"{name} = '{value}'" for name, value in values.items()]
        + [f"include_if_exists = '{cluster.parent / 'local.conf'}'"],
        "pg_hba.conf": ["local all all peer map=tongxin"],
        "pg_ident.conf": [f'tongxin "{person}" {role}' for person in people for role in (APP_ROLE, SUPERUSER)],
    }
    head = "# written by tongxin at every start; your own settings go to ../local.conf"
    return {name: "\n".join([head, *body, ""]) for name, body in lines.items()}


def server_settings(home: Path, socket_folder: Path) -> dict[str, str]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB
    disk = shutil.disk_usage(home).free // MIB
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "max_connections": "200",
        "shared_buffers": f"{max(128, min(4096, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        # Seldom a checkpoint in a large import: each one makes every page be logged whole once more (a fifth of its time).
        "max_wal_size": f"{max(1024, min(8192, disk // 8))}MB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",  # solid-state disks
        "jit": "off",  # short queries: compiling costs more than it saves
        "max_parallel_workers_per_gather": "0",  # few cores, many users; and containers have a small /dev/shm
        "fsync": "on",
        "timezone": "UTC",
        "idle_in_transaction_session_timeout": "5min",
        "logging_collector": "on",
        "log_directory": str(home / "log"),
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_min_error_statement": "panic",  # statements and details carry personal data
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
    }
