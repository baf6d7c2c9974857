import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0006_recall_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='salt',
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('salt', None), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('salt'), 16), ('salt__isnull', False)), _connector='OR'), name='report_salted'),
        ),
    ]
