"""Stripe behind the port, through its official library."""
