from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_name_sound")]

    operations = [
        migrations.AddField("pin", "card", models.CharField(max_length=10, unique=True, default=""), preserve_default=False),
        migrations.AlterField(
            "signinattempt",
            "kind",
            models.CharField(
                choices=[
                    ("code_sent", "Code Sent"),
                    ("code_wrong", "Code Wrong"),
                    ("password_wrong", "Password Wrong"),
                    ("factor_wrong", "Factor Wrong"),
                    ("claim_wrong", "Claim Wrong"),
                    ("pin_wrong", "Pin Wrong"),
                ],
                max_length=20,
            ),
        ),
    ]
