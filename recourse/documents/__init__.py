"""Documents: letters and legal files as bytes, and the store that keeps them."""
