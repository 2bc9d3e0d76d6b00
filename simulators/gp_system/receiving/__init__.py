"""What comes through MESH: collected, read, decided on, answered."""
