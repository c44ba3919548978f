"""Check-in 签到: days, streaks, make-up cards and freezes."""
