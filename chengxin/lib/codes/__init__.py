"""Certificate numbers of persons and organisations: whether a text is one, and its stored form."""

import re
from datetime import date
from unicodedata import normalize

from chengxin.lib.codes import organisation, permits, resident
from chengxin.lib.codes.organisation import gb11714_check_digit, uscc_check_digit
from chengxin.lib.codes.resident import check_digit
from chengxin.lib.codes.types import TEMPLATE_VALUES, CodeType, from_template
from chengxin.lib.codes.verdicts import Fault, Verdict
from chengxin.lib.regions import AreaBook

__all__ = [
    "TEMPLATE_VALUES",
    "CodeType",
    "Fault",
    "Verdict",
    "check_digit",
    "examine",
    "from_template",
    "gb11714_check_digit",
    "holds_code",
    "uscc_check_digit",
]

_BY_DAY = {
    CodeType.HMT_RESIDENCE_PERMIT: permits.examine_hmt_permit,
    CodeType.FOREIGN_PERMANENT_RESIDENT: permits.examine_foreign_resident,
}
_BY_FORM = {
    CodeType.PASSPORT: permits.examine_passport,
    CodeType.HM_TRAVEL_PERMIT: permits.examine_hm_permit,
    CodeType.TW_TRAVEL_PERMIT: permits.examine_tw_permit,
    CodeType.ORGANISATION: organisation.examine_organisation,
    CodeType.ORGANISATION_LEGACY: organisation.examine_organisation_legacy,
}


def examine(code_type: CodeType | None, text: str | None, *, on: date, areas: AreaBook) -> Verdict:
    """Judge a number under the kind of certificate it is said to be from, as of a day.

    No text is accepted under two kinds, for the same day and areas. ``records.intake.code_checks`` gives the same
    verdicts for whole columns.
    """
    if code_type is None:
        return Verdict(fault=Fault.TYPE)
    if not text:
        return Verdict(fault=Fault.EMPTY)
    if code_type is CodeType.RESIDENT_ID:
        return resident.examine_resident(text, on=on, areas=areas)
    if by_day := _BY_DAY.get(code_type):
        return by_day(text, on=on)
    return _BY_FORM[code_type](text)


CODE_RUN = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
# The same as people write it: in groups, with a blank or a stroke between.
SPACED_RUN = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){16}[ -]?[\dXx](?![0-9A-Za-z])", re.ASCII)
_OF_PERSONS = (CodeType.RESIDENT_ID, CodeType.HMT_RESIDENCE_PERMIT, CodeType.FOREIGN_PERMANENT_RESIDENT)


def holds_code(text: str, *, on: date, areas: AreaBook) -> bool:
    """Tell whether a text holds a person's valid 18-digit number, in whatever kind of digits and however grouped.

    Source: safeguard 13; 个人信息保护法 第六条.
    """
    runs = (re.sub("[ -]", "", run.group()) for run in SPACED_RUN.finditer(normalize("NFKC", text)))
    return any(examine(kind, run, on=on, areas=areas) for run in runs for kind in _OF_PERSONS)
