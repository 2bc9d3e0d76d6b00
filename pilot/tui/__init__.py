"""The terminal UI for pilot staff: what happened to every result, and what needs me. See docs/tui.md."""

from pilot.tui.app import PilotApp
from pilot.tui.opening import open_tui
from pilot.tui.request import RunRequest, Start

__all__ = ["PilotApp", "RunRequest", "Start", "open_tui"]
