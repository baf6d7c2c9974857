"""Bodies that hand in records or ask for them, and the licences that some of them need."""

from typing import ClassVar

from django.db import models


class Organisation(models.Model):
    """A body that hands in records or asks for them, under its unified code (GB 32100).

    ``superior`` stands in a region that covers this one's, and never under it. Whether it stands on a day is the database's
    ``identity_organisation_stands`` to say: within its dates, and licensed where its kind needs a licence.
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "信源单位"
        COURT = "court", "人民法院"
        CENTRE = "centre", "信用中心"
        FINANCIAL = "financial", "金融机构"
        CREDIT_AGENCY = "credit_agency", "征信机构"
        SCHOOL = "school", "学校"
        ASSOCIATION = "association", "行业协会商会"
        POPULATION = "population", "人口信息主管部门"
        SUPERVISOR = "supervisor", "社会信用主管部门"
        AUDITOR = "auditor", "审计、监督检查机关"

    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind)
    region = models.CharField(max_length=6)
    superior = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="subordinates")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "identity_organisation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="organisation_code_form", condition=models.Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$")
            ),
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=models.Q(
                    kind__in=(
                        "department",
                        "court",
                        "centre",
                        "financial",
                        "credit_agency",
                        "school",
                        "association",
                        "population",
                        "supervisor",
                        "auditor",
                    )
                ),
            ),
            models.CheckConstraint(
                name="organisation_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class NeededLicence(models.Model):
    """Which kind of organisation needs which licence, as ``licences.toml`` has it, where the database's guards read it."""

    kind = models.CharField(max_length=16)
    licence = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "identity_needed_licence"


class Licence(models.Model):
    """A licence or filing that an organisation holds for a term. Entered once, ended once; never changed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="licences")
    licence = models.CharField(max_length=24)
    number = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    entered_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "identity_licence"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="licence_has_number", condition=~models.Q(number="")),
            models.CheckConstraint(
                name="licence_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="licence_end_has_reason",
                condition=models.Q(ended_on=None, ended_by=None, end_reason="")
                | (models.Q(ended_on__isnull=False) & ~models.Q(end_reason="")),
            ),
        ]
