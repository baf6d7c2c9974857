"""The supervising department is a kind of organisation."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0015_declarations'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.RemoveConstraint(
            model_name='organisation',
            name='organisation_kind_known',
        ),
        migrations.AlterField(
            model_name='organisation',
            name='kind',
            field=models.CharField(choices=[('department', '信源单位'), ('court', '人民法院'), ('centre', '信用中心'), ('financial', '金融机构'), ('credit_agency', '征信机构'), ('school', '学校'), ('association', '行业协会商会'), ('population', '人口信息主管部门'), ('supervisor', '社会信用主管部门'), ('auditor', '审计、监督检查机关')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('department', 'court', 'centre', 'financial', 'credit_agency', 'school', 'association', 'population', 'supervisor', 'auditor'))), name='organisation_kind_known'),
        ),
    ]
