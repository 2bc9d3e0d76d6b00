"""The argument in scenarios: what was believed, what a pilot measured, and what refutes it.

A `.feature` file makes claims; `steps/claims.py` records each and then asserts it, `steps/measures.py` says what the
measures in it are, `steps/pilots.py` gets the pilots they are made of. `evidence.py` collects the claims of all
features into one table; `sabotage.py` breaks the pilot on purpose and sees which claims notice.
"""
