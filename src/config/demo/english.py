"""How the demo's made-up world reads in English: said by its unions, as staff would say it on the page for it."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext, override

from config.demo import benefits, catalogue
from tongxin.benefits.shipped_lines import shipped
from tongxin.people.authority import Actor
from tongxin.records.actions import english
from tongxin.unions.models import Union

KEEPER: Final = "500000"

BENEFITS: Final = {
    benefits.NAME: "A Million Workers Tour Bashu",
    benefits.ABOUT: "Run by the unions of both provinces: year tickets, routes, shows, and outings of grass-roots unions across "
    "Sichuan and Chongqing.",
    benefits.SAID: "From 1 January 2024 dues may buy members a Sichuan–Chongqing year ticket, at most 200 yuan a person a year; "
    "grass-roots unions may hold activities across both provinces. (Public reports of 5 January 2024; the original was not "
    "seen, the document number was not found)",
    benefits.MADE_UP: "Every benefit below, with its name, amount, places, sites and days, the agreement between the provinces "
    "and the people who hold vouchers are made up for this demo.",
    benefits.AGREEMENT: "Agreement of both federations on recognising universal benefits (example)",
    "第二条（示例）": "Article 2 (example)",
    "川渝文旅年票（示例，本单位工会买）": "Sichuan–Chongqing year ticket (example, bought by the union at work)",
    "川渝文旅年票（示例，区总工会买）": "Sichuan–Chongqing year ticket (example, bought by the district federation)",
    "天府文旅年票（示例）": "Tianfu year ticket (example)",
    "春季文旅券100元（示例）": "Spring tourism voucher, 100 yuan (example)",
    "大足石刻到安岳石窟一日（示例线路）": "One day from the Dazu carvings to the Anyue grottoes (example route)",
    "川剧《白蛇传》职工专场（示例）": "Sichuan opera “The White Snake” for workers (example)",
    "成都到永川茶山竹海一日（示例出行）": "One day from Chengdu to the tea hills of Yongchuan (example outing)",
    "永川到成都锦江一日（示例出行）": "One day from Yongchuan to Jinjiang, Chengdu (example outing)",
    "货车司机、网约车司机、快递员和外卖配送员": "Truck and ride-hailing drivers, couriers and food delivery riders",
    "元旦文旅券100元（示例发放）": "New Year tourism voucher, 100 yuan (example release)",
    "文旅周末券50元（示例发放）": "Weekend tourism voucher, 50 yuan (example release)",
    "年票1张": "1 year ticket",
    "一日游1位": "1 place on a day trip",
    "演出票1张": "1 theatre ticket",
    "出行1位": "1 place on an outing",
    "年票上的川渝景区": "Sites of Sichuan and Chongqing named on the ticket",
    "四川的示例景区": "Example sites in Sichuan",
    "川渝的示例景区和酒店": "Example sites and hotels in Sichuan and Chongqing",
    "永川出发，当日往返": "From Yongchuan, back the same day",
    "锦江出发，当日往返": "From Jinjiang, back the same day",
    "重庆的示例剧场": "An example theatre in Chongqing",
    "本单位工会用会费买，一人一张。": "Bought from dues by the union at work, one for each member.",
    "单位工会已经买过的，两张合起来超过每人每年200元，领不了。": (
        "If the union at work has bought you one, the two together pass 200 yuan a "
        "person a year, and this one cannot be given."
    ),
    "普惠福利，凭互认协议，重庆的会员也能领。": "Universal: under the agreement, members from Chongqing may claim it too.",
    "看石刻，走巴蜀古道，中午在安岳吃饭。当日往返。": "Stone carvings, the old Bashu road, lunch in Anyue. Back the same day.",
    "先报名，截止后抽签。": "Enter first; a draw follows once entry is closed.",
    "四川的基层工会到重庆办的活动。": "A grass-roots union from Sichuan visits Chongqing.",
    "重庆的基层工会到四川办的活动。": "A grass-roots union from Chongqing visits Sichuan.",
    "名额够，随时可以领（示例）": "There is enough for everyone, at any time (example)",
    "名额多，当天用（示例）": "Many places, used the same day (example)",
    "当天的演出，当天要知道有没有票；前5分钟进来的人抽签（示例）": (
        "The show is today and people need to know today; those who come in the first 5 minutes are drawn (example)"
    ),
}
CATALOGUE: Final = {
    catalogue.REMARK: "Demo: the signatures are made up; no federation has signed.",
    "写明人在对方省市也可以报当地的班": "Says that whoever is in the other province may join a class there",
    "在“课程”里找离您近的班，免费或只收材料费。人在对方省市的，也可以报当地的班。": (
        "Find a class near you under “Classes”; free, or for the "
        "cost of materials. In the other province you may join a class there."
    ),
    "（虚构的修订，用来演示版本）": "(a made-up amendment, to show versions)",
    "演示": "Demo",
    "没有查到两地现在的规定": "The present rules of both provinces were not found",
}
RULES: Final = {
    "惠工之家报名条件（示例）": "Who may sign up for Home for Workers (example)",
    "会籍在永川区总工会所属的工会": "is a member of a union under the Yongchuan federation",
    "年满16周岁": "is at least 16 years old",
    "示例办法第三条（演示用，虚构）": "Example rules, Article 3 (for the demo, made up)",
    "示例办法第三条第一项（虚构）": "Example rules, Article 3 (1) (made up)",
    "示例办法第三条第二项（虚构）": "Example rules, Article 3 (2) (made up)",
    "示例办法第四条（虚构）": "Example rules, Article 4 (made up)",
}
DRAWS: Final = {
    "亲子陶艺周末场（示例）": "Family pottery at the weekend (example)",
    "春季茶艺沙龙（示例）": "Spring tea salon (example)",
    "新就业形态劳动者（示例）": "Gig workers (example)",
    "外卖配送员、快递员等新就业形态劳动者": "Food delivery riders, couriers and other gig workers",
    "主办工会经办人": "Officer of the organising union",
    "经费审查委员": "Member of the audit committee",
    "职工代表（不是工会工作人员）": "Workers' representative (no union staff)",
    "名额少、想上的人多，所以报名截止后抽签，手慢不吃亏。": (
        "Few places and many who want them: a draw once entry is closed, so slow hands lose nothing."
    ),
    "永川职工周末班（示例）": "Yongchuan weekend classes (example)",
    "这个项目的班次、报名和抽签次序全部为合成数据。": (
        "All classes, entries and the order of draws of this programme are synthetic."
    ),
}
PARTNERS: Final = {
    "永川影城（示例）": "Yongchuan Cinema (example)",
    "茶山竹海景区（示例）": "Tea Hill and Bamboo Sea (example)",
    "人民广场店": "People's Square",
    "游客中心": "Visitor centre",
    "2D电影兑换码（示例）": "2D film code (example)",
    "在影院自助取票机输入": "Type it in at the cinema's ticket machine",
}
WISHES: Final = {
    "下一期您想学什么、玩什么": "What would you like to learn and do next term?",
    "午休时间您想做点什么": "What would you like to do at noon?",
    "选的人多的先排。（合成）": "What most people choose comes first. (Synthetic)",
    "永川职工文体活动（示例）": "Yongchuan culture and sports (example)",
    "一次一场的活动，带家人来的看“亲子活动”。": "One event at a time; with your family, see “Family events”.",
    "这个项目的活动、时间和报名全部为合成数据。": "All events, times and entries of this programme are synthetic.",
    "亲子手工月饼": "Mooncakes with children",
    "周末亲子采摘": "Fruit picking with children",
    "川剧变脸": "Face changing of Sichuan opera",
    "职工羽毛球友谊赛": "Friendly badminton",
    "职工羽毛球赛": "Badminton match",
    "茶山歌会": "Songs on the tea hill",
    "露天电影": "Open-air film",
    "面点制作": "Dough and dim sum",
    "孩子和大人一起做，材料备好。": "Children and grown-ups together; all is there.",
    "双打，不分单位，现场配对。": "Doubles, paired on the spot across employers.",
    "唱的、听的都欢迎。": "To sing or to listen.",
    "孩子放假的时候多办一点。": "More while the children are on holiday.",
}
PROGRAMMES: Final = {
    "惠工之家": "Home for Workers",
    "职工下班后、周末和午间的免费课程，分期开班。": "Free classes after work, at weekends and at noon, term by term.",
    "锦江职工夜校（示例）": "Jinjiang evening school (example)",
    "锦江区总工会的职工夜校，为演示而虚构。": "The evening school of the Jinjiang federation, made up for the demo.",
    "文化艺术": "Arts",
    "健身": "Fitness",
    "技能": "Skills",
    "数字": "Digital",
    "生活": "Living",
    "亲子": "Family",
    "午间班": "noon class",
    "周末班": "weekend class",
    "晚班": "evening class",
}
COURSES: Final = {
    "个人理财与防诈": "Money and fraud",
    "中式点心": "Chinese pastry",
    "乒乓球": "Table tennis",
    "二胡": "Erhu",
    "亲子科学实验": "Science with children",
    "亲子阅读": "Reading with children",
    "亲子陶艺": "Pottery with children",
    "人工智能工具入门": "First steps with AI tools",
    "健身操": "Aerobics",
    "办公软件": "Office software",
    "劳动法律常识": "Labour law in short",
    "匹克球": "Pickleball",
    "午间八段锦": "Baduanjin at noon",
    "叉车司机安全": "Safety for forklift drivers",
    "古筝入门": "Guzheng for beginners",
    "咖啡冲煮": "Brewing coffee",
    "围棋入门": "Go for beginners",
    "国画花鸟": "Chinese painting: flowers and birds",
    "声乐入门": "Singing for beginners",
    "太极拳": "Tai chi",
    "女职工卫生健康": "Women's health",
    "家庭烘焙": "Baking at home",
    "家电维修": "Mending home appliances",
    "尤克里里": "Ukulele",
    "居家健身": "Fitness at home",
    "川剧变脸与唱腔": "Sichuan opera: faces and singing",
    "川菜小炒": "Sichuan stir-fry",
    "工业机器人基础": "Industrial robots",
    "广场舞": "Square dance",
    "应急救护": "First aid",
    "形体与礼仪": "Posture and manners",
    "快递员安全骑行": "Safe riding for couriers",
    "手机摄影": "Photos with a phone",
    "插花": "Flower arranging",
    "数控机床基础": "CNC machines",
    "新能源汽车检修基础": "Servicing electric cars",
    "无人机操控": "Flying drones",
    "普拉提": "Pilates",
    "智能手机常用功能": "Everyday use of a smartphone",
    "楷书入门": "Regular script for beginners",
    "母婴护理": "Mother and baby care",
    "民族舞": "Folk dance",
    "焊工（初级）": "Welder (first level)",
    "瑜伽入门": "Yoga for beginners",
    "电工（初级）": "Electrician (first level)",
    "直播带货实操": "Selling by live stream",
    "短视频剪辑": "Cutting short films",
    "硬笔书法": "Pen calligraphy",
    "红歌合唱": "Choir of red songs",
    "编程入门": "First steps in programming",
    "网约车司机腰背保健": "Back care for ride-hailing drivers",
    "羽毛球": "Badminton",
    "职场心理调适": "Peace of mind at work",
    "育儿讲堂": "Raising children",
    "茶艺": "The art of tea",
    "葫芦丝": "Hulusi",
    "行书提高": "Running script",
    "街舞": "Street dance",
    "面点与家常菜": "Dough and home cooking",
    "川茶冲泡": "Brewing Sichuan tea",
    "拉伸与放松": "Stretch and relax",
    "新媒体文案": "Writing for new media",
    "蜀绣入门": "Shu embroidery for beginners",
}
ALL: Final = BENEFITS | CATALOGUE | RULES | DRAWS | PARTNERS | WISHES | PROGRAMMES | COURSES


def plant(*, by: Actor, at: datetime) -> int:
    """A second time it adds nothing."""
    keeper = Union.objects.get(code=KEEPER)
    return english.say(words=ALL | _remarked(), union=keeper.pk, federation=keeper.federation, by=by, at=at)


def _remarked() -> dict[str, str]:
    """The shipped notes, as they stand with the demo's own remark behind them."""
    remark = ALL[catalogue.REMARK]
    with override("en"):
        return {line.note + catalogue.REMARK: f"{gettext(line.note)} {remark}" for line in shipped() if line.note}
