"""The organisations of the demo province.

Codes carry area 149999, which was never assigned, so none of them belongs to an organisation that exists; regions are
the real ones.
"""

from dataclasses import asdict, dataclass
from typing import Final

from chengxin.lib.codes import gb11714_check_digit, uscc_check_digit
from chengxin.lib.regions import TEST_AREA

DEPARTMENT, COURT, CENTRE, FINANCIAL, SUPERVISOR = "department", "court", "centre", "financial", "supervisor"
FORMS = {
    DEPARTMENT: "11",
    COURT: "11",
    CENTRE: "12",
    FINANCIAL: "91",
    SUPERVISOR: "11",
}  # first two characters of the code


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; ``short`` stands at the head of its document numbers, ``field`` is its trade here."""

    code: str
    name: str
    kind: str
    region: str
    short: str = ""
    field: str = ""


def organisation_code(kind: str, serial: int) -> str:
    """Return the code of the serial-th demo organisation."""
    inner = f"{serial:08}"
    first17 = f"{FORMS[kind]}{TEST_AREA}{inner}{gb11714_check_digit(inner)}"
    return first17 + uscc_check_digit(first17)


_FIELDS = (
    ("market", "市场监督管理局", "市监"),
    ("transport", "交通运输局", "交"),
    ("environment", "生态环境局", "环"),
    ("health", "卫生健康委员会", "卫"),
    ("housing", "住房和城乡建设局", "建"),
    ("labour", "人力资源和社会保障局", "人社"),
    ("land", "自然资源局", "自然资"),
    ("farming", "农业农村局", "农"),
)
_PLACES = (
    ("140000", "山西省", "晋"),
    ("140100", "太原市", "并"),
    ("140200", "大同市", "同"),
    ("140400", "长治市", "长"),
)
_PROVINCIAL = {"交通运输局": "交通运输厅", "生态环境局": "生态环境厅", "住房和城乡建设局": "住房和城乡建设厅"} | {
    "人力资源和社会保障局": "人力资源和社会保障厅", "自然资源局": "自然资源厅", "农业农村局": "农业农村厅",
}  # fmt: skip
_OTHERS = (
    (COURT, "太原市中级人民法院", "140100", "晋01", "court"),
    (COURT, "大同市中级人民法院", "140200", "晋02", "court"),
    (COURT, "长治市中级人民法院", "140400", "晋04", "court"),
    (COURT, "运城市中级人民法院", "140800", "晋08", "court"),
    (DEPARTMENT, "山西省精神文明建设办公室", "140000", "晋文明办", "honour"),
    (DEPARTMENT, "太原市精神文明建设办公室", "140100", "并文明办", "honour"),
    (DEPARTMENT, "共青团山西省委员会", "140000", "晋青", "volunteer"),
    (DEPARTMENT, "山西省民政厅", "140000", "晋民", "volunteer"),
    (CENTRE, "山西省公共信用信息中心", "140000", "晋信", "centre"),
    (FINANCIAL, "晋诚演示银行股份有限公司", "140100", "", "bank"),
    (FINANCIAL, "并州演示农村商业银行股份有限公司", "140100", "", "bank"),
    # Who licenses key occupations beside the fields above. New ones go to the end: serials make codes.
    (DEPARTMENT, "山西省司法厅", "140000", "晋司", "justice"),
    (DEPARTMENT, "山西省教育厅", "140000", "晋教", "education"),
    (DEPARTMENT, "太原市教育局", "140100", "并教", "education"),
    (DEPARTMENT, "山西省财政厅", "140000", "晋财", "finance"),
    (DEPARTMENT, "山西省审计厅", "140000", "晋审", "audit"),
    (DEPARTMENT, "山西省药品监督管理局", "140000", "晋药监", "drugs"),
    (DEPARTMENT, "国家税务总局山西省税务局", "140000", "晋税", "tax"),
    (DEPARTMENT, "山西省消防救援总队", "140000", "晋消", "fire"),
    (DEPARTMENT, "山西省文化和旅游厅", "140000", "晋文旅", "tourism"),
    (DEPARTMENT, "山西省地方金融管理局", "140000", "晋金", "money"),
    (SUPERVISOR, "山西省发展和改革委员会", "140000", "晋发改", "supervisor"),
)


def _all() -> tuple[Organisation, ...]:
    rows = [
        (DEPARTMENT, place + (_PROVINCIAL.get(name, name) if region == "140000" else name), region, head + short, field)
        for field, name, short in _FIELDS
        for region, place, head in _PLACES
    ]
    return tuple(
        Organisation(organisation_code(kind, serial), name, kind, region, short, field)
        for serial, (kind, name, region, short, field) in enumerate([*rows, *_OTHERS], start=1)
    )


EVERY: Final = _all()
_ABOVE = {
    one.field: one.code for one in EVERY if one.field in {field for field, *_ in _FIELDS} and one.region == "140000"
}
ORGANISATIONS: Final[list[dict[str, str]]] = [
    {key: asdict(one)[key] for key in ("code", "name", "kind", "region")}
    | {"superior": _ABOVE.get(one.field, "") if one.region != "140000" else ""}
    for one in EVERY
]
"""What the demo loader creates, superiors first: code, name, kind (department, court, centre, financial), region, superior."""


def of_field(field: str) -> list[Organisation]:
    return [one for one in EVERY if one.field == field]
