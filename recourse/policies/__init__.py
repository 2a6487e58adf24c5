"""Policies as data: playbooks and calendars, effective-dated, each number with its source."""
