"""Debian's Chromium, driven by playwright; a test that finds none is skipped."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser to drive: CHROMIUM, Debian's, or the first of that name."""
    candidates = (os.environ.get("CHROMIUM"), "/usr/bin/chromium", shutil.which("chromium"))
    return next((path for path in candidates if path and Path(path).exists()), None)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A browser for one test."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium here: set CHROMIUM to its path")
    async with async_playwright() as playwright:
        driven = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield driven
        finally:
            await driven.close()


def note_complaints(page: Page) -> list[str]:
    """Everything that the browser will complain about on ``page``, in order."""
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
