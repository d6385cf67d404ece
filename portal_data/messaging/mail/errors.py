"""What can go wrong with a mail."""


class DeliveryFailed(Exception):
    """The mail did not leave. `permanent`: trying again would fail the same way.

    `bounced` says that the recipient's server refused it for good, `of_address` that it was the
    address and not this message that it refused.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        bounced: bool = False,
        of_address: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.bounced = bounced
        self.of_address = of_address
