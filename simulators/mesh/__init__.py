"""A MESH server to test against: the whole MESH API over HTTP, durable, fast, and breakable on demand."""
