"""The composition root: builds every object, starts and drains. The only package that knows all."""

from bot.app.app import App

__all__ = ["App"]
