"""Who may come in: identities, sign-ins, passwords, invitations and what limits attempts."""
