"""活动: what members and staff do about campaigns, and what runs by the clock."""
