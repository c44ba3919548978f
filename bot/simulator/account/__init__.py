"""Official Accounts and mini programs on the simulated platform, as strict as the real one."""
