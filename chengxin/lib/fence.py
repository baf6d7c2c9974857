"""What a process gives up before it reads somebody else's bytes."""


def shut_in(memory: int, longest_s: int) -> None:
    """Give up memory beyond a limit, time beyond it, and every file and network connection: no descriptor can be opened from here on."""
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, longest_s),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))
