"""Tests of bot/schedules/."""
