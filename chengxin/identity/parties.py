"""A person as their certificate tells, at the credit centre's window; found by full code and matching name, or not at all."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from chengxin.identity.queries import Found, find_person
from chengxin.identity.sandbox import is_real_here
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.regions import standard_areas


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """A person's certificate. Has no readable form, so that it can't slip into a log."""

    code_type: str
    code: str
    name: str

    def canonical(self, today: date) -> str | None:
        """Give the code in its one form, or None for one that is no sound code of today's form."""
        kind = next((kind for kind in CodeType if kind.value == self.code_type), None)
        verdict = examine(kind, self.code.strip(), on=today, areas=standard_areas(test_area=settings.TEST_AREA))
        return None if verdict.legacy or is_real_here(self.code) else verdict.canonical


def find_party(party: Party, today: date) -> Found | None:
    """Give the person whom a certificate names, when both code and name are as registered. One to three statements."""
    code = party.canonical(today)
    if code is None:
        return None
    found = find_person(party.code_type, code, party.name)
    return found if found is not None and found.name_fits else None
