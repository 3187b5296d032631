"""Requests, legal aid, mediation, counselling. Not open yet."""
