"""The terminal UI for pilot staff: what happened to every result, and what needs me. See docs/tui.md."""

from pilot.tui.app import PilotApp
from pilot.tui.player import RunRequest, Start, take_leave

__all__ = ["PilotApp", "RunRequest", "Start", "take_leave"]
