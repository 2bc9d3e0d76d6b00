"""A printer farm: one report through many PDF producers, and mutants of what they wrote (`make printers`)."""
