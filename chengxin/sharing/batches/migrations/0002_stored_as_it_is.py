"""What is encrypted can't be compressed; to try costs more than to write it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE sharing_batch_result ALTER jwe SET STORAGE EXTERNAL;"
            "ALTER TABLE sharing_batch_question ALTER questions_sealed SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        )
    ]
