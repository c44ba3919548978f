"""Official Accounts and mini programs on the simulated platform."""
