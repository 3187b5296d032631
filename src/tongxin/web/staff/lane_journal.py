"""The journal's verbs of a release, as sentences: see journal_words."""

from typing import Final

LANE_KINDS: Final = {
    "arrivals": "发放",
    "lane": "发放",
    "rehearsal": "发放演练",
}
LANE_WORDS: Final = {
    "arrivals.entered": "把同时到的人放进抽签",
    "arrivals.joined": "把晚到的人排进了候补",
    "arrivals.noticed": "快速通道拦下了可疑的进入",
    "arrivals.settled": "按号给出了名额",
    "arrivals.taken": "记下了一批到达的人",
    "lane.let-in": "领取了入场凭证",
    "lane.opened": "改走快速通道",
    "rehearsal.begun": "演练了一次发放",
}
