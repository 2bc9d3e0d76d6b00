"""Things going wrong on demand: faults as data, when they strike, and how a request feels it."""
