"""What stands behind the addresses of schemes, vouchers, brands and recognitions."""

from tests.cast import HOUSE, NOW, Player
from tests.factories.schemes import PLAN, a_scheme, a_voucher, recognised

from tongxin.benefits.actions import brands
from tongxin.unions.models import Union


def benefit_things(home: Union, parent: Union, pupil: Player) -> dict[str, object]:
    scheme = a_scheme(parent, PLAN)
    brand = brands.add(union=parent, slug=f"brand-{parent.code}", name="示例品牌", by=HOUSE, at=NOW)
    voucher = a_voucher(scheme, pupil.person)
    return {
        "scheme_id": scheme.public_id, "voucher_id": voucher.public_id, "slug": brand.slug,
        "recognition_id": recognised(parent, home).public_id,
    }  # fmt: skip
