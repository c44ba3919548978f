"""bot.yaml, pay: the merchant at WeChat Pay from which members are paid."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.schema.base import KeyName, Section, Words
from bot.settings.schema.channels import Address

PAY_ADDRESS: Final = "https://api.mch.weixin.qq.com"
"""Where WeChat Pay answers; api2 is its second door."""


def _key_of_32(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if value and not (value.isascii() and len(value) == 32):
        raise ValueError("write the APIv3 key of the merchant console: 32 letters and digits")
    return secret


class Pay(Section):
    """A merchant 商户号. With `api_base: simulator` keys and numbers may be left out."""

    merchant_id: Annotated[str, Field(pattern=r"^([0-9]{8,10})?$", examples=["1900000109"])] = ""
    """Number of the merchant 商户号."""

    account: KeyName
    """Key of the channel whose openids are paid: an Official Account or a mini program that the
    merchant is bound to."""

    certificate_serial: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{0,64}$")] = ""
    """Serial number of the merchant's API certificate."""

    private_key: SecretStr = SecretStr("")
    """Private key of that certificate (apiclient_key.pem), as ${NAME}."""

    api_v3_key: Annotated[SecretStr, AfterValidator(_key_of_32)] = SecretStr("")
    """The APIv3 key, as ${NAME}."""

    platform_key_id: str = ""
    """Id of the WeChat Pay public key 微信支付公钥 (PUB_KEY_ID_…)."""

    platform_key: SecretStr = SecretStr("")
    """The WeChat Pay public key (pub_key.pem), as ${NAME}."""

    scene_id: Annotated[str, Field(pattern=r"^[0-9]{4}$", examples=["1000"])] = "1000"
    """The transfer scene that the console has granted; 1000 is cash marketing."""

    scene_reports: dict[Words, Words] = Field(
        default={"活动名称": "群福利", "奖励说明": "群活动现金奖励"}
    )
    """What the scene wants to be told, by the platform's names for it."""

    perception: str = ""
    """What the payee sees as the reason, one of the scene's own texts; empty leaves it to them."""

    bill_account: Literal["BASIC", "OPERATION", "FEES"] = "BASIC"
    """The account that pays: its statement is compared every morning."""

    address: Address
    """Our own public address, https://…: for notices and for the page where members confirm."""

    api_base: Address = PAY_ADDRESS
    """Address of the API."""
