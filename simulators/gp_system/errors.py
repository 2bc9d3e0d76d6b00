"""What can go wrong that a user can mend.

GpSystemError            one clear line: what, where, how to mend it
├── SettingsError        the practices file, a supplier file or the desk's settings
├── StartError           the port, the database or the environment
└── RequestError         a call of the control plane or of the record that cannot be answered (has a status)
"""


class GpSystemError(Exception):
    """A user error: its text is one line for the user. Anything else that escapes is a bug."""


class SettingsError(GpSystemError):
    """The practices file, a supplier file or the desk's settings cannot be used."""


class StartError(GpSystemError):
    """The process cannot start: port in use, database unreadable, MESH address or key missing."""


class RequestError(GpSystemError):
    """A request that cannot be answered. `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
