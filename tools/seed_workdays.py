"""Seed src/tongxin/kernel/data/workdays.csv from the chinesecalendar package (MIT), which keeps the State Council's notices.

A developer runs this once a year, after the notice for the next year is out and the package has it; compare the new rows
with the notice before committing them. The notices' numbers below were written from memory: check before quoting them.
"""

import csv
from datetime import date
from pathlib import Path

from chinese_calendar import constants

DECEMBER = 12
TARGET = Path(__file__).parent.parent / "src/tongxin/kernel/data/workdays.csv"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}
NOTICES = {
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
}
AMENDED = [  # (first day, last day, notice that replaced the year's arrangement for these days)
    (date(2019, 4, 28), date(2019, 5, 5), "国办发明电〔2019〕3号"),
    (date(2020, 1, 31), date(2020, 2, 2), "国办发明电〔2020〕1号"),
]


def notice(day: date, name: str) -> str:
    """The notice that says so, if known; December days around New Year belong to the next year's notice."""
    for first, last, amended in AMENDED:
        if first <= day <= last:
            return amended
    return NOTICES.get(day.year + (day.month == DECEMBER and name == "元旦"), "")


def main() -> None:
    days = [(day, "holiday", name) for day, name in constants.holidays.items()]
    days += [(day, "workday", name) for day, name in constants.workdays.items()]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["date", "kind", "name", "notice"])
        for day, kind, name in sorted(days):
            out.writerow([day.isoformat(), kind, NAMES[name], notice(day, NAMES[name])])


if __name__ == "__main__":
    main()
