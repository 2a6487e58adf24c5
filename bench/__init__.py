"""Figures: what every path costs in activities and events, and how fast the desk answers."""
