"""The MESH API: its routes, and how it writes requests and replies."""
