"""The simulator is as strict as the platform."""
