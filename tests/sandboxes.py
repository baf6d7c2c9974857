"""A register that is a sandbox, and real-looking numbers, which are of nobody the tests know."""

from chengxin.lib.codes import check_digit
from tests.conftest import Register


def make_sandbox(register: Register) -> None:
    """Turn a copy of the template into a sandbox, past the trigger that lets nobody do so."""
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE ground_installation DISABLE TRIGGER USER")
        connection.execute("UPDATE ground_installation SET kind = 'sandbox'")
        connection.execute("ALTER TABLE ground_installation ENABLE TRIGGER USER")


def real_code(area: str = "140105", born: str = "19880304", sequence: int = 121) -> str:
    """Give a number of sound form in an area that exists, made up like every other here."""
    first = f"{area}{born}{sequence:03d}"
    return first + check_digit(first)
