"""Pipeline: commands, guards, inbox, completion, dispatch, worker."""
