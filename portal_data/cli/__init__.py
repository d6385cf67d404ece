"""The command line: what runs in this process or in the running portal."""
