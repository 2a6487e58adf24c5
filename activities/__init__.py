"""The doors to the world. Each activity does one thing, may run again, and says which of
its errors are final."""
