"""Serves this machine only: no other address, no proxy in between, no foreign web page.

The simulator can put words into people's mouths, so it must not answer anybody else.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def local_only(handler: Handler) -> Handler:
    """``handler`` for requests from this machine, 403 for all others."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_local(request):
            return web.json_response(
                {"error": "模拟平台只接受本机访问，请在运行程序的机器上打开"}, status=403
            )
        return await handler(request)

    return guarded


def _is_local(request: web.Request) -> bool:
    if not _is_loopback(request.remote or "") or not _is_loopback(_host(request.host)):
        return False
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _host(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
