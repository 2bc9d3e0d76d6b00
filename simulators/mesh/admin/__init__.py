"""The control plane: what a test does to the server, apart from MESH itself."""
