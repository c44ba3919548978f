"""What each platform allows, as data: one place for limits, rates, abilities and refusals."""
