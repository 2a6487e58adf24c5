"""The vault: evidence bytes, stored by what they are."""
