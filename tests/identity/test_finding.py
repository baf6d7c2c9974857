"""Whom a masked code may mean among namesakes: the digits that are seen decide, all of them."""

from datetime import date

from chengxin.identity.finding import Written, find_near
from chengxin.records.services import areas
from tests.conftest import Register
from tests.identity.feeding import new, take
from tests.people import code_of


def test_namesakes_of_one_area_and_last_four_are_told_apart_by_the_year(register: Register, today: date) -> None:
    meant = code_of("19880304", 121)
    # Somebody of another year whose code ends alike, entered before.
    other = next(
        code
        for serial in (f"1979{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29))
        if (code := code_of(serial, 121))[-4:] == meant[-4:]
    )
    take(register, new(1, other, "周一鸣"), new(2, meant, "周一鸣"))
    for written in (f"{meant[:10]}****{meant[14:]}", f"{meant[:10]}＊＊＊＊{meant[14:]}"):
        near = find_near(Written("resident-id", written, "周一鳴"), on=today, areas=areas()).near
        assert [one.code for one in near] == [meant]
    unknown = find_near(
        Written("resident-id", f"{meant[:6]}********{meant[14:]}", "周一鸣"), on=today, areas=areas()
    ).near
    assert {one.code for one in unknown} == {meant, other}
    assert unknown[0].suggestion.score == unknown[1].suggestion.score
