"""Numbers in addresses."""


def whole_number(text: str) -> int | None:
    """Read a number that fits the database's; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(1 << 31)) else None
