"""``python -m bot run``: the product, until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import os
import signal
import sys

from bot.app import App
from bot.cli.location import Location, add_location, location_of
from bot.cli.logs import configure_logs
from bot.core.errors import StoreError
from bot.core.memory import settle_memory
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings

_HELP = "run the bot"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "run",
        help=_HELP,
        description="Run the bot. PORT, DATA_DIR and DATABASE_URL in the environment override"
        " bot.yaml.",
    )
    add_location(parser)
    parser.add_argument(
        "--port", type=_port, default=None, help="port to listen on (0: a free one)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until stopped; 0 after a clean stop, 1 when it could not start."""
    loaded = load_settings(arguments.config, os.environ)
    if isinstance(loaded, Problems):
        print(loaded, file=sys.stderr)
        print(f"not started: mend {len(loaded.problems)} problems first", file=sys.stderr)
        return 1
    try:
        port = arguments.port if arguments.port is not None else _port_from_environment()
    except argparse.ArgumentTypeError as error:
        print(f"not started: PORT: {error}", file=sys.stderr)
        return 1
    configure_logs()
    try:
        asyncio.run(_serve(loaded, location_of(arguments, loaded), port))
    except StoreError as error:
        print(f"not started: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"not started: {error}. Is the port taken? Try PORT=8081.", file=sys.stderr)
        return 1
    return 0


async def _serve(settings: Settings, data: Location, port: int | None) -> None:
    app = App(settings, data_directory=data.directory, database=data.database, port=port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await app.start()
    settle_memory()  # settings and code live for ever
    try:
        print("\n".join(_banner(app, settings, data)), flush=True)
        await stop.wait()
        print("stopping …", flush=True)
    finally:
        await app.stop()


def _banner(app: App, settings: Settings, data: Location) -> list[str]:
    lines = [f"Yutang runs {settings.bot.brand.name}; data in {data}"]
    if app.simulator is not None:
        lines.append(f"  chat      {app.address}/sim/    (simulated: nothing is sent to Tencent)")
    lines += [
        f"  health    {app.address}/healthz",
        f"  metrics   {app.address}/metrics",
        *(f"  callback  {app.address}/callback/{key}" for key in app.callback_channels),
        *(f"  page      {url}" for url in app.page_addresses),
        "Ctrl-C stops it.",
    ]
    return lines


def _port_from_environment() -> int | None:
    text = os.environ.get("PORT", "")
    return _port(text) if text else None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("write a number from 0 to 65535")
    return int(text)
