"""Conferences, decisions, projects. Not open yet."""
