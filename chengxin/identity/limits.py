"""The limits of logging in, read from ``login.toml`` and nowhere else."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from chengxin.lib.sources import Source

FILE = Path(__file__).parent / "login.toml"


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """How often one may fail, how long a session lasts, and how fresh a proof must be."""

    tries_of_account: int
    tries_of_address: int
    window: timedelta
    locked: timedelta
    idle: timedelta
    longest: timedelta
    before_login: timedelta
    sessions: int
    proof_to_open: timedelta
    proof_to_hand_in: timedelta
    source: Source


@cache
def login_limits() -> LoginLimits:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    tries, session, proof = content["tries"], content["session"], content["proof"]
    law, article = content["source"]

    def minutes(number: int) -> timedelta:
        return timedelta(minutes=number)

    return LoginLimits(
        tries["of_account"],
        tries["of_address"],
        minutes(tries["window_minutes"]),
        minutes(tries["locked_minutes"]),
        minutes(session["idle_minutes"]),
        minutes(session["longest_minutes"]),
        minutes(session["before_login_minutes"]),
        session["of_one_user"],
        minutes(proof["open_minutes"]),
        minutes(proof["hand_in_minutes"]),
        Source(law, article, provisional=content["provisional"]),
    )
