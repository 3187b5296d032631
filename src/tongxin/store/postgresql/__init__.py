"""Django's PostgreSQL, with two things that the hot path wants: see base.py."""
