"""Messages are found by their time, for those who are told of them outside."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0006_rebuilds'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['at'], name='message_by_time'),
        ),
    ]
