"""What goes in and out of the API. Values of persons are kept out of every readable form."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from chengxin.identity.services.verification import MOST_ITEMS, Answer, Asked

PurposeCode = Annotated[str, StringConstraints(pattern=r"^SM-[A-Z]{2}-\d{4,12}$")]
CodeTypeName = Literal[
    "resident-id",
    "hmt-residence-permit",
    "foreign-permanent-resident",
    "passport",
    "hm-travel-permit",
    "tw-travel-permit",
]
# What a database's text can hold.
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Result = Literal["match", "mismatch", "not_found", "refused"]
# Of nobody: the area was never assigned.
EXAMPLE_CODE = "149999199001010018"
EXAMPLE_PERSON: dict[str, Any] = {"code_type": "resident-id", "code": EXAMPLE_CODE, "name": "张三"}
PURPOSE_HELP = "登记的用途编号，例如 SM-JT-0001 / number of the registered purpose"


class Person(Schema):
    """One person to check."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Words = Field(max_length=200, repr=False, description="姓名 / name as on the certificate")
    code_type: CodeTypeName = Field(description="证件种类 / kind of certificate")
    code: Words = Field(max_length=40, repr=False, description="证件号码 / number of the certificate")

    def asked(self) -> Asked:
        return Asked(self.code_type, self.code, self.name)


class Check(Person):
    """One person to check for a registered purpose."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"purpose": "SM-JT-0001", **EXAMPLE_PERSON}]})

    purpose: PurposeCode = Field(description=PURPOSE_HELP)


class Batch(Schema):
    """Up to ten thousand persons to check in one call, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"purpose": "SM-JT-0001", "items": [EXAMPLE_PERSON]}]},
    )

    purpose: PurposeCode = Field(description=PURPOSE_HELP)
    items: list[Person] = Field(min_length=1, max_length=MOST_ITEMS, repr=False)


class Checked(Schema):
    """The answer: no data of the person, ever. ``reason`` says why an item of a batch was refused."""

    result: Result = Field(description="相符 match；不符 mismatch；查无 not_found；未核验 refused（仅批量）")
    assurance: Literal["none", "register", "attested"] = Field(description="相符时的可信程度 / how sure a match is")
    receipt: str = Field(description="回执编号；未核验的没有 / number of the receipt")
    reason: str = ""

    @classmethod
    def of(cls, answer: Answer) -> "Checked":
        return cls(
            result=answer.outcome,  # type: ignore[arg-type]
            assurance=answer.assurance,  # type: ignore[arg-type]
            receipt=answer.receipt,
            reason=answer.refusal,
        )


class CheckedBatch(Schema):
    """The answers in the order of the items."""

    items: list[Checked]


class ReceiptNumber(Schema):
    model_config = ConfigDict(extra="forbid")

    receipt: str = Field(pattern=r"^V[A-Za-z2-7]{26}$", examples=["VAAAAAAAAAAAAAAAAAAAAAAAAAA"])


class ReceiptShown(Schema):
    """What a receipt attests; it doesn't say whom the check was about."""

    at: datetime
    organisation: str
    purpose: str
    field: str
    basis: str
    result: Result
    assurance: str


class PurposeShown(Schema):
    """A purpose registered for the client's organisation and in force today."""

    code: str
    field: str
    purpose: str
    basis: str
    valid_until: str
    daily_quota: int
    daily_misses: int
    per_minute: int


class LeaveGranted(Schema):
    """What a person granted, as it stands when the code is exchanged."""

    type: Literal["urn:chengxin:leave"] = "urn:chengxin:leave"
    authorisation: str = Field(description="授权编号 / number of the authorisation")
    duty: str
    items: list[str]
    once: bool
    last_day: date
    announces: bool = Field(description="可以告知变化 / changes may be told")


class TokenGiven(Schema):
    """RFC 6749, section 5.1."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the kind, not a token
    expires_in: int
    scope: str
    sub: str | None = Field(None, description="本人在贵单位的假名 / the person's pseudonym at your organisation")
    authorization_details: list[LeaveGranted] | None = Field(
        None, description="本人同意了什么 / what the person granted (RFC 9396)"
    )


class Pushed(Schema):
    """RFC 9126, section 2.2."""

    request_uri: str = Field(repr=False)
    expires_in: int


class Problem(Schema):
    """RFC 9457. ``code`` is stable and published; texts may change."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_en: str
    source: str | None = None
    fields: list[str] | None = Field(
        None, description="哪些字段不合格式（request-invalid）/ which fields are malformed"
    )
    error: str | None = Field(None, description="RFC 6749 error code (token endpoint)")
