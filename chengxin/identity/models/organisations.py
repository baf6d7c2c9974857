"""Bodies that hand in records or ask for them."""

from django.db import models


class Organisation(models.Model):
    """A body that hands in records or asks for them, under its unified code (GB 32100)."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "信源单位"
        COURT = "court", "人民法院"
        CENTRE = "centre", "信用中心"
        FINANCIAL = "financial", "金融机构"
        CREDIT_AGENCY = "credit_agency", "征信机构"
        SCHOOL = "school", "学校"
        AUDITOR = "auditor", "审计、监督检查机关"

    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind)
    region = models.CharField(max_length=6)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "identity_organisation"
        constraints = [
            models.CheckConstraint(
                name="organisation_code_form", condition=models.Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$")
            ),
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=models.Q(
                    kind__in=("department", "court", "centre", "financial", "credit_agency", "school", "auditor")
                ),
            ),
            models.CheckConstraint(
                name="organisation_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]
