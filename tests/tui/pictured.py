"""The app as a picture that needs nothing from the web, and that every SVG reader spaces alike."""

import re
from typing import Any

from pilot.tui import PilotApp

_WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


class PicturedApp(PilotApp):
    """The app; its screenshots name fonts that a machine has, and keep their spaces."""

    def export_screenshot(self, **parts: Any) -> str:
        svg = super().export_screenshot(**parts)
        return (
            _WEB_FONT.sub("", svg)
            .replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
            .replace("<svg ", '<svg xml:space="preserve" ', 1)
        )
