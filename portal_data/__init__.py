"""Everything the portal knows: rules, SQL, documents and gateways. Never imports Streamlit."""
