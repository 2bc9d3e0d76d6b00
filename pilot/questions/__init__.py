"""Questions that one run cannot answer: ranges, sweeps, thresholds, power, learning, waves and the nation."""
