"""The kinds of certificate number the system takes, and how the national templates name them."""

from enum import StrEnum
from types import MappingProxyType


class CodeType(StrEnum):
    """A kind of certificate; no number is accepted under two of them."""

    RESIDENT_ID = "resident-id"
    HMT_RESIDENCE_PERMIT = "hmt-residence-permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign-permanent-resident"
    PASSPORT = "passport"
    HM_TRAVEL_PERMIT = "hm-travel-permit"
    TW_TRAVEL_PERMIT = "tw-travel-permit"
    ORGANISATION = "organisation"
    ORGANISATION_LEGACY = "organisation-legacy"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _LABELS[self][1]


_LABELS = {
    CodeType.RESIDENT_ID: ("居民身份证", "Resident identity card"),
    CodeType.HMT_RESIDENCE_PERMIT: ("港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"),
    CodeType.FOREIGN_PERMANENT_RESIDENT: ("外国人永久居留身份证", "Foreign permanent resident identity card"),
    CodeType.PASSPORT: ("护照", "Passport"),
    CodeType.HM_TRAVEL_PERMIT: ("港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"),
    CodeType.TW_TRAVEL_PERMIT: ("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    CodeType.ORGANISATION: ("统一社会信用代码", "Unified social credit code"),
    CodeType.ORGANISATION_LEGACY: ("组织机构代码", "Organisation code (until 2015)"),
}

TEMPLATE_VALUES = MappingProxyType(
    {
        **{kind.label: kind for kind in CodeType},
        "1": CodeType.RESIDENT_ID,
        "01": CodeType.RESIDENT_ID,
        "身份证": CodeType.RESIDENT_ID,
        "2": CodeType.PASSPORT,
        "02": CodeType.PASSPORT,
        "护照号": CodeType.PASSPORT,
        "3": CodeType.HM_TRAVEL_PERMIT,
        "03": CodeType.HM_TRAVEL_PERMIT,
        "4": CodeType.TW_TRAVEL_PERMIT,
        "04": CodeType.TW_TRAVEL_PERMIT,
        "5": CodeType.FOREIGN_PERMANENT_RESIDENT,
        "05": CodeType.FOREIGN_PERMANENT_RESIDENT,
        "港澳居民居住证": CodeType.HMT_RESIDENCE_PERMIT,
        "台湾居民居住证": CodeType.HMT_RESIDENCE_PERMIT,
        "外国人永久居留证": CodeType.FOREIGN_PERMANENT_RESIDENT,
    }
)
"""What stands in the column 证件类型 of the 双公示 templates (codes 1-5, with or without a leading 0, or the label).

The residence permit of Hong Kong, Macao and Taiwan residents has no code there, only its label.
"""


def from_template(value: str) -> CodeType | None:
    """Return the kind a template's value names, taken letter by letter; None where it names none."""
    return TEMPLATE_VALUES.get(value)
