"""The demo payment gateway: plays the company elsewhere that moves the money. None moves.

It has a table of its own, its own short transactions, and hosted pages where whoever pays chooses
what is to happen. `payments` and `saving` are what it does, `events` what it sends, `opening` how a
demo's books are known to it that begin in the middle of a story.
"""
