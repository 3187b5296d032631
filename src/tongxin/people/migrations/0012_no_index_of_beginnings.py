"""Public ids of every table lose the second index that Django had given them: see store.models.PublicIdField."""

from django.db import migrations

DROP = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT schemaname, indexname FROM pg_indexes
    WHERE schemaname = current_schema() AND indexdef LIKE '%(public_id varchar_pattern_ops)'
  LOOP
    EXECUTE format('DROP INDEX %I.%I', one.schemaname, one.indexname);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0011_device_attempts'),
    ]

    operations = [
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
    ]
