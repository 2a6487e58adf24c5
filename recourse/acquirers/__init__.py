"""Acquirers: the port every case speaks to, its adapters, and a simulator as test peer."""
