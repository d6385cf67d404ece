"""Everything the portal knows: rules, SQL, documents and gateways. Never imports Streamlit."""

__version__ = "0.1.0.dev0"
"""Version of the portal; CHANGELOG.md says what each brought."""
