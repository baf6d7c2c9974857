"""The embedded server's settings: sized to the machine, made for bulk loads, silent about values."""

from pathlib import Path

from chengxin.site.runtime.machine import Machine

_MB = 1024 * 1024
_GB = 1024 * _MB
_SHARED_MEMORY_NEEDED = 256 * _MB

# No row, parameter or statement text may reach the log (design, decision 12). Terse leaves out DETAIL, where PostgreSQL
# quotes rows; but some messages quote values themselves ('invalid input syntax for type date: "…"'). Those are of level
# ERROR, go to the client anyway, and rank below LOG: from LOG on, the log tells of the server's own state alone.
_SILENT = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_startup_progress_interval": "2s",
}

_FIXED = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, YMD",
    "jit": "off",
    "work_mem": "32MB",
    "temp_buffers": "64MB",
    "wal_buffers": "64MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
}

# Tests start servers by the dozen: clearing large buffers costs each more than all the rest.
_QUICK = {"shared_buffers": "128MB", "wal_buffers": "16MB"}


def tuned(machine: Machine, sockets: Path, *, durable: bool, lz4: bool) -> dict[str, str]:
    """Return every setting of our own.

    ``durable=False`` is for tests: quick to start, and a crash of the machine may lose all.
    """
    memory = machine.memory_bytes
    wal = _clamp(machine.free_disk_bytes // 10, _GB, 8 * _GB)
    helpers = _clamp(machine.cores // 2, 1, 4)
    safety = "on" if durable else "off"
    settings = {
        "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
        "shared_buffers": _in_mb(_clamp(memory // 8, 128 * _MB, 2 * _GB)),
        "effective_cache_size": _in_mb(max(memory * 5 // 8, 128 * _MB)),
        "maintenance_work_mem": _in_mb(_clamp(memory // 16, 64 * _MB, _GB)),
        "max_wal_size": _in_mb(wal),
        "min_wal_size": _in_mb(wal // 2),
        "wal_compression": "lz4" if lz4 else "on",
        "fsync": safety,
        "full_page_writes": safety,
        "synchronous_commit": safety,
        "max_worker_processes": str(max(8, machine.cores)),
        "max_parallel_workers": str(machine.cores),
        "max_parallel_workers_per_gather": str(helpers),
        "max_parallel_maintenance_workers": str(helpers),
    }
    if not durable:
        settings |= _QUICK
    if machine.shared_memory_bytes < _SHARED_MEMORY_NEEDED:
        # Containers often give 64 MB, which a parallel hash join outgrows.
        settings["dynamic_shared_memory_type"] = "mmap"
    return _FIXED | _SILENT | settings


def as_file(settings: dict[str, str]) -> str:
    lines = ["# Written anew at each start; changes here are lost."]
    for name, value in settings.items():
        escaped = value.replace("\\", "\\\\").replace("'", "''")
        lines.append(f"{name} = '{escaped}'")
    return "\n".join(lines) + "\n"


def _clamp(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def _in_mb(size_bytes: int) -> str:
    return f"{size_bytes // _MB}MB"
