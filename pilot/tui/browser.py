"""Opening a page or a folder outside the terminal."""

import os
import sys
import webbrowser


def open_page(url: str) -> bool:
    """Show `url` in the desktop's browser. False where there is none.

    Without a display, `webbrowser` would start a text browser in the terminal that this UI is drawn on.
    """
    desktop = (
        sys.platform in {"darwin", "win32"} or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    )
    return desktop and webbrowser.open(url)
