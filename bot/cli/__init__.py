"""The command line: what an operator types. Heavy imports happen inside the commands."""
