"""Fixtures for every test. The database is started by tests/settings.py."""
