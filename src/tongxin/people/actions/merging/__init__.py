"""Merging two records of one person, and the way back: a module of verbs."""

from tongxin.people.actions.merging.deeds import Choice, Undone, follow_stragglers, merge, undo

__all__ = ["Choice", "Undone", "follow_stragglers", "merge", "undo"]
