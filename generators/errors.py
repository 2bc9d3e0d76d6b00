"""What a user can mend. Everything else that is raised here is a bug."""


class SpecError(ValueError):
    """The `[generation]` table cannot be followed: says what, where, and how to mend it, in one line."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        super().__init__(f"[generation] {where}: {what}. {mend}")
        self.where = where
