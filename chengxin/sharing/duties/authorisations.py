"""What the person allowed an organisation to read of them, for a purpose that needs it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Authorised:
    """An authorisation in force: its number, and the items that it opens, by code."""

    id: int
    reference: str
    items: tuple[str, ...]


def standing_authorisation(
    subject_id: int,  # noqa: ARG001  # what an authorisation hangs on, of which there is none yet
    organisation_id: int,  # noqa: ARG001
    duty_id: int,  # noqa: ARG001
    today: date,  # noqa: ARG001
) -> Authorised | None:
    """Give the person's authorisation for an organisation and a duty that is in force today. Nobody can give one yet."""
    return None
