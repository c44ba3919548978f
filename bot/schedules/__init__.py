"""When the bot speaks by itself: node days, mix, slots, the plan and its publisher."""
