"""Answers at a fixed beat."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.pace import on_the_beat, time_left


@given(taken=st.floats(0, 2), beat=st.floats(0.001, 0.5))
def test_whatever_the_work_took_it_ends_at_a_whole_beat(taken: float, beat: float) -> None:
    beats = (taken + time_left(taken, beat_s=beat)) / beat
    assert abs(beats - round(beats)) < 1e-6
    assert round(beats) >= 1
    assert -1e-9 <= time_left(taken, beat_s=beat) <= beat + 1e-9


@pytest.mark.parametrize(
    ("taken", "left"), [(0.0, 0.005), (0.001, 0.004), (0.005, 0.0), (0.0051, 0.0049), (0.012, 0.003)]
)
def test_how_long_to_wait(taken: float, left: float) -> None:
    assert time_left(taken, beat_s=0.005) == pytest.approx(left, abs=1e-9)


def test_errors_keep_the_beat_too(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    with on_the_beat(0.5):
        pass
    with pytest.raises(ZeroDivisionError), on_the_beat(0.5):
        raise ZeroDivisionError
    assert all(0.3 < one <= 0.5 for one in waited)
    assert len(waited) == 2
