"""What can go wrong with a mail."""


class DeliveryFailed(Exception):
    """The mail did not leave. `permanent`: trying again would fail the same way."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
