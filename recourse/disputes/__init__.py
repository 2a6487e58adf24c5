"""The dispute itself: events, the case folded from them, and the rules. Pure."""
