"""What is entered for whom, and all that can be read from it."""
