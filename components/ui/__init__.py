"""The pieces every screen is made of: markup, cards, fields, formats, links."""
