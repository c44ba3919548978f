"""The offline scorecard: how much of a persona can be heard in what it says, from 0 to 100.

Rules only: no model, no network, no chance. The same configuration has the same score, so a fall
is somebody's edit.
"""
