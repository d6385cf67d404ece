"""The control socket: how a command reaches the running portal, which alone may open its store."""
