"""Starting the program: what stops it says what to do, and a closed pipe does not hang it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.settings import CONFIG, REPOSITORY


def start(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("port", ["70000", "abc", "-1"])
def test_a_port_that_is_none_is_refused_in_words(port: str, tmp_path: Path) -> None:
    process = start("run", PORT=port, DATA_DIR=str(tmp_path))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "65535" in errors
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start("run", PORT=port, DATA_DIR=str(tmp_path))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "taken" in errors


def test_a_bad_configuration_never_starts(tmp_path: Path) -> None:
    process = start("run", "--config", str(tmp_path), "--data-dir", str(tmp_path / "data"))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "not started" in errors
    assert not (tmp_path / "data").exists()


def test_it_prints_the_addresses_and_stops_cleanly_on_sigterm(tmp_path: Path) -> None:
    process = start("run", "--config", str(CONFIG), PORT="0", DATA_DIR=str(tmp_path))
    assert process.stdout is not None
    head = [process.stdout.readline() for _ in range(4)]
    assert re.search(r"chat +http://127\.0\.0\.1:\d+/sim/", "".join(head))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_it_stops_although_nobody_reads_what_it_prints(tmp_path: Path) -> None:
    process = start("run", "--config", str(CONFIG), PORT="0", DATA_DIR=str(tmp_path))
    assert process.stdout is not None
    while "Ctrl-C" not in process.stdout.readline():
        pass
    process.stdout.close()
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(timeout=30) == 0
