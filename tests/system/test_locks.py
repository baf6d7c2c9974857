"""Writing the locks anew takes away whatever was granted beside them."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chengxin.ground.locks import apply_locks, role_names
from tests.conftest import Register
from tests.system.conftest import copied
from tests.system.privileges import READ

NAMES = role_names("chengxin")
STRAY = {
    "table": "GRANT SELECT ON records_payload TO PUBLIC",
    "view": "GRANT SELECT ON records_shown TO PUBLIC",
    "column": "GRANT UPDATE (password) ON identity_user TO PUBLIC",
    "sequence": "GRANT UPDATE ON SEQUENCE identity_subject_seq TO PUBLIC",
    "function": "GRANT EXECUTE ON FUNCTION records_newest(bigint, bigint) TO PUBLIC",
    "queue-function": "GRANT EXECUTE ON FUNCTION procrastinate_unregister_worker_v1(bigint) TO PUBLIC",
    "role": "GRANT DELETE ON ground_access_entry TO chengxin_public",
    "role-function": "GRANT EXECUTE ON FUNCTION records_newest(bigint, bigint) TO chengxin_public",
}


@pytest.fixture(scope="module")
def owner(cluster: tuple[str, dict[str, str]]) -> Iterator[str]:
    """Give the owner's address on a database with locks written twice: a first time may differ from all later ones."""
    with copied(cluster[0]) as url:
        address = make_conninfo(cluster[1]["owner"], dbname=conninfo_to_dict(url)["dbname"])
        apply_locks(address, NAMES)
        yield address


def grants(url: str) -> set[tuple[object, ...]]:
    """Read every grant, the job queue's functions included."""
    with psycopg.connect(url) as connection:
        query = READ.replace("AND (proname !~ '^procrastinate_')", "")
        assert query != READ
        return set(connection.execute(query.encode(), [connection.info.dbname]).fetchall())


def of_objects(url: str) -> set[tuple[object, ...]]:
    return {grant for grant in grants(url) if grant[0] != "database"}


@pytest.mark.parametrize("stray", STRAY)
def test_stray_grant_is_gone_after_the_locks(owner: str, stray: str) -> None:
    before = grants(owner)
    with psycopg.connect(owner) as connection:
        connection.execute(STRAY[stray].encode())
    assert grants(owner) - before
    apply_locks(owner, NAMES)
    assert grants(owner) == before


def test_stray_grant_that_was_handed_on_is_gone_too(register: Register) -> None:
    before = of_objects(register.urls["owner"])
    with register.connect("owner") as connection:
        connection.execute("GRANT SELECT ON records_payload TO chengxin_app WITH GRANT OPTION")
    with register.connect("app") as connection:
        connection.execute("GRANT SELECT ON records_payload TO PUBLIC")
    assert ("table", "records_payload", "", "-", "SELECT", False) in of_objects(register.urls["owner"])
    apply_locks(register.urls["owner"], NAMES)
    assert of_objects(register.urls["owner"]) == before


def test_first_writing_leaves_what_later_ones_leave(register: Register, owner: str) -> None:
    assert of_objects(register.urls["owner"]) == of_objects(owner)


def test_everybody_may_execute_nothing_of_ours(owner: str) -> None:
    assert {grant for grant in grants(owner) if grant[0] != "schema" and grant[3] == "-"} == set()
