"""An encrypted text callback answered with an encrypted reply, with the durable commit.

Two servers take the same prepared requests in turn, round after round:

* ``floor``: aiohttp with the same check, decryption, decoding, encoding and encryption, and no
  database: what any Python service of this shape pays at least.
* ``yutang``: the whole program: stored once, dispatched, the points ledger where the command needs
  it, completed, and only then answered; SQLite with synchronous=FULL. A last run of it shows how
  long a request stays in each stage.

Requests are app messages (XML) from 20,000 known members in private chats; 10 % are redeliveries.
Two commands are measured: 帮助, which only stores and answers, and 签到, which moves points.

    python -m benchmarks.callback [--seconds 4] [--rounds 3] [--connections 64]
"""

import argparse
import asyncio
import inspect
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.app import App
from bot.channels.api import wecom_api
from bot.channels.crypto import Envelope
from bot.channels.media import MediaShelf
from bot.channels.wecom_app import WecomApp
from bot.cli.logs import configure_logs
from bot.core.clock import SystemClock
from bot.core.ids import ChannelKey
from bot.core.memory import settle_memory
from bot.core.messages import Text
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.inbox import Inbox
from bot.pipeline.worker import Worker
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.channels import WecomApp as WecomAppSection
from bot.settings.settings import Settings
from bot.store.sqlite import connect_sqlite

MEMBERS = 20_000
REPEATS = 0.1
CHANNEL = "app"


@dataclass(frozen=True, slots=True)
class Request:
    """One prepared callback."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round showed: requests a second, latencies in ms, server CPU in µs a request."""

    per_second: float
    p50: float
    p99: float
    cpu: float


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when everything was answered."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    arguments = parser.parse_args(words)
    settings = example_settings()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]},", end=" ")
    print(f"{arguments.connections} connections, {arguments.rounds} rounds of", end=" ")
    print(f"{arguments.seconds:g} s; server and client share the machine")
    for command in ("帮助", "签到"):
        compare(settings, command, arguments)
    return 0


def compare(settings: Settings, command: str, arguments: argparse.Namespace) -> None:
    """Run both servers in turn and print medians and the ratio of each round."""
    rounds: dict[str, list[Measured]] = {"floor": [], "yutang": []}
    for number in range(arguments.rounds):
        for name, serve in (("floor", serve_floor), ("yutang", serve_yutang)):
            count = int(arguments.seconds * 12_000)
            requests = prepare(settings, command, count, seed=number)
            rounds[name].append(measure(serve, requests, arguments))
    print(f"\n{command}")
    for name, results in rounds.items():
        print(
            f"  {name:8}{median(r.per_second for r in results):8.0f} requests/s"
            f"   p50 {median(r.p50 for r in results):6.1f} ms"
            f"   p99 {median(r.p99 for r in results):6.1f} ms"
            f"   server CPU {median(r.cpu for r in results):6.0f} µs/request"
        )
    ratios = [
        ours.per_second / floor.per_second
        for ours, floor in zip(rounds["yutang"], rounds["floor"], strict=True)
    ]
    print(
        f"  ratio yutang/floor {statistics.median(ratios):.2f}"
        f" (min {min(ratios):.2f}, max {max(ratios):.2f})"
    )
    requests = prepare(settings, command, int(arguments.seconds * 12_000), seed=arguments.rounds)
    show_stages(stages(requests, arguments))


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(list(values))


def example_settings() -> Settings:
    """The example brand of this repository, with a member list that is read once.

    The members of the benchmark are not in the simulated group's list; a second reading would take
    them for people who left.
    """
    loaded = load_settings(Path(__file__).parent.parent / "config", os.environ)
    if isinstance(loaded, Problems):
        raise SystemExit(str(loaded))
    return replace(loaded, bot=loaded.bot.model_copy(update={"roster_sync_seconds": 3600}))


def section(settings: Settings) -> WecomAppSection:
    """The app channel, whose callbacks are measured."""
    channel = settings.bot.channels[CHANNEL]
    assert isinstance(channel, WecomAppSection)
    return channel


def prepare(settings: Settings, command: str, count: int, seed: int) -> list[Request]:
    """Encrypted callbacks, a tenth of them redelivered with the same bytes."""
    app = section(settings)
    envelope = Envelope(
        app.token.get_secret_value(), app.encoding_aes_key.get_secret_value(), app.corp_id
    )
    rng = random.Random(seed)
    now = int(SystemClock().now().timestamp())
    requests: list[Request] = []
    for number in range(count):
        if requests and rng.random() < REPEATS:
            requests.append(rng.choice(requests[-200:]))
            continue
        plain = (
            f"<xml><ToUserName><![CDATA[{app.corp_id}]]></ToUserName>"
            f"<FromUserName><![CDATA[member{rng.randrange(MEMBERS)}]]></FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{command}]]></Content>"
            f"<MsgId>{seed}{number:09}</MsgId><AgentID>{app.agent_id}</AgentID></xml>"
        )
        sealed = envelope.seal(plain, timestamp=str(now), nonce=str(number))
        path = (
            f"/callback/{CHANNEL}?msg_signature={sealed.signature}"
            f"&timestamp={sealed.timestamp}&nonce={sealed.nonce}"
        )
        body = (
            f"<xml><ToUserName>{app.corp_id}</ToUserName>"
            f"<Encrypt>{sealed.ciphertext}</Encrypt></xml>"
        )
        requests.append(Request(path, body.encode()))
    return requests


def measure(
    serve: Callable[[Connection], None], requests: list[Request], arguments: argparse.Namespace
) -> Measured:
    """Start a server process, drive it for the round, stop it."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    port, server_pid = ours.recv()
    before = cpu_seconds(server_pid)
    latencies, elapsed = asyncio.run(
        drive(port, requests, arguments.connections, arguments.seconds)
    )
    cpu = cpu_seconds(server_pid) - before
    ours.send("stop")
    process.join(timeout=30)
    latencies.sort()
    return Measured(
        per_second=len(latencies) / elapsed,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[int(len(latencies) * 0.99)] * 1000,
        cpu=cpu / len(latencies) * 1e6,
    )


def stages(requests: list[Request], arguments: argparse.Namespace) -> dict[str, tuple[int, float]]:
    """Calls and seconds of each stage in one more run."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve_yutang_with_stages, args=(theirs,), daemon=True)
    process.start()
    port, _ = ours.recv()
    asyncio.run(drive(port, requests, arguments.connections, arguments.seconds))
    ours.send("stop")
    result: dict[str, tuple[int, float]] = ours.recv()
    process.join(timeout=30)
    return result


def show_stages(spent: dict[str, tuple[int, float]]) -> None:
    """Mean milliseconds of each stage; waiting for a shared commit counts as its stage's."""
    total = sum(seconds / calls for calls, seconds in spent.values() if calls)
    print("  where a request's time goes")
    for name, (calls, seconds) in spent.items():
        if calls:
            mean = seconds / calls
            print(f"    {name:42}{mean * 1000:7.2f} ms {mean / total:5.0%}")


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, all threads (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def drive(
    port: int, requests: list[Request], connections: int, seconds: float
) -> tuple[list[float], float]:
    """Send the requests over raw keep-alive connections until the round is over.

    A bare client: it must cost less than the servers it measures. An answer without a body, or any
    status but 200, ends the run.
    """
    waiting = iter(requests)
    latencies: list[float] = []
    started = time.perf_counter()
    deadline = started + seconds

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            if begun >= deadline:
                break
            writer.write(
                f"POST {request.path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
                f"Content-Length: {len(request.body)}\r\n\r\n".encode()
                + request.body
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"answered {head[:40]!r}")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if b"<Encrypt>" not in await reader.readexactly(length):
                raise SystemExit("answered without an encrypted reply")
            latencies.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*[connection() for _ in range(connections)])
    return latencies, time.perf_counter() - started


def serve_floor(pipe: Connection) -> None:
    """The floor: check, decrypt, decode, encode, encrypt; nothing is kept."""
    asyncio.run(_serve_floor(pipe))


async def _serve_floor(pipe: Connection) -> None:
    app_section = section(example_settings())
    async with aiohttp.ClientSession() as session:
        codec = WecomApp(
            key=ChannelKey(CHANNEL),
            corp_id=app_section.corp_id,
            agent_id=app_section.agent_id,
            token=app_section.token.get_secret_value(),
            encoding_aes_key=app_section.encoding_aes_key.get_secret_value(),
            api=wecom_api(session, "http://127.0.0.1:9", "unused", "unused", SystemClock()),
            clock=SystemClock(),
            shelf=MediaShelf(Path(), SystemClock()),
            contact=None,
            services={},
        )
        answer = Text("记下了，连签第 1 天。10 分到账，余额 10 分，顺手喝口水吧。")

        async def receive(request: web.Request) -> web.Response:
            now = datetime.now(UTC)  # noqa: TID251 (the floor has no clock to take)
            receipt = codec.read(request.query, await request.read(), now)
            written = codec.write_answer(receipt, answer, now)
            return web.Response(body=written.body, content_type=written.content_type)

        application = web.Application()
        application.add_routes([web.post("/callback/app", receive)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send((runner.addresses[0][1], os.getpid()))
        await asyncio.to_thread(pipe.recv)
        await runner.cleanup()


def serve_yutang(pipe: Connection) -> None:
    """The program itself, on a fresh database."""
    configure_logs()
    asyncio.run(_serve_yutang(pipe))


async def _serve_yutang(pipe: Connection) -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        app = App(example_settings(), data_directory=Path(folder), port=0)
        await app.start()
        introduce_members(app)
        settle_memory()  # as `python -m bot run` does
        pipe.send((int(app.address.rsplit(":", 1)[1]), os.getpid()))
        await asyncio.to_thread(pipe.recv)
        await app.stop()


def serve_yutang_with_stages(pipe: Connection) -> None:
    """The program with a stopwatch on each stage."""
    configure_logs()
    asyncio.run(_serve_yutang_with_stages(pipe))


async def _serve_yutang_with_stages(pipe: Connection) -> None:
    spent: dict[str, list[float]] = {}
    watch(spent, WecomApp, "read", "check, decrypt, decode")
    watch(spent, Inbox, "accept", "store the event (shared durable commit)")
    watch(spent, Dispatcher, "dispatch", "handle (with its own commit, if any)")
    watch(spent, Worker, "_complete", "complete (shared durable commit)")
    watch(spent, WecomApp, "write_answer", "encode, encrypt")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        app = App(example_settings(), data_directory=Path(folder), port=0)
        await app.start()
        introduce_members(app)
        pipe.send((int(app.address.rsplit(":", 1)[1]), os.getpid()))
        await asyncio.to_thread(pipe.recv)
        await app.stop()
    pipe.send({name: (len(times), sum(times)) for name, times in spent.items()})


def watch(spent: dict[str, list[float]], owner: type, method: str, name: str) -> None:
    """Put a stopwatch around a method, in this process only."""
    times = spent.setdefault(name, [])
    original = getattr(owner, method)

    async def awaited(*args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        try:
            return await original(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - started)

    def called(*args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - started)

    setattr(owner, method, awaited if inspect.iscoroutinefunction(original) else called)


def introduce_members(app: App) -> None:
    """Make the members known by name, as they are in a community that has run for a day."""
    realm = section(app.live.current).corp_id
    connection = connect_sqlite(app.store.path)
    numbers = range(1_000, 1_000 + MEMBERS)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO member (id, name, created_at) VALUES (?, ?, 0)",
        [(number, f"成员{number}") for number in numbers],
    )
    connection.executemany(
        "INSERT INTO identity VALUES (?, ?, ?)",
        [(realm, f"member{number - 1_000}", number) for number in numbers],
    )
    connection.executemany(
        "INSERT INTO membership (group_key, member_id) VALUES ('hejian', ?)",
        [(number,) for number in numbers],
    )
    connection.execute("COMMIT")
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
