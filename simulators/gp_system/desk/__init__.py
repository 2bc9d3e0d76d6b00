"""The people of a practice: what lies on their pile, how long it takes, and what they make of it."""
