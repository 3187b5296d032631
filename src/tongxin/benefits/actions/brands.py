"""A brand's page: its name, what is known of it, and what of it is made up."""

from datetime import datetime

from tongxin.benefits.models import Brand
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def add(
    *,
    union: Union,
    slug: str,
    name: str,
    about: str = "",
    said: str = "",
    made_up: str = "",
    by: Actor,
    at: datetime,
) -> Brand:
    """Refused: "no-power", "name-missing", "brand-slug" (another brand has that address)."""
    require(by, Power.RUN_BENEFITS, union)
    if not name.strip():
        raise Refused("name-missing", "请给品牌起个名称。")
    if Brand.objects.filter(slug=slug).exists():
        raise Refused("brand-slug", "这个网址已有别的品牌在用，请换一个。")
    brand = Brand.make(
        federation=union.federation, union=union, slug=slug, name=name, about=about, said=said, made_up=made_up
    )
    journal.write("brand.added", of=brand, by=by, at=at, slug=slug)
    return brand


@atomic
def edit(*, brand: Brand, name: str, about: str, said: str, made_up: str, by: Actor, at: datetime) -> Brand:
    """Refused: "no-power", "name-missing"."""
    brand = Brand.objects.lock(brand.pk)
    require(by, Power.RUN_BENEFITS, brand.union_id)
    if not name.strip():
        raise Refused("name-missing", "请给品牌起个名称。")
    brand.name, brand.about, brand.said, brand.made_up = name.strip(), about, said, made_up
    brand.save(update_fields=["name", "about", "said", "made_up"])
    journal.write("brand.edited", of=brand, by=by, at=at)
    return brand
