"""The HTTP face of the practices."""
