from tongxin.notices.queries.inbox import Line, inbox, lines, unread

__all__ = ["Line", "inbox", "lines", "unread"]
