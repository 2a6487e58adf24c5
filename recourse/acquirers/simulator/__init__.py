"""A stateful acquirer over real HTTP: the peer that tests and demonstrations run against.

It serves the contract of ``docs/acquirer-rest.openapi.json`` from a ledger in SQLite, loads
real sales from CSV, and misbehaves when told to over its admin API.
"""
