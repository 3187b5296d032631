"""Gateways in this process, each channel its own."""

import pytest
from tests.factories.notices import EMAIL, OFFICIAL, SMS, Standin

from tongxin.notices.gateways import chosen
from tongxin.notices.states import Channel


class Gateways(dict[Channel, Standin]):
    """By channel. `connect` puts one behind a channel; what is not there is not connected."""

    def __init__(self, settings: object) -> None:
        super().__init__()
        self._settings = settings

    def connect(self, *channels: Channel, **traits: object) -> None:
        for channel in channels:
            self[channel] = Standin(name=str(channel), **traits)  # type: ignore[arg-type]
        self._settings.NOTICE_GATEWAYS = {str(channel): str(channel) for channel in self}  # type: ignore[attr-defined]


@pytest.fixture
def gateways(settings: object, monkeypatch: pytest.MonkeyPatch) -> Gateways:
    """All three are connected."""
    found = Gateways(settings)
    found.connect(SMS, OFFICIAL, EMAIL)
    monkeypatch.setattr(chosen, "_gateway", lambda path: found[Channel(path)])
    return found
