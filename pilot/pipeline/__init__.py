"""The office's pipeline, as it would run against the real MESH.

`Pipeline` (pipeline.py) takes files in (intake), sends (dispatch, mailbox), acts on answers (settle) and keeps all of
it in the ledger. What waits for a person is on the worklist, what goes by post in the print queue; reconciliation
asks practices what they hold.
"""
