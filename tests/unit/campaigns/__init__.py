"""Tests of what campaigns give: seats, the door, perks and money."""
