"""A thin client of a platform's server API: calls in the name of one app or account.

A stale token is replaced and the call repeated once, never more. Whoever shares a client shares
its token, so one refresh is under way at a time.

Source: developer.work.weixin.qq.com/document/path/91039 (token), 90236, 90248 (messages), 90247
(groups), 90196 (user), 90253 and 90254 (media); developers.weixin.qq.com/doc (stable_token).
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp

from bot.channels.http import File, garbled, read_file, request_json
from bot.channels.tokens import AccessToken, TokenCache
from bot.core.clock import Clock
from bot.core.errors import TokenStale, TransportError
from bot.core.events import MediaKind
from bot.platforms.errcodes import ACCOUNT, WECOM, Refusals

_Result = TypeVar("_Result")

FetchToken = Callable[[bool], Awaitable[AccessToken]]
"""Brings a token; the argument tells that the last one was refused, so the same will not do."""


class PlatformApi:
    """Calls with an access token. The session stays the caller's and is not closed here.

    ``base_url`` is the platform's address, or the simulator's, without a slash at its end.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        fetch_token: FetchToken,
        clock: Clock,
        refusals: Refusals,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._refusals = refusals
        self._tokens = TokenCache(fetch_token, clock)

    async def get(self, path: str, *, params: dict[str, str]) -> dict[str, Any]:
        """GET ``path`` (such as "user/get"). Raises PlatformError or TransportError."""
        return await self._with_token(
            lambda token: self._call("GET", path, {**params, "access_token": token}, None)
        )

    async def post(self, path: str, *, json: dict[str, Any]) -> dict[str, Any]:
        """POST ``json`` to ``path``. Raises PlatformError or TransportError."""
        return await self._with_token(
            lambda token: self._call("POST", path, {"access_token": token}, json)
        )

    async def upload(self, path: str, file: File, *, params: dict[str, str]) -> dict[str, Any]:
        """POST a file to ``path``. Raises PlatformError or TransportError."""
        return await self._with_token(
            lambda token: self._call("POST", path, {**params, "access_token": token}, file)
        )

    async def upload_media(self, kind: MediaKind, file: File) -> str:
        """A media id that is good for three days (90253)."""
        answer = await self.upload("media/upload", file, params={"type": kind})
        media_id = answer.get("media_id")
        if not isinstance(media_id, str):
            raise garbled("media/upload")
        return media_id

    async def read_media(self, media_id: str) -> bytes:
        """The file behind a media id (90254). Raises PlatformError or TransportError."""
        return await self._with_token(
            lambda token: read_file(
                self._session,
                self._url("media/get"),
                name="media/get",
                params={"media_id": media_id, "access_token": token},
                refusals=self._refusals,
            )
        )

    async def close(self) -> None:
        """End a token request that is under way."""
        await self._tokens.close()

    async def _with_token(self, call: Callable[[str], Awaitable[_Result]]) -> _Result:
        token = await self._tokens.get()
        try:
            return await call(token)
        except TokenStale:
            self._tokens.invalidate(token)
        return await call(await self._tokens.get())

    async def _call(
        self, method: str, path: str, params: dict[str, str], body: dict[str, Any] | File | None
    ) -> dict[str, Any]:
        return await request_json(
            self._session,
            method,
            self._url(path),
            name=path,
            params=params,
            body=body,
            refusals=self._refusals,
        )

    def _url(self, path: str) -> str:
        return f"{self._base_url}/cgi-bin/{path}"


def wecom_api(
    session: aiohttp.ClientSession, base_url: str, corp_id: str, secret: str, clock: Clock
) -> PlatformApi:
    """The WeCom API in the name of one app."""

    async def fetch(_refused: bool) -> AccessToken:  # noqa: FBT001 (see FetchToken)
        return await _token(
            "gettoken",
            request_json(
                session,
                "GET",
                f"{base_url.rstrip('/')}/cgi-bin/gettoken",
                params={"corpid": corp_id, "corpsecret": secret},
                name="gettoken",
            ),
        )

    return PlatformApi(session, base_url, fetch, clock, WECOM)


def account_api(
    session: aiohttp.ClientSession, base_url: str, app_id: str, secret: str, clock: Clock
) -> PlatformApi:
    """The API of an Official Account or a mini program, with stable tokens.

    A token that was refused is replaced by force, which kills it for everybody (20 times a day).
    """

    async def fetch(refused: bool) -> AccessToken:  # noqa: FBT001 (see FetchToken)
        return await _token(
            "stable_token",
            request_json(
                session,
                "POST",
                f"{base_url.rstrip('/')}/cgi-bin/stable_token",
                body={
                    "grant_type": "client_credential",
                    "appid": app_id,
                    "secret": secret,
                    "force_refresh": refused,
                },
                name="stable_token",
                refusals=ACCOUNT,
            ),
        )

    return PlatformApi(session, base_url, fetch, clock, ACCOUNT)


async def _token(name: str, request: Awaitable[dict[str, Any]]) -> AccessToken:
    """A new token. Without one no call was made, so its silence is ``reached=False``."""
    try:
        answer = await request
    except TransportError as silence:
        failure = TransportError(silence.message, reached=False, **silence.data)
    else:
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if isinstance(value, str) and value and isinstance(lifetime, int):
            return AccessToken(value, lifetime)
        failure = garbled(name, reached=False)
    raise failure
