"""Spreadsheets in and out; no HTTP, no database. See README.md."""
