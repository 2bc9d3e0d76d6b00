"""Simulated GP practices: they collect coded results from MESH, or type them in from paper, into one record."""

from simulators.gp_system.errors import GpSystemError
from simulators.gp_system.serve import Options, serve

__all__ = ["GpSystemError", "Options", "serve"]
