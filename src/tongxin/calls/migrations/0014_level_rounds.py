from django.db import migrations


class Migration(migrations.Migration):
    """A level start is drawn by a round like any draw: a lane keeps no seal of its own."""

    dependencies = [("calls", "0013_parties_and_chances")]
    operations = [
        migrations.RemoveField("lane", "commitment"),
        migrations.RemoveField("lane", "seal"),
        migrations.RemoveField("lane", "file"),
    ]
