"""Corrections under random faults, end to end: nothing is mocked, everything is killed."""
