"""An entry names the duty item under which an organisation asked."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0007_messages_by_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='accessentry',
            name='duty',
            field=models.CharField(db_default='', default='', max_length=32),
        ),
    ]
