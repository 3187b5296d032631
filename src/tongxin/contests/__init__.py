"""Competitions and honours. Not open yet."""
