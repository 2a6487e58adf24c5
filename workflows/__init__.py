"""Durable processes: one workflow per dispute, its stages, and the client that speaks to it."""
