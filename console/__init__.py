"""How people reach Recourse. Here: the command line."""
