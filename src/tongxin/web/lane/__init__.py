"""The release lane: raw ASGI beside Django, in the same process and at the same address. docs/adr/0017-release-lane.md."""

from tongxin.web.lane.app import Lane

__all__ = ["Lane"]
