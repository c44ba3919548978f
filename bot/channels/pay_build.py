"""From bot.yaml's pay section to a client of WeChat Pay, real or simulated."""

from dataclasses import dataclass

import aiohttp

from bot.channels.pay_signatures import (
    MerchantKey,
    PlatformKey,
    read_private_key,
    read_public_key,
)
from bot.channels.wechat_pay import Terms, WechatPay
from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.payouts import Confirmation
from bot.settings.schema.channels import SIMULATOR, MiniProgram, OfficialAccount
from bot.settings.schema.pay import Pay
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class PayStage:
    """The simulated WeChat Pay: its address without a slash at the end, and the keys that it made.

    ``bridge`` is the address of a script that gives a page what WeChat gives it.
    """

    address: str
    merchant: MerchantKey
    platform: PlatformKey
    api_v3_key: str
    bridge: str


@dataclass(frozen=True, slots=True)
class OpenPay:
    """A merchant that is ready: its client, what a claim page needs, and the payees' account."""

    client: WechatPay
    confirmation: Confirmation
    account: ChannelKey
    address: str
    secret: str
    bridge: str = ""


def open_pay(
    settings: Settings,
    *,
    session: aiohttp.ClientSession,
    clock: Clock,
    own_address: str,
    notice_path: str,
    stage: PayStage | None,
) -> OpenPay | None:
    """The merchant of bot.yaml; None when it has none. The settings have passed their checks."""
    section = settings.bot.pay
    if section is None:
        return None
    account = settings.bot.channels[section.account]
    assert isinstance(account, OfficialAccount | MiniProgram), "the checks see to it"
    address = own_address if section.address == SIMULATOR else section.address.rstrip("/")
    place = _simulated(stage) if section.api_base == SIMULATOR else _real(section)
    client = WechatPay(
        merchant=place.merchant,
        platform=place.platform,
        api_v3_key=place.api_v3_key,
        terms=Terms(
            app_id=account.app_id,
            scene_id=section.scene_id,
            scene_reports=tuple(section.scene_reports.items()),
            notify_url=f"{address}{notice_path}",
            perception=section.perception,
            account_type=section.bill_account,
        ),
        api_base=place.address,
        session=session,
        clock=clock,
    )
    return OpenPay(
        client=client,
        confirmation=Confirmation(place.merchant.merchant_id, account.app_id),
        account=ChannelKey(section.account),
        address=address,
        secret=place.api_v3_key,
        bridge=place.bridge,
    )


def _simulated(stage: PayStage | None) -> PayStage:
    assert stage is not None, "the checks see to it that there is a simulator"
    return stage


def _real(section: Pay) -> PayStage:
    return PayStage(
        address=section.api_base,
        merchant=MerchantKey(
            section.merchant_id,
            section.certificate_serial,
            read_private_key(section.private_key.get_secret_value()),
        ),
        platform=PlatformKey(
            section.platform_key_id, read_public_key(section.platform_key.get_secret_value())
        ),
        api_v3_key=section.api_v3_key.get_secret_value(),
        bridge="",
    )
