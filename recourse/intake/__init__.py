"""Intake: claims as people and programs hand them in, read into one exact model or refused
with a sentence that says what would be right."""
