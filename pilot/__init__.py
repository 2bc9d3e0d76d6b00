"""The product: an office's results from its prints to its practices' records, and a pilot of that, measured.

The story of one result, room by room: `nbss` reads it off a print and checks it, `coding` finds its code, `messages`
writes it, `pipeline` sends it, settles it and keeps the ledger. Beside that story: `experiment` runs a pilot of it,
`measures` counts what came of it, `questions` asks what other pilots would show. `cli` and `tui` are for people;
`domain` and `evidence` are the words and the figures that all share.
"""
