"""Facts, conditions and verdicts. True without a database, and without Django."""
