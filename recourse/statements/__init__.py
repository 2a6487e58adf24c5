"""Statements as cardholders download them, read by what they look like and not by whose they
are: encoding, separator and header are detected."""
